// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
)

// seeds are all the policies of the tests.
func seeds(f testing.TB) [][]byte {
	f.Helper()
	var all [][]byte
	for _, pattern := range []string{"testdata/good/*.yaml", "testdata/bad/*.yaml", "testdata/base.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds in %s (%v)", pattern, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			all = append(all, data)
		}
	}
	return all
}

// FuzzParse: no bytes panic; a policy or findings, never both; every finding
// has a place, an id of the table and a line without control characters; and
// a policy denies what it does not know.
func FuzzParse(f *testing.F) {
	base, err := os.ReadFile("testdata/base.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range seeds(f) {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	ids := map[string]bool{}
	for _, c := range policy.Checks() {
		ids[c.ID] = true
	}
	f.Fuzz(func(t *testing.T, data []byte, alone bool) {
		sources := []policy.Source{{Name: "fuzz", Data: data}}
		if !alone {
			sources = append(sources, policy.Source{Name: "base", Data: base})
		}
		p, err := policy.Parse(sources...)
		if err == nil {
			v := p.Evaluate(policy.Input{Action: "method.enrol", Gaps: []policy.Gap{{}}})
			if v.Outcome != policy.Deny && p.Action("method.enrol").Sensitivity == policy.Critical {
				t.Fatalf("a store that failed gives %v for a critical action", v.Outcome)
			}
			_ = v.Explain().String()
			return
		}
		var load *policy.LoadError
		if p != nil || !errors.As(err, &load) || len(load.Findings) == 0 {
			t.Fatalf("policy %v, error %v", p, err)
		}
		for _, finding := range load.Findings {
			if !ids[finding.ID] || finding.Line < 1 || finding.Column < 1 || finding.Message == "" {
				t.Fatalf("finding %+v", finding)
			}
			if strings.ContainsAny(finding.String(), "\x1b\x00\u202e") {
				t.Fatalf("control characters in %q", finding)
			}
		}
	})
}

// TestAttacks: files made to crash the loader, to make it hang, or to eat its
// memory are refused within a second and 256 MB.
func TestAttacks(t *testing.T) {
	const size = 4<<20 - 4096
	attacks := map[string]string{
		"nested lists":     "version: 1\nlists: { a: " + strings.Repeat("[", size) + "}",
		"nested mappings":  "version: 1\nlists: " + strings.Repeat("{a: ", size/4),
		"nested blocks":    strings.Repeat("- ", size/2),
		"aliases of lists": "a: &a [x, x]\n" + bomb(),
		"anchors":          strings.Repeat("- &a x\n", size/7),
		"keys":             "version: 1\nactions:\n" + strings.Repeat("  a: { sensitivity: normal }\n", size/29),
		"unknown keys":     "version: 1\n" + manyKeys(size),
		"one long text":    "version: 1\nowner: " + strings.Repeat("x", size),
		"one long key":     strings.Repeat("x", size) + ": 1",
		"a nested condition": "version: 1\nrules:\n" + strings.Repeat(
			"  - {id: a, when: \""+strings.Repeat("(", 4000)+"\", score: 1}\n", 900),
		"patterns": "version: 1\nrules:\n" + strings.Repeat(
			"  - {id: a, when: 'geo.country matches \""+strings.Repeat(".{1000}",
				500)+"\"', score: 1}\n", 900),
		"actions of a rule": withActions(20_000, "  - { id: r, on: ["+
			numbered(20_000, "a%d, ")+"view], score: 1 }\n"),
		"facts of an action": strings.Replace(frameYAML, "actions:\n",
			"actions:\n  a: { bind: ["+strings.Repeat("amount, ", 100_000)+"amount] }\n", 1),
		"unknown names": withFacts(40_000, numbered(100,
			"  - { id: r%[1]d, when: 'fakt%[1]d or x.y', unknown: skip, score: 1 }\n")),
		"unknown names of one rule": withFacts(40_000, "  - { id: r, when: '"+
			numbered(400, "fakt%d or ")+"x', unknown: skip, score: 1 }\n"),
		"mistakes on one line": withActions(0, "  ["+numbered(15_000, "{ id: r%d, when: \"geo.tor "+
			"and geo.torr\", unknown: skip, score: 1 }, ")+"]\n"),
		"languages": "version: 1\nrules:\n  - id: a\n    score: 1\n    because:\n" + strings.Repeat("      en: x\n", size/12),
	}
	for name, text := range attacks {
		t.Run(name, func(t *testing.T) {
			if err := parseBounded(t, text); err == nil {
				t.Error("it is accepted")
			}
		})
	}
}

// TestLargePolicies: what is large in more than one way and is accepted is
// loaded within the same bounds. Time that grew with a product would pass them.
func TestLargePolicies(t *testing.T) {
	for name, text := range map[string]string{
		"beginnings": withActions(8_000, numbered(400,
			"  - { id: r%[1]d, on: [a%[1]d*, a1%[1]d*], score: 1 }\n")),
		"rules for one and for all": withActions(3_000, numbered(3_000,
			"  - { id: r%[1]d, on: [a%[1]d], score: 1 }\n"+
				"  - { id: s%[1]d, on: [a*], score: 1 }\n")),
		"a long list in many actions": withActions(3_000, numbered(3_000, "  - { id: r%[1]d, "+
			"on: [a%[1]d], when: geo.country in big, unknown: skip, score: 1 }\n")) +
			"lists: { big: [" + numbered(20_000, "a%d, ") + "z] }\n",
		"one line": withActions(0, "  ["+numbered(15_000, "{ id: r%d, when: "+
			"geo.country == 'FR' or geo.tor, unknown: skip, score: 1 }, ")+"]\n"),
		"different numbers": withActions(0, numbered(4_000, "  - { id: r%[1]d, when: travel.km > "+
			"%[1]d and history.days > %[1]d and session.age_s > %[1]d, unknown: skip, score: 1 }\n")),
	} {
		t.Run(name, func(t *testing.T) {
			if err := parseBounded(t, text); err != nil {
				t.Errorf("it is refused: %.300v", err)
			}
		})
	}
}

// parseBounded loads a policy in bounded time and memory. The time is a
// multiple of what it takes, for machines that do other things too, and what
// takes too long has two more chances.
func parseBounded(t *testing.T, text string) error {
	t.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	parse := func() (time.Duration, error) {
		begin := time.Now()
		_, err := policy.Parse(policy.Source{Name: "p", Data: []byte(text)})
		return time.Since(begin), err
	}
	took, err := parse()
	runtime.ReadMemStats(&after)
	// The heap may hold garbage too; what was asked from the system is an
	// upper bound of what was ever in use.
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 256<<20 {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
	const most = slower * 5 * time.Second
	for n := 0; n < 2 && took > most; n++ {
		took, _ = parse()
	}
	if took > most {
		t.Errorf("it took %v, three times", took)
	}
	t.Logf("%v, %d MB allocated", took, (after.TotalAlloc-before.TotalAlloc)>>20)
	return err
}

// numbered repeats a format with the numbers from 0 on.
func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// withActions is a policy with so many actions more, and rules.
func withActions(n int, rules string) string {
	return strings.Replace(frameYAML, "actions:\n",
		"actions:\n"+numbered(n, "  a%d: { sensitivity: normal }\n"), 1) + rules
}

// withFacts is a policy with so many facts more, and rules.
func withFacts(n int, rules string) string {
	return strings.Replace(frameYAML, "facts:\n", "facts:\n"+numbered(n, "  fact%d: bool\n"), 1) + rules
}

// bomb is a billion laughs.
func bomb() string {
	var b bytes.Buffer
	for _, name := range "bcdefghij" {
		b.WriteString(string(name) + ": &" + string(name) + " [" + strings.Repeat("*"+string(name-1)+", ", 10) + "]\n")
	}
	return b.String()
}

func manyKeys(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size-16; i++ {
		b.WriteString("k" + strings.Repeat("x",
			i%7) + string(rune('a'+i%26)) + time.Duration(i).String() + ": 1\n")
	}
	return b.String()
}

// TestManyActionsManyRules: what a policy keeps grows with its rules and
// actions, not with their product.
func TestManyActionsManyRules(t *testing.T) {
	const n = 3000
	var actions, rules strings.Builder
	for i := range n {
		fmt.Fprintf(&actions, "  act%d: { sensitivity: normal, without: [code4] }\n", i)
		fmt.Fprintf(&rules,
			"  - { id: r%d, on: [act*, a*, act%d], when: amount > %d, score: 1 }\n", i, i, i)
	}
	text := strings.Replace(frameYAML, "actions:\n", "actions:\n"+actions.String(),
		1) + rules.String()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	p, err := policy.Parse(policy.Source{Name: "many", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 16<<20 {
		t.Errorf("%d actions and rules keep %d MB", n, grown>>20)
	}
	v := p.Evaluate(policy.Input{Action: "act7", Signals: usual(),
		Facts: map[string]any{"amount": 40.5}})
	if v.Score != 41 || len(v.Fired()) != 41 {
		t.Errorf("score %d of %d rules, want 41 of 41", v.Score, len(v.Fired()))
	}
}
