// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
)

// BUDGETS.md says what the numbers of this package come to. Its rows are made
// here from the numbers themselves, and every row of it has to be one of them:
// neither can change without the other.
func TestBudgetsDocument(t *testing.T) {
	text, err := os.ReadFile("BUDGETS.md")
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Concat(costRows(), laneRows(), reachRows(), waitRows(), issueRows(t), sprayRows())
	for _, row := range want {
		if !strings.Contains(string(text), row+"\n") {
			t.Errorf("missing: %s", row)
		}
	}
	rows := 0
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "| ") || !strings.ContainsAny(line, "0123456789") {
			continue
		}
		if rows++; !slices.Contains(want, line) {
			t.Errorf("not derived from the code: %s", line)
		}
	}
	if rows < 30 {
		t.Errorf("got %d rows with numbers, want at least 30", rows)
	}
}

func costRows() (rows []string) {
	for _, m := range []Method{Code4, Mobile4, Code6, TOTP, Recovery} {
		rows = append(rows, fmt.Sprintf("| `%v` | %d | %d |", m, attempts(m), cost(m)))
	}
	return rows
}

var laneNames = [Lanes]string{"stranger", "trusted", "first factor"}

func laneRows() (rows []string) {
	row := func(name string, g Guesses) string {
		return fmt.Sprintf("| %s | %d | %d | %d | %s |", name, g.All, g.Code4, g.Code4/cost(Code4), percent(g.All))
	}
	for lane, g := range limits {
		rows = append(rows, row(laneNames[lane], g))
	}
	return append(rows, row("one device of the trusted lane", limits[TrustedLane].half()))
}

// percent writes parts per million as a chance.
func percent(ppm int) string { return fmt.Sprintf("%.2f %%", float64(ppm)/10_000) }

// windows30 is how many budgets begin within a year, at most.
const windows30 = (365 + budgetDays - 1) / budgetDays

func reachRows() (rows []string) {
	stranger, first, trusted := limits[StrangerLane].All, limits[FirstFactorLane].All, limits[TrustedLane]
	for _, who := range []struct {
		name string
		ppm  int
	}{
		{"a stranger who has no first factor", first},
		{"a stranger who has one", stranger + first},
		{"a thief of one trusted device", trusted.half().All},
		{"a thief of two", trusted.All},
		{"everyone together", stranger + first + trusted.All},
	} {
		rows = append(rows, fmt.Sprintf("| %s | %s | %s |", who.name, percent(who.ppm), percent(who.ppm*windows30)))
	}
	return rows
}

func waitRows() (rows []string) {
	from := 1
	for n := 1; n < MostFailures; n++ {
		if Wait(n+1) == Wait(from) && n+1 < MostFailures {
			continue
		}
		name := fmt.Sprint(from)
		if from < n {
			name = fmt.Sprintf("%d to %d", from, n)
		}
		rows = append(rows, fmt.Sprintf("| %s | %s |", name, span(Wait(n))))
		from = n + 1
	}
	return append(rows, fmt.Sprintf("| %d | until a human opens it |", MostFailures))
}

// span writes a duration as people do.
func span(d time.Duration) string {
	switch {
	case d == 0:
		return "none"
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%d h", d/time.Hour)
}

func issueRows(t *testing.T) []string {
	t.Helper()
	s := Sends{}.withDefaults()
	rows := []string{}
	for _, r := range []struct {
		name string
		n    int
	}{
		{"one subject, in each lane", s.Subject}, {"one contact, in each lane", s.Contact},
		{"one network (/24 or /48)", s.Network}, {"one prefix of telephone numbers", s.Prefix},
		{"the deployment", s.Deployment},
	} {
		rows = append(rows, fmt.Sprintf("| codes for %s | %d | 1 h |", r.name, r.n))
	}
	key, err := otp.NewKey("fake", bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	ring, err := otp.NewRing(key)
	if err != nil {
		t.Fatal(err)
	}
	g := &Guard{keys: keys{issue: ring.MAC("fake", "issue")}}
	asked := g.unanswered(new(demand))
	return append(rows,
		fmt.Sprintf("| questions a mobile leaves unanswered, in each lane | %d | %s |", asked.Most, span(asked.Per)),
		fmt.Sprintf("| challenges pending for one subject, in each lane | %d | at once |", mostPending))
}

func sprayRows() []string {
	everyone := float64(sprayMonth) * float64(cost(Code4)) / 1e6
	six := 100_000 * float64(MostFailures*cost(Code6)) / 1e6
	return []string{
		fmt.Sprintf("| four digits, any number of accounts | %d | %.0f |", sprayMonth, everyone),
		fmt.Sprintf("| six digits, 100,000 accounts | %d | %.0f |", 100_000*MostFailures, six),
	}
}

// The cost of a guess is its chance (RFC 4226 s6: s·v/10^d), in parts per
// million.
func TestCostIsTheChance(t *testing.T) {
	for m, accepted := range map[Method]int{Code4: 1, Mobile4: 1, Code6: 1, TOTP: totp.Guesses()} {
		codes := 1
		for range digits(m) {
			codes *= 10
		}
		if got, want := cost(m), accepted*1_000_000/codes; got != want {
			t.Errorf("%v: got %d ppm, want %d", m, got, want)
		}
	}
	if cost(Recovery) < 1 {
		t.Error("a recovery code is guessed at no cost")
	}
}

// What the standards ask of these numbers.
func TestBudgetsWithinTheStandards(t *testing.T) {
	if MostFailures > 100 {
		t.Errorf("got %d failures in a row, want at most 100 (NIST SP 800-63B-4 s3.2.2)", MostFailures)
	}
	if firstWait != 30*time.Second || longestWait != time.Hour {
		t.Errorf("got waits of %v to %v, want 30 s to 1 h (NIST SP 800-63B-4 s3.2.2)", firstWait, longestWait)
	}
	if longestCodeLife != 10*time.Minute {
		t.Errorf("got codes of %v, want at most 10 min (NIST SP 800-63B-4 s3.1.3.2)", longestCodeLife)
	}
	for _, m := range []Method{Code4, Mobile4, Code6, TOTP, Recovery} {
		if attempts(m) > 5 {
			t.Errorf("%v: got %d attempts, want at most 5 (PSD2 RTS Art. 4(3)(b))", m, attempts(m))
		}
	}
	if Wait(5) == 0 {
		t.Error("got no wait after five failures (PSD2 RTS Art. 4(3)(b))")
	}
}

// A sprayer who grows a little every day, to become what is usual, is stopped
// at three times the usual day, and by the month in any case.
func TestSlowSprayingMeetsTheMonth(t *testing.T) {
	var d daily
	day := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	var days []int
	for range 90 {
		n := 0
		for ; !d.spray(day).Spraying(); n++ {
			d.add(day, 1)
		}
		days = append(days, n)
		day = day.Add(24 * time.Hour)
	}
	if days[0] != sprayUnless+1 {
		t.Errorf("got %d guesses on the first day, want %d", days[0], sprayUnless+1)
	}
	most := 0
	for i := range days {
		month := 0
		for _, n := range days[i:min(i+budgetDays, len(days))] {
			month += n
		}
		most = max(most, month)
	}
	if most > sprayMonth {
		t.Errorf("got %d guesses in 30 days, want at most %d: %v", most, sprayMonth, days)
	}
}

// Every test that the document names is one of this package's.
func TestBudgetsDocumentNamesTests(t *testing.T) {
	text, err := os.ReadFile("BUDGETS.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var tests strings.Builder
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tests.Write(source)
	}
	named := regexp.MustCompile("`(Test[A-Za-z0-9]+)`").FindAllStringSubmatch(string(text), -1)
	if len(named) < 8 {
		t.Errorf("got %d tests named, want each claim to have one", len(named))
	}
	for _, name := range named {
		if !strings.Contains(tests.String(), "func "+name[1]+"(") {
			t.Errorf("there is no test %s", name[1])
		}
	}
}
