// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/journal"
)

// noon is when things happen in these tests.
func noon() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 123456789, time.UTC) }

func pseudonym(n byte) (p journal.Pseudonym) {
	for i := range p {
		p[i] = n + byte(i)
	}
	return p
}

// signals are as a guard computes them: some known, some unknown.
func signals() *risk.Signals {
	s := new(risk.Signals)
	s.MarkComputed(risk.AllGroups &^ risk.FamiliarityGroup)
	s.SetText(risk.ActionName, "transfer")
	s.SetText(risk.ActionSensitivity, "sensitive")
	s.SetText(risk.ClientChannel, "web")
	s.SetText(risk.ClientLanguage, "fr-BE")
	s.SetList(risk.SessionMethods, []string{"totp"})
	s.SetNumber(risk.SessionAge, 1843.5)
	s.SetNumber(risk.TimeHour, 14)
	s.SetNumber(risk.TimeWeekday, 1)
	s.SetNumber(risk.TimeHourUTC, 12)
	s.SetNumber(risk.TimeWeekdayUTC, 1)
	s.SetText(risk.GeoCountry, "BE")
	s.SetText(risk.GeoRegion, "BE-BRU")
	s.SetBool(risk.GeoForeign, risk.True)
	s.SetBool(risk.GeoHome, risk.False)
	s.SetNumber(risk.GeoASN, 5432)
	s.SetNumber(risk.GeoAccuracy, 20)
	s.SetBool(risk.GeoNewCountry, risk.True)
	s.SetNumber(risk.TravelKM, 264.17283950617286)
	s.SetNumber(risk.TravelHours, 1.0/3)
	s.SetNumber(risk.TravelSpeed, 792.5185185185186)
	s.SetBool(risk.DeviceKnown, risk.True)
	s.SetBool(risk.DeviceTrusted, risk.False)
	s.SetNumber(risk.DeviceAge, 41.25)
	s.SetNumber(risk.DeviceDrift, 0.05)
	s.SetNumber(risk.VelocityPrompts24h, 1)
	s.SetNumber(risk.HistoryLogins, 31)
	s.SetNumber(risk.HistoryHourShare, 0.32258064516129)
	return s
}

// decision is an ordinary one, of about a thousand bytes.
func decision() *journal.Event {
	return &journal.Event{
		Time: noon(), Kind: journal.KindDecision, ID: "QmFzZTY0IGlkIG9mIDE4IGI", Alias: pseudonym(1),
		Action: "transfer", Step: "confirm", Outcome: "challenge", Policy: "9f86d081884c7d65",
		Detail: journal.Detail{
			Sensitivity: "sensitive", Session: pseudonym(40), Device: pseudonym(80), Channel: "web",
			Lane: "stranger", Band: "medium",
		},
		Decision: &journal.Decision{
			Signals: signals(),
			Facts: []journal.Fact{
				keep("amount", journal.Keep, "249.90"), keep("payee_trusted", journal.Keep, false),
				keep("account_age", journal.Round, 1284), keep("new_email", journal.Drop,
					"ann@example.com"),
			},
			Prompts: journal.Prompts{Used: 1, Known: true, Most: 3},
			Spent:   []journal.Spent{{Rule: "small-and-trusted", Count: 2, Sum: "41.5"}},
			Offers:  []string{"code6", "totp"},
			Score:   35, Base: "confirm", Rules: []string{"foreign-connection"}, Unknown: []string{"tor-changes"},
			Shadow: journal.Shadow{Step: "strong", Rules: []string{"hosting-candidate"}},
		},
	}
}

// trivial is a decision that may be dropped.
func trivial() *journal.Event {
	e := decision()
	e.Action, e.Outcome, e.Step, e.Detail.Sensitivity = "invoice.view", "allow", "none", "trivial"
	return e
}

func keep(name string, mode journal.Mode, raw any) journal.Fact {
	f, ok := (journal.Keeper{}).Keep(name, mode, raw)
	if !ok {
		panic("not a fact: " + name)
	}
	return f
}

func ring(t testing.TB) *otp.Ring {
	t.Helper()
	material, err := hex.DecodeString("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
	if err != nil {
		t.Fatal(err)
	}
	key, err := otp.NewKey("k1", material)
	if err != nil {
		t.Fatal(err)
	}
	r, err := otp.NewRing(key)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func line(t testing.TB, e *journal.Event) []byte {
	t.Helper()
	b, err := journal.AppendLine(nil, e)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// equal compares events by what is known of them: two Signals can hold
// different rests of values that are unknown.
func equal(a, b *journal.Event) error {
	x, y := *a, *b
	x.Decision, y.Decision = nil, nil
	if !reflect.DeepEqual(x, y) {
		return fmt.Errorf("clear or detail: got %#v, want %#v", shown(x), shown(y))
	}
	if (a.Decision == nil) != (b.Decision == nil) {
		return fmt.Errorf("decision: got %v, want %v", a.Decision != nil, b.Decision != nil)
	}
	if a.Decision == nil {
		return nil
	}
	p, q := *a.Decision, *b.Decision
	if err := equalSignals(p.Signals, q.Signals); err != nil {
		return err
	}
	p.Signals, q.Signals = nil, nil
	if !reflect.DeepEqual(p, q) {
		return fmt.Errorf("decision: got %+v, want %+v", p, q)
	}
	return nil
}

// shown is an event without the method that shortens it.
func shown(e journal.Event) any {
	type plain journal.Event
	return plain(e)
}

func equalSignals(a, b *risk.Signals) error {
	if (a == nil) != (b == nil) {
		return fmt.Errorf("signals: got %v, want %v", a != nil, b != nil)
	}
	if a == nil {
		return nil
	}
	if a.Computed() != b.Computed() {
		return fmt.Errorf("computed: got %v, want %v", a.Computed(), b.Computed())
	}
	for _, spec := range risk.Catalogue() {
		got, want := valueOf(a, spec.Signal), valueOf(b, spec.Signal)
		if !reflect.DeepEqual(got, want) {
			return fmt.Errorf("%s: got %v, want %v", spec.Name, got, want)
		}
	}
	return nil
}

// valueOf returns the exact value; nil for unknown.
func valueOf(s *risk.Signals, id risk.Signal) any {
	if !s.Known(id) {
		return nil
	}
	switch id.Type() {
	case risk.Bool:
		return s.Bool(id)
	case risk.Number:
		x, _ := s.Number(id)
		return math.Float64bits(x)
	case risk.Text:
		text, _ := s.Text(id)
		return text
	}
	list, _ := s.List(id)
	return append([]string{}, list...)
}

func write(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// anEvent draws any event that can be written.
func anEvent() *rapid.Generator[*journal.Event] {
	return rapid.Custom(func(t *rapid.T) *journal.Event {
		kind := rapid.SampledFrom(journal.Kinds()).Draw(t, "kind")
		e := &journal.Event{
			Time: aTime().Draw(t,
				"time"), Kind: kind.Kind, ID: rapid.StringMatching(`[A-Za-z0-9_-]{1,64}`).Draw(t, "id"),
			Alias: aPseudonym().Draw(t, "alias"), Action: aText().Draw(t,
				"action"), Step: aText().Draw(t, "step"),
			Outcome: rapid.SampledFrom(kind.Outcomes).Draw(t, "outcome"), Policy: aText().Draw(t, "policy"),
			Extra: rapid.SampledFrom([]string{"", `"later":[1,{"a":null}]`,
				`"x":"é","y":-0.5e3`}).Draw(t, "extra"),
		}
		e.Detail = journal.Detail{
			Sensitivity: rapid.SampledFrom([]string{"", "trivial", "normal", "sensitive",
				"critical"}).Draw(t, "sensitivity"),
			Session: aPseudonym().Draw(t, "session"), Device: aPseudonym().Draw(t, "device"),
			Channel: aText().Draw(t, "channel"), Lane: aText().Draw(t,
				"lane"), Method: aText().Draw(t, "method"),
			Via: aText().Draw(t, "via"), ACR: aText().Draw(t, "acr"), Band: aText().Draw(t, "band"),
			Bound: rapid.Bool().Draw(t, "bound"), Attempt: rapid.Int64().Draw(t,
				"attempt"), Cost: rapid.Int64().Draw(t, "cost"),
			Expires: maybeTime().Draw(t, "expires"), Reason: aText().Draw(t,
				"reason"), Field: aText().Draw(t, "field"),
			By: aPseudonym().Draw(t, "by"), Purpose: aText().Draw(t,
				"purpose"), Previous: aText().Draw(t, "previous"),
			Keys: rapid.Int64().Draw(t, "keys"), Lost: rapid.Int64().Draw(t, "lost"),
			Since: maybeTime().Draw(t, "since"), Until: maybeTime().Draw(t, "until"),
			Extra: rapid.SampledFrom([]string{"", `"future":{"deep":[true]}`}).Draw(t, "detail extra"),
		}
		if kind.Kind == journal.KindDecision || rapid.Bool().Draw(t, "more") {
			e.Decision = aDecision().Draw(t, "decision")
		}
		return e
	})
}

func aDecision() *rapid.Generator[*journal.Decision] {
	words := rapid.Custom(func(t *rapid.T) []string {
		if list := rapid.SliceOfN(aText(), 0, 3).Draw(t, "words"); len(list) > 0 {
			return list
		}
		return nil
	})
	return rapid.Custom(func(t *rapid.T) *journal.Decision {
		d := &journal.Decision{
			Caution: rapid.Bool().Draw(t, "caution"),
			Score:   rapid.Int64Range(0, 100).Draw(t, "score"), Base: aText().Draw(t,
				"base"), Floor: aText().Draw(t, "floor"),
			Cap: aText().Draw(t, "cap"), Failure: aText().Draw(t, "failure"), Held: aText().Draw(t, "held"),
			Offers: words.Draw(t, "offers"), Enrol: words.Draw(t, "enrol"), Rules: words.Draw(t, "rules"),
			Unknown: words.Draw(t, "unknown"), Shadow: journal.Shadow{Step: aText().Draw(t,
				"shadow"), Rules: words.Draw(t, "shadow rules")},
			Prompts: journal.Prompts{Most: rapid.Int64().Draw(t, "most"),
				Softened: rapid.Bool().Draw(t, "softened")},
		}
		if d.Prompts.Known = rapid.Bool().Draw(t, "prompts known"); d.Prompts.Known {
			d.Prompts.Used = rapid.Int64().Draw(t, "used")
		}
		if rapid.Bool().Draw(t, "spent known") {
			d.Spent = []journal.Spent{}
			for range rapid.IntRange(0, 2).Draw(t, "spent") {
				d.Spent = append(d.Spent, journal.Spent{Rule: aText().Draw(t, "rule"),
					Count: rapid.Int64().Draw(t, "count"), Sum: aText().Draw(t, "sum")})
			}
		}
		for range rapid.IntRange(0, 2).Draw(t, "proofs") {
			d.Proofs = append(d.Proofs, journal.Proof{Method: aText().Draw(t, "method"),
				Via: aText().Draw(t, "via"), Action: aText().Draw(t, "action"),
				Band: aText().Draw(t, "band"), Time: aTime().Draw(t,
					"time"), Bound: rapid.Bool().Draw(t, "bound")})
		}
		for range rapid.IntRange(0, 2).Draw(t, "gaps") {
			d.Degraded = append(d.Degraded, journal.Gap{Kind: aText().Draw(t, "kind"),
				Name: aText().Draw(t, "name"), Text: aText().Draw(t, "text")})
		}
		for _, name := range rapid.SliceOfNDistinct(aText(), 0, 4, rapid.ID).Draw(t, "facts") {
			d.Facts = append(d.Facts, aFact(name).Draw(t, "fact"))
		}
		if d.Signals = someSignals().Draw(t, "signals"); d.Signals != nil {
			for _, spec := range risk.Catalogue() { // what an older version lacked
				if d.Signals.Computed().Has(spec.Group) && !d.Signals.Known(spec.Signal) &&
					rapid.Bool().Draw(t, "missing") {
					d.Missing = d.Missing.With(spec.Signal)
				}
			}
		}
		return d
	})
}

func someSignals() *rapid.Generator[*risk.Signals] {
	return rapid.Custom(func(t *rapid.T) *risk.Signals {
		groups := risk.Groups(rapid.Uint16().Draw(t, "groups")) & risk.AllGroups
		if groups == 0 {
			return nil
		}
		s := new(risk.Signals)
		s.MarkComputed(groups)
		for _, spec := range risk.Catalogue() {
			if !groups.Has(spec.Group) || rapid.Bool().Draw(t, "unknown") {
				continue
			}
			switch spec.Type {
			case risk.Bool:
				s.SetBool(spec.Signal, risk.TruthOf(rapid.Bool().Draw(t, "bool")))
			case risk.Number:
				s.SetNumber(spec.Signal, rapid.Float64().Draw(t, "number"))
			case risk.Text:
				s.SetText(spec.Signal, aText().Draw(t, "text"))
			case risk.List:
				s.SetList(spec.Signal, rapid.SliceOfN(aText(), 0, 2).Draw(t, "list"))
			}
		}
		return s
	})
}

func aFact(name string) *rapid.Generator[journal.Fact] {
	raw := rapid.OneOf(rapid.Bool().AsAny(), rapid.Int64().AsAny(), rapid.Float64().AsAny(),
		aText().AsAny(),
		rapid.SliceOfN(aText(), 0, 3).AsAny(), rapid.Uint64().AsAny(), rapid.Float32().AsAny())
	return rapid.Custom(func(t *rapid.T) journal.Fact {
		mode := rapid.SampledFrom([]journal.Mode{journal.Drop, journal.Hash, journal.Round,
			journal.Keep}).Draw(t, "mode")
		return keep(name, mode, raw.Draw(t, "raw"))
	})
}

func aText() *rapid.Generator[string] {
	return rapid.OneOf(rapid.Just(""), rapid.SampledFrom([]string{"transfer", "code6", "é",
		"a\"b\\c\n\x00\u2028\x7f"}), rapid.StringN(0, 8, 24))
}

func aTime() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		seconds := rapid.Int64Range(1, 253402300799).Draw(t, "seconds")
		return time.Unix(seconds, rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")).UTC()
	})
}

func maybeTime() *rapid.Generator[time.Time] {
	return rapid.OneOf(rapid.Just(time.Time{}), aTime())
}

func aPseudonym() *rapid.Generator[journal.Pseudonym] {
	return rapid.Custom(func(t *rapid.T) (p journal.Pseudonym) {
		copy(p[:], rapid.SliceOfN(rapid.Byte(), 0, 16).Draw(t, "bytes"))
		return p
	})
}
