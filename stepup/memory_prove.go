// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"slices"
	"time"

	"github.com/proportion-go/proportion/policy"
)

// Attempt implements [Store].
func (m *Memory) Attempt(ctx context.Context, a Attempt) (Attempted, error) {
	if err := ctx.Err(); err != nil {
		return Attempted{}, err
	}
	defer m.begin(a.Now)()
	c := m.challenges[a.ID]
	if c == nil || c.state != pending || c.Method != a.Method || !a.Binding.Is(c.Binding) {
		return Attempted{}, ErrRefused
	}
	if !a.Now.Before(c.Expires) {
		c.end(expired) // for good: a clock that goes back revives nothing
		return Attempted{}, ErrRefused
	}
	used := c.subject.guesses.used(a.Now)[c.Lane].add(a.Method, a.Cost)
	if c.used >= c.Attempts || used.All > a.Limits[c.Lane].All || used.Code4 > a.Limits[c.Lane].Code4 {
		return Attempted{}, ErrRefused
	}
	c.used++
	c.subject.guesses.count(a.Now, c.Lane, a.Method, a.Cost)
	return Attempted{
		Method: c.Method, Code: c.Code, Ticket: c.Ticket,
		Profile: c.subject.profile, Version: c.subject.version,
		Authenticators: slices.Clone(c.subject.authenticators),
	}, nil
}

// Settle implements [Store].
func (m *Memory) Settle(ctx context.Context, st Settlement) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	defer m.begin(st.Now)()
	c := m.challenges[st.ID]
	if c == nil || c.state != pending {
		return ErrRefused
	}
	s := c.subject
	if st.Version != s.version {
		return ErrConflict
	}
	if st.Step != 0 && !s.accept(c.Method, st.Step) {
		return ErrRefused
	}
	c.end(passed)
	s.profile, s.version = st.Profile, s.version+1
	s.guesses.count(st.Now, c.Lane, c.Method, -st.Refund)
	s.prompted(st.Now)
	if st.Session != (Key{}) {
		s.hold(held{st.Session, st.Device, st.Proof})
	}
	s.spent = slices.DeleteFunc(s.spent, func(u spent) bool { return u.uncapped <= st.Reset })
	return nil
}

// accept takes a TOTP step as the last one, and reports whether it was later
// than the one before (RFC 6238 s5.2: never accept a second time).
func (s *subject) accept(m policy.Method, step int64) bool {
	for i := range s.authenticators {
		if a := &s.authenticators[i]; a.Method == m && step > a.LastStep {
			a.LastStep = step
			return true
		}
	}
	return false
}

func (s *subject) prompted(now time.Time) {
	s.prompts = slices.DeleteFunc(s.prompts, func(t time.Time) bool { return now.Sub(t) > longestPrompts })
	if len(s.prompts) == mostPrompts {
		s.prompts = slices.Delete(s.prompts, 0, 1)
	}
	s.prompts = append(s.prompts, now)
}

func (s *subject) hold(h held) {
	if len(s.held) == mostHeld {
		s.held = slices.Delete(s.held, 0, 1)
	}
	s.held = append(s.held, h)
}

// Redeem implements [Store].
func (m *Memory) Redeem(ctx context.Context, r Redemption) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	defer m.begin(r.Now)()
	m.sweep(r.Now)
	if r.Issued.Before(m.epoch) || m.redeemed[r.ID] {
		return ErrRedeemed
	}
	if len(m.redeemed) >= m.config.Challenges {
		return ErrBusy
	}
	m.redeemed[r.ID] = true
	m.redemption = append(m.redemption, ended{r.ID, r.Expires})
	return nil
}

// Spend implements [Store].
func (m *Memory) Spend(ctx context.Context, sp Spending) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	defer m.begin(sp.Now)()
	s := m.remember(sp.Subject)
	if s == nil {
		return ErrBusy
	}
	next := slices.Clone(s.spent)
	for _, c := range sp.Charges {
		if !charge(&next, c) {
			return ErrRefused
		}
	}
	s.spent = next
	return nil
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

// Update implements [Store].
func (m *Memory) Update(ctx context.Context, u Update) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	defer m.begin(u.Now)()
	s := m.remember(u.Subject)
	if s == nil {
		return ErrBusy
	}
	if u.Version != s.version {
		return ErrConflict
	}
	s.profile, s.version = u.Profile, s.version+1
	for _, a := range u.Authenticators {
		s.authenticators = slices.DeleteFunc(s.authenticators, func(b Authenticator) bool { return b.Method == a.Method })
		s.authenticators = append(s.authenticators, a)
	}
	return nil
}
