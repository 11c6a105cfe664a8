// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// distinguisher guesses at names, to learn which of them somebody has.
type distinguisher struct {
	*steptest.Bench
	store  *watched
	config stepup.Config
}

// watched is a store that notes what it told of the decoy asked for last.
type watched struct {
	stepup.Store
	decoy stepup.Guessed
}

func (w *watched) Subject(ctx context.Context, q stepup.Query) (stepup.State, error) {
	st, err := w.Store.Subject(ctx, q)
	w.decoy = st.Decoy
	return st, err
}

// newDistinguisher returns one, at a deployment of so many customers, who are
// customer-0 and so on.
func newDistinguisher(t testing.TB, customers int, config stepup.MemoryConfig) *distinguisher {
	d := &distinguisher{store: new(watched)}
	d.Bench = steptest.New(t, attackPolicy(t), func(c *stepup.Config) {
		config.Elapsed = func() time.Duration { return d.Clock.Elapsed() }
		d.store.Store = stepup.NewMemory(config)
		c.Store, c.Sends.Prefix = d.store, 1_000_000
		d.config = *c
	})
	for i := range customers {
		name := fmt.Sprint("customer-", i)
		d.Contacts[name] = []stepup.Contact{
			{Kind: policy.SMS, Address: fmt.Sprintf("+33 6 39 98 %04d", i)},
			{Kind: policy.Email, Address: name + "@example.com"},
		}
	}
	return d
}

// look is all that is seen of a name that is asked for, guessed at until it
// rests, and asked for again.
func (d *distinguisher) look(t *testing.T, name string) string {
	t.Helper()
	seen := d.glance(name)
	return seen + d.guess(t, name, 3) + d.glance(name)
}

// glance is all that is seen of a name that is asked for.
func (d *distinguisher) glance(name string) string {
	now := d.Decide(steptest.NewClient(name, "stranger"), "login", nil)
	seen := fmt.Sprintln(now.Outcome, now.Reasons, now.Enrol)
	for _, o := range now.Offers {
		seen += fmt.Sprintln(o.Method, o.To, o.After)
	}
	return seen
}

// guess is all that is seen of guessing at a name so often.
func (d *distinguisher) guess(t *testing.T, name string, times int) string {
	t.Helper()
	c := steptest.NewClient(name, "stranger")
	asked := d.Decide(c, "login", nil)
	begun, err := d.Guard.Begin(t.Context(), asked.Ticket(), stepup.Code6)
	seen := fmt.Sprintln(err, begun.After, begun.Expires)
	for range times {
		_, err := d.Guard.Finish(t.Context(), c.Binding, begun.ID, "271828")
		seen += fmt.Sprintln(err)
	}
	return seen
}

// However many names were guessed at before, one that nobody has answers its
// first and its last guess as a customer's does. None of 150 names of nobody
// gives itself away: with a confidence of 95 %, fewer than 2 % do.
func TestDistinguisherOfFreshNames(t *testing.T) {
	const names, worn = 150, 300
	d := newDistinguisher(t, names, stepup.MemoryConfig{})
	for i := range worn {
		d.guess(t, fmt.Sprint("worn-", i), 3)
	}
	var all []string
	for i := range names {
		all = append(all, fmt.Sprint("customer-", i), fmt.Sprint("nobody-", i))
	}
	rand.New(rand.NewPCG(7, 7)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	want := d.look(t, "worn-and-fresh")
	for _, name := range all {
		if got := d.look(t, name); got != want {
			t.Fatalf("%s gives\n%s\nwant what every name gives:\n%s", name, got, want)
		}
	}
}

// What was guessed at a name is remembered while fewer names of nobody than the
// store has room for were guessed at. Past that, nothing that was guessed shows,
// of customers and nobody alike, until a month after the last name was
// forgotten; and the store remembers no more than it has room for (L27).
func TestDistinguisherOfForgottenNames(t *testing.T) {
	const room, names = 256, 5 // one in each part of the store
	d := newDistinguisher(t, names, stepup.MemoryConfig{Decoys: room})
	fresh := d.glance("customer-0")
	alike := func(when string, worn bool) {
		t.Helper()
		for i := range names {
			customer, nobody := d.glance(fmt.Sprint("customer-", i)), d.glance(fmt.Sprint("nobody-", i))
			if customer != nobody || worn == (customer == fresh) {
				t.Fatalf("%s: a customer gives\n%s\nand nobody\n%s", when, customer, nobody)
			}
		}
	}
	for i := range names {
		d.look(t, fmt.Sprint("customer-", i))
		d.look(t, fmt.Sprint("nobody-", i))
	}
	alike("guessed at", true)
	for i := range 2 * room {
		d.guess(t, fmt.Sprint("flood-", i), 1)
	}
	alike("after a flood", false)
	remembered := 0
	for i := range 2 * room {
		if d.glance(fmt.Sprint("flood-", i)); d.store.decoy.Guesses != [stepup.Lanes]stepup.Guesses{} {
			remembered++
		}
	}
	if remembered > room || remembered < room*3/4 {
		t.Errorf("got %d names of nobody remembered, want most of %d", remembered, room)
	}
	d.Clock.Advance(32 * 24 * time.Hour)
	alike("a month later", false)
}

// Names that a stranger makes up take no room from customers, whatever is
// guessed at them (L27).
func TestMadeUpNamesTakeNoRoom(t *testing.T) {
	d := newDistinguisher(t, 4, stepup.MemoryConfig{Subjects: 8})
	for i := range 100 {
		d.look(t, fmt.Sprint("made-up-", i))
	}
	for i := range 4 {
		c := steptest.NewClient(fmt.Sprint("customer-", i), "laptop")
		asked := d.Decide(c, "login", nil)
		if _, err := d.Guard.Begin(t.Context(), asked.Ticket(), stepup.Code6); err != nil {
			t.Errorf("a customer after a hundred made-up names: got error %v", err)
		}
	}
}

// A name of nobody that was guessed at is answered as a customer's after the
// keys were rotated, and after a restart.
func TestDecoyOutlivesRotationAndRestart(t *testing.T) {
	d := newDistinguisher(t, 1, stepup.MemoryConfig{})
	alike := func(when string) {
		t.Helper()
		customer, nobody, never := d.glance("customer-0"), d.glance("nobody"), d.glance("never")
		if customer != nobody || nobody == never {
			t.Errorf("%s: a customer gives\n%s\nnobody\n%s\nand who was never guessed at\n%s",
				when, customer, nobody, never)
		}
	}
	d.look(t, "customer-0")
	d.look(t, "nobody")
	alike("guessed at")
	d.rotate(t)
	alike("rotated")
	d.Clock.Advance(time.Hour)
	if d.look(t, "customer-0") != d.look(t, "nobody") {
		t.Error("guessed at under new keys, a customer and nobody differ")
	}
	restored, err := stepup.RestoreMemory(bytes.NewReader(snapshot(t, d.store.Store)),
		stepup.MemoryConfig{Elapsed: d.Clock.Elapsed})
	if err != nil {
		t.Fatal(err)
	}
	d.store.Store = restored
	alike("restarted")
}

// rotate puts a new key before the one there was.
func (d *distinguisher) rotate(t *testing.T) {
	t.Helper()
	var keys [2]otp.Key
	for i, id := range []string{"fresh", "fake"} {
		key, err := otp.NewKey(id, bytes.Repeat([]byte{byte(8 - i)}, 32))
		if err != nil {
			t.Fatal(err)
		}
		keys[i] = key
	}
	ring, err := otp.NewRing(keys[0], keys[1])
	if err != nil {
		t.Fatal(err)
	}
	d.config.Keys = ring
	if d.Guard, err = stepup.New(attackPolicy(t), d.config); err != nil {
		t.Fatal(err)
	}
}
