// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package lines_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/stepup/internal/lines"
)

func save(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func zipped(t *testing.T, content string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, content); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	return b.String()
}

// all returns each line, or its error, up to so many.
func all(r *lines.Reader, most int) (got []string) {
	for len(got) < most {
		line, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return got
		case errors.Is(err, lines.ErrTooLong):
			got = append(got, "too long")
		case errors.Is(err, lines.ErrDamaged):
			got = append(got, "damaged")
		case err != nil:
			return append(got, err.Error())
		default:
			got = append(got, string(line))
		}
	}
	return got
}

func TestLines(t *testing.T) {
	long := strings.Repeat("x", 200_000)
	content := "a\n\n" + long[:100] + "\nb\r\n" + long + "\nend"
	plain, compressed := save(t, "plain", content), save(t, "compressed", zipped(t, content))
	cut := save(t, "cut", zipped(t, content)[:30])
	once := []string{"a", "", long[:100], "b\r", "too long", "end"}
	c := lines.Config{
		Files: []string{plain, "-", compressed, cut, save(t, "empty", ""), plain},
		Stdin: strings.NewReader("in\n"), Most: 100_000,
	}
	want := slices.Concat(once, []string{"in"}, once, []string{"damaged"}, once)
	got := all(lines.New(c), 1000)
	if !slices.Equal(got, want) {
		t.Fatalf("got %d lines, want %d", len(got), len(want))
	}
	// From any position the same follows.
	c.Files = []string{plain, compressed, cut, plain}
	want = slices.Concat(once, once, []string{"damaged"}, once)
	for n := range want {
		r := lines.New(c)
		all(r, n)
		next := c
		next.From = r.Position()
		r.Close()
		if got := all(lines.New(next), 1000); !slices.Equal(got, want[n:]) && want[n] != "damaged" &&
			(n == 0 || want[n-1] != "damaged") {
			t.Errorf("after %d: got %d lines, want %d", n, len(got), len(want)-n)
		}
	}
}

func TestNames(t *testing.T) {
	path := save(t, "plain", "a\nb\n")
	r := lines.New(lines.Config{Files: []string{path, "-"}, Stdin: strings.NewReader("c\n"), Most: 10})
	for _, want := range []string{path, path, "stdin"} {
		if _, err := r.Next(); err != nil || r.Name() != want {
			t.Errorf("got %q, %v, want %q", r.Name(), err, want)
		}
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) || r.Name() != "" || r.Bytes() != 6 {
		t.Errorf("at the end: got %v in %q after %d bytes", err, r.Name(), r.Bytes())
	}
	if _, err := lines.New(lines.Config{Files: []string{path + "x"}}).Next(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: got %v", err)
	}
}

// endless is a device: no line of it ever ends.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

func TestEndless(t *testing.T) {
	_, err := lines.New(lines.Config{Files: []string{"-"}, Stdin: endless{}, Most: 1000}).Next()
	if !errors.Is(err, lines.ErrEndless) || !strings.HasPrefix(err.Error(), "stdin: ") {
		t.Errorf("got error %v, want ErrEndless of stdin", err)
	}
}
