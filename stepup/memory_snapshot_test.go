// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// snapshot returns what a store writes.
func snapshot(t testing.TB, m stepup.Store) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := m.(*stepup.Memory).Snapshot(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// reopen has the scene's guard go on with a store restored from a snapshot.
func (s *scene) reopen(t testing.TB, snapshot []byte) {
	t.Helper()
	m, err := stepup.RestoreMemory(bytes.NewReader(snapshot), stepup.MemoryConfig{Elapsed: s.Clock.Elapsed})
	if err != nil {
		t.Fatal(err)
	}
	s.meter.Store = m
}

// A store restored from a snapshot knows the guesses, devices, caps and methods
// of before, and accepts nothing that it cannot know to be unused: no ticket,
// code, grant or TOTP step from before it came back (L9, L12).
func TestRestoredStore(t *testing.T) {
	s := newScene(t)
	owner := s.owner(t)
	s.storm(t, strangers(20), []string{"address.change", "login"}, 6)
	s.Clock.Advance(10 * time.Minute)
	spent, state := used(s.meter.wrong()), s.state(t)
	taken := snapshot(t, s.meter.Store)

	// What happens now is not in the snapshot.
	c := alice("tablet")
	d, open := s.Decide(c, "address.change", nil), s.Decide(alice("phone"), "address.change", nil)
	used := d.Ticket()
	begun, err := s.Guard.Begin(t.Context(), used, stepup.TOTP)
	if err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Minute)
	step := s.answer(t, begun)
	grant, err := s.Guard.Finish(t.Context(), c.Binding, begun.ID, step)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Guard.Redeem(t.Context(), grant.Token, c.Request("address.change", nil)); err != nil {
		t.Fatal(err)
	}
	pending, err := s.Guard.Begin(t.Context(), open.Ticket(), stepup.TOTP)
	if err != nil {
		t.Fatal(err)
	}

	s.reopen(t, taken)
	s.Clock.Advance(time.Nanosecond)
	after := s.state(t)
	after.Version, after.Since = state.Version, after.Since.UTC()
	if state.Since = state.Since.UTC(); !reflect.DeepEqual(after, state) {
		t.Errorf("got %+v, want what was remembered: %+v", after, state)
	}
	if err := s.Guard.Redeem(t.Context(), grant.Token, c.Request("address.change",
		nil)); !errors.Is(err, stepup.ErrRedeemed) {
		t.Errorf("a grant from before: got error %v, want %v", err, stepup.ErrRedeemed)
	}
	if _, err := s.Guard.Begin(t.Context(), used, stepup.TOTP); !errors.Is(err, stepup.ErrTicket) {
		t.Errorf("a ticket from before: got error %v, want %v", err, stepup.ErrTicket)
	}
	_, err = s.Guard.Finish(t.Context(), alice("phone").Binding, pending.ID, step)
	refused(t, err)
	again := s.Decide(alice("phone"), "address.change", nil)
	replayed, err := s.Guard.Begin(t.Context(), again.Ticket(), stepup.TOTP)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Guard.Finish(t.Context(), alice("phone").Binding, replayed.ID, step)
	refused(t, err)
	s.Clock.Advance(time.Minute)
	if _, err := s.Guard.Finish(t.Context(), alice("phone").Binding, replayed.ID,
		s.answer(t, replayed)); err != nil {
		t.Errorf("a later TOTP step: got error %v", err)
	}
	if err := s.prove(t, owner, "address.change", stepup.Code4); err != nil {
		t.Errorf("the owner's trusted device: got error %v", err)
	}
	s.storm(t, strangers(20), []string{"address.change", "login"}, 6)
	if got := usedNow(s); !got.Within(bounds[stepup.StrangerLane]) ||
		got.All < spent[stepup.StrangerLane].All {
		t.Errorf("got %+v ppm compared over the restoring, want no less than %+v and at most %+v",
			got, spent[stepup.StrangerLane], bounds[stepup.StrangerLane])
	}
}

// usedNow is what was compared in the stranger's lane.
func usedNow(s *scene) stepup.Guesses { return used(s.meter.wrong())[stepup.StrangerLane] }

// A snapshot taken while the store is in use is of one moment: two subjects that
// are always changed in turn differ by one change at most.
func TestSnapshotIsOfOneMoment(t *testing.T) {
	m := stepup.NewMemory(stepup.MemoryConfig{})
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	both := []stepup.Ref{{Key: stepup.Key{1}}, {Key: stepup.Key{200}}}
	change := func(r stepup.Ref, version uint64) error {
		return m.Update(context.Background(), stepup.Update{Subject: r, Version: version, Now: now})
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for version := range uint64(2_000) {
			for _, r := range both {
				if err := change(r, version); err != nil {
					t.Error(err)
				}
			}
		}
	})
	for range 50 {
		restored, err := stepup.RestoreMemory(bytes.NewReader(snapshot(t, m)), stepup.MemoryConfig{})
		if err != nil {
			t.Fatal(err)
		}
		var versions [2]uint64
		for i, r := range both {
			st, err := restored.Subject(t.Context(), stepup.Query{Subject: r, Now: now})
			if err != nil {
				t.Fatal(err)
			}
			versions[i] = st.Version
		}
		if ahead := versions[0] - versions[1]; ahead > 1 {
			t.Fatalf("got versions %v, want the first to be at most one ahead", versions)
		}
	}
	wg.Wait()
}

// What is usual for the deployment is in a snapshot: without it, an attack on
// everybody would stand out nowhere for a week after a restart.
func TestSnapshotKeepsWhatIsUsual(t *testing.T) {
	clock := steptest.NewClock(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	config := stepup.MemoryConfig{Elapsed: clock.Elapsed}
	m := stepup.NewMemory(config)
	wrongly := func(subject byte) {
		now := clock.Now()
		o := stepup.Opening{
			ID: stepup.ID{subject, 1}, Subject: stepup.Ref{Key: stepup.Key{subject, 1}},
			Binding: stepup.Ref{Key: stepup.Key{1}}, Method: stepup.Code6, Attempts: 1,
			Now: now, Issued: now, Expires: now.Add(time.Minute),
		}
		a := stepup.Attempt{ID: o.ID, Method: o.Method, Binding: o.Binding, Now: now}
		if err := m.Open(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Attempt(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	for day := range byte(8) {
		wrongly(day)
		clock.Advance(24 * time.Hour)
	}
	for i := range byte(20) {
		wrongly(100 + i)
	}
	q := stepup.Query{Subject: stepup.Ref{Key: stepup.Key{1}}, Now: clock.Now()}
	before, err := m.Subject(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	restored, err := stepup.RestoreMemory(bytes.NewReader(snapshot(t, m)), config)
	if err != nil {
		t.Fatal(err)
	}
	after, err := restored.Subject(t.Context(), q)
	if err != nil || !before.Everybody.Known || after.Everybody != before.Everybody {
		t.Errorf("got %+v after a restart (%v), want %+v, known", after.Everybody, err, before.Everybody)
	}
}

// full is a small store in which there is one of everything.
func full(t testing.TB) *stepup.Memory {
	t.Helper()
	s := newScene(t)
	s.storm(t, strangers(3), []string{"address.change"}, 2)
	s.Clock.Advance(time.Minute)
	if err := s.prove(t, alice("laptop"), "address.change", stepup.TOTP); err != nil {
		t.Fatal(err)
	}
	amount, err := policy.ParseDecimal("12.5")
	if err != nil {
		t.Fatal(err)
	}
	err = s.meter.Spend(context.Background(), stepup.Spending{
		Subject: s.meter.latest(), Now: s.Clock.Now(), Charges: []policy.Charge{{Rule: "fake",
			Count: 3, Sum: amount}},
	})
	if err != nil {
		t.Fatal(err)
	}
	rotated := s.meter.latest()
	rotated.Former, rotated.Key = []stepup.Key{rotated.Key}, stepup.Key{77}
	u := stepup.Update{Subject: rotated, Version: s.state(t).Version, Now: s.Clock.Now()}
	if err := s.meter.Update(context.Background(), u); err != nil {
		t.Fatal(err)
	}
	return s.meter.Store.(*stepup.Memory)
}

// A snapshot that is cut short anywhere, or of which any byte is another, is
// refused whole.
func TestRestoreRefusesWhatIsNotIntact(t *testing.T) {
	taken := snapshot(t, full(t))
	restore := func(b []byte, config stepup.MemoryConfig) error {
		_, err := stepup.RestoreMemory(bytes.NewReader(b), config)
		return err
	}
	if err := restore(taken, stepup.MemoryConfig{}); err != nil {
		t.Fatal(err)
	}
	for i := range taken {
		altered := bytes.Clone(taken)
		altered[i] ^= 1 << (i % 8)
		if err := restore(altered, stepup.MemoryConfig{}); !errors.Is(err, stepup.ErrSnapshot) {
			t.Errorf("byte %d of %d altered: got error %v, want %v", i, len(taken), err, stepup.ErrSnapshot)
		}
		if err := restore(taken[:i], stepup.MemoryConfig{}); !errors.Is(err, stepup.ErrSnapshot) {
			t.Errorf("%d bytes of %d: got error %v, want %v", i, len(taken), err, stepup.ErrSnapshot)
		}
	}
	if err := restore(append(bytes.Clone(taken), 0), stepup.MemoryConfig{}); !errors.Is(err,
		stepup.ErrSnapshot) {
		t.Errorf("a byte more: got error %v, want %v", err, stepup.ErrSnapshot)
	}
	two := full(t)
	u := stepup.Update{Subject: stepup.Ref{Key: stepup.Key{5}},
		Now: time.Date(2026, 3, 2, 9, 3, 0, 0, time.UTC)}
	if err := two.Update(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	if err := restore(snapshot(t, two), stepup.MemoryConfig{Subjects: 1}); !errors.Is(err,
		stepup.ErrSnapshot) {
		t.Errorf("more subjects than there is room for: got error %v, want %v", err, stepup.ErrSnapshot)
	}
	down := errors.New("down")
	_, err := stepup.RestoreMemory(iotest.ErrReader(down), stepup.MemoryConfig{})
	if !errors.Is(err, down) || errors.Is(err, stepup.ErrSnapshot) {
		t.Errorf("a reader that fails: got error %v, want its own", err)
	}
	if err := full(t).Snapshot(failing{down}); !errors.Is(err, down) {
		t.Errorf("a writer that fails: got error %v, want its own", err)
	}
}

type failing struct{ error }

func (f failing) Write([]byte) (int, error) { return 0, f.error }

// FuzzRestoreMemory gives frames with a right sum: whatever they hold, a store
// comes of them that can be used, and whose snapshot restores, or an error.
func FuzzRestoreMemory(f *testing.F) {
	taken := snapshot(f, full(f))
	body := taken[:len(taken)-sha256.Size]
	f.Add(body)
	f.Add([]byte("proportion memory 2\n\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"))
	for cut := range 8 {
		f.Add(body[:len(body)*cut/8])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		sum := sha256.Sum256(body)
		m, err := stepup.RestoreMemory(bytes.NewReader(append(body, sum[:]...)),
			stepup.MemoryConfig{Subjects: 1000})
		if err != nil {
			if !errors.Is(err, stepup.ErrSnapshot) {
				t.Fatalf("got error %v, want %v", err, stepup.ErrSnapshot)
			}
			return
		}
		now := time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)
		r := stepup.Ref{Key: stepup.Key{77}}
		if st, err := m.Subject(t.Context(), stepup.Query{Subject: r, Now: now}); err == nil {
			_ = m.Update(t.Context(), stepup.Update{Subject: r, Version: st.Version, Now: now})
		}
		if _, err := stepup.RestoreMemory(bytes.NewReader(snapshot(t, m)),
			stepup.MemoryConfig{Subjects: 1001}); err != nil {
			t.Fatalf("the snapshot of what was restored: got error %v", err)
		}
	})
}

func ExampleMemory_Snapshot() {
	clock := steptest.NewClock(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	config := stepup.MemoryConfig{Elapsed: clock.Elapsed}
	store := stepup.NewMemory(config)
	alice := stepup.Ref{Key: stepup.Key{1}}
	err := store.Update(context.Background(), stepup.Update{Subject: alice, Profile: []byte("fake"),
		Now: clock.Now()})

	var file strings.Builder // a file that only the service can write
	err = errors.Join(err, store.Snapshot(&file))

	restored, failed := stepup.RestoreMemory(strings.NewReader(file.String()), config)
	if err = errors.Join(err, failed); err != nil {
		restored = stepup.NewMemory(config) // refuses whatever it cannot know
	}
	st, err := restored.Subject(context.Background(), stepup.Query{Subject: alice, Now: clock.Now()})
	fmt.Printf("%s %v\n", st.Profile, err)
	// Output: fake <nil>
}
