// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/policy"
)

var update = flag.Bool("update", false, "write the golden files anew")

// badFile loads one file of testdata/bad, with what it lacks to be a policy.
func badFile(t *testing.T, name string) error {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "bad", name))
	if err != nil {
		t.Fatal(err)
	}
	sources := []policy.Source{{Name: name, Data: data}}
	if !bytes.Contains(data, []byte("\nladder:")) {
		base, err := os.ReadFile("testdata/base.yaml")
		if err != nil {
			t.Fatal(err)
		}
		sources = append([]policy.Source{{Name: "base.yaml", Data: base}}, sources...)
	}
	_, err = policy.Parse(sources...)
	return err
}

// badFiles returns the files of testdata/bad for a check: one is named as it
// is, more have a word after it, as wrong-type.doubtful.yaml.
func badFiles(t *testing.T, id string) []string {
	t.Helper()
	more, err := filepath.Glob(filepath.Join("testdata", "bad", id+".*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	names := []string{id + ".yaml"}
	for _, path := range more {
		names = append(names, filepath.Base(path))
	}
	return names
}

// TestFindings holds every kind of finding to the exact text of one that a
// file in testdata/bad provokes. Run with -update after a change of words,
// and read the difference.
func TestFindings(t *testing.T) {
	for _, check := range policy.Checks() {
		if check.ID == "too-large" {
			continue // see TestTooLarge: the file would be
		}
		for _, name := range badFiles(t, check.ID) {
			t.Run(strings.TrimSuffix(name, ".yaml"), func(t *testing.T) {
				err := badFile(t, name)
				var load *policy.LoadError
				if !errors.As(err, &load) {
					t.Fatalf("error = %v, want a *LoadError", err)
				}
				if !slices.ContainsFunc(load.Findings, func(f policy.Finding) bool {
					return f.ID == check.ID
				}) {
					t.Errorf("no finding has the id:\n%v", err)
				}
				path := filepath.Join("testdata", "bad", strings.TrimSuffix(name, ".yaml")+".golden")
				golden(t, path, err.Error())
			})
		}
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestFindingOfAnOddName: the name of a file steers no terminal.
func TestFindingOfAnOddName(t *testing.T) {
	_, err := policy.Parse(policy.Source{Name: "a\x1b[2J\u202e.yaml", Data: []byte("version: 2")})
	if err == nil || strings.ContainsAny(err.Error(), "\x1b\u202e") || !strings.HasPrefix(err.Error(), "a\uFFFD[2J\uFFFD.yaml:1:10: ") {
		t.Errorf("got %q, want the name without its control characters", err)
	}
}

// TestBadFiles finds files that no check is tested with.
func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d files, want 40 or more (%v)", len(files), err)
	}
	ids := map[string]bool{}
	for _, c := range policy.Checks() {
		ids[c.ID] = true
	}
	for _, f := range files {
		if id, _, _ := strings.Cut(filepath.Base(f), "."); !ids[id] {
			t.Errorf("%s is the file of no check", f)
		}
	}
}

func TestTooLarge(t *testing.T) {
	half := bytes.Repeat([]byte("# a comment\n"), 200_000)
	_, err := policy.Parse(policy.Source{Name: "a", Data: half}, policy.Source{Name: "b",
		Data: half})
	var load *policy.LoadError
	if !errors.As(err, &load) || len(load.Findings) != 1 || load.Findings[0].ID != "too-large" ||
		load.Findings[0].File != "b" {
		t.Errorf("error = %v, want one too-large in b", err)
	}
}

// TestLoadEndless: a file that says it is empty, and has no end, is not read to
// it.
func TestLoadEndless(t *testing.T) {
	const endless = "/dev/zero"
	if _, err := os.Stat(endless); err != nil {
		t.Skip(err)
	}
	_, err := policy.Load("testdata/base.yaml", endless)
	var load *policy.LoadError
	if !errors.As(err, &load) || load.Findings[0].ID != "too-large" ||
		load.Findings[0].File != endless {
		t.Errorf("error = %v, want too-large in %s", err, endless)
	}
}

// TestVersionWritten: a version that only looks like the right one is shown as
// it is written.
func TestVersionWritten(t *testing.T) {
	for written, want := range map[string]string{"\"1\"": "without quotes", "'1'": "without quotes", `"2"`: `version "2" is not`,
		"1.0": "version 1.0 is not", "[1]": "version a list is not", "": "version nothing is not"} {
		_, err := policy.Parse(policy.Source{Name: "a", Data: []byte("version: " + written + "\n")})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("version: %s: error = %v, want %s", written, err, want)
		}
	}
}

func TestLoadUnreadable(t *testing.T) {
	if _, err := policy.Load("testdata/absent.yaml"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error = %v, want one that says the file does not exist", err)
	}
	if _, err := policy.Load(); err == nil {
		t.Error("no error for no file")
	}
}

// TestFindingsInTheTable provokes nothing: it keeps the ids of all findings
// that the bad files give inside the table.
func TestFindingsInTheTable(t *testing.T) {
	ids := map[string]bool{}
	for _, c := range policy.Checks() {
		ids[c.ID] = true
	}
	for id := range ids {
		if id == "too-large" {
			continue
		}
		for _, name := range badFiles(t, id) {
			var load *policy.LoadError
			if !errors.As(badFile(t, name), &load) {
				t.Fatalf("%s loads", name)
			}
			for _, f := range load.Findings {
				if !ids[f.ID] {
					t.Errorf("%s has a finding %q, which is not in the table", name, f.ID)
				}
			}
		}
	}
}
