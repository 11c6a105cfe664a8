// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	_ "embed" // the page
	"fmt"
	"html/template"
	"io"
	"math"
	"time"
)

//go:embed page.html
var page string

// HTML writes the summary as one page that loads nothing else: for a browser
// of any size, in light and dark, and for paper. Everything that came from a
// request is escaped by html/template.
func (s *Summary) HTML(w io.Writer) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"number": number, "percent": percent, "short": short, "share": share, "day": day, "minute": minute,
		"against": against,
		"decimal": func(x float64) string { return fmt.Sprintf("%.1f", x) },
	}).Parse(page)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return t.Execute(w, newView(s))
}

// view is what the page shows beside the summary itself.
type view struct {
	*Summary
	Story    []string // the summary in sentences
	Cards    []card
	Curve    *curveChart
	Hours    *barChart
	People   *barChart
	Sections []stacks
	MoreBad  bool // lines than are named
}

// card is one number that matters, with what it was.
type card struct {
	Name, Value, Was string
	Better, Worse    bool
}

// stacks are the outcomes of each action, country or band.
type stacks struct {
	Title, Head string
	Rows        []stack
	More        int
}

// stack is one row, its outcomes in per cent of its width.
type stack struct {
	Row
	Allowed, Notified, Challenged, Denied string
}

func newView(s *Summary) *view {
	v := &view{Summary: s, Story: s.story(), Cards: s.cards(), Curve: newCurve(s),
		MoreBad: s.Source.Bad > int64(len(s.BadLines))}
	var before *[24]float64
	if s.Before != nil {
		before = &s.Before.promptedPerHour
	}
	v.Hours = hoursChart(&s.After.promptedPerHour, before)
	v.People = peopleChart(s)
	v.Sections = []stacks{
		stacked("What each action would meet", "Action", s.After.Actions),
		stacked("Where requests came from", "Country", s.After.Countries),
		stacked("How risky they looked", "Band", s.After.Bands),
	}
	return v
}

// mostRows is how many rows a table of the page has.
const mostRows = 12

func stacked(title, head string, rows []Row) stacks {
	t := stacks{Title: title, Head: head, More: max(0, len(rows)-mostRows)}
	for _, r := range rows[:min(len(rows), mostRows)] {
		t.Rows = append(t.Rows, stack{
			Row: r, Allowed: part(r.Allow, r.Total()), Notified: part(r.Notify, r.Total()),
			Challenged: part(r.Challenge, r.Total()), Denied: part(r.Deny, r.Total()),
		})
	}
	return t
}

// part is a share in per cent, as CSS and SVG take it.
func part(n, of int64) string {
	if of == 0 {
		return "0"
	}
	return fmt.Sprintf("%.2f", 100*float64(n)/float64(of))
}

func share(n, of int64) string {
	if of == 0 {
		return "0.0 %"
	}
	return percent(float64(n) / float64(of))
}

func day(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format("2 January 2006")
}

func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

// story is what the numbers say, in sentences.
func (s *Summary) story() []string {
	if s.After.Outcomes.Total() == 0 {
		return []string{"Not one request could be decided under this policy: see what is missing below."}
	}
	text := "Of 1,000 requests, this policy would ask for proof in " + rounded(s.After.PromptsPer1000)
	if s.Before != nil {
		text += "; before, it was " + rounded(s.Before.PromptsPer1000)
	}
	story := []string{text + "."}
	if s.After.Subjects.Count > 0 {
		story = append(story, fmt.Sprintf("%s of customers would never be asked.",
			wholePercent(s.After.Subjects.NeverPrompted)))
	}
	if l := s.After.Labels; l != nil && l.Attacks > 0 {
		text := fmt.Sprintf("It would stop %s of %s known attacks", number(l.Stopped), number(l.Attacks))
		if s.Before != nil && s.Before.Labels != nil {
			text += fmt.Sprintf(", where %s were stopped before", number(s.Before.Labels.Stopped))
		}
		story = append(story, text+fmt.Sprintf(", and ask %s of %s legitimate requests.",
			number(l.Prompted), number(l.Legit)))
	}
	if c := s.Changes; c != nil {
		story = append(story, fmt.Sprintf("%s would meet more friction than before, %s less.",
			number(c.Stronger)+plural(c.Stronger, " request", " requests"), number(c.Weaker)))
	}
	return story
}

// rounded is a number as it is spoken.
func rounded(x float64) string {
	if x < 10 {
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.0f", x)
}

func wholePercent(share float64) string { return fmt.Sprintf("%.0f %%", math.Floor(100*share)) }

func (s *Summary) cards() []card {
	cards := []card{s.card("prompts per 1,000 requests", false, func(x *Side) (float64, string) {
		return x.PromptsPer1000, fmt.Sprintf("%.1f", x.PromptsPer1000)
	})}
	if s.After.Subjects.Count > 0 {
		cards = append(cards, s.card("of customers never prompted", true, func(x *Side) (float64, string) {
			return x.Subjects.NeverPrompted, percent(x.Subjects.NeverPrompted)
		}))
	}
	if s.After.Labels == nil {
		return append(cards, s.card("requests denied", false, func(x *Side) (float64, string) {
			return float64(x.Outcomes.Deny), number(x.Outcomes.Deny)
		}))
	}
	return append(cards, s.card("of attacks stopped", true, func(x *Side) (float64, string) {
		if x.Labels == nil {
			return 0, "–"
		}
		return x.Labels.Recall, percent(x.Labels.Recall)
	}), s.card("of 1,000 legitimate requests stopped", false, func(x *Side) (float64, string) {
		if x.Labels == nil {
			return 0, "–"
		}
		return x.Labels.Friction, fmt.Sprintf("%.1f", x.Labels.Friction)
	}))
}

// card compares a number; more says that more of it is better.
func (s *Summary) card(name string, more bool, value func(*Side) (float64, string)) card {
	is, text := value(&s.After)
	c := card{Name: name, Value: text}
	if s.Before != nil {
		was, before := value(s.Before)
		c.Was = before
		c.Better = is != was && (is > was) == more
		c.Worse = is != was && !c.Better
	}
	return c
}
