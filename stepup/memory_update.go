// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"slices"
	"time"

	"github.com/proportion-go/proportion/policy"
)

// Update implements [Store].
func (m *Memory) Update(ctx context.Context, u Update) error {
	return m.do(ctx, u.Now, u.Subject.Key[0], func(v *view) error {
		p, err := v.find(u.Subject)
		if err != nil {
			return err
		}
		if u.Version != v.version(p) {
			return ErrConflict
		}
		if p == 0 && !v.admit() {
			if err := v.clear(); err != nil {
				return err
			}
			if !v.admit() {
				return ErrFull
			}
		}
		v.person(v.remember(u.Subject, p)).remember().update(&u, v.now)
		return nil
	})
}

// admit counts a new subject if there is room: other shards do so meanwhile.
func (v *view) admit() bool {
	if v.size.subjects.Add(1) <= int64(v.config.Subjects) {
		return true
	}
	v.size.subjects.Add(-1)
	return false
}

// version returns that of the profile at a place; an unknown one has 0.
func (v *view) version(p place) uint64 {
	if p == 0 {
		return 0
	}
	if s := v.person(p).mind; s != nil && s.past != nil {
		return s.past.version
	}
	return 0
}

func (s *subject) update(u *Update, now time.Time) {
	p := s.recall()
	p.learn(u.Profile, u.Now)
	for _, a := range u.Add {
		p.remove(a.Method)
		p.authenticators = append(p.authenticators, a)
	}
	for _, m := range u.Remove {
		p.remove(m)
	}
	for _, named := range u.Rename {
		for i := range p.devices {
			if p.devices[i].ID == named.ID {
				p.devices[i].Name = named.Name
			}
		}
	}
	p.revoke(u.Revoke)
	for i := range p.held {
		if u.Rebind.From.Is(p.held[i].Session) {
			p.held[i].Session = u.Rebind.To
		}
	}
	p.held = slices.DeleteFunc(p.held, func(h Held) bool { return h.Session == Key{} })
	for _, lane := range u.Unlock {
		s.guesses = slices.DeleteFunc(s.guesses, func(e entry) bool { return e.lane == lane })
		s.runs = slices.DeleteFunc(s.runs, func(r run) bool { return r.lane == lane })
	}
}

// Erase implements [Store].
func (m *Memory) Erase(ctx context.Context, e Erasure) error {
	return m.do(ctx, e.Now, e.Subject.Key[0], func(v *view) error {
		p, err := v.find(e.Subject)
		if p == 0 || err != nil {
			return err
		}
		if !v.wide {
			return errElsewhere // the tombstone is
		}
		kept := v.person(p).mind.erased(v.now)
		for at := v.person(p).open; at != 0; at = v.person(p).open {
			v.unlink(at)
			state := cancelled
			if c := v.challenge(at); c.state != pending {
				state = c.state
			}
			v.end(at, state)
			*v.demand(at) = nil
		}
		v.forget(p)
		if kept != nil && e.Tombstone != (Key{}) {
			v.size.subjects.Add(1)
			tomb := v.person(v.remember(Ref{Key: e.Tombstone, Former: e.Subject.Tombs}, 0))
			if tomb.mind != nil {
				kept.names = tomb.mind.names
			}
			tomb.mind = kept
		}
		return nil
	})
}

// erased returns what keeps guessing bounded, and nothing else, or nil.
func (s *subject) erased(now time.Time) *subject {
	if s == nil {
		return nil
	}
	kept := &subject{runs: s.runs, guesses: slices.DeleteFunc(s.guesses, func(e entry) bool { return !e.counts(now) })}
	if s.past != nil {
		p := &past{version: s.past.version + 1}
		for _, a := range s.past.authenticators {
			if a.LastStep != 0 {
				p.authenticators = append(p.authenticators, Authenticator{Method: a.Method, LastStep: a.LastStep})
			}
		}
		if len(p.authenticators)+len(kept.guesses)+len(kept.runs) > 0 {
			kept.past = p
		}
	}
	if len(kept.guesses)+len(kept.runs) == 0 && kept.past == nil {
		return nil
	}
	return kept
}

// grant is one that was redeemed.
type grant struct {
	try   half
	until int64 // Unix time
	later uint32
}

// Redeem implements [Store].
func (m *Memory) Redeem(ctx context.Context, r Redemption) error {
	return m.do(ctx, r.Now, r.ID[0], func(v *view) error {
		s := &v.shards[v.home]
		if row := s.grants.find(r.ID); row != 0 {
			if r.Try != (Try{}) && s.grants.at(row).try == r.Try.half() {
				return nil
			}
			return ErrRedeemed
		}
		if r.Issued.Before(v.clock.epoch()) || !r.Expires.After(v.now) {
			return ErrRedeemed
		}
		if v.size.grants.Load() >= int64(v.config.Challenges) {
			if err := v.clear(); err != nil {
				return err
			}
			if v.size.grants.Load() >= int64(v.config.Challenges) {
				return ErrFull
			}
		}
		row := s.grants.add(r.ID)
		g := s.grants.at(row)
		g.try, g.until = r.Try.half(), r.Expires.Unix()+1
		s.lapsing.put(row, &g.later, g.until)
		v.size.grants.Add(1)
		return nil
	})
}

// Spend implements [Store].
func (m *Memory) Spend(ctx context.Context, sp Spending) error {
	return m.do(ctx, sp.Now, sp.Subject.Key[0], func(v *view) error {
		p, err := v.find(sp.Subject)
		if err != nil {
			return err
		}
		if p == 0 || !v.person(p).mind.known() {
			return ErrRefused
		}
		known := v.person(p).mind.past
		if sp.Try != (Try{}) && sp.Try == known.spentBy {
			return nil
		}
		next := slices.Clone(known.spent)
		for _, c := range sp.Charges {
			if !charge(&next, c) {
				return ErrRefused
			}
		}
		known.spent, known.spentBy = next, sp.Try
		return nil
	})
}

// charge counts one use of a limit, and reports whether it fits.
func charge(all *[]spent, c policy.Charge) bool {
	i := slices.IndexFunc(*all, func(u spent) bool { return u.Rule == c.Rule })
	if i < 0 {
		i = len(*all)
		*all = append(*all, spent{RuleSpent: policy.RuleSpent{Rule: c.Rule}})
	}
	u := &(*all)[i]
	sum, ok := u.Sum.Add(c.Sum)
	if !ok || c.Count > 0 && u.Count >= c.Count || c.Summed && sum.Compare(c.Most) > 0 {
		return false
	}
	u.Sum, u.uncapped = sum, max(u.uncapped, c.Uncapped.Index)
	u.Count++
	return true
}
