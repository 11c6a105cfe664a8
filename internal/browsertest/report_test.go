// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package browsertest_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/proportion-go/proportion/internal/browsertest"
)

// hostile is a text that would do harm wherever it is not escaped.
const hostile = `"><script>document.title='owned'</script><img src=http://198.51.100.1/x>`

const reportHead = `version: 1
ladder:
  - { step: none, do: allow }
  - { step: notice, do: notify }
  - { step: confirm, do: challenge, methods: [code6], fresh: 15m }
  - { step: refuse, do: deny }
bands: { medium: 30, high: 60, extreme: 85 }
matrix:
  trivial:   [none, none, notice, confirm]
  normal:    [none, notice, confirm, refuse]
  sensitive: [confirm, confirm, confirm, refuse]
  critical:  [confirm, confirm, refuse, refuse]
on_failure: { trivial: allow, normal: challenge, sensitive: challenge, critical: deny }
actions: { login: { sensitivity: normal }, invoice.view: { sensitivity: trivial }, plan.change: { sensitivity: normal } }
rules:
`

// What was asked for before: proof at every new device or country. And since:
// it depends on what else is unusual.
const (
	reportBefore = reportHead +
		"  - { id: new, when: geo.foreign or not device.known, unknown: fire, score: 60 }\n"
	reportAfter = reportHead + `
  - { id: new-device, when: not device.known, unknown: fire, score: 45 }
  - { id: abroad, when: geo.foreign, unknown: fire, score: 25 }
  - { id: guessing-passwords-within-the-hour, when: velocity.failures_1h >= 3, unknown: skip, score: 40 }
`
)

// week writes a week of decisions, some of them attacks, with one by somebody
// who sends scripts, and a line that cannot be read.
func week(t *testing.T) string {
	t.Helper()
	begin := time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)
	countries := []string{"FR", "FR", "FR", "FR", "BE", "ES", "US"}
	actions := []string{"login", "login", "invoice.view", "plan.change"}
	var b strings.Builder
	for i := range 3000 {
		v := visit{
			at:     begin.AddDate(0, 0, i%7).Add(time.Duration(8*60+(i*i)%(12*60)) * time.Minute),
			number: i, country: countries[(i+i/7)%len(countries)], action: actions[i%len(actions)],
			known: i%9 > 0, label: "legit",
		}
		v.foreign = v.country == "US"
		if i%40 == 7 {
			v.label, v.known, v.foreign, v.failures = "attack", i%3 == 0, true, i/40%5
		}
		if i == 2999 {
			v.country, v.action, v.known = "ZZ", hostile, false
		}
		v.write(t, &b)
	}
	return b.String() + "<b>not JSON\n"
}

// visit is one decision of the journal, and its label.
type visit struct {
	at                     time.Time
	number, failures       int
	country, action, label string
	known, foreign         bool
}

func (v *visit) write(t *testing.T, b *strings.Builder) {
	t.Helper()
	var alias [16]byte
	alias[0], alias[1] = byte(v.number%211), 1
	event := func(kind, outcome string, after time.Duration, detail map[string]any) {
		e := map[string]any{
			"v": 1, "time": v.at.Add(after), "kind": kind, "id": fmt.Sprint("fake-", v.number),
			"alias": base64.RawURLEncoding.EncodeToString(alias[:]), "action": v.action, "outcome": outcome,
		}
		if detail != nil {
			e["detail"] = detail
		}
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(line, '\n'))
	}
	event("decision", "allow", 0, map[string]any{
		"sensitivity": "normal", "channel": "web", "band": "low", "score": 0, "base": "none",
		"signals": map[string]any{
			"geo":      signals(t, "geo", map[string]any{"country": v.country, "foreign": v.foreign}),
			"device":   signals(t, "device", map[string]any{"known": v.known}),
			"velocity": signals(t, "velocity", map[string]any{"failures_1h": v.failures}),
		},
	})
	event("label", v.label, time.Hour, nil)
}

// signals are all of a group that a journal has, unknown but for those that
// are given.
func signals(t *testing.T, group string, given map[string]any) map[string]any {
	t.Helper()
	recorded, err := os.ReadFile(root + "/stepup/replay/testdata/journal.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var e struct {
		Detail struct{ Signals map[string]map[string]any }
	}
	line, _, _ := bytes.Cut(recorded, []byte("\n"))
	if err := json.Unmarshal(line, &e); err != nil {
		t.Fatal(err)
	}
	all := e.Detail.Signals[group]
	for name := range all {
		all[name] = given[name]
	}
	return all
}

// reportOf runs the command on a week, and returns where the page is.
func reportOf(t *testing.T) string {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	folder := folderOf(t, map[string]string{
		"policy.yaml": reportAfter, "before.yaml": reportBefore, "week<i>.jsonl": week(t),
	})
	command := exec.Command(path, "replay", "--policy", "policy.yaml", "--baseline", "before.yaml",
		"--report", "report.html", "week<i>.jsonl")
	command.Dir = folder
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return filepath.Join(folder, "report.html")
}

// The report looks right at every size, in light and dark, and on paper; it
// asks for nothing but itself, and runs nothing.
func TestReportOnScreens(t *testing.T) {
	url := "file://" + reportOf(t)
	p := browsertest.Open(t)
	for _, screen := range browsertest.Screens() {
		p.Look(screen)
		p.Do(chromedp.Navigate(url))
		picture := browsertest.Run(p, chromedp.FullScreenshot(100))
		keep(t, "report-"+screen.Name+".png", picture)
		for _, problem := range p.Problems() {
			t.Errorf("%s: %s", screen.Name, problem)
		}
	}
	title := browsertest.Evaluate[string](p, `document.title`)
	made := browsertest.Evaluate[int](p, `document.scripts.length + document.images.length +
		document.querySelectorAll("main > b, td b, td i").length`)
	if made > 0 || title != "Replay of 3,000 decisions" {
		t.Errorf("title %q, and %d elements came out of texts", title, made)
	}
	says := browsertest.Evaluate[string](p, `document.body.textContent`)
	for _, want := range []string{hostile, "week<i>.jsonl:6001", "guessing-passwords-within-the-hour"} {
		if !strings.Contains(says, want) {
			t.Errorf("the report does not say %s", want)
		}
	}
	pdf := browsertest.Run(p, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPrintBackground()))
	if len(pdf) < 10_000 || !strings.HasPrefix(string(pdf), "%PDF-") {
		t.Errorf("printed %d bytes", len(pdf))
	}
	keep(t, "report.pdf", pdf)
	for _, asked := range p.Requests() {
		if asked != strings.NewReplacer("<", "%3C", ">", "%3E").Replace(url) {
			t.Errorf("the page asked for %s", asked)
		}
	}
	for _, line := range p.Console() {
		t.Error("console:", line)
	}
}

// keep keeps a file for a person to look at.
func keep(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(t.ArtifactDir(), name), content, 0o600); err != nil {
		t.Fatal(err)
	}
}
