// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup/journal"
	"github.com/proportion-go/proportion/stepup/replay"
)

// seen is what was computed of one raw event.
type seen struct {
	line    int64
	event   journal.Event
	signals risk.Signals
	facts   []journal.Fact
	label   replay.Label
}

func (s *seen) number(id risk.Signal) string {
	n, known := s.signals.Number(id)
	if !known {
		return "unknown"
	}
	return fmt.Sprint(n)
}

// watch returns what is computed of each event, and the lines that are bad.
func watch(t testing.TB, c replay.EventsConfig) (all []seen, bad []error) {
	t.Helper()
	for cs, err := range replay.NewEvents(c).Cases(t.Context()) {
		var line *journal.LineError
		switch {
		case errors.As(err, &line):
			bad = append(bad, err)
		case err != nil:
			t.Fatal(err)
		default:
			all = append(all, seen{cs.Line, *cs.Event, *cs.Event.Decision.Signals,
				slices.Clone(cs.Event.Decision.Facts), cs.Label})
		}
	}
	return all, bad
}

// lived are events of one subject: three successes on a laptop in Paris, two
// failures, then a stranger in New York.
func lived() []string {
	event := func(at, more string) string {
		return fmt.Sprintf(`{"time":"2026-03-02T%sZ","subject":"alice","action":"login",%s}`, at, more)
	}
	paris := `"ip":"` + risktest.ParisAddr + `","user_agent":"` + risktest.Desktop().UserAgent +
		`","device":"laptop"`
	return []string{
		event("08:00:00", paris+`,"success":true`),
		event("09:00:00", paris+`,"success":true`),
		event("10:00:00", paris+`,"success":true`),
		event("10:30:00", paris+`,"success":false`),
		event("10:35:00", paris+`,"success":false`),
		event("10:36:00", `"ip":"`+risktest.NewYorkAddr+`","label":"attack","success":true`),
		event("10:37:00", `"ip":"`+risktest.NewYorkAddr+`"`),
	}
}

func TestSignalsAreThoseOfTheGuard(t *testing.T) {
	path := save(t, "e.jsonl", []byte(strings.Join(lived(), "\n")))
	all, bad := watch(t, replay.EventsConfig{Files: []string{path}, Locator: risktest.NewLocator()})
	if len(all) != 7 || len(bad) > 0 {
		t.Fatalf("got %d events, %v", len(all), bad)
	}
	for _, tt := range []struct {
		event  int
		signal risk.Signal
		want   string
	}{
		{0, risk.HistoryLogins, "0"}, {1, risk.HistoryLogins, "1"}, {3, risk.HistoryLogins, "3"},
		{4, risk.HistoryLogins, "3"}, // a failure teaches nothing
		{6, risk.HistoryLogins, "3"}, // neither does an attack
		{3, risk.VelocityFailures1h, "0"}, {4, risk.VelocityFailures10m, "1"},
		{5, risk.VelocityFailures1h, "2"},
		{5, risk.VelocityFailures24h, "2"}, {5, risk.VelocityIPSubjects1h, "1"},
		{0, risk.VelocityPrompts24h, "unknown"}, {0, risk.TimeHourUTC, "8"},
		{5, risk.TravelHours, "1"}, // an hour by the hours that proofs are kept to
	} {
		if tt.signal == risk.TravelHours {
			if km, known := all[tt.event].signals.Number(risk.TravelKM); !known || km < 5000 {
				t.Errorf("event %d: got %v km, want an ocean", tt.event, km)
			}
			continue
		}
		if got := all[tt.event].number(tt.signal); got != tt.want {
			t.Errorf("event %d: %v: got %s, want %s", tt.event, tt.signal, got, tt.want)
		}
	}
	for _, tt := range []struct {
		event  int
		signal risk.Signal
		want   risk.Truth
	}{
		{0, risk.DeviceKnown, risk.False}, {1, risk.DeviceKnown, risk.True},
		{5, risk.DeviceKnown, risk.False},
		{1, risk.DeviceTrusted, risk.False}, {0, risk.GeoNewCountry, risk.Unknown},
		{1, risk.GeoNewCountry, risk.False}, {5, risk.GeoNewCountry, risk.True},
		{6, risk.GeoNewCountry, risk.True},
	} {
		if got := all[tt.event].signals.Bool(tt.signal); got != tt.want {
			t.Errorf("event %d: %v: got %v, want %v", tt.event, tt.signal, got, tt.want)
		}
	}
	if all[5].label != replay.Attack || all[0].label != replay.Unlabelled {
		t.Errorf("got labels %v and %v", all[5].label, all[0].label)
	}
	if all[0].event.Detail.Channel != "web" || all[0].signals.Computed().Has(risk.SessionGroup) {
		t.Errorf("got channel %q, computed %v", all[0].event.Detail.Channel, all[0].signals.Computed())
	}
}

// Nothing of a later event reaches an earlier one.
func TestNothingIsKnownBefore(t *testing.T) {
	lines := lived()
	locator := risktest.NewLocator()
	whole, _ := watch(t, replay.EventsConfig{Files: []string{save(t, "e.jsonl",
		[]byte(strings.Join(lines, "\n")))},
		Locator: locator})
	for n := range lines {
		part, _ := watch(t, replay.EventsConfig{
			Files: []string{save(t, "e.jsonl", []byte(strings.Join(lines[:n+1], "\n")))}, Locator: locator,
		})
		for _, spec := range risk.Catalogue() {
			a, known := whole[n].signals.Slot(spec.Signal)
			b, also := part[n].signals.Slot(spec.Signal)
			if known != also || a != b {
				t.Errorf("event %d: %s: got %v, %t, and %v, %t when nothing follows", n, spec.Name,
					a, known, b, also)
			}
		}
	}
}

// Without a source of places, a policy that reads them cannot be tried.
func TestEventsWithoutALocator(t *testing.T) {
	path := save(t, "e.jsonl", []byte(strings.Join(lived(), "\n")))
	r := run(t, replay.NewEvents(replay.EventsConfig{Files: []string{path}}), replay.Config{Policy: parse(t)})
	if r.After.NotComparable != 7 || r.After.Lacking["geo"] != 7 || r.Compared {
		t.Errorf("got %+v", r.After)
	}
}

func TestCSV(t *testing.T) {
	content := "\ufeffTime,Subject,Action,ip,user_agent,device,success,label,facts.amount,vip,age,note\r\n" +
		`2026-03-02 08:00:00,bob,pay,192.0.2.1,"Mozilla, ""quoted"" and so",d1,true,legit,12.50,true,31,` + "\n" +
		`1772438400.5,bob,pay,,,,false,attack,,,,"a, b"` + "\n\n" +
		`2026-03-02T08:00:00+01:00,,view,::ffff:192.0.2.9,,,,,,,,` + "\n"
	all, bad := watch(t, replay.EventsConfig{Format: replay.CSV,
		Files: []string{save(t, "e.csv", []byte(content))}})
	if len(all) != 3 || len(bad) > 0 {
		t.Fatalf("got %d events, %v", len(all), bad)
	}
	if at := all[2].event.Time; !at.Equal(time.Date(2026, 3, 2, 8, 0, 0, 5e8, time.UTC)) {
		t.Errorf("got time %v", at)
	}
	if at := all[0].event.Time; at.Hour() != 7 || !all[0].event.Alias.IsZero() {
		t.Errorf("got time %v, alias %v", at, all[0].event.Alias)
	}
	facts := map[string]any{}
	for _, f := range all[1].facts {
		facts[f.Name] = f.Value.Any()
	}
	if want := map[string]any{"amount": "12.50", "vip": "true", "age": "31"}; !maps.Equal(facts, want) {
		t.Errorf("got facts %v, want %v", facts, want)
	}
	// A policy reads them by the types that it declares.
	p := parse(t, `  - { id: typed, on: [pay], when: amount == 12.5 and vip and age > 30, score: 50 }`)
	path := save(t, "e.csv", []byte(content))
	r := run(t, replay.NewEvents(replay.EventsConfig{Format: replay.CSV, Files: []string{path},
		Locator: risktest.NewLocator()}),
		replay.Config{Policy: p})
	if c := r.Costs["typed"]; c == nil || c.Fired == 0 {
		t.Errorf("got costs %v, want the typed rule to fire", r.Costs)
	}
}

const rbaHeader = "index,Login Timestamp,User ID,Round-Trip Time [ms],IP Address,Country,Region,City,ASN," +
	"User Agent String,Browser Name and Version,OS Name and Version,Device Type,Login " +
	"Successful,Is Attack IP," +
	"Is Account Takeover\n"

func TestRBA(t *testing.T) {
	content := rbaHeader +
		`0,2020-02-03 12:43:30.772,-4324475583306591935,,10.0.65.171,NO,-,-,29695,"Mozilla/5.0  (iPhone; CPU, like)",` +
		"Firefox 20.0.0.1618,iOS 13.4,mobile,False,False,False\n" +
		`1,2020-02-03 12:44:30.772,7,545.0,10.0.65.171,NO,Vestland,Bergen,29695,Mozilla/5.0,Chrome 1,iOS 13.4,mobile,` +
		"True,True,False\n" +
		"2,2020-02-03 12:45:30.772,7,545.0,10.0.65.171,AU,-,-,x,Mozilla/5.0,Chrome 1,iOS " +
		"13.4,mobile,True,False,True\n"
	all, bad := watch(t, replay.EventsConfig{Format: replay.RBACSV,
		Files: []string{save(t, "rba.csv", []byte(content))}})
	if len(all) != 3 || len(bad) > 0 {
		t.Fatalf("got %d events, %v", len(all), bad)
	}
	for i, want := range []replay.Label{replay.Legit, replay.Attack, replay.Attack} {
		if all[i].label != want || all[i].event.Action != "login" || all[i].event.ID != fmt.Sprint(i) {
			t.Errorf("row %d: got %v, %v", i, all[i].label, &all[i].event)
		}
	}
	country, _ := all[2].signals.Text(risk.GeoCountry)
	if asn := all[0].number(risk.GeoASN); asn != "29695" || country != "AU" ||
		all[2].number(risk.GeoASN) != "unknown" {
		t.Errorf("got ASN %s and country %s", asn, country)
	}
}

// Lines that cannot be read are named by what is wrong with them, never by
// what stands there.
func TestBadRows(t *testing.T) {
	ok := `{"time":"2026-03-02T08:00:00Z","action":"login","subject":7,"id":12,"facts":{"a":null,"l":["x"]},"other":{}}`
	lines := []string{ok, `{"time":"secret","action":"login"}`, `{"action":"login"}`,
		`{"time":1772438400}`, `[]`,
		`{"time":1772438400,"action":"a","ip":"secret"}`, `{"time":1772438400,"action":"a","label":"secret"}`,
		`{"time":1772438400,"action":"a","success":"secret"}`,
		`{"time":1772438400,"action":"a","facts":{"x":{"y":1}}}`,
		`{"time":1772438400,"action":"a","facts":{"x":[1]}}`, `secret`, ok}
	all, bad := watch(t, replay.EventsConfig{Files: []string{save(t, "e.jsonl",
		[]byte(strings.Join(lines, "\n")))}})
	if len(all) != 2 || len(bad) != 10 || all[1].line != 12 || all[0].event.ID != "12" {
		t.Fatalf("got %d events and %d bad lines: %v", len(all), len(bad), bad)
	}
	for i, err := range bad {
		if !errors.Is(err, replay.ErrRow) || strings.Contains(err.Error(), "secret") ||
			!strings.Contains(err.Error(), fmt.Sprintf("e.jsonl:%d: ", i+2)) {
			t.Errorf("got %v", err)
		}
	}
	csv := "time,action,ip\n2026-03-02T08:00:00Z,a,\n2026-03-02T08:00:00Z,a\n" + `2026-03-02T08:00:00Z,"a,b` +
		"\n" + `2026-03-02T08:00:00Z,"a"b,` + "\n,a,\n"
	all, bad = watch(t, replay.EventsConfig{Format: replay.CSV,
		Files: []string{save(t, "e.csv", []byte(csv))}})
	if len(all) != 1 || len(bad) != 4 {
		t.Errorf("got %d events and %v", len(all), bad)
	}
	rba := rbaHeader + "0,2020-02-03 12:43:30.772,1,,10.0.65.171,NO,-,-,1,M,F,i,mobile,Perhaps,False,False\n" +
		"0,2020-02-03 12:43:30.772,1,,10.0.65.171,NO,-,-,1,M,F,i,mobile,True,Perhaps,False\n"
	all, bad = watch(t, replay.EventsConfig{Format: replay.RBACSV,
		Files: []string{save(t, "e.csv", []byte(rba))}})
	if len(all) != 0 || len(bad) != 2 {
		t.Errorf("got %d events and %v", len(all), bad)
	}
}

func TestHeaders(t *testing.T) {
	for name, tt := range map[string]struct {
		format replay.Format
		head   string
		want   string
	}{
		"no time": {replay.CSV, "subject,action\n", `: want a column "time"; there may be id, ip, user_agent`},
		"neither": {replay.CSV, "user,when\n", `: want columns "time", "action"; there may be id, subject`},
		"twice":   {replay.CSV, "time,action,time\n", `: column "time" stands twice`},
		"open quote": {replay.CSV, "time,\"action\n",
			"replay: not the header of such a file: a quote does not end in its line"},
		"no comma": {replay.CSV, "\"time\"action\n", "such a file: want a comma after a quote"},
		"not RBA":  {replay.RBACSV, "time,action\n", `"User ID"`},
		"RBA, no user": {replay.RBACSV, "Login Timestamp,IP Address\n",
			`: want a column "User ID"; there may be index`},
	} {
		path := save(t, "e.csv", []byte(tt.head))
		_, err := replay.Run(t.Context(), replay.NewEvents(replay.EventsConfig{Format: tt.format,
			Files: []string{path}}),
			replay.Config{Policy: parse(t)})
		if !errors.Is(err, replay.ErrHeader) || !strings.Contains(err.Error(), path+":1: ") ||
			!strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %v with %q", name, err, replay.ErrHeader, tt.want)
		}
	}
}

// A column that nobody reads may be a misspelt one: it is named, once.
func TestColumnsThatAreNotRead(t *testing.T) {
	const rows = "Time,action,facts.amount,is_fraud,vip\n2026-03-02T08:00:00Z,login,1,yes,true\n"
	r := run(t, replay.NewEvents(replay.EventsConfig{Format: replay.CSV,
		Files: []string{save(t, "a.csv", []byte(rows)), save(t, "b.csv", []byte(rows))}}),
		replay.Config{Policy: parse(t)})
	if want := []string{"is_fraud"}; r.Decisions != 2 || !slices.Equal(r.Unread, want) {
		t.Errorf("got %d decisions, not read %q, want %q", r.Decisions, r.Unread, want)
	}
}

// population writes the logins of a population, in the order of time.
func population(t testing.TB, subjects, logins int) string {
	t.Helper()
	people := risktest.NewPopulation(1, subjects)
	all := slices.Collect(people.Events(logins))
	slices.SortStableFunc(all, func(a, b risktest.Event) int { return a.Time.Compare(b.Time) })
	var b strings.Builder
	for _, e := range all {
		fmt.Fprintf(&b,
			`{"time":%q,"subject":"%d","action":"login","ip":%q,"user_agent":%q,"device":"%x","success":true}`+"\n",
			e.Time.Format(time.RFC3339Nano), e.Subject, e.Addr, e.Client.UserAgent, e.Device[:])
	}
	return save(t, "population.jsonl", []byte(b.String()))
}

func TestFamiliarity(t *testing.T) {
	all, bad := watch(t, replay.EventsConfig{Files: []string{population(t, 100, 40)}})
	if len(bad) > 0 || len(all) != 4000 {
		t.Fatalf("got %d events, %v", len(all), bad)
	}
	for i, want := range map[int]bool{10: false, 3900: true} {
		if _, known := all[i].signals.Number(risk.FamiliarityScore); known != want {
			t.Errorf("event %d: the score is known: %t, want %t", i, known, want)
		}
	}
}

// Past the bound, subjects are sampled; those that are left have their whole
// history.
func TestProfilesAreSampled(t *testing.T) {
	path := population(t, 200, 10)
	whole, _ := watch(t, replay.EventsConfig{Files: []string{path}})
	exact := map[int64]string{}
	for _, s := range whole {
		exact[s.line] = s.number(risk.HistoryLogins)
	}
	part, _ := watch(t, replay.EventsConfig{Files: []string{path}, Subjects: 40})
	if len(part) < 200 || len(part) > 1500 {
		t.Fatalf("got %d of %d events", len(part), len(whole))
	}
	for _, s := range part {
		if got := s.number(risk.HistoryLogins); got != exact[s.line] {
			t.Errorf("line %d: got %s logins, want %s", s.line, got, exact[s.line])
		}
	}
}

func TestResumeEvents(t *testing.T) {
	path := population(t, 30, 20)
	csv := save(t, "e.csv",
		[]byte("time,action,subject,success\n2026-09-02T08:00:00Z,login,x,true\n2026-09-03T08:00:00Z,login,x,true\n"))
	open := func() replay.Source {
		return replay.NewEvents(replay.EventsConfig{Files: []string{path}, Locator: risktest.NewLocator()})
	}
	want := run(t, open(), replay.Config{Policy: parse(t)})
	for _, after := range []int64{1, 300, 599} {
		resumes(t, after, want, open)
	}
	events := life(2, 10, 20)
	files := []string{save(t, "b.jsonl", rows(shuffled(events[90:], 10))), save(t, "a.jsonl", rows(events[:100]))}
	open = func() replay.Source {
		return replay.NewEvents(replay.EventsConfig{Files: files, Locator: risktest.NewLocator(), Window: 12})
	}
	want = run(t, open(), replay.Config{Policy: parse(t)})
	for _, after := range []int64{1, 105} {
		resumes(t, after, want, open)
	}
	open = func() replay.Source {
		return replay.NewEvents(replay.EventsConfig{Format: replay.CSV, Files: []string{csv, csv},
			Locator: risktest.NewLocator()})
	}
	want = run(t, open(), replay.Config{Policy: parse(t)})
	for after := range int64(4) {
		resumes(t, after+1, want, open)
	}
}

func TestEventsStop(t *testing.T) {
	_, err := replay.Run(t.Context(), replay.NewEvents(replay.EventsConfig{Files: []string{"none.jsonl"}}),
		replay.Config{Policy: parse(t)})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
