// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/journal"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// Erasing a subject leaves none of its sealed events readable, from before a
// rotation of the ring either, and others' as they were (L23).
func TestEraseDestroysTheKeysOfTheJournal(t *testing.T) {
	path, keys := filepath.Join(t.TempDir(), "journal.jsonl"), new(journal.MemoryKeys)
	file, err := journal.OpenFile(journal.FileConfig{Path: path, Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	old, recent := aKey(t, "2026-10"), aKey(t, "2026-11")
	var guard *stepup.Guard
	for _, ring := range []*otp.Ring{aRing(t, old), aRing(t, recent, old)} {
		b := newBench(t, func(c *stepup.Config) { c.Keys, c.Journal, c.JournalKeys = ring, file, keys })
		b.Decide(alice("laptop"), "address.change", nil)
		b.Decide(steptest.NewClient("bob", "tablet"), "address.change", nil)
		guard = b.Guard
	}
	if err := guard.Erase(t.Context(), steptest.Alice); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	reader := journal.NewReader(journal.ReaderConfig{Files: []string{path}, Keys: keys})
	var destroyed int64
	for e, err := range reader.Events(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == journal.KindErase {
			destroyed = e.Detail.Keys
		}
	}
	if c := reader.Counts(); c.Sealed-c.Unopened != 2 || c.Unopened < 2 || destroyed != 2 {
		t.Errorf("got %+v and %d keys destroyed, want only Bob's two decisions readable", c, destroyed)
	}
}

// An erasure that could not destroy the keys is no erasure: it is asked again.
func TestEraseFailsWithTheKeys(t *testing.T) {
	b := newBench(t, func(c *stepup.Config) { c.JournalKeys = new(lostKeys) })
	if err := b.Guard.Erase(t.Context(), steptest.Alice); !errors.Is(err, stepup.ErrUnavailable) {
		t.Errorf("got error %v, want ErrUnavailable", err)
	}
}

type lostKeys struct{ journal.MemoryKeys }

func (*lostKeys) Key(context.Context, journal.Pseudonym) (journal.SubjectKey, error) {
	return journal.SubjectKey{}, nil
}

func (*lostKeys) Destroy(context.Context, journal.Pseudonym) error { return errors.New("no disk") }

func aKey(t *testing.T, id string) otp.Key {
	t.Helper()
	key, err := otp.GenerateKey(id)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func aRing(t *testing.T, first otp.Key, others ...otp.Key) *otp.Ring {
	t.Helper()
	ring, err := otp.NewRing(first, others...)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}
