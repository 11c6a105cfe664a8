// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package schematest_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/policy/policytest"
)

// cursor marks a place in the text of a test.
const cursor = "¦"

// cut returns a text without its cursor, and where that stood.
func cut(t *testing.T, text string) (string, position) {
	t.Helper()
	before, after, ok := strings.Cut(text, cursor)
	if !ok {
		t.Fatalf("no cursor in\n%s", text)
	}
	line := strings.Count(before, "\n")
	return before + after, position{line, len(before) - strings.LastIndex(before, "\n") - 1}
}

// TestPoliciesInAnEditor runs one server for all: it takes a second to start.
func TestPoliciesInAnEditor(t *testing.T) {
	e := open(t, policy.Schema())
	e.each("completion", policyCompletions, e.checkCompletion)
	e.each("diagnostics", policyDiagnostics, e.checkDiagnostics)
	e.each("hover", policyHovers, e.checkHover)
	e.run("a good policy", func(e *editor) {
		data, err := os.ReadFile("../../policy/testdata/good/telecom.yaml")
		if err != nil {
			e.t.Fatal(err)
		}
		if _, wrong := e.show("telecom.yaml", string(data)); len(wrong) > 0 {
			e.t.Errorf("the editor complains: %v", wrong)
		}
	})
}

// TestTestsInAnEditor is the same for files of tests.
func TestTestsInAnEditor(t *testing.T) {
	e := open(t, policytest.Schema())
	e.each("completion", testCompletions, e.checkCompletion)
	e.each("diagnostics", testDiagnostics, e.checkDiagnostics)
	e.each("hover", testHovers, e.checkHover)
}

// A scene is a file in the editor, and what must be seen there.
type scene struct {
	name string
	text string // from the second line on: the first is the version
	want []string
}

func (e *editor) each(kind string, scenes []scene, check func(scene)) {
	for i, s := range scenes {
		e.run(kind+"/"+s.name, func(*editor) {
			s.name = fmt.Sprintf("%s-%d.yaml", kind, i)
			s.text = "version: 1\n" + s.text
			check(s)
		})
	}
}

// run makes a subtest the one that the editor reports to.
func (e *editor) run(name string, check func(*editor)) {
	whole := e.t
	defer func() { e.t = whole }()
	whole.Run(name, func(t *testing.T) {
		e.t = t
		check(e)
	})
}

// checkCompletion wants labels, each with a documentation.
func (e *editor) checkCompletion(s scene) {
	text, at := cut(e.t, s.text)
	uri, _ := e.show(s.name, text)
	var got []string
	for _, c := range e.complete(uri, at) {
		got = append(got, c.Label)
		if len(c.Documentation) <= len(`""`) {
			e.t.Errorf("%s has no documentation", c.Label)
		}
	}
	for _, want := range s.want {
		absent, unwanted := strings.CutPrefix(want, "no ")
		if slices.Contains(got, absent) == unwanted {
			e.t.Errorf("got %q, want %s", got, want)
		}
	}
}

// In a flow mapping the server completes a value only where nothing, not even a
// space, follows the cursor, and a key only once it is begun.
var policyCompletions = []scene{
	{"sections", "¦", []string{
		"owner", "on_failure", "facts", "lists", "methods", "ladder", "bands", "matrix", "actions",
		"prompts", "rules",
	}},
	{"sections not yet there", "rules: []\n¦", []string{"ladder", "no version", "no rules"}},
	{"keys of a rule, block", "rules:\n  - id: a\n    ¦", []string{
		"on", "when", "unknown", "score", "require", "at_most", "deny", "up_to", "limit", "group",
		"mode", "because", "review",
		"note", "no id", "no step", "no ladder",
	}},
	{"keys of a rule, flow", "rules:\n  - { id: a, w¦ }", []string{"when", "deny", "no id"}},
	{"first key, flow", "ladder:\n  - { ¦ }", []string{"step", "do", "methods"}},
	{"a key begun", "rules:\n  - id: a\n    unk¦", []string{"unknown"}},
	{"values of a key", "rules:\n  - id: a\n    unknown: ¦", []string{"skip", "fire", "no deny"}},
	{"what a step does", "ladder:\n  - { step: a, do: ¦}", []string{"deny", "challenge", "notify",
		"allow"}},
	{"a value begun, flow", "ladder:\n  - { step: a, do: ch¦ }", []string{"challenge"}},
	{"methods in a list, flow", "ladder:\n  - { step: a, do: challenge, methods: [code4, ¦] }",
		[]string{"totp"}},
	{"methods in a list", "ladder:\n  - step: a\n    do: challenge\n    methods:\n      - ¦",
		[]string{"code4", "code6", "mobile4", "totp", "recovery", "passkey"}},
	{"channels", "methods:\n  totp:\n    channels:\n      - ¦", []string{"web", "app", "phone",
		"shop", "api"}},
	{"keys of an action", "actions:\n  transfer:\n    ¦",
		[]string{"sensitivity", "session", "without", "bind", "touches"}},
	{"built-in actions", "actions:\n  ¦", []string{"method.enrol", "contact.change",
		"profile.erase"}},
	{"sensitivities", "actions:\n  transfer: { sensitivity: ¦}",
		[]string{"trivial", "normal", "sensitive", "critical"}},
	{"sensitivities of a built-in action", "actions:\n  method.enrol: { sensitivity: ¦}",
		[]string{"sensitive", "critical", "no normal", "no trivial"}},
	{"keys of a fact", "facts:\n  amount:\n    ¦", []string{"type", "unit", "min", "max",
		"journal"}},
	{"types of facts", "facts:\n  amount: ¦", []string{"decimal", "number?", "strings"}},
	{"rows", "matrix:\n  ¦", []string{"trivial", "normal", "sensitive", "critical"}},
}

// checkDiagnostics wants every diagnostic, as line:column-column: message,
// counted from 1 as editors show it.
func (e *editor) checkDiagnostics(s scene) {
	_, wrong := e.show(s.name, s.text)
	var got []string
	for _, d := range wrong {
		got = append(got, fmt.Sprintf("%d:%d-%d: %s",
			d.Range.Start.Line+1, d.Range.Start.Character+1, d.Range.End.Character+1, d.Message))
	}
	slices.Sort(got)
	if !slices.Equal(got, s.want) {
		e.t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(s.want, "\n"))
	}
}

var policyDiagnostics = []scene{
	{"nothing", "", nil},
	{"unknown section", "rulse: []\n", []string{"2:1-6: Property rulse is not allowed."}},
	{"unknown key, block", "rules:\n  - id: a\n    deny: true\n    wen: vip\n",
		[]string{"5:5-8: Property wen is not allowed."}},
	{"unknown key, flow", "rules:\n  - { id: a, deny: true, wen: vip }\n",
		[]string{"3:26-29: Property wen is not allowed."}},
	{"no effect", "rules:\n  - id: a\n",
		[]string{"3:5-6: A rule has exactly one of deny, require, score, at_most."}},
	{"wrong value", "rules:\n  - { id: a, deny: true, when: vip, unknown: fail }\n",
		[]string{`3:46-50: Value is not accepted. Valid values: "skip", "fire".`}},
	{"wrong type", "rules:\n  - { id: a, score: high }\n",
		[]string{`3:21-25: Incorrect type. Expected "integer".`}},
	{"a number too great", "rules:\n  - { id: a, score: 101 }\n",
		[]string{"3:21-24: Value is above the maximum of 100."}},
	{"not a name", "facts:\n  Amount: decimal\n",
		[]string{"3:3-9: A name is letters, digits and _ and begins with a small letter."}},
	{"not a duration", "ladder:\n  - { step: a, do: challenge, methods: [totp], fresh: 15min }\n",
		[]string{"3:55-60: Write 90s, 15m, 24h or 7d, at most 30d."}},
	{"methods where nothing is asked", "ladder:\n  - { step: a, do: allow, methods: [totp] }\n",
		[]string{"3:27-34: methods, fresh and acr are for steps that challenge."}},
	{"unknown method", "ladder:\n  - { step: a, do: challenge, methods: [totp, sms] }\n",
		[]string{`3:47-50: Value is not accepted. Valid values: "code4", "code6", "mobile4", "totp", "recovery", "passkey".`}},
}

// checkHover wants texts in what is shown.
func (e *editor) checkHover(s scene) {
	text, at := cut(e.t, s.text)
	uri, _ := e.show(s.name, text)
	// Markdown escapes what it would else take for its own.
	got := strings.ReplaceAll(e.hover(uri, at), `\`, "")
	for _, want := range s.want {
		if !strings.Contains(got, want) {
			e.t.Errorf("got:\n%s\nwant it to have %q", got, want)
		}
	}
}

var policyHovers = []scene{
	{"a section", "mat¦rix: {}",
		[]string{"The step of the ladder for each sensitivity and each band."}},
	{"a key, block", "rules:\n  - id: a\n    unk¦nown: skip", []string{
		"What the rule does when its condition is unknown",
		"`skip`: Nothing. Whoever can hide the signal can evade the rule.",
	}},
	{"a key, flow", "rules:\n  - { id: a, at_mo¦st: none }", []string{"has at most"}},
	{"the signals", "rules:\n  - id: a\n    wh¦en: vip", []string{
		"geo.country (string, ISO 3166-1 alpha-2)", "travel.speed_kmh (number, km/h)",
		"device.known (bool)",
		"unknown: counters cannot be read",
	}},
	{"a method", "methods:\n  pass¦key: {}", []string{"WebAuthn with user verification"}},
	{"a built-in action", "actions:\n  method.¦enrol: { sensitivity: critical }",
		[]string{"Built in: critical unless the policy says otherwise"}},
	{"a declared fact", "facts:\n  amo¦unt: decimal",
		[]string{"that the host passes with a request"}},
	{"the key of a fact", "facts:\n  amount: { type: decimal, jour¦nal: round }",
		[]string{"How the journal keeps the value.", "`hash`: As a keyed hash"}},
}

// TestSchemaNamedInTheFile takes the way of a user without settings: a
// comment in the first line.
func TestSchemaNamedInTheFile(t *testing.T) {
	e := open(t, []byte("{}"))
	file := t.TempDir() + "/policy.schema.json"
	if err := os.WriteFile(file, policy.Schema(), 0o600); err != nil {
		t.Fatal(err)
	}
	e.checkDiagnostics(scene{"named.yaml",
		"# yaml-language-server: $schema=" + file + "\nversion: 1\nrulse: []\n",
		[]string{"3:1-6: Property rulse is not allowed."}})
}
