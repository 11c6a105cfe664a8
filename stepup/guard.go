// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup/journal"
)

// Guard decides how much proof each request deserves, asks for it, and checks
// it. It is cheap, starts no goroutine, and is safe for concurrent use; have
// one for each tenant. It prints as "[redacted]".
type Guard struct {
	redacted

	config Config
	policy atomic.Pointer[policy.Policy]
	keys   keys
	habits familiarity

	situations sync.Pool // of those that are over
	networks   *networks

	// Rooms for as many as compare recovery codes, and as many as only seem to.
	guessing, refusing chan struct{}

	nothing nothing
}

// keys are the derived keys of one deployment, one for each purpose (L30).
type keys struct {
	subject, session, binding, action, audience, code, fact, issue, journal *otp.MAC
	ticket, demand, grant, token, seal, enrol, event                        *otp.Sealer
}

// New returns a guard for the policy. The error names the field of the
// configuration that is missing or out of range.
func New(p *policy.Policy, c Config) (*Guard, error) {
	if p == nil {
		return nil, errors.New("stepup: no policy")
	}
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	mac := func(purpose string) *otp.MAC { return c.Keys.MAC(c.Namespace, purpose) }
	sealer := func(purpose string) *otp.Sealer { return c.Keys.Sealer(c.Namespace, purpose) }
	g := &Guard{config: c, guessing: make(chan struct{}, guessers), refusing: make(chan struct{}, guessers/2), keys: keys{
		subject: mac("subject"), session: mac("session"), binding: mac("binding"),
		action: mac("action"), audience: mac("audience"), code: mac("code"), fact: mac("fact"),
		issue: mac("issue"), journal: mac("journal"),
		ticket: sealer("ticket"), demand: sealer("demand"), grant: sealer("grant"), token: sealer("token"),
		seal: sealer("seal"), enrol: sealer("enrol"), event: sealer("event"),
	}}
	if g.nothing, err = g.newNothing(); err != nil {
		return nil, err
	}
	g.networks = newNetworks()
	g.policy.Store(p)
	g.habits.start(&c)
	return g, nil
}

// Policy returns the policy that new decisions follow.
func (g *Guard) Policy() *policy.Policy { return g.policy.Load() }

// SetPolicy makes new decisions follow another policy. Decisions already made
// keep theirs. A nil policy is an error and changes nothing, and so is one that
// the journal cannot record: [ErrUnavailable]. Whether the new policy may be
// weaker than the old one is for the caller to judge.
func (g *Guard) SetPolicy(p *policy.Policy) error {
	if p == nil {
		return errors.New("stepup: no policy")
	}
	err := g.write(context.Background(), "", &journal.Event{
		Kind: journal.KindPolicy, ID: newID(Key{}).reference(), Outcome: "adopted", Policy: p.Hash(),
		Detail: journal.Detail{Previous: g.Policy().Hash()},
	})
	if err != nil {
		return unavailable("journal", err)
	}
	g.policy.Store(p)
	return nil
}

// pseudonym returns the keyed pseudonyms of a text under one purpose; an empty
// text has the zero Ref.
func pseudonym(mac *otp.MAC, text string) Ref {
	if text == "" {
		return Ref{}
	}
	var room fewSums
	return refOf(mac.AppendSums(room[:0], []byte(text)))
}

// isPseudonym reports whether k is the pseudonym of the text, under any key of
// the ring; the zero Key is that of an empty one.
func isPseudonym(mac *otp.MAC, k Key, text string) bool {
	r := pseudonym(mac, text)
	return r.Is(k) || r.Key == k
}

// fewSums is room for the sums of nearly every ring.
type fewSums [4][32]byte

// refOf returns the pseudonyms that fingerprints give, the first key's first.
func refOf(sums [][32]byte) (r Ref) {
	r.Key = Key(sums[0][:len(Key{})])
	for _, sum := range sums[1:] {
		r.Former = append(r.Former, Key(sum[:len(Key{})]))
	}
	return r
}

// sum is the whole keyed hash of a text; an empty text has the zero hash.
func sum(mac *otp.MAC, text string) [32]byte {
	if text == "" {
		return [32]byte{}
	}
	return mac.Sum([]byte(text))
}

// isSum reports whether sum is that of the text, under any key of the ring.
func isSum(mac *otp.MAC, sum [32]byte, text string) bool {
	if text == "" {
		return sum == [32]byte{}
	}
	return mac.Verify(sum, []byte(text))
}

// newTry names one call of the store.
func newTry() (t Try) {
	_, _ = rand.Read(t[:]) // never fails
	return t
}

// newID returns a fresh identifier of something that belongs to the subject.
func newID(subject Key) (id ID) {
	copy(id[:2], subject[:2])
	_, _ = rand.Read(id[2:]) // never fails: crypto/rand.Read, since Go 1.24
	return id
}
