// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"sync"
	"time"

	"github.com/proportion-go/proportion/policy"
)

// MemoryConfig bounds a [Memory]. The zero value is a good start.
type MemoryConfig struct {
	// Challenges is how many challenges are kept at most, pending or recently
	// ended. Zero: 1,000,000.
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
	redemption []ended // redeemed grants, in order
}

var _ Store = (*Memory)(nil)

// ended says when something may be forgotten.
type ended struct {
	id ID
	at time.Time
}

// subject is all that is remembered of one subject.
type subject struct {
	profile        []byte
	version        uint64
	authenticators []Authenticator
	held           []held
	prompts        []time.Time // passed, oldest first
	spent          []spent
	guesses        ledger
	pending        int
}

// held is a proof that a session holds.
type held struct {
	session, device Key
	proof           policy.Proof
}

// spent is what was used of a rule's limit.
type spent struct {
	policy.RuleSpent
	uncapped int
}

type challenge struct {
	Opening
	subject *subject
	used    int
	state   state
}

// state is where a challenge is in its life (DESIGN section 8).
type state uint8

const (
	pending state = iota
	passed
	expired
	superseded
)

const (
	mostHeld       = 16 // proofs a subject's sessions hold
	mostPrompts    = 64 // prompts remembered: above any budget
	mostPending    = 5  // pending challenges of a subject in one lane
	longestPrompts = 7 * 24 * time.Hour
)

// NewMemory returns an empty store.
func NewMemory(c MemoryConfig) *Memory {
	if c.Challenges <= 0 {
		c.Challenges = 1_000_000
	}
	if c.Subjects <= 0 {
		c.Subjects = 1_000_000
	}
	return &Memory{
		config: c, subjects: map[Key]*subject{}, challenges: map[ID]*challenge{}, redeemed: map[ID]bool{},
	}
}

// begin locks the store at a time, and returns the unlocking.
func (m *Memory) begin(now time.Time) func() {
	m.mu.Lock()
	if m.epoch.IsZero() {
		m.epoch = now
	}
	return m.mu.Unlock
}

// find returns the subject, under its first pseudonym from now on.
func (m *Memory) find(r Ref) *subject {
	if s := m.subjects[r.Key]; s != nil {
		return s
	}
	for _, former := range r.Former {
		if s := m.subjects[former]; s != nil {
			delete(m.subjects, former)
			m.subjects[r.Key] = s
			return s
		}
	}
	return nil
}

// remember returns the subject, which is new if need be. It is nil when the
// store is full.
func (m *Memory) remember(r Ref) *subject {
	s := m.find(r)
	if s == nil && len(m.subjects) < m.config.Subjects {
		s = new(subject)
		m.subjects[r.Key] = s
	}
	return s
}

// Subject implements [Store].
func (m *Memory) Subject(ctx context.Context, q Query) (State, error) {
	if err := ctx.Err(); err != nil {
		return State{}, err
	}
	defer m.begin(q.Now)()
	s := m.find(q.Subject)
	if s == nil {
		return State{}, nil
	}
	st := State{
		Profile: s.profile, Version: s.version, Guesses: s.guesses.used(q.Now),
		Authenticators: append([]Authenticator(nil), s.authenticators...),
		Prompts:        s.promptsSince(q.PromptsSince),
		Prompts24h:     s.promptsSince(q.Now.Add(-24 * time.Hour)),
	}
	for _, h := range s.held {
		if q.Session.Is(h.session) {
			st.Proofs = append(st.Proofs, h.proof)
			st.ProofDevices = append(st.ProofDevices, h.device)
		}
	}
	for _, u := range s.spent {
		st.Spent = append(st.Spent, u.RuleSpent)
	}
	return st, nil
}

func (s *subject) promptsSince(t time.Time) (n int) {
	for _, at := range s.prompts {
		if at.After(t) {
			n++
		}
	}
	return n
}

// Open implements [Store].
func (m *Memory) Open(ctx context.Context, c Opening) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	defer m.begin(c.Now)()
	m.sweep(c.Now)
	if c.Issued.Before(m.epoch) || m.challenges[c.ID] != nil {
		return ErrRefused
	}
	if len(m.challenges) >= m.config.Challenges {
		return ErrBusy
	}
	s := m.remember(c.Subject)
	if s == nil || !m.supersede(s, &c) {
		return ErrBusy
	}
	s.pending++
	m.challenges[c.ID] = &challenge{Opening: c, subject: s}
	m.opened = append(m.opened, ended{c.ID, later(c.Expires, c.Issued.Add(ticketLife))})
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// supersede ends the pending challenges of the same binding and action, and
// reports whether there is room for a new one.
func (m *Memory) supersede(s *subject, c *Opening) bool {
	if s.pending == 0 {
		return true // almost always: nothing to look through
	}
	others := 0
	for _, e := range m.opened {
		old := m.challenges[e.id]
		if old == nil || old.subject != s || old.state != pending || !old.Expires.After(c.Now) {
			continue
		}
		if old.Binding == c.Binding && old.Action == c.Action {
			old.end(superseded)
		} else if old.Lane == c.Lane {
			others++
		}
	}
	return others < mostPending
}

func (c *challenge) end(s state) {
	c.state = s
	c.subject.pending--
}

// sweep forgets challenges and grants whose time is over.
func (m *Memory) sweep(now time.Time) {
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
}
