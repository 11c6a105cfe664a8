// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package studio

import (
	"cmp"
	"context"
	"slices"

	"github.com/proportion-go/proportion/stepup/replay"
)

// replayOut is what a draft would have made of the journal.
type replayOut struct {
	Name  string `json:"name"`  // empty: no journal is loaded, and nothing else is said
	Saved bool   `json:"saved"` // Before is the saved policy, rather than what was recorded

	Decisions int64        `json:"decisions"`
	Bad       int64        `json:"bad"`      // lines that cannot be read
	Unopened  int64        `json:"unopened"` // decisions that stayed sealed
	After     side         `json:"after"`
	Before    side         `json:"before"`
	Same      int64        `json:"same"`
	Stronger  int64        `json:"stronger"`
	Weaker    int64        `json:"weaker"`
	Examples  []difference `json:"examples"`
	Rules     []cost       `json:"rules"` // those that fired, dearest first
}

// side is one side of the comparison.
type side struct {
	Comparable    int64            `json:"comparable"`
	NotComparable int64            `json:"not_comparable"`
	Lacking       map[string]int64 `json:"lacking"`
	Outcomes      map[string]int64 `json:"outcomes"`
	Prompts       float64          `json:"prompts"` // per 1,000 decisions
	Spared        float64          `json:"spared"`  // the share of subjects never prompted
	Attacks       int64            `json:"attacks"`
	Stopped       int64            `json:"stopped"` // attacks
	Friction      float64          `json:"friction"`
}

type difference struct {
	Action string   `json:"action"`
	Was    string   `json:"was"`
	Is     string   `json:"is"`
	Rules  []string `json:"rules"`
	Weaker bool     `json:"weaker"`
}

// cost is what one rule did: how often it fired and mattered, and how many
// challenges there would not be without it.
type cost struct {
	ID       string `json:"id"`
	Fired    int64  `json:"fired"`
	Mattered int64  `json:"mattered"`
	Prompts  int64  `json:"prompts"`
}

// replay decides the journal again by a draft. It is compared with the saved
// policy, or, if the draft is no other policy, with what was recorded.
func (s *Studio) replay(ctx context.Context, in draft) (replayOut, error) {
	out := replayOut{Name: s.journal.name(), Examples: []difference{}, Rules: []cost{}}
	p, err := s.policyOf(ctx, in)
	if err != nil {
		return out, err
	}
	source, err := s.journal.source()
	if err != nil || source == nil {
		return out, err
	}
	config := replay.Config{Policy: p}
	saved, err := s.parsed.parse(ctx, s.desk.saved())
	if out.Saved = err == nil && saved.Hash() != p.Hash(); out.Saved {
		config.Baseline = saved
	}
	r, err := replay.Run(ctx, source, config)
	if err != nil {
		return out, err
	}
	out.Decisions, out.Bad, out.Unopened = r.Decisions, r.Source.Bad, r.Source.Unopened
	out.After, out.Before = sideOf(&r.After), sideOf(&r.Before)
	out.Same, out.Stronger, out.Weaker = r.Changes.Same, r.Changes.Stronger, r.Changes.Weaker
	out.differences(r.Changes.WeakerExamples, true)
	out.differences(r.Changes.StrongerExamples, false)
	out.costs(r.Costs)
	return out, nil
}

func (out *replayOut) differences(changes []replay.Change, weaker bool) {
	for _, c := range changes {
		out.Examples = append(out.Examples, difference{c.Action, c.Was, c.Is, list(c.Rules), weaker})
	}
}

func (out *replayOut) costs(all map[string]*replay.Cost) {
	for id, c := range all {
		out.Rules = append(out.Rules, cost{id, c.Fired, c.Mattered, c.Prompts})
	}
	slices.SortFunc(out.Rules, func(a, b cost) int {
		return cmp.Or(cmp.Compare(b.Prompts, a.Prompts), cmp.Compare(b.Mattered, a.Mattered),
			cmp.Compare(a.ID, b.ID))
	})
}

func sideOf(s *replay.Side) side {
	return side{
		Comparable: s.Comparable, NotComparable: s.NotComparable, Lacking: s.Lacking,
		Outcomes: map[string]int64{
			"allow": s.Outcomes.Allow, "notify": s.Outcomes.Notify,
			"challenge": s.Outcomes.Challenge, "deny": s.Outcomes.Deny,
		},
		Prompts: s.Outcomes.Prompts(), Spared: s.Subjects.NeverPrompted(),
		Attacks: s.Labels.Attacks, Stopped: s.Labels.Stopped, Friction: s.Labels.Friction(),
	}
}
