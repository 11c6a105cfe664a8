// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policytest_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/policy/policytest"
)

// FuzzParse: any bytes give either findings that stand in the file, or a suite
// whose every test has a result, and the same one each time.
func FuzzParse(f *testing.F) {
	base := source(f)
	paths, err := filepath.Glob("testdata/*_test.yaml")
	if err != nil || len(paths) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(frame + "  - { name: a, at: 2026-11-21 03:00, prompts: 3, store: failed, proofs: " +
		"[{ method: totp, action: view, age: 1m, band: low }], expect: { reasons: { fr: [x] } } }\n"))
	f.Add([]byte("{"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := policytest.Parse(base, policy.Source{Name: "f_test.yaml", Data: data})
		if err != nil {
			checkFindings(t, data, err)
			return
		}
		r := s.Run()
		if len(r.Results) == 0 {
			t.Fatal("a suite without tests was loaded")
		}
		for _, result := range r.Results {
			if result.Name == "" || result.Line < 1 || result.Passed() != (result.String() == "") {
				t.Fatalf("result %+v", result)
			}
		}
		if again := s.Run(); again.String() != r.String() {
			t.Fatalf("first\n%s\nthen\n%s", r, again)
		}
	})
}

func checkFindings(t *testing.T, data []byte, err error) {
	t.Helper()
	var load *policy.LoadError
	if !errors.As(err, &load) || len(load.Findings) == 0 {
		t.Fatalf("error %v, want a *policy.LoadError with findings", err)
	}
	// What is missing at the end is missed in the line after it.
	last := bytes.Count(data, []byte("\n")) + 2
	for _, f := range load.Findings {
		placed := f.File == "f_test.yaml" && f.Line >= 1 && f.Line <= last && f.Column >= 1
		if !placed || f.ID == "" || f.Message == "" {
			t.Fatalf("finding %+v, in a file of %d lines", f, last-1)
		}
	}
}
