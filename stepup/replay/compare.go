// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"cmp"
	"slices"

	"github.com/proportion-go/proportion/policy"
)

// compare counts whether a case comes out otherwise than before.
func (r *Replay) compare(d *Decided) {
	c := &r.report.Changes
	order := r.order(&d.After, &d.Before)
	if order == 0 {
		c.Same++
		return
	}
	examples := &c.StrongerExamples
	if order > 0 {
		c.Stronger++
	} else {
		c.Weaker++
		examples = &c.WeakerExamples
	}
	was, is := d.Before.text(), d.After.text()
	move := was + " -> " + is
	if c.Moves[move] == 0 && len(c.Moves) >= maxKeys {
		move = others
	}
	c.Moves[move]++
	if len(*examples) < r.config.Examples {
		*examples = append(*examples, Change{
			ID: d.Event.ID, File: d.File, Line: d.Line, Time: d.Event.Time, Action: d.Event.Action,
			Was: was, Is: is, Rules: slices.Clone(d.After.Rules), Label: d.Label,
		})
	}
}

func (r *Result) text() string { return r.Outcome.String() + "(" + r.Step + ")" }

// order returns 1 where the policy asks more than before, -1 where it asks
// less, and 0 where nothing changes.
func (r *Replay) order(after, before *Result) int {
	if before.Outcome != after.Outcome {
		return cmp.Compare(before.Outcome, after.Outcome) // the strictest outcome is the least
	}
	if before.Step == after.Step {
		return 0
	}
	return cmp.Compare(r.weight(after.Step, r.after), r.weight(before.Step, r.before))
}

// weight orders the steps of two ladders. A step that both have has its place
// on the policy's. One that only the baseline has is placed before the first
// step of the policy that asks as much: by outcome, by the weakest method that
// is accepted, by how fresh a proof must be. One that nobody knows any more
// counts as the strongest, so that its change is looked at as a weaker one.
func (r *Replay) weight(name string, of *judge) int {
	ladder := r.after.ladder
	if i := slices.IndexFunc(ladder, func(s policy.Step) bool { return s.Name == name }); i >= 0 {
		return 2 * i
	}
	if of == nil {
		return 2 * len(ladder)
	}
	i := slices.IndexFunc(of.ladder, func(s policy.Step) bool { return s.Name == name })
	if i < 0 {
		return 2 * len(ladder)
	}
	own := of.ladder[i]
	for place, s := range ladder {
		if asks(&s, &own) >= 0 {
			return 2*place - 1
		}
	}
	return 2 * len(ladder)
}

// asks compares what two steps ask.
func asks(a, b *policy.Step) int {
	return cmp.Or(cmp.Compare(b.Do, a.Do), cmp.Compare(weakest(a), weakest(b)), cmp.Compare(b.Fresh, a.Fresh))
}

func weakest(s *policy.Step) policy.Method {
	if len(s.Methods) == 0 {
		return 0
	}
	return slices.Min(s.Methods)
}
