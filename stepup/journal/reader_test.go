// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/stepup/journal"
)

func zipped(t testing.TB, content []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// bad lines are named and passed over, in plain files and compressed ones.
func TestReaderGoesOn(t *testing.T) {
	long := fmt.Sprintf(`{"v":1,"x":%q}`, strings.Repeat("a", journal.MaxLine))
	large := named("large")
	large.Step = strings.Repeat("x", 200_000)
	plain := slices.Concat(line(t, named("a")), []byte("not JSON\n\n  \r\n"), line(t, large),
		[]byte(long+"\n"),
		[]byte(`{"v":9}`+"\n"), line(t, named("b")), line(t, named("torn"))[:40])
	first := write(t, "first.jsonl", plain)
	second := write(t, "second.jsonl.gz", append(zipped(t, line(t, named("c"))), zipped(t, line(t,
		named("d")))...))
	empty := write(t, "empty.jsonl", nil)
	last := write(t, "last.jsonl", bytes.TrimSuffix(line(t, named("e")), []byte("\n")))

	r := journal.NewReader(journal.ReaderConfig{Files: []string{first, second, empty, "-", last},
		Stdin: bytes.NewReader(line(t, named("in")))})
	var ids []string
	var problems []error
	for e, err := range r.Events(t.Context()) {
		if err != nil {
			problems = append(problems, err)
			continue
		}
		ids = append(ids, e.ID)
	}
	if want := []string{"a", "large", "b", "c", "d", "in", "e"}; !slices.Equal(ids, want) {
		t.Errorf("got %v, want %v", ids, want)
	}
	want := []struct {
		line int64
		err  error
	}{{2, journal.ErrSyntax}, {6, journal.ErrTooLong}, {7, journal.ErrVersion}, {9, journal.ErrTorn}}
	if len(problems) != len(want) {
		t.Fatalf("got %v", problems)
	}
	for i, w := range want {
		var at *journal.LineError
		if !errors.As(problems[i], &at) || at.File != first || at.Line != w.line ||
			!errors.Is(problems[i], w.err) {
			t.Errorf("got %v, want line %d, %v", problems[i], w.line, w.err)
		}
		if !strings.HasPrefix(problems[i].Error(), fmt.Sprintf("%s:%d: ", first, w.line)) {
			t.Errorf("got %q", problems[i])
		}
	}
	c := r.Counts()
	if c.Lines != 11 || c.Events != 7 || c.Bad != 4 || c.Sealed != 0 || c.Bytes == 0 {
		t.Errorf("got %+v", c)
	}
}

// A compressed file that was cut off gives what it has, and the next file
// follows.
func TestReaderDamagedGzip(t *testing.T) {
	var content []byte
	for i := range 2000 {
		content = append(content, line(t, varied(i))...)
	}
	whole := zipped(t, content)
	changed := bytes.Clone(whole)
	changed[len(changed)/2] ^= 0xff
	next := write(t, "next.jsonl", line(t, named("next")))
	for name, bad := range map[string][]byte{
		"cut in the middle": whole[:len(whole)/2], "cut in the header": whole[:5], "cut in the sum": whole[:len(whole)-3],
		"changed": changed, "two bytes": whole[:2],
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "journal.jsonl.gz", bad)
			r := journal.NewReader(journal.ReaderConfig{Files: []string{path, next}})
			events, problems, last := 0, 0, ""
			for e, err := range r.Events(t.Context()) {
				var at *journal.LineError
				switch {
				case err == nil:
					events, last = events+1, e.ID
				case errors.As(err, &at) && at.File == path:
					problems++
				default:
					t.Fatal(err)
				}
			}
			if problems == 0 || last != "next" || len(bad) > len(whole)/3 && events < 500 {
				t.Errorf("got %d events, %d problems, last %s", events, problems, last)
			}
		})
	}
}

func TestReaderStops(t *testing.T) {
	path := write(t, "journal.jsonl", bytes.Repeat(line(t, named("a")), 3))
	missing := filepath.Join(t.TempDir(), "none.jsonl")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for name, c := range map[string]struct {
		ctx   context.Context
		files []string
		stdin io.Reader
		want  error
	}{
		"missing file": {t.Context(), []string{path, missing, path}, nil, os.ErrNotExist},
		"broken pipe": {t.Context(), []string{path, "-", path},
			io.MultiReader(bytes.NewReader(line(t, named("b"))), failing{}), errStore},
		"cancelled": {ctx, []string{path, path}, nil, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			r := journal.NewReader(journal.ReaderConfig{Files: c.files, Stdin: c.stdin})
			events := 0
			var last error
			for _, err := range r.Events(c.ctx) {
				if last != nil {
					t.Fatalf("something followed %v", last)
				}
				if last = err; err == nil {
					events++
				}
				if events == 3 && errors.Is(c.want, context.Canceled) {
					cancel()
				}
			}
			if !errors.Is(last, c.want) || events < 3 {
				t.Errorf("got %v after %d events, want %v", last, events, c.want)
			}
		})
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errStore }

// Wherever a run stopped, another goes on at its position, and the two see
// every event once.
func TestReaderResumes(t *testing.T) {
	var content []byte
	var want []string
	for i := range 5 {
		content = append(content, line(t, named(fmt.Sprint(i)))...)
		content = append(content, "bad\n"...)
		want = append(want, fmt.Sprint(i), "bad")
	}
	plain, gz := write(t, "a.jsonl", content), write(t, "b.jsonl.gz", zipped(t, content))
	want = append(want, want...)
	files := []string{plain, gz}
	for stop := range len(want) + 1 {
		var seen []string
		read := func(r *journal.Reader, most int) {
			if most == 0 {
				return
			}
			for e, err := range r.Events(t.Context()) {
				if err != nil {
					seen = append(seen, "bad")
				} else {
					seen = append(seen, e.ID)
				}
				if most--; most == 0 {
					return
				}
			}
		}
		first := journal.NewReader(journal.ReaderConfig{Files: files})
		read(first, stop)
		second := journal.NewReader(journal.ReaderConfig{Files: files, From: first.Position()})
		read(second, -1)
		if !slices.Equal(seen, want) {
			t.Fatalf("stopped after %d: got %v", stop, seen)
		}
		if at := second.Position(); at.File != 2 {
			t.Errorf("ended at %+v", at)
		}
	}
}

func TestReaderOpensSeals(t *testing.T) {
	keys := new(journal.MemoryKeys)
	other := decision()
	other.ID, other.Alias = "other", pseudonym(9)
	text := sealed(t, keys, decision())
	content := slices.Concat(text, sealed(t, keys, other), line(t, named("clear")),
		bytes.Replace(text, []byte("challenge"), []byte("deny"), 1))
	if err := keys.Destroy(t.Context(), other.Alias); err != nil {
		t.Fatal(err)
	}
	path := write(t, "journal.jsonl", content)
	for name, c := range map[string]struct {
		keys         journal.KeyStore
		opened       int
		bad          int64
		unopened     int64
		wantTampered bool
	}{
		"with keys":    {keys, 2, 1, 1, true},
		"without keys": {nil, 1, 0, 3, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := journal.NewReader(journal.ReaderConfig{Files: []string{path}, Keys: c.keys})
			opened, tampered := 0, false
			for e, err := range r.Events(t.Context()) {
				if err != nil {
					tampered = tampered || errors.Is(err, journal.ErrTampered)
					continue
				}
				if e.Decision != nil {
					opened++
				}
				if e.Action == "" {
					t.Error("a clear field is missing")
				}
			}
			counts := r.Counts()
			if opened != c.opened || counts.Bad != c.bad || counts.Unopened != c.unopened ||
				counts.Sealed != 3 || tampered != c.wantTampered {
				t.Errorf("opened %d, %+v, tampered %v", opened, counts, tampered)
			}
		})
	}
	r := journal.NewReader(journal.ReaderConfig{Files: []string{path}, Keys: brokenKeys{errStore}})
	for _, err := range r.Events(t.Context()) {
		if !errors.Is(err, errStore) {
			t.Errorf("a store that fails: got %v", err)
		}
	}
}

// Memory does not grow with the journal: each line costs its few strings.
func TestReaderAllocatesLittle(t *testing.T) {
	const lines = 2000
	var content []byte
	for i := range lines {
		content = append(content, line(t, varied(i))...)
	}
	n := testing.AllocsPerRun(3, func() {
		r := journal.NewReader(journal.ReaderConfig{Files: []string{"-"}, Stdin: bytes.NewReader(content)})
		for _, err := range r.Events(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	if n > 6*lines {
		t.Errorf("got %v allocations for %d lines", n, lines)
	}
}
