// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/stepup"
)

// write writes a file and returns its path.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// refused runs the program, which must refuse, and returns what it says.
func refused(t *testing.T, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := run(args, &stdout, &stderr); code != exitRefused {
		t.Errorf("got exit code %d, want %d", code, exitRefused)
	}
	if stdout.Len() > 0 {
		t.Errorf("something was played: %s", stdout.String())
	}
	if strings.Contains(stderr.String(), "goroutine") {
		t.Errorf("got a stack trace: %s", stderr.String())
	}
	return stderr.String()
}

func TestBrokenUsage(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"language", []string{"-lang", "de"}, `-lang: got "de", want en or fr`},
		{"flag", []string{"-nope"}, "flag provided but not defined: -nope"},
		{"argument", []string{"day.jsonl"}, `unexpected argument "day.jsonl"`},
		{"no value", []string{"-policy"}, "flag needs an argument: -policy"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := refused(t, tt.args...); !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q in it", got, tt.want)
			}
		})
	}
}

func TestUnreadableFiles(t *testing.T) {
	for _, flag := range []string{"-policy", "-input"} {
		missing := filepath.Join(t.TempDir(), "missing")
		for _, path := range []string{missing, t.TempDir()} {
			want := path + ":1:1: unreadable: "
			if got := refused(t, flag, path); !strings.HasPrefix(got, want) {
				t.Errorf("%s: got %q, want %q first", flag, got, want)
			}
		}
	}
	large := write(t, "large", strings.Repeat("\n", maxInput+1))
	want := large + ":1:1: unreadable: larger"
	if got := refused(t, "-input", large); !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %q first", got, want)
	}
}

func TestBrokenPolicies(t *testing.T) {
	rules, err := files.ReadFile("policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, old, new string
		want           string // after the file's name
	}{
		{"no YAML", "version: 1", "version: [1", ":"},
		{"unknown key", "owner:", "ownr:", ":7:1: unknown-key"},
		{"unknown signal", "geo.tor\n", "geo.torr\n", "condition-name"},
		{"unknown step", "require: strong", "require: stronger", "unknown-step"},
		{"version", "version: 1", "version: 9", ":6:10: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			name := write(t, "mine.yaml", replace(t, string(rules), tt.old, tt.new))
			got := refused(t, "-policy", name)
			if !strings.HasPrefix(got, name+":") || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want it to begin with the file, and %q in it", got, tt.want)
			}
		})
	}
}

// seeded is a day's first line; what is broken stands on the second.
const seeded = `{"seed":"2026-11-02T09:00:00Z","customer":"alice","name":"Alice"}` + "\n"

func TestBrokenJourneys(t *testing.T) {
	for _, tt := range []struct {
		name, line string
		want       string // after the file's name
	}{
		{"no JSON", `{"at":"2026-11-17T08:00:00Z",}`, ":2:30: syntax: "},
		{"cut off", `{"at":"2026-11-17T08:00:00Z"`, ":2:28: syntax: "},
		{"no object", `[1]`, ":2:1: syntax: "},
		{"two objects", `{} {}`, ":2:4: syntax: "},
		{"not UTF-8", "{\"at\":\"\xff\"}", ":2:1: syntax: "},
		{"empty object", `{}`, ":2:1: missing-field: "},
		{
			"unknown field", `{"at":"2026-11-17T08:00:00Z","label":"legit","customer":"alice","actoin":"login"}`,
			`:2:65: unknown-field: no field "actoin"`,
		},
		{
			"duplicate field", `{"at":"2026-11-17T08:00:00Z","at":"2026-11-17T08:00:00Z"}`,
			`:2:30: duplicate: "at" is given twice`,
		},
		{
			"missing field", `{"at":"2026-11-17T08:00:00Z","label":"legit","customer":"alice"}`,
			`:2:1: missing-field: "action" is missing`,
		},
		{"bad time", request(`"at":"today"`), `:2:7: wrong-value: at: "today" is not a time`},
		{"time without a zone", request(`"at":"2026-11-17T08:00:00"`), `:2:7: wrong-value: at: `},
		{
			"time is a number", request(`"at":1763366400`),
			":2:7: wrong-value: at: want a text, got number",
		},
		{"before the line above", request(`"at":"2026-11-01T08:00:00Z"`), ":2:7: order: "},
		{
			"unknown customer", request(`"customer":"zoe"`),
			`:2:13: unknown-customer: no line above seeds customer "zoe"`,
		},
		{
			"malformed IP", request(`"ip":"21.33.10.256"`),
			`:2:7: wrong-value: ip: "21.33.10.256" is not an IP address`,
		},
		{"IP after wide letters", request(`"id":"é€","ip":"x"`), ":2:17: wrong-value: ip: "},
		{
			"unknown channel", request(`"channel":"fax"`),
			`:2:12: wrong-value: channel: "fax" is none of web`,
		},
		{
			"unknown label", request(`"label":"?"`),
			`:2:10: wrong-value: label: "?" is none of legit, attack`,
		},
		{
			"unknown answer", request(`"answer":["guess"]`),
			`:2:11: wrong-value: answer: "guess" is none of right`,
		},
		{
			"answer is no list", request(`"answer":"right"`),
			":2:11: wrong-value: answer: want a list of texts",
		},
		{
			"unknown method", request(`"method":"sms"`),
			`:2:11: wrong-value: method: "sms" is no method`,
		},
		{"null", request(`"ip":null`), ":2:7: wrong-value: ip: want a value"},
		{"empty", request(`"device":""`), ":2:11: wrong-value: device: want a value"},
		{
			"too long", request(`"device":"` + strings.Repeat("x", 129) + `"`),
			":2:11: wrong-value: device: want at most",
		},
		{"facts are no object", request(`"facts":[]`), ":2:10: wrong-value: facts: want an object"},
		{"earlier and at", request(`"earlier":"2026-11-17T08:00:00Z"`), ":2:35: misplaced: "},
		{
			"unknown action", request(`"action":"logout"`),
			`:2:11: unknown-action: the policy lists no action "logout"`,
		},
		{
			"wrong type in a fact", transfer(`"facts":{"amount":"much","payee":"X","payee_trusted":true}`),
			":2:20: wrong-fact: amount: want a decimal",
		},
		{
			"a text for a number",
			transfer(`"facts":{"amount":1,"payee":"X","payee_trusted":true,"sim_changed_hours":"80"}`),
			":2:75: wrong-fact: sim_changed_hours: want number, got string",
		},
		{
			"below the minimum", transfer(`"facts":{"payee":"X","payee_trusted":true,"amount":-1}`),
			":2:53: wrong-fact: amount: below the minimum 0",
		},
		{
			"missing fact", transfer(`"facts":{"amount":1,"payee":"X"}`),
			":2:107: wrong-fact: payee_trusted: missing: want bool",
		},
		{
			"unknown fact", transfer(`"facts":{"amont":1,"amount":1,"payee":"X","payee_trusted":true}`),
			`:2:11: unknown-fact: the policy declares no fact "amont"`,
		},
		{
			"duplicate fact", transfer(`"facts":{"amount":1,"amount":2}`),
			`:2:22: duplicate: "amount" is given twice`,
		},
		{"unknown changed fact", request(`"changed":{"amont":1}`), ":2:13: unknown-fact: "},
		{
			"second customer", strings.TrimSpace(seeded),
			`:2:43: duplicate: customer "alice" is already there`,
		},
		{
			"country", `{"seed":"2026-11-02T09:00:00Z","customer":"b","name":"B","home":["France"]}`,
			`:2:65: wrong-value: home: "France" is no country`,
		},
		{
			"time zone", `{"seed":"2026-11-02T09:00:00Z","customer":"b","name":"B","timezone":"Paris"}`,
			`:2:69: wrong-value: timezone: "Paris" is no time zone`,
		},
		{
			"flag", `{"seed":"2026-11-02T09:00:00Z","customer":"b","name":"B","totp":"yes"}`,
			":2:65: wrong-value: totp: want true or false, got string",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			name := write(t, "mine.jsonl", seeded+tt.line+"\n")
			if got := refused(t, "-input", name); !strings.Contains(got, name+tt.want) {
				t.Errorf("got %q, want %q in it", got, tt.want)
			}
		})
	}
}

// request is a request with one field of interest, which comes first.
func request(field string) string {
	line := "{" + field
	for _, f := range []string{
		`"at":"2026-11-17T08:00:00Z"`, `"label":"legit"`, `"customer":"alice"`, `"action":"login"`,
	} {
		name, _, _ := strings.Cut(f, ":")
		if !strings.Contains(line, name+":") {
			line += "," + f
		}
	}
	return line + "}"
}

// transfer is a request for a transfer with facts.
func transfer(facts string) string {
	return strings.Replace(request(facts), `"login"`, `"transfer"`, 1)
}

func TestBrokenFiles(t *testing.T) {
	one := request(`"at":"2026-11-17T08:00:00Z"`) + "\n"
	bob := strings.ReplaceAll(seeded, "alice", "bob")
	past := strings.ReplaceAll(strings.ReplaceAll(one, `"at"`, `"earlier"`), `"label":"legit",`, "")
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", ":1:1: empty: "},
		{"blank", "\n\n", ":2:1: empty: "},
		{"only customers", seeded, ":1:1: empty: "},
		{
			"customer after a request", seeded + one + bob,
			":3:1: order: ",
		},
		{
			"history after the day", seeded + one + past,
			":3:1: order: ",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			name := write(t, "mine.jsonl", tt.text)
			if got := refused(t, "-input", name); !strings.Contains(got, name+tt.want) {
				t.Errorf("got %q, want %q in it", got, tt.want)
			}
		})
	}
}

// Everything that is wrong is told at once, up to a bound.
func TestAllFindingsAtOnce(t *testing.T) {
	name := write(t, "mine.jsonl", seeded+request(`"ip":"x"`)+"\n"+request(`"channel":"fax"`)+"\n")
	got := refused(t, "-input", name)
	if !strings.Contains(got, ":2:7: ") || !strings.Contains(got, ":3:12: ") {
		t.Errorf("got %q, want findings on lines 2 and 3", got)
	}
	name = write(t, "mine.jsonl", strings.Repeat("[]\n", 10_000))
	if n := strings.Count(refused(t, "-input", name), "syntax"); n != maxFindings {
		t.Errorf("got %d findings, want %d", n, maxFindings)
	}
}

// ownPolicy knows logins, and nothing else of the day.
const ownPolicy = `
version: 1
on_failure: { trivial: allow, normal: challenge, sensitive: challenge, critical: deny }
ladder:
  - { step: open,   do: allow }
  - { step: prove,  do: challenge, methods: [code6], fresh: 5m }
  - { step: closed, do: deny }
bands: { medium: 30, high: 60, extreme: 85 }
matrix:
  trivial:   [open,  open,  open,   prove]
  normal:    [open,  open,  prove,  prove]
  sensitive: [prove, prove, prove,  closed]
  critical:  [prove, prove, closed, closed]
actions: { login: { sensitivity: normal } }
`

// Under a policy of the user's own, the day that comes with the program is
// played all the same: what the policy does not know is decided strictly, and
// the output says so.
func TestOwnPolicy(t *testing.T) {
	results, _ := playedUnder(t, ownPolicy, ourDay(t))
	for id, r := range results {
		unknown := r.action != "login"
		if degraded := len(r.decision.Degraded) > 0; degraded != unknown {
			t.Errorf("%s: got degraded %v", id, r.decision.Degraded)
		}
		if unknown && (r.done || r.decision.Outcome != stepup.Deny) {
			t.Errorf("%s: got %v, done %t, want it denied", id, &r.decision, r.done)
		}
	}
	got := output(t, "-policy", write(t, "mine.yaml", ownPolicy))
	for _, want := range []string{
		"0 of them proven", "missing    action transfer: not listed",
		"Something is missing, so caution holds.",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the output does not say %q:\n%s", want, got)
		}
	}
}

// With both, the day is held against the policy.
func TestOwnPolicyAndDay(t *testing.T) {
	rules := write(t, "mine.yaml", ownPolicy)
	got := refused(t, "-policy", rules, "-input", write(t, "mine.jsonl", ourDay(t)))
	want := `:14:104: unknown-action: the policy lists no action "plan.change"`
	if !strings.Contains(got, want) || strings.Contains(got, "unknown-fact") {
		t.Errorf("got %q, want %q and no word of facts", got, want)
	}
}

// A full disk is not a day played.
func TestOutputThatFails(t *testing.T) {
	var stderr bytes.Buffer
	code := run(nil, failing{}, &stderr)
	if said := stderr.String(); code != exitFailed || !strings.Contains(said, "disk full") {
		t.Errorf("got exit code %d and %q, want %d and the cause", code, said, exitFailed)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestOwnDay(t *testing.T) {
	name := write(t, "mine.jsonl", seeded+request(`"ip":"21.33.10.1"`)+"\n")
	if got := output(t, "-input", name); !strings.Contains(got, "Alice, web, Paris FR (Example Fibre)") {
		t.Errorf("the output does not show the request:\n%s", got)
	}
}

// Texts of a file cannot drive the terminal, nor break the layout.
func TestOutputIsPrintable(t *testing.T) {
	name := write(t, "mine.jsonl", seeded+
		request(`"title":{"en":"\u001b[2J\r\n\u0007`+strings.Repeat("wide ", 40)+
			strings.Repeat("x", 200)+`"}`)+"\n")
	got := output(t, "-input", name)
	if strings.ContainsAny(got, "\x1b\r\x07") {
		t.Errorf("got control characters: %q", got)
	}
	for _, line := range strings.Split(got, "\n") {
		if len(line) > width {
			t.Errorf("got a line of %d characters: %s", len(line), line)
		}
	}
}

// FuzzParseDay asserts that any text gives a day or findings that point into
// it, and never a panic.
func FuzzParseDay(f *testing.F) {
	ours, err := files.ReadFile("journeys.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(ours)
	f.Add([]byte(seeded + request(`"facts":{"a":[1,{"b":null}],"c":["d"]}`)))
	f.Add([]byte(`{"at":`))
	f.Fuzz(func(t *testing.T, text []byte) {
		today, err := parseDay("day.jsonl", text)
		if err == nil {
			if len(today.journeys) == 0 {
				t.Error("got a day without requests and no error")
			}
			return
		}
		lines := bytes.Split(text, []byte("\n"))
		for _, found := range err.(findings) {
			if found.Line < 1 || found.Line > len(lines) || found.Column < 1 ||
				found.Column > len(lines[found.Line-1])+1 || found.Message == "" {
				t.Errorf("got a finding that points nowhere: %+v", found)
			}
		}
	})
}
