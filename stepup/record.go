// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"encoding/base32"
	"errors"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup/journal"
)

// reference names a decision to operators and in the journal: the random part
// of its ID. A customer quotes its beginning.
func (id ID) reference() string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(id[2:])
}

// quoted is how much of a reference a customer quotes: 50 bits.
const quoted = 10

// write writes an event about a subject, and returns the journal's error.
func (g *Guard) write(ctx context.Context, subject string, e *journal.Event) error {
	if g.config.Journal == nil {
		return nil
	}
	e.Alias = journal.Pseudonym(pseudonym(g.keys.journal, subject).Key)
	if e.Time.IsZero() {
		e.Time = g.config.Now()
	}
	return g.config.Journal.Append(context.WithoutCancel(ctx), e)
}

// event returns the beginning of an event that follows from a decision.
func (g *Guard) event(d *demand, kind journal.Kind, outcome string) *journal.Event {
	return &journal.Event{
		Kind: kind, ID: d.ID.reference(), Action: d.Action, Outcome: outcome,
		Detail: journal.Detail{Sensitivity: d.Sensitivity.String(), Lane: d.Lane.String(), Channel: string(d.Channel)},
	}
}

// follow writes what follows from a decision. What cannot be written did not
// happen: ErrUnavailable.
func (g *Guard) follow(ctx context.Context, d *demand, e *journal.Event) error {
	if err := g.write(ctx, d.owner(), e); err != nil {
		return unavailable("journal", err)
	}
	return nil
}

// followEnded records the challenges that ended by themselves, where the store
// tells. They are others': a journal that cannot take them will not take what
// is written next either, and fails that.
func (g *Guard) followEnded(ctx context.Context, now time.Time) {
	store, ok := g.config.Store.(Ender)
	if !ok || g.config.Journal == nil {
		return
	}
	all, err := store.Ended(context.WithoutCancel(ctx), now)
	if err != nil {
		return
	}
	for _, ended := range all {
		var d demand
		if !g.openDemand(ended.ID, ended.Demand, &d) {
			continue
		}
		e := g.event(&d, journal.KindExpiry, "expired")
		if ended.Superseded {
			e = g.event(&d, journal.KindAbandon, "superseded")
		}
		e.Detail.Method = ended.Method.String()
		_ = g.follow(ctx, &d, e)
	}
}

// outside writes an event that belongs to no decision.
func (g *Guard) outside(ctx context.Context, subject string, kind journal.Kind, outcome string, d journal.Detail) error {
	id := newID(Key{})
	e := &journal.Event{Kind: kind, ID: id.reference(), Outcome: outcome, Detail: d}
	if err := g.write(ctx, subject, e); err != nil {
		return unavailable("journal", err)
	}
	return nil
}

// recordDecision writes the decision.
func (g *Guard) recordDecision(ctx context.Context, s *situation, in *policy.Input, d *Decision) error {
	if g.config.Journal == nil {
		return nil
	}
	v := &d.Verdict
	shadow := v.Shadow()
	e := &journal.Event{
		Time: s.now, Kind: journal.KindDecision, ID: s.id.reference(), Action: d.Action,
		Step: v.Step.Name, Outcome: d.Outcome.String(), Policy: s.policy.Hash(),
		Detail: journal.Detail{
			Sensitivity: v.Sensitivity.String(), Channel: string(s.req.Channel), Band: v.Band.String(),
			Session: g.alias("session", s.req.Session), Device: g.alias("device", string(s.device[:])),
		},
		Decision: &journal.Decision{
			Signals: d.Signals, Facts: g.kept(s), Proofs: provenBefore(in.Proofs),
			Prompts: journal.Prompts{
				Used: int64(v.Prompts.Used.N), Known: v.Prompts.Used.Known,
				Most: int64(v.Prompts.Most), Softened: v.Prompts.Softened,
			},
			Spent: spentBefore(in.Spent), Caution: in.Caution, Degraded: gaps(v.Degraded),
			Offers: offered(d.Offers), Enrol: names(d.Enrol), Score: int64(v.Score),
			Base: v.Base().Name, Floor: v.Floor().Name, Cap: v.Cap().Name, Failure: v.Failure().Name,
			Held: held(v), Rules: fired(v.Fired()), Unknown: v.Unknown(),
			Shadow: journal.Shadow{Step: shadow.Step.Name, Rules: shadow.Rules},
		},
	}
	err := g.write(ctx, s.owner(), e)
	if e.Class() == journal.Droppable {
		return nil
	}
	return err
}

// alias is the journal's own pseudonym of a session or device.
func (g *Guard) alias(kind, text string) journal.Pseudonym {
	if text == "" || text == string(make([]byte, len(Key{}))) {
		return journal.Pseudonym{}
	}
	sum := g.keys.journal.Sum([]byte(kind), []byte(text))
	return journal.Pseudonym(sum[:len(journal.Pseudonym{})])
}

// kept returns the declared facts, each as the policy lets it be kept.
func (g *Guard) kept(s *situation) []journal.Fact {
	keeper := journal.Keeper{MAC: g.keys.journal}
	var facts []journal.Fact
	for _, f := range s.policy.Facts() {
		raw, ok := s.req.Facts[f.Name]
		if !ok {
			continue
		}
		if fact, ok := keeper.Keep(f.Name, journal.ParseMode(s.policy.JournalMode(f.Name)), raw); ok {
			facts = append(facts, fact)
		}
	}
	return facts
}

func provenBefore(proofs []policy.Proof) (all []journal.Proof) {
	for _, p := range proofs {
		proof := journal.Proof{
			Method: p.Method.String(), Action: p.Action, Band: p.Band.String(), Time: p.Time, Bound: p.Bound,
		}
		if p.Via != 0 {
			proof.Via = p.Via.String()
		}
		all = append(all, proof)
	}
	return all
}

func spentBefore(s policy.Spent) []journal.Spent {
	if !s.Known {
		return nil
	}
	all := []journal.Spent{}
	for _, r := range s.Rules {
		all = append(all, journal.Spent{Rule: r.Rule, Count: int64(r.Count), Sum: r.Sum.String()})
	}
	return all
}

func gaps(degraded []policy.Gap) (all []journal.Gap) {
	for _, g := range degraded {
		all = append(all, journal.Gap{Kind: g.Kind.String(), Name: g.Name, Text: g.Text})
	}
	return all
}

func offered(offers []Offer) (all []string) {
	for _, o := range offers {
		all = append(all, o.Method.String())
	}
	return all
}

func names(methods []Method) (all []string) {
	for _, m := range methods {
		all = append(all, m.String())
	}
	return all
}

func fired(rules []policy.Fired) (all []string) {
	for _, f := range rules {
		all = append(all, f.ID)
	}
	return all
}

func held(v *policy.Verdict) string {
	if !v.HeldOK {
		return ""
	}
	return v.Held.Method.String()
}

// refusal is the operator's word for why something was refused.
func refusal(err error) string {
	var mismatch *MismatchError
	switch {
	case errors.As(err, &mismatch):
		return "mismatch"
	case errors.Is(err, ErrExpired):
		return "expired"
	case errors.Is(err, ErrRedeemed):
		return "redeemed"
	case errors.Is(err, ErrWeak):
		return "weak"
	case errors.Is(err, ErrUnavailable):
		return "unavailable"
	case errors.Is(err, ErrFull):
		return "full"
	case errors.Is(err, ErrBusy):
		return "busy"
	}
	return "refused"
}
