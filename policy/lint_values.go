// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"regexp"
	"slices"
	"strconv"

	"github.com/proportion-go/proportion/policy/internal/expression"
	"github.com/proportion-go/proportion/risk"
)

// span is the numbers that a signal can be.
type span struct{ least, most float64 }

// spans are those of signals whose range has two ends.
var spans = map[risk.Signal]span{
	risk.TimeHour:         {0, 23},
	risk.TimeHourUTC:      {0, 23},
	risk.TimeWeekday:      {1, 7},
	risk.TimeWeekdayUTC:   {1, 7},
	risk.GeoASN:           {1, 4294967295},
	risk.DeviceDrift:      {0, 1},
	risk.HistoryLogins:    {0, 48},
	risk.HistoryHourShare: {0, 1},
	risk.FamiliarityScore: {0, 100},
}

// fewTexts are the texts that a signal can be, where these are few.
var fewTexts = map[risk.Signal][]string{
	risk.ActionSensitivity: sensitivityNames[:],
	risk.ClientChannel:     channelNames[:],
}

// textForms are what the texts of a signal look like, where these are many.
var textForms = map[risk.Signal]*regexp.Regexp{
	risk.GeoCountry: regexp.MustCompile(`^[A-Z]{2}$`),
	risk.GeoRegion:  regexp.MustCompile(`^[A-Z]{2}-[A-Z0-9]{1,3}$`),
}

// lintValues looks for comparisons with what a signal never is.
func (l *linter) lintValues() {
	for _, r := range l.rules {
		if r.when == nil {
			continue
		}
		for _, c := range r.when.Comparisons() {
			s, known := spans[c.Signal]
			if known && (c.Number < s.least || c.Number > s.most) {
				l.impossible(r, c.Offset, c.Signal, number(c.Number))
			}
		}
		for _, c := range r.when.TextComparisons() {
			l.lintText(r, c)
		}
	}
}

func (l *linter) lintText(r linedRule, c expression.TextComparison) {
	form, formed := textForms[c.Signal]
	choice, chosen := fewTexts[c.Signal]
	switch {
	case c.Ordered:
		line, column := r.positions.At(c.Offset)
		l.addAt(r.spot.file, line, column, "text-order", "name the values: "+
			c.Signal.String()+` in ["…", "…"]`,
			"%s is a text, and its order is that of letters", c.Signal)
	case formed && !form.MatchString(c.Text), chosen && !slices.Contains(choice, c.Text),
		c.Signal == risk.ActionName && !l.policy.can(c.Text):
		l.impossible(r, c.Offset, c.Signal, strconv.Quote(c.Text))
	}
}

// can reports whether an action of that name has an entry, or that of "*".
func (p *Policy) can(name string) bool { return p.star != nil || p.actions[name] != nil }

func (l *linter) impossible(r linedRule, offset int, s risk.Signal, text string) {
	line, column := r.positions.At(offset)
	hint := s.String() + " is " + s.Spec().Range
	if s == risk.ActionName {
		hint = "list it under actions"
	}
	l.addAt(r.spot.file, line, column, "impossible-value", hint, "%s is never %s", s, text)
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
