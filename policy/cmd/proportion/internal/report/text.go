// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// width is as far as a line of text goes.
const width = 80

// Text writes the summary for a terminal of 80 columns.
func (s *Summary) Text(w io.Writer) error {
	t := &text{}
	t.head(s)
	t.totals(s)
	t.labels(s)
	t.changes(s)
	t.costs(s)
	for _, section := range s.After.sections() {
		if section.name != "rule" { // costs say more of them
			t.rows("By "+section.title, section.rows)
		}
	}
	t.subjects(s)
	t.bad(s)
	_, err := io.WriteString(w, t.String())
	return err
}

type text struct{ strings.Builder }

func (t *text) line(format string, values ...any) {
	t.WriteString(strings.TrimRight(fmt.Sprintf(format, values...), " ") + "\n")
}

// title begins a section.
func (t *text) title(name string) { t.line("\n%s\n", name) }

// fit cuts a text to so many columns, and replaces what would move the cursor.
func fit(text string, columns int) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
	if utf8.RuneCountInString(text) <= columns {
		return text
	}
	return string([]rune(text)[:columns-1]) + "…"
}

func (t *text) head(s *Summary) {
	t.line("%s", number(s.Decisions)+plural(s.Decisions, " decision", " decisions")+period(s))
	t.line("policy   %s", short(s.Policy))
	if s.Baseline != nil {
		t.line("against  %s", against(s))
	}
	if len(s.Notes) > 0 {
		t.line("")
	}
	for _, n := range s.Notes {
		t.wrapped("! ", n)
	}
}

// wrapped writes a sentence over as many lines as it needs.
func (t *text) wrapped(mark, sentence string) {
	line := mark
	for _, word := range strings.Fields(sentence) {
		if utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			t.line("%s", line)
			line = strings.Repeat(" ", len(mark))
		}
		if strings.TrimSpace(strings.TrimPrefix(line, mark)) != "" {
			line += " "
		}
		line += word
	}
	t.line("%s", line)
}

func period(s *Summary) string {
	if s.First == nil {
		return ""
	}
	const day = "2006-01-02"
	return ", " + s.First.UTC().Format(day) + " to " + s.Last.UTC().Format(day)
}

// short is as much of a hash as tells policies apart.
func short(hash string) string { return hash[:min(len(hash), 12)] }

func against(s *Summary) string {
	if *s.Baseline == "recorded" {
		return "what was recorded"
	}
	return "baseline " + short(*s.Baseline)
}

// totals compares the two sides.
func (t *text) totals(s *Summary) {
	t.title("Friction")
	header := ""
	if s.Before != nil {
		header = fmt.Sprintf("%12s", "before")
	}
	t.line("  %-34s%12s%s", "", "policy", header)
	t.pair(s, "decisions", func(x *Side) string { return number(x.Outcomes.Total()) })
	t.pair(s, "prompts per 1,000", func(x *Side) string { return fmt.Sprintf("%.1f", x.PromptsPer1000) })
	t.pair(s, "subjects never prompted", func(x *Side) string { return percent(x.Subjects.NeverPrompted) })
	t.pair(s, "allowed", func(x *Side) string { return number(x.Outcomes.Allow) })
	t.pair(s, "notified", func(x *Side) string { return number(x.Outcomes.Notify) })
	t.pair(s, "challenged", func(x *Side) string { return number(x.Outcomes.Challenge) })
	t.pair(s, "denied", func(x *Side) string { return number(x.Outcomes.Deny) })
	t.pair(s, "not comparable", func(x *Side) string { return number(x.NotComparable) })
	for _, l := range s.After.Lacking {
		t.line("    lacks %-58s%12s", fit(l.Name, 57), number(l.Count))
	}
}

func (t *text) pair(s *Summary, name string, value func(*Side) string) {
	before := ""
	if s.Before != nil {
		before = fmt.Sprintf("%12s", value(s.Before))
	}
	t.line("  %-34s%12s%s", name, value(&s.After), before)
}

func (t *text) labels(s *Summary) {
	if s.After.Labels == nil {
		return
	}
	t.title("Attacks, where labels tell")
	say := func(name string, value func(*Labels) string) {
		t.pair(s, name, func(x *Side) string {
			if x.Labels == nil {
				return "-"
			}
			return value(x.Labels)
		})
	}
	say("attacks", func(l *Labels) string { return number(l.Attacks) })
	say("stopped", func(l *Labels) string { return number(l.Stopped) })
	say("let through", func(l *Labels) string { return number(l.LetThrough) })
	say("recall: stopped of all attacks", func(l *Labels) string { return percent(l.Recall) })
	say("precision: attacks of all stopped", func(l *Labels) string { return percent(l.Precision) })
	say("legitimate", func(l *Labels) string { return number(l.Legit) })
	say("legitimate challenged", func(l *Labels) string { return number(l.Prompted) })
	say("legitimate denied", func(l *Labels) string { return number(l.Refused) })
	t.curve(s.After.Labels)
}

// curve draws the trade-off as bars.
func (t *text) curve(l *Labels) {
	if len(l.Curve) == 0 {
		return
	}
	t.title("Trade-off, if every band started at other scores")
	t.line("  bands start      friction    attacks")
	t.line("  at a score       per 1,000   stopped")
	last := -1.0
	for i, p := range l.Curve {
		if p.Shift != 0 && i != len(l.Curve)-1 && p.Stopped-last < 0.04 {
			continue
		}
		last = p.Stopped
		where, mark := fmt.Sprintf("%d higher", -p.Shift), ""
		switch {
		case p.Shift == 0:
			where, mark = "as they are", "  <- this policy"
		case p.Shift > 0:
			where = fmt.Sprintf("%d lower", p.Shift)
		}
		t.line("  %-13s%13.1f%11s  %s%s", where, p.Friction, percent(p.Stopped),
			strings.Repeat("#", int(20*p.Stopped+0.5)), mark)
	}
}

func (t *text) changes(s *Summary) {
	c := s.Changes
	if c == nil {
		return
	}
	t.title("Changes")
	t.line("  %-34s%12s", "the same", number(c.Same))
	t.line("  %-34s%12s", "stronger", number(c.Stronger))
	t.line("  %-34s%12s", "weaker", number(c.Weaker))
	if len(c.Moves) > 0 {
		t.line("")
	}
	for _, m := range c.Moves[:min(len(c.Moves), 12)] {
		t.line("  %-64s%12s", fit(m.Name, 64), number(m.Count))
	}
	t.examples("Weaker, for example", c.WeakerExamples)
	t.examples("Stronger, for example", c.StrongerExamples)
}

func (t *text) examples(name string, all []Change) {
	if len(all) == 0 {
		return
	}
	t.title(name)
	for _, e := range all[:min(len(all), 5)] {
		where := e.ID
		if where == "" {
			where = fmt.Sprintf("%s:%d", e.File, e.Line)
		}
		t.line("  %s", fit(fmt.Sprintf("%s  %s  %s", e.Time.UTC().Format("2006-01-02 15:04"), e.Action,
			where), width-2))
		because := ""
		if len(e.Rules) > 0 {
			because = "  by " + strings.Join(e.Rules, ", ")
		}
		if e.Label != "" {
			because += "  (" + e.Label + ")"
		}
		t.line("    %s", fit(e.Was+" -> "+e.Is+because, width-4))
	}
}

func (t *text) costs(s *Summary) {
	if len(s.Costs) == 0 {
		return
	}
	t.title("Rules: what there would not be without each")
	t.line("  %-30s%10s%10s%9s%9s%9s", "", "fired", "prompts", "denials", "attacks", "spared")
	t.line("  %-30s%10s%10s%9s%9s%9s", "", "", "", "", "stopped", "")
	for _, c := range s.Costs {
		t.line("  %-30s%10s%10s%9s%9s%9s", fit(c.Rule, 29), number(c.Fired), number(c.Prompts),
			number(c.Denied),
			number(c.AttacksStopped), number(c.Spared))
	}
}

func (t *text) rows(name string, all []Row) {
	if len(all) == 0 {
		return
	}
	t.title(name)
	t.line("  %-24s%10s%10s%10s%10s%12s", "", "allow", "notify", "challenge", "deny", "per 1,000")
	shown := 0
	for _, r := range all {
		if r.Total() == 0 {
			continue
		}
		if shown++; shown > 24 {
			t.line("  … and %s more: see --format json", number(int64(len(all)-24)))
			return
		}
		t.line("  %-24s%10s%10s%10s%10s%12.1f", fit(r.Name, 23), number(r.Allow), number(r.Notify),
			number(r.Challenge),
			number(r.Deny), r.PromptsPer1000)
	}
}

func (t *text) subjects(s *Summary) {
	if s.After.Subjects.Count == 0 {
		return
	}
	t.title("Subjects, by how often each was challenged")
	for _, p := range s.After.Subjects.Prompts {
		share := float64(p.Count) / float64(s.After.Subjects.Count)
		t.line("  %-14s%12s%10s  %s", p.Name, number(p.Count), percent(share), strings.Repeat("#",
			int(40*share+0.5)))
	}
}

func (t *text) bad(s *Summary) {
	if len(s.BadLines) == 0 {
		return
	}
	t.title("Lines that could not be read")
	for _, b := range s.BadLines {
		t.line("  %s:%d: %s", fit(b.File, 200), b.Line, fit(b.Problem, 200))
	}
	if more := s.Source.Bad - int64(len(s.BadLines)); more > 0 {
		t.line("  … and %s more", number(more))
	}
}
