// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package workload

// Step is a step of the ladder, weakest first.
type Step int

// The ladder.
const (
	None Step = iota
	Notice
	Confirm
	Strong
	Refuse
)

var steps = [...]string{"none", "notice", "confirm", "strong", "refuse"}

// String returns the name in the policy.
func (s Step) String() string { return steps[s] }

// Sensitivity is how much harm an action can do.
type Sensitivity int

// The sensitivities, least harmful first.
const (
	Trivial Sensitivity = iota
	Normal
	Sensitive
	Critical
)

var sensitivities = [...]string{"trivial", "normal", "sensitive", "critical"}

// String returns the name in the policy.
func (s Sensitivity) String() string { return sensitivities[s] }

// The lowest scores of the bands above low.
const (
	medium  = 30
	high    = 60
	extreme = 85
)

var matrix = [...][4]Step{
	Trivial:   {None, None, Notice, Confirm},
	Normal:    {None, Notice, Confirm, Strong},
	Sensitive: {Confirm, Confirm, Strong, Refuse},
	Critical:  {Strong, Strong, Refuse, Refuse},
}

// Answer is what an engine makes of a request.
type Answer struct {
	Score int
	Step  Step
}

// Tally adds up the effects of rules. Make it with [NewTally].
type Tally struct {
	score      int
	floor, cap Step
}

// NewTally returns the tally of no rules.
func NewTally() Tally { return Tally{cap: Refuse} }

// Score adds points if the rule fired.
func (t *Tally) Score(points int, fired bool) {
	if fired {
		t.score += points
	}
}

// Require raises the step to the given one if the rule fired.
func (t *Tally) Require(s Step, fired bool) {
	if fired && s > t.floor {
		t.floor = s
	}
}

// AtMost lowers the step to the given one if the rule fired.
func (t *Tally) AtMost(s Step, fired bool) {
	if fired && s < t.cap {
		t.cap = s
	}
}

// Answer combines what fired for an action of the sensitivity.
func (t *Tally) Answer(s Sensitivity) Answer {
	score := min(max(t.score, 0), 100)
	step := matrix[s][band(score)]
	if score < high { // an at_most does not cap above the medium band
		step = min(step, t.cap)
	}
	return Answer{score, max(step, t.floor)}
}

func band(score int) int {
	switch {
	case score >= extreme:
		return 3
	case score >= high:
		return 2
	case score >= medium:
		return 1
	}
	return 0
}
