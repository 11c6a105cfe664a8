// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/journal"
	"github.com/proportion-go/proportion/stepup/replay"
)

const rules = `
version: 1
facts: { amount: decimal, vip: bool, age: number }
ladder:
  - { step: none, do: allow }
  - { step: notice, do: notify }
  - { step: confirm, do: challenge, methods: [code6], fresh: 15m }
  - { step: refuse, do: deny }
bands: { medium: 30, high: 60, extreme: 85 }
matrix:
  trivial:   [none, none, confirm, confirm]
  normal:    [none, confirm, confirm, refuse]
  sensitive: [confirm, confirm, confirm, refuse]
  critical:  [confirm, confirm, refuse, refuse]
on_failure: { trivial: allow, normal: challenge, sensitive: challenge, critical: deny }
actions: { view: { sensitivity: normal }, pay: { sensitivity: normal }, login: { sensitivity: normal } }
rules:
  - { id: abroad, when: geo.foreign, unknown: skip, score: 40 }
  - { id: large, on: [pay], when: amount > 100, require: confirm }
`

func parse(t testing.TB, more ...string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse(policy.Source{Name: "policy.yaml", Data: []byte(rules + strings.Join(more, "\n"))})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func noon(day int) time.Time { return time.Date(2026, 3, day, 12, 0, 0, 0, time.UTC) }

// decision returns a recorded decision at home or abroad.
func decision(id, action, outcome, step string, foreign risk.Truth, facts ...journal.Fact) *journal.Event {
	s := new(risk.Signals)
	s.MarkComputed(risk.AllGroups)
	s.SetBool(risk.GeoForeign, foreign)
	s.SetText(risk.GeoCountry, "FR")
	return &journal.Event{
		Time: noon(2), Kind: journal.KindDecision, ID: id, Alias: journal.Pseudonym{1},
		Action: action, Step: step, Outcome: outcome, Detail: journal.Detail{Band: "low"},
		Decision: &journal.Decision{Signals: s, Facts: facts},
	}
}

func label(id, outcome string) *journal.Event {
	return &journal.Event{Time: noon(3), Kind: journal.KindLabel, ID: id, Outcome: outcome}
}

func report(id, outcome string) *journal.Event {
	return &journal.Event{Time: noon(3), Kind: journal.KindReport, ID: id, Outcome: outcome}
}

// write writes a journal and returns its path.
func write(t testing.TB, events ...*journal.Event) string {
	t.Helper()
	var content []byte
	for _, e := range events {
		var err error
		if content, err = journal.AppendLine(content, e); err != nil {
			t.Fatal(err)
		}
	}
	return save(t, "journal.jsonl", content)
}

func save(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func source(files ...string) *replay.Journal {
	return replay.NewJournal(replay.JournalConfig{Files: files})
}

func run(t testing.TB, src replay.Source, c replay.Config) *replay.Report {
	t.Helper()
	r, err := replay.Run(t.Context(), src, c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func amount(t testing.TB, mode journal.Mode, value string) journal.Fact {
	t.Helper()
	f, ok := journal.Keeper{}.Keep("amount", mode, value)
	if !ok {
		t.Fatal("not a fact")
	}
	return f
}

func TestChanges(t *testing.T) {
	type counts struct{ same, stronger, weaker, lacking int64 }
	uncomputed := decision("a", "view", "allow", "none", risk.False)
	uncomputed.Decision.Signals = new(risk.Signals)
	partly := decision("a", "view", "allow", "none", risk.False)
	partly.Decision.Signals = new(risk.Signals)
	partly.Decision.Signals.MarkComputed(risk.AllGroups &^ risk.GeoGroup)
	tests := map[string]struct {
		event *journal.Event
		want  counts
	}{
		"the same":           {decision("a", "view", "allow", "none", risk.False), counts{same: 1}},
		"the same abroad":    {decision("a", "view", "challenge", "confirm", risk.True), counts{same: 1}},
		"denied for want":    {decision("a", "view", "deny", "confirm", risk.True), counts{same: 1}},
		"stronger":           {decision("a", "view", "allow", "none", risk.True), counts{stronger: 1}},
		"weaker":             {decision("a", "view", "challenge", "confirm", risk.False), counts{weaker: 1}},
		"weaker than denied": {decision("a", "view", "deny", "refuse", risk.False), counts{weaker: 1}},
		"a step of old":      {decision("a", "view", "challenge", "gone", risk.True), counts{weaker: 1}},
		"another allow":      {decision("a", "view", "allow", "gone", risk.False), counts{weaker: 1}},
		"not computed":       {uncomputed, counts{lacking: 1}},
		"partly computed":    {partly, counts{lacking: 1}},
		"a fact that a rule reads": {
			decision("a", "pay", "challenge", "confirm", risk.False,
				amount(t, journal.Keep, "250")), counts{same: 1},
		},
		"a fact that was dropped": {
			decision("a", "pay", "challenge", "confirm", risk.False, amount(t, journal.Drop, "250")),
			counts{lacking: 1},
		},
		"no decision": {&journal.Event{Time: noon(2), ID: "n", Kind: journal.KindNotice}, counts{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := run(t, source(write(t, tt.event)), replay.Config{Policy: parse(t)})
			got := counts{r.Changes.Same, r.Changes.Stronger, r.Changes.Weaker, r.After.NotComparable}
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// What is lacking is named, and never taken for unknown.
func TestNotComparable(t *testing.T) {
	e := decision("a", "view", "allow", "none", risk.False)
	e.Decision.Signals = new(risk.Signals)
	e.Decision.Signals.MarkComputed(risk.AllGroups &^ (risk.GeoGroup | risk.DeviceGroup))
	strict := parse(t, "  - { id: unknown-place, when: not known(geo.country), deny: true }",
		"  - { id: unknown-device, when: not known(device.known), deny: true }")
	r := run(t, source(write(t, e)), replay.Config{Policy: strict})
	if r.After.Outcomes.Total() != 0 || r.After.Lacking["geo+device"] != 1 ||
		r.Before.Comparable != 1 || r.Before.Outcomes.Total() != 0 || r.NotCompared() != 1 {
		t.Errorf("got outcomes %+v, lacking %v, before %+v", r.After.Outcomes, r.After.Lacking,
			r.Before.Outcomes)
	}
}

// A baseline takes the place of what was recorded.
func TestBaseline(t *testing.T) {
	path := write(t, decision("a", "view", "deny", "refuse", risk.True))
	lax, _, _ := strings.Cut(rules, "\nrules:")
	_, err := policy.Parse(policy.Source{Name: "old.yaml", Data: []byte(strings.Replace(lax,
		"step: none, do: allow", "step: nothing, do: allow", 1))})
	if err == nil {
		t.Fatal("a matrix of steps that are not there was loaded")
	}
	baseline, err := policy.Parse(policy.Source{Name: "old.yaml", Data: []byte(lax)})
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, source(path), replay.Config{Policy: parse(t), Baseline: baseline})
	c := r.Changes
	if c.Stronger != 1 || c.Moves["allow(none) -> challenge(confirm)"] != 1 || len(c.StrongerExamples) != 1 {
		t.Fatalf("got %+v, want one that is stronger", c)
	}
	e := c.StrongerExamples[0]
	if e.ID != "a" || e.File != path || e.Line != 1 || e.Action != "view" ||
		!reflect.DeepEqual(e.Rules, []string{"abroad"}) {
		t.Errorf("got the example %+v", e)
	}
	if r.Baseline != baseline.Hash() || r.Policy == r.Baseline || r.Before.Outcomes.Allow != 1 {
		t.Errorf("got %+v", r.Before)
	}
}

// Steps of two ladders are compared by what they ask.
func TestLaddersOfTwoPolicies(t *testing.T) {
	other := strings.Replace(rules, "step: confirm, do: challenge, methods: [code6], fresh: 15m",
		"step: prove, do: challenge, methods: [%s], fresh: %s", 1)
	other = strings.NewReplacer("confirm,", "prove,", "confirm]", "prove]", "require: confirm",
		"require: prove").Replace(other)
	for name, tt := range map[string]struct {
		methods, fresh string
		order          int // of the policy's "confirm" to the baseline's "prove"
	}{
		"a stronger method":  {"totp", "15m", -1},
		"a weaker method":    {"code4, code6", "15m", 1},
		"an older proof":     {"code6", "1h", 1},
		"a fresher proof":    {"code6", "1m", -1},
		"in all but in name": {"code6", "15m", 1},
	} {
		text := fmt.Sprintf(other, tt.methods, tt.fresh)
		baseline, err := policy.Parse(policy.Source{Name: "old.yaml", Data: []byte(text)})
		if err != nil {
			t.Fatal(err)
		}
		c := run(t, source(write(t, decision("a", "view", "allow", "none", risk.True))),
			replay.Config{Policy: parse(t), Baseline: baseline}).Changes
		if got := int(c.Stronger - c.Weaker); got != tt.order {
			t.Errorf("%s: got %d, want %d", name, got, tt.order)
		}
	}
}

// Labels come after their decisions; an operator's word counts more than the
// customer's, and the last of them.
func TestLabels(t *testing.T) {
	var events []*journal.Event
	for i := range 10 {
		events = append(events, decision(fmt.Sprint(i), "view", "allow", "none", risk.TruthOf(i < 4)))
	}
	events = append(events, label("0", "attack"), label("1", "attack"), label("2", "legit"),
		label("4", "attack"),
		label("5", "legit"), report("3", "mine"), report("6", "not-mine"), report("0", "mine"),
		label("7", "attack"), label("7", "legit"))
	l := run(t, source(write(t, events...)), replay.Config{Policy: parse(t)}).After.Labels
	if l.Attacks != 4 || l.Stopped != 2 || l.LetThrough() != 2 || l.Legit != 4 || l.Prompted != 2 ||
		l.Refused != 0 {
		t.Errorf("got %+v", l)
	}
	if l.Recall() != 0.5 || l.Precision() != 0.5 || l.Friction() != 500 {
		t.Errorf("got recall %v, precision %v, friction %v", l.Recall(), l.Precision(), l.Friction())
	}
}

// Of the standard input, which is read once, only what came before counts.
func TestLabelsOfTheStandardInput(t *testing.T) {
	var content []byte
	for _, e := range []*journal.Event{label("a", "attack"),
		decision("a", "view", "allow", "none", risk.True),
		decision("b", "view", "allow", "none", risk.True), label("b", "attack")} {
		content, _ = journal.AppendLine(content, e)
	}
	src := replay.NewJournal(replay.JournalConfig{Files: []string{"-"}, Stdin: bytes.NewReader(content)})
	if l := run(t, src, replay.Config{Policy: parse(t)}).After.Labels; l.Attacks != 1 {
		t.Errorf("got %d attacks, want 1", l.Attacks)
	}
}

// What a rule costs is what a policy without it would do.
func TestCostsAreThoseOfAPolicyWithoutTheRule(t *testing.T) {
	more := []string{
		"  - { id: france, when: geo.country == \"FR\", unknown: skip, score: 30 }",
		"  - { id: home, when: not geo.foreign, unknown: skip, at_most: notice }",
		"  - { id: robots, when: device.automated, unknown: skip, deny: true }",
	}
	var events []*journal.Event
	for i := range 64 {
		e := decision(fmt.Sprint(i), []string{"view", "pay"}[i%2], "allow", "none", risk.TruthOf(i&2 != 0),
			amount(t, journal.Keep, []string{"10", "200"}[i>>2&1]))
		e.Decision.Signals.SetBool(risk.DeviceAutomated, risk.TruthOf(i&24 == 24))
		if i&32 != 0 {
			e.Decision.Signals.SetText(risk.GeoCountry, "BE")
		}
		events = append(events, e)
		if i%3 > 0 {
			events = append(events, label(fmt.Sprint(i), []string{"legit", "attack"}[i%3-1]))
		}
	}
	path := write(t, events...)
	whole := run(t, source(path), replay.Config{Policy: parse(t, more...)})
	for i, id := range []string{"france", "home", "robots"} {
		without := append(append([]string{}, more[:i]...), more[i+1:]...)
		other := run(t, source(path), replay.Config{Policy: parse(t, without...)})
		c := whole.Costs[id]
		if c == nil || c.Fired == 0 || c.Mattered == 0 {
			t.Fatalf("%s: got %+v, want it to matter", id, c)
		}
		if got, want := c.Prompts-c.Spared, whole.After.Outcomes.Challenge-other.After.Outcomes.Challenge; id != "robots" && got != want {
			t.Errorf("%s: got %d challenges for it, want %d", id, got, want)
		}
		if got, want := c.Denied, whole.After.Outcomes.Deny-other.After.Outcomes.Deny; got != want {
			t.Errorf("%s: got %d denials for it, want %d", id, got, want)
		}
		if id != "home" {
			got, want := c.AttacksStopped, whole.After.Labels.Stopped-other.After.Labels.Stopped
			if got != want {
				t.Errorf("%s: got %d attacks stopped by it, want %d", id, got, want)
			}
		}
	}
}

// The curve is what policies whose bands start sooner or later would do, and
// the policy itself is on it.
func TestCurve(t *testing.T) {
	var events []*journal.Event
	for i := range 40 {
		e := decision(fmt.Sprint(i), []string{"view", "pay"}[i%2], "allow", "none", risk.TruthOf(i%5 < 2),
			amount(t, journal.Keep, []string{"10", "200"}[i>>2&1]))
		events = append(events, e, label(e.ID, []string{"legit", "attack"}[i/3%2]))
	}
	path := write(t, events...)
	l := run(t, source(path), replay.Config{Policy: parse(t)}).After.Labels
	curve := l.Curve()
	found := map[int]bool{}
	for i, p := range curve {
		found[p.Shift] = true
		if i > 0 && (p.Friction < curve[i-1].Friction || p.Stopped < curve[i-1].Stopped) {
			t.Errorf("the curve falls from %+v to %+v", curve[i-1], p)
		}
	}
	if !found[0] {
		t.Fatalf("the policy is not on its curve %+v", curve)
	}
	for _, shift := range []int{0, 10, -10, -20, 25} {
		text := strings.Replace(rules, "medium: 30, high: 60, extreme: 85",
			fmt.Sprintf("medium: %d, high: %d, extreme: %d", 30-shift, 60-shift, min(85-shift, 100)), 1)
		p, err := policy.Parse(policy.Source{Name: "moved.yaml", Data: []byte(text)})
		if err != nil {
			t.Fatal(err)
		}
		moved := run(t, source(path), replay.Config{Policy: p}).After.Labels
		var got replay.Point
		for _, point := range curve {
			if point.Shift <= shift {
				got = point
			}
		}
		if got.Friction != moved.Friction() || got.Stopped != moved.Recall() {
			t.Errorf("shift %d: got %+v, want friction %v, stopped %v", shift, got,
				moved.Friction(), moved.Recall())
		}
	}
}

func TestSubjects(t *testing.T) {
	var events []*journal.Event
	for subject := range 6 {
		for i := range 6 {
			e := decision(fmt.Sprint(subject, "-", i), "view", "allow", "none", risk.TruthOf(i < subject))
			e.Alias = journal.Pseudonym{byte(subject + 1)}
			events = append(events, e)
		}
	}
	s := run(t, source(write(t, events...)), replay.Config{Policy: parse(t)}).After.Subjects
	want := replay.Subjects{Count: 6, Prompted: 5, Sampled: 1}
	copy(want.Prompts[:], []int64{1, 1, 1, 1, 2})
	if s != want || s.NeverPrompted() != 1.0/6 {
		t.Errorf("got %+v, want %+v", s, want)
	}
}

// Past the bound, subjects are sampled: each that is left has all his cases.
func TestSubjectsAreSampled(t *testing.T) {
	var events []*journal.Event
	for i := range 3 {
		for subject := range 1000 {
			e := decision(fmt.Sprint(subject, "-", i), "view", "allow", "none", risk.True)
			e.Alias = journal.Pseudonym{byte(subject), byte(subject >> 8), 1}
			events = append(events, e)
		}
	}
	r := run(t, source(write(t, events...)), replay.Config{Policy: parse(t), Subjects: 100})
	s := r.After.Subjects
	if s.Count > 100 || s.Count < 25 || s.Sampled < 8 || s.Prompts[3] != s.Count ||
		r.After.Comparable != 3000 {
		t.Errorf("got %+v of %d", s, r.After.Comparable)
	}
}

func TestBadLinesAreNamed(t *testing.T) {
	var content []byte
	for i := range 30 {
		content, _ = journal.AppendLine(content, decision(fmt.Sprint(i), "view", "allow", "none", risk.False))
		content = append(content, "nonsense\n"...)
	}
	path := save(t, "j.jsonl", content)
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write(content); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	cut := save(t, "cut.jsonl.gz", zipped.Bytes()[:zipped.Len()-9])
	r := run(t, source(path, cut, path), replay.Config{Policy: parse(t)})
	if len(r.BadLines) != 20 || r.BadLines[0].File != path || r.BadLines[0].Line != 2 {
		t.Errorf("got %d lines, %+v", len(r.BadLines), r.BadLines)
	}
	if r.Source.Bad < 61 || r.Decisions < 60 {
		t.Errorf("got %d bad lines and %d decisions", r.Source.Bad, r.Decisions)
	}
}

func TestRunErrors(t *testing.T) {
	if _, err := replay.Run(t.Context(), source(), replay.Config{}); !errors.Is(err, replay.ErrNoPolicy) {
		t.Errorf("without a policy: got %v", err)
	}
	path := write(t, decision("a", "view", "allow", "none", risk.False))
	missing := filepath.Join(t.TempDir(), "none.jsonl")
	if _, err := replay.Run(t.Context(), source(path, missing),
		replay.Config{Policy: parse(t)}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: got %v", err)
	}
	full := errors.New("disk full")
	r, err := replay.Run(t.Context(), source(path, path), replay.Config{
		Policy: parse(t), Decided: func(*replay.Decided) error { return full },
	})
	if !errors.Is(err, full) || r.Decisions != 1 {
		t.Errorf("a full disk: got %v after %d", err, r.Decisions)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r, err = replay.Run(ctx, source(path, path, path), replay.Config{
		Policy: parse(t), Decided: func(*replay.Decided) error { cancel(); return nil },
	})
	if !errors.Is(err, context.Canceled) || r.Decisions != 1 {
		t.Errorf("cancelled: got %v after %d", err, r.Decisions)
	}
}

// A run that was stopped anywhere, and gone on with, finds what an unbroken
// one does.
func TestResume(t *testing.T) {
	var events []*journal.Event
	for i := range 50 {
		e := decision(fmt.Sprint(i), "view", "allow", "none", risk.TruthOf(i%3 == 0))
		e.Alias = journal.Pseudonym{byte(i%7 + 1)}
		events = append(events, e)
		if i%2 == 0 {
			events = append(events, label(e.ID, []string{"legit", "attack"}[i/2%2]))
		}
	}
	path := write(t, events...)
	second := save(t, "b.jsonl", []byte("nonsense\n"))
	want := run(t, source(path, second, path), replay.Config{Policy: parse(t)})
	for _, after := range []int64{1, 25, 50, 51, 99} {
		t.Run(fmt.Sprint(after), func(t *testing.T) {
			resumes(t, after, want, func() replay.Source { return source(path, second, path) })
		})
	}
}

var errStop = errors.New("stopped")

func resumes(t *testing.T, after int64, want *replay.Report, open func() replay.Source) {
	t.Helper()
	p := parse(t)
	n := int64(0)
	first, err := replay.New(open(), replay.Config{Policy: p, Decided: func(*replay.Decided) error {
		if n++; n == after {
			return errStop
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.Run(t.Context()); !errors.Is(err, errStop) {
		t.Fatal(err)
	}
	state, err := first.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	again, err := replay.New(open(), replay.Config{Policy: p})
	if err != nil {
		t.Fatal(err)
	}
	if err := again.UnmarshalBinary(state); err != nil {
		t.Fatal(err)
	}
	got, err := again.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got.Source.Bytes = want.Source.Bytes // buffers are read again
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v,\nwant %+v", got, want)
	}
}

func TestCheckpointsThatDoNotFit(t *testing.T) {
	path := write(t, decision("a", "view", "allow", "none", risk.False))
	made := func(c replay.Config) *replay.Replay {
		r, err := replay.New(source(path), c)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	state, err := made(replay.Config{Policy: parse(t)}).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	other := parse(t, "  - { id: tor, when: geo.tor, unknown: skip, score: 40 }")
	for name, tt := range map[string]struct {
		config replay.Config
		state  []byte
	}{
		"another policy":   {replay.Config{Policy: other}, state},
		"another baseline": {replay.Config{Policy: parse(t), Baseline: other}, state},
		"damaged":          {replay.Config{Policy: parse(t)}, state[:len(state)/2]},
		"nothing":          {replay.Config{Policy: parse(t)}, nil},
	} {
		if err := made(tt.config).UnmarshalBinary(tt.state); !errors.Is(err, replay.ErrCheckpoint) {
			t.Errorf("%s: got %v, want %v", name, err, replay.ErrCheckpoint)
		}
	}
	if err := made(replay.Config{Policy: parse(t)}).UnmarshalBinary(state); err != nil {
		t.Errorf("the same: got %v", err)
	}
}
