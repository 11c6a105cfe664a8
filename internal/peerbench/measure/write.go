// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// peers are the modules whose versions a reader wants to know.
var peers = []string{
	"github.com/expr-lang/expr", "cel.dev/cel-go", "github.com/cedar-policy/cedar-go",
	"github.com/open-policy-agent/opa", "github.com/casbin/casbin/v3",
	"github.com/oschwald/geoip2-golang/v2", "github.com/oschwald/maxminddb-golang/v2",
	"github.com/pquerna/otp",
}

// Write writes the report as Markdown that can be read as it stands.
func (r Report) Write(b *bytes.Buffer, now time.Time) {
	out := printer{b}
	out.printf("# Speed and size, measured beside peers\n\n")
	out.printf("Written by `go run ./internal/peerbench/cmd/ratios -o RESULTS.md`; do not edit.\n\n")
	out.environment(now)
	out.printf("## Method\n\n%s\n", method)
	out.printf("## Bars\n\n")
	bars := Table{Head: []string{"what", "bar", "measured", "reached"}}
	reached := 0
	for _, b := range r.Bars {
		verdict := "**no**"
		if b.Reached {
			verdict = "yes"
			reached++
		}
		bars.Rows = append(bars.Rows, []string{b.What, b.Limit, b.Got, verdict})
	}
	out.table(bars)
	out.printf("%d of %d are reached.\n\n", reached, len(r.Bars))
	for _, t := range r.Tables {
		out.printf("## %s\n\n", t.Title)
		if t.Notes != "" {
			out.printf("%s\n", wrap(t.Notes))
		}
		out.table(t)
	}
}

const method = `Every contestant has its turn in each of 5 rounds, one after the other, in one
process; a time is the median of the rounds, a ratio the median of the ratios
within a round. On Linux the time is that of the processor for the thread, so
that other programs on the machine count less. Allocations are those of the
round that had fewest.

Requests are 4,096 varied ones in turn, never one repeated. Rules and requests
follow from a seed: conditions of two to four predicates over places, devices,
journeys, counters, history and facts, with and, or, not, in and comparisons, of
which 4 are for every action and 12 for each one. All values are known, since
the peers have no third truth value. Before anything is timed, the answers of
this library and of the hand-written rules are found equal to a plain evaluation
for all requests, those of the peers for a sample.

Requests are in each engine's own form beforehand: maps and records are made for
the peers, signals are in their slots for this library, and facts in the map
that a host passes. The hand-written rules tell no reasons and know no unknown
values.
`

type printer struct{ b *bytes.Buffer }

func (p printer) printf(format string, args ...any) { fmt.Fprintf(p.b, format, args...) }

func (p printer) environment(now time.Time) {
	p.printf("%s\n", wrap(fmt.Sprintf("%s, %s, %d cores, %s/%s, %s.",
		now.UTC().Format(time.DateOnly), cpu(), runtime.NumCPU(), runtime.GOOS,
		runtime.GOARCH, runtime.Version())))
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return
	}
	var versions []string
	for _, m := range info.Deps {
		if slices.Contains(peers, m.Path) {
			versions = append(versions, m.Path+" "+m.Version)
		}
	}
	if len(versions) > 0 {
		p.printf("- %s\n\n", strings.Join(versions, "\n- "))
	}
}

// cpu returns the processor's name, where the system tells it.
func cpu() string {
	data, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	for line := range strings.Lines(string(data)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown processor"
}

// table writes columns of equal width.
func (p printer) table(t Table) {
	widths := slices.Repeat([]int{3}, len(t.Head)) // Markdown wants three dashes
	for _, row := range append([][]string{t.Head}, t.Rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	p.row(t.Head, widths)
	rule := make([]string, len(widths))
	for i, width := range widths {
		rule[i] = strings.Repeat("-", width)
	}
	p.row(rule, widths)
	for _, row := range t.Rows {
		p.row(row, widths)
	}
	p.printf("\n")
}

func (p printer) row(cells []string, widths []int) {
	for i, cell := range cells {
		p.printf("| %s%s ", cell, strings.Repeat(" ", max(widths[i]-utf8.RuneCountInString(cell), 0)))
	}
	p.printf("|\n")
}

// wrap breaks text into lines of at most 80 columns, the last one ended.
func wrap(text string) string {
	var b strings.Builder
	width := 0
	for _, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case width == 0:
		case width+1+n > 80:
			b.WriteString("\n")
			width = 0
		default:
			b.WriteString(" ")
			width++
		}
		b.WriteString(word)
		width += n
	}
	return b.String() + "\n"
}
