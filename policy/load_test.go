// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
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

// TestFindings holds every kind of finding to the exact text of one that a
// file in testdata/bad provokes. Run with -update after a change of words,
// and read the difference.
func TestFindings(t *testing.T) {
	for _, check := range policy.Checks() {
		t.Run(check.ID, func(t *testing.T) {
			if check.ID == "too-large" {
				t.Skip("see TestTooLarge: the file would be")
			}
			err := badFile(t, check.ID+".yaml")
			var load *policy.LoadError
			if !errors.As(err, &load) {
				t.Fatalf("error = %v, want a *LoadError", err)
			}
			found := false
			for _, f := range load.Findings {
				found = found || f.ID == check.ID
			}
			if !found {
				t.Errorf("no finding has the id:\n%v", err)
			}
			golden(t, filepath.Join("testdata", "bad", check.ID+".golden"), err.Error())
		})
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
		if id := strings.TrimSuffix(filepath.Base(f), ".yaml"); !ids[id] {
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
		var load *policy.LoadError
		if !errors.As(badFile(t, id+".yaml"), &load) {
			t.Fatalf("%s loads", id)
		}
		for _, f := range load.Findings {
			if !ids[f.ID] {
				t.Errorf("%s has a finding %q, which is not in the table", id, f.ID)
			}
		}
	}
}
