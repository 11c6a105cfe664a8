// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/proportion-go/proportion/policy"
)

// MemoryConfig bounds a [Memory]. The zero value is a good start.
type MemoryConfig struct {
	// Challenges is how many challenges are kept at most, pending or recently
	// ended, and how many redeemed grants. Zero: 1,000,000.
	Challenges int

	// Subjects is how many subjects are remembered at most. Zero: 1,000,000.
	Subjects int
}

// Memory is a [Store] in the memory of one process: for tests, for a service
// of one instance, and for trying things. A restart forgets every profile,
// proof and budget; what was issued before it is then refused (L12).
//
// It is safe for concurrent use. When full it refuses new challenges and new
// subjects rather than forget live ones (L27).
type Memory struct {
	redacted

	mu         sync.Mutex
	config     MemoryConfig
	epoch      time.Time // the first time seen: what was issued before is not known
	subjects   map[Key]*subject
	challenges map[ID]*challenge
	opened     []ended // challenges, in the order they were opened
	redeemed   map[ID]bool
	swept      time.Time // the greatest time up to which was forgotten
	redemption []ended   // redeemed grants, in order
	windows    windows   // what was issued, by cap
	wrong4     daily     // wrong four-digit guesses of everyone
	crowds     crowds    // subjects by address and network
}

var _ Store = (*Memory)(nil)

// ended says when something may be forgotten.
type ended struct {
	id ID
	at time.Time
}

// NewMemory returns an empty store.
func NewMemory(c MemoryConfig) *Memory {
	if c.Challenges <= 0 {
		c.Challenges = 1_000_000
	}
	if c.Subjects <= 0 {
		c.Subjects = 1_000_000
	}
	return &Memory{
		config: c, subjects: map[Key]*subject{}, challenges: map[ID]*challenge{},
		redeemed: map[ID]bool{}, windows: windows{}, crowds: crowds{},
	}
}

// begin locks the store at a time, and returns the unlocking.
func (m *Memory) begin(ctx context.Context, now time.Time) (unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	if m.epoch.IsZero() {
		m.epoch = now
	}
	return m.mu.Unlock, nil
}

// find returns the subject and the pseudonym it is kept under.
func (m *Memory) find(r Ref) (*subject, Key) {
	if s := m.subjects[r.Key]; s != nil {
		return s, r.Key
	}
	for _, former := range r.Former {
		if s := m.subjects[former]; s != nil {
			return s, former
		}
	}
	return nil, Key{}
}

// remember returns the subject, under its first pseudonym from now on, and new
// if need be. It is nil when the store is full.
func (m *Memory) remember(r Ref) *subject {
	s, key := m.find(r)
	switch {
	case s != nil && key != r.Key:
		delete(m.subjects, key)
		m.subjects[r.Key] = s
	case s == nil && len(m.subjects) < m.config.Subjects:
		s = new(subject)
		m.subjects[r.Key] = s
	}
	return s
}

// Subject implements [Store].
func (m *Memory) Subject(ctx context.Context, q Query) (State, error) {
	unlock, err := m.begin(ctx, q.Now)
	if err != nil {
		return State{}, err
	}
	defer unlock()
	st := State{
		Spray:           m.wrong4.spray(q.Now),
		AddressSubjects: m.crowds.see(q.Address, q.Subject.Key, q.Now, m.config.Subjects),
		NetworkSubjects: m.crowds.see(q.Network, q.Subject.Key, q.Now, m.config.Subjects),
	}
	s, _ := m.find(q.Subject)
	if s == nil {
		return st, nil
	}
	s.describe(&st, &q)
	return st, nil
}

// Redeem implements [Store].
func (m *Memory) Redeem(ctx context.Context, r Redemption) error {
	unlock, err := m.begin(ctx, r.Now)
	if err != nil {
		return err
	}
	defer unlock()
	m.sweep(r.Now)
	if r.Issued.Before(m.epoch) || m.redeemed[r.ID] || !r.Expires.After(m.swept) {
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
	unlock, err := m.begin(ctx, sp.Now)
	if err != nil {
		return err
	}
	defer unlock()
	var next []spent
	if s, _ := m.find(sp.Subject); s != nil {
		next = slices.Clone(s.spent)
	}
	for _, c := range sp.Charges {
		if !charge(&next, c) {
			return ErrRefused
		}
	}
	s := m.remember(sp.Subject)
	if s == nil {
		return ErrBusy
	}
	s.spent = next
	return nil
}

// Update implements [Store].
func (m *Memory) Update(ctx context.Context, u Update) error {
	unlock, err := m.begin(ctx, u.Now)
	if err != nil {
		return err
	}
	defer unlock()
	var version uint64
	if s, _ := m.find(u.Subject); s != nil {
		version = s.version
	}
	if u.Version != version {
		return ErrConflict
	}
	s := m.remember(u.Subject)
	if s == nil {
		return ErrBusy
	}
	s.update(&u)
	return nil
}

// Erase implements [Store].
func (m *Memory) Erase(ctx context.Context, e Erasure) error {
	unlock, err := m.begin(ctx, e.Now)
	if err != nil {
		return err
	}
	defer unlock()
	s, key := m.find(e.Subject)
	if s == nil {
		return nil
	}
	delete(m.subjects, key)
	for _, o := range m.opened {
		if c := m.challenges[o.id]; c != nil && c.subject == s {
			c.Ticket, c.Code = nil, [32]byte{}
			if c.state == pending {
				c.end(cancelled)
			}
		}
	}
	if s.erase(e.Now); s.worthKeeping() && e.Tombstone != (Key{}) {
		m.subjects[e.Tombstone] = s
	}
	return nil
}

// sweep forgets challenges and grants whose time is over.
func (m *Memory) sweep(now time.Time) {
	if now.After(m.swept) {
		m.swept = now
	}
	for len(m.opened) > 0 && now.After(m.opened[0].at) {
		if c := m.challenges[m.opened[0].id]; c != nil && c.state == pending {
			c.end(expired)
		}
		delete(m.challenges, m.opened[0].id)
		m.opened = m.opened[1:]
	}
	for len(m.redemption) > 0 && now.After(m.redemption[0].at) {
		delete(m.redeemed, m.redemption[0].id)
		m.redemption = m.redemption[1:]
	}
	m.windows.sweep(now)
	m.crowds.sweep(now)
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
