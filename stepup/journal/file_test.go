// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/proportion-go/proportion/stepup/journal"
)

// got is what a reader finds: ids of events, and places of bad lines.
func got(t testing.TB, files ...string) (ids []string, bad []string) {
	t.Helper()
	r := journal.NewReader(journal.ReaderConfig{Files: files})
	for e, err := range r.Events(t.Context()) {
		var at *journal.LineError
		switch {
		case errors.As(err, &at):
			bad = append(bad, fmt.Sprintf("%s:%d", filepath.Base(at.File), at.Line))
		case err != nil:
			t.Fatal(err)
		case e.Kind == journal.KindGap:
			ids = append(ids, "gap "+e.Outcome)
		default:
			ids = append(ids, e.ID)
		}
	}
	return ids, bad
}

func named(id string) *journal.Event {
	e := trivial()
	e.ID = id
	return e
}

func TestFileAppends(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	for _, id := range []string{"a", "b"} { // opened twice
		f := openFile(t, journal.FileConfig{Path: path})
		if err := f.Append(t.Context(), named(id), named(id+"2")); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(f.Torn(), f.Append(t.Context()), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if ids, bad := got(t, path); !slices.Equal(ids, []string{"a", "a2", "b", "b2"}) || bad != nil {
		t.Errorf("got %v, bad %v", ids, bad)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the journal: %v, %v", info.Mode(), err)
	}
}

// All or none: one bad event keeps the others of its call out.
func TestFileRefusesEvents(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	f := openFile(t, journal.FileConfig{Path: path})
	unknown, wrong, timeless := named("b"), named("c"), named("d")
	unknown.Kind, wrong.Outcome, timeless.Time = "eclipse", "sent", time.Time{}
	for field, e := range map[string]*journal.Event{"kind": unknown, "outcome": wrong, "time": timeless} {
		var bad *journal.EventError
		if err := f.Append(t.Context(), named("a"), e); !errors.As(err, &bad) ||
			bad.Field != field || bad.Error() == "" {
			t.Errorf("%s: got %v", field, err)
		}
	}
	if ids, _ := got(t, path); len(ids) > 0 {
		t.Errorf("wrote %v", ids)
	}
	if err := errors.Join(f.Close()); err != nil {
		t.Fatal(err)
	}
	if err := f.Append(t.Context(), named("a")); !errors.Is(err, journal.ErrClosed) {
		t.Errorf("after Close: got %v, want ErrClosed", err)
	}
	if err := f.Close(); !errors.Is(err, journal.ErrClosed) {
		t.Errorf("second Close: got %v, want ErrClosed", err)
	}
	for name, c := range map[string]journal.FileConfig{
		"no path": {}, "negative": {Path: path,
			MaxBytes: -1}, "no folder": {Path: filepath.Join(path, "x")},
	} {
		if _, err := journal.OpenFile(c); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Wherever a writer was cut off, no event before it is lost, none is joined
// with it, and what is left of it is named.
func TestTornFile(t *testing.T) {
	short := func(id string) []byte {
		return line(t, &journal.Event{Time: noon(), Kind: journal.KindUnlock, ID: id, Outcome: "unlocked"})
	}
	whole := append(short("a"), short("b")...)
	second := len(short("a"))
	for n := range len(whole) + 1 {
		path := write(t, "journal.jsonl", whole[:n])
		wantBad := n != 0 && n != second && n < len(whole)-1 && n != second-1
		if ids, bad := got(t, path); (bad != nil) != wantBad || len(ids) > 2 {
			t.Fatalf("%d bytes, read: got %v, bad %v", n, ids, bad)
		}
		f := openFile(t, journal.FileConfig{Path: path, Now: noon, Sync: journal.InsecureSkipSync})
		if err := f.Append(t.Context(), named("c")); err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
		var want []string
		if n >= second-1 {
			want = append(want, "a")
		}
		if n >= len(whole)-1 {
			want = append(want, "b")
		}
		if wantBad {
			want = append(want, "gap torn")
		}
		ids, bad := got(t, path)
		if !slices.Equal(ids, append(want, "c")) || (len(bad) == 1) != wantBad {
			t.Fatalf("%d bytes, opened: got %v, bad %v, want %v", n, ids, bad, want)
		}
		var at *journal.LineError
		if err := f.Torn(); (err != nil) != wantBad || wantBad && (!errors.As(err, &at) ||
			!errors.Is(err, journal.ErrTorn) ||
			bad[0] != fmt.Sprintf("journal.jsonl:%d", at.Line)) {
			t.Fatalf("%d bytes: Torn says %v, the reader %v", n, err, bad)
		}
	}
}

// FuzzTornFile: whatever is in a file, the events appended to it are read
// back, and so is every whole line that was there.
func FuzzTornFile(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(append(bytes.Clone(s), s...), 7)
		f.Add(s, len(s)/2)
	}
	f.Fuzz(func(t *testing.T, content []byte, cut int) {
		if cut >= 0 && cut < len(content) {
			content = content[:cut]
		}
		path := write(t, "journal.jsonl", content)
		before, _ := got(t, path)
		if bytes.HasPrefix(content, []byte{0x1f, 0x8b}) {
			return // it passes for gzip
		}
		file := openFile(t, journal.FileConfig{Path: path, Now: noon, Sync: journal.InsecureSkipSync})
		if err := file.Append(t.Context(), named("after")); err != nil {
			t.Fatal(err)
		}
		want := before
		if file.Torn() != nil {
			want = append(want, "gap torn")
		}
		if after, _ := got(t, path); !slices.Equal(after, append(want, "after")) {
			t.Fatalf("got %v after %v", after, before)
		}
	})
}

func TestRotationBySize(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	size := int64(len(line(t, named("e0"))))
	f := openFile(t, journal.FileConfig{Path: path, MaxBytes: 2*size + 10})
	var want []string
	for i := range 9 { // of one second, and five files
		want = append(want, fmt.Sprintf("e%d", i))
		if err := f.Append(t.Context(), named(want[i])); err != nil {
			t.Fatal(err)
		}
	}
	files, err := journal.Segments(path)
	if err != nil || len(files) != 5 ||
		filepath.Base(files[0]) != "journal-20260601T120000Z-0001.jsonl" || files[4] != path {
		t.Fatalf("got %v, %v", files, err)
	}
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.Size() > 2*size+10 {
			t.Errorf("%s has %d bytes", file, info.Size())
		}
	}
	if ids, bad := got(t, files...); !slices.Equal(ids, want) || bad != nil {
		t.Errorf("got %v, bad %v", ids, bad)
	}
}

func TestRotationByDay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	at := func(id string, hours int) *journal.Event {
		e := named(id)
		e.Time = noon().Add(time.Duration(hours) * time.Hour)
		return e
	}
	var f *journal.File
	for _, e := range []*journal.Event{at("a", 0), at("b", 11), at("c", 12), at("late", 11),
		at("d", 13), at("e", 36)} {
		f = openFile(t, journal.FileConfig{Path: path, Daily: true}) // each time by another process
		if err := errors.Join(f.Append(t.Context(), e), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	files, err := journal.Segments(path)
	if err != nil || len(files) != 3 {
		t.Fatalf("got %v, %v", files, err)
	}
	for i, want := range [][]string{{"a", "b"}, {"c", "late", "d"}, {"e"}} {
		if ids, _ := got(t, files[i]); !slices.Equal(ids, want) {
			t.Errorf("%s: got %v, want %v", files[i], ids, want)
		}
	}
}

func TestSegmentsLeavesOthersAlone(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"journal-20260601T120000Z-0001.jsonl",
		"journal-20260601T120000Z-0001.jsonl.gz",
		"journal-20269901T120000Z-0001.jsonl", "journalist.jsonl", "other-20260601T120000Z-0001.jsonl", "journal-.jsonl"} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files, err := journal.Segments(filepath.Join(folder, "journal.jsonl"))
	if err != nil || len(files) != 1 || filepath.Base(files[0]) != "journal-20260601T120000Z-0001.jsonl" {
		t.Errorf("got %v, %v", files, err)
	}
	if _, err := journal.Segments(filepath.Join(folder, "none", "journal.jsonl")); err == nil {
		t.Error("no folder, and no error")
	}
}

// Many write at once, across rotations: every event is there once, whole.
func TestFileConcurrently(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	f := openFile(t, journal.FileConfig{Path: path, MaxBytes: 20_000, Keys: new(journal.MemoryKeys)})
	const writers, each = 8, 25
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				e := decision() // durable
				e.ID = fmt.Sprintf("%d-%d", w, i)
				if err := f.Append(context.Background(), e); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	files, err := journal.Segments(path)
	if err != nil || len(files) < 3 {
		t.Fatalf("got %v, %v", files, err)
	}
	ids, bad := got(t, files...)
	slices.Sort(ids)
	if len(slices.Compact(ids)) != writers*each || bad != nil {
		t.Errorf("got %d events, bad %v", len(ids), bad)
	}
}

func TestClasses(t *testing.T) {
	for name, c := range map[string]struct {
		kind                 journal.Kind
		sensitivity, outcome string
		want                 journal.Class
	}{
		"trivial allow":      {journal.KindDecision, "trivial", "allow", journal.Droppable},
		"trivial notify":     {journal.KindDecision, "trivial", "notify", journal.Ordinary},
		"trivial deny":       {journal.KindDecision, "trivial", "deny", journal.Ordinary},
		"normal allow":       {journal.KindDecision, "normal", "allow", journal.Ordinary},
		"sensitive allow":    {journal.KindDecision, "sensitive", "allow", journal.Durable},
		"critical challenge": {journal.KindChallenge, "critical", "begun", journal.Durable},
		"normal attempt":     {journal.KindAttempt, "normal", "wrong", journal.Ordinary},
		"proof of a trivial": {journal.KindProof, "trivial", "passed", journal.Durable},
		"redeem of a normal": {journal.KindRedeem, "normal", "accepted", journal.Durable},
		"unlock":             {journal.KindUnlock, "", "unlocked", journal.Durable},
		"no sensitivity":     {journal.KindDecision, "", "allow", journal.Durable},
		"new sensitivity":    {journal.KindDecision, "harmless", "allow", journal.Durable},
		"gap":                {journal.KindGap, "", "dropped", journal.Ordinary},
	} {
		e := &journal.Event{Kind: c.kind, Outcome: c.outcome,
			Detail: journal.Detail{Sensitivity: c.sensitivity}}
		if got := e.Class(); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
	if got := (&journal.Event{}).Class(); got != journal.Durable || got.String() != "durable" {
		t.Errorf("the zero event: got %v", got)
	}
}
