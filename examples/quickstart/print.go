// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup"
)

// printer lays results out in 80 columns. Errors of writing are the writer's
// to keep: a bufio.Writer tells them when it is flushed.
type printer struct {
	words
	out   io.Writer
	paint func(colour, text string) string
}

const (
	width  = 80
	margin = 7  // under the time
	gutter = 11 // of the name of a row
)

// The colours that are used, as ANSI calls them.
const (
	green  = "32"
	yellow = "33"
	red    = "31"
	bold   = "1"
)

func newPrinter(out io.Writer, lang string, paint func(colour, text string) string) *printer {
	return &printer{words: newWords(lang), out: out, paint: paint}
}

// colours returns how to paint on a writer: not at all, unless it is a
// terminal and nobody objects (https://no-color.org).
func colours(w io.Writer) func(colour, text string) string {
	plain := func(_, text string) string { return text }
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" {
		return plain
	}
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return plain
	}
	return func(colour, text string) string { return "\x1b[" + colour + "m" + text + "\x1b[0m" }
}

// block prints what became of one request.
func (p *printer) block(r *result) {
	d := &r.decision
	p.heading(r)
	p.row("decided", outcomeColour(d.Outcome), p.say("outcome."+d.Outcome.String())+"; "+
		p.say("arithmetic", d.Verdict.Step.Name, d.Verdict.Score, p.say("band."+d.Verdict.Band.String())))
	for _, gap := range d.Degraded {
		p.row("missing", red, gap.Kind.String()+" "+gap.Name+": "+gap.Text)
	}
	p.row("why", "", p.reasons(r)...)
	if shadow := d.Verdict.Shadow; len(shadow.Rules) > 0 {
		phrase := "shadow.would"
		if shadow.Step.Name == d.Verdict.Step.Name {
			phrase = "shadow.same"
		}
		p.row("rehearsed", "", p.say(phrase, strings.Join(shadow.Rules, ", "), shadow.Step.Name))
	}
	p.challenge(r)
	p.result(r)
	fmt.Fprintln(p.out)
}

func outcomeColour(o policy.Outcome) string {
	switch o {
	case stepup.Allow, stepup.Notify:
		return green
	case stepup.Challenge:
		return yellow
	}
	return red
}

// heading prints when, what and who. What was observed of the client is the
// guard's word, not the file's.
func (p *printer) heading(r *result) {
	p.wrap(r.at.time().Format("15:04  "), margin, bold, r.action+"   "+pick(r.title, p.lang))
	name := r.customer
	if r.person != nil {
		name = r.person.name
	}
	if r.label == attack {
		name = p.say("posing", name)
	}
	about := []string{name, p.say("channel." + string(r.channel))}
	if r.device != "" {
		about = append(about, p.device(r.decision.Signals))
	}
	about = append(about, p.place(r))
	p.wrap(strings.Repeat(" ", margin), margin, "", strings.Join(about, ", "))
}

func (p *printer) device(s *risk.Signals) string {
	switch {
	case s.Bool(risk.DeviceTrusted) == risk.True:
		return p.say("device.trusted")
	case s.Bool(risk.DeviceKnown) == risk.True:
		return p.say("device.known")
	}
	return p.say("device.unknown")
}

func (p *printer) place(r *result) string {
	switch l := r.place; {
	case !r.ip.IsValid():
		return p.say("no-address")
	case l.Country == "":
		return p.say("no-place")
	case l.City == "":
		return l.Country + " (" + l.Network + ")"
	default:
		return l.City + " " + l.Country + " (" + l.Network + ")"
	}
}

// challenge prints what was asked, what was delivered, and what was typed.
func (p *printer) challenge(r *result) {
	switch {
	case r.asked == 0:
		p.row("asked", "", p.say("nothing"))
		return
	case r.message == nil:
		p.row("asked", "", p.say("ask."+r.asked.String()))
	default:
		p.row("asked", "", p.say("ask.code", len(r.message.Code),
			p.say("via."+r.message.To.Kind.String()), r.message.To.Masked()))
		p.row("message", bold, r.message.Text)
	}
	typed := make([]string, 0, len(r.tried))
	for _, t := range r.tried {
		verdict := "refused"
		if t.accepted {
			verdict = "accepted"
		}
		typed = append(typed, p.say("try."+string(t.answer))+": "+p.say(verdict))
	}
	if len(typed) == 0 {
		typed = append(typed, p.say("try.none"))
	}
	p.row("answer", "", strings.Join(typed, "; "))
}

// result prints what became of the request.
func (p *printer) result(r *result) {
	var mismatch *stepup.MismatchError
	var text string
	switch {
	case r.done && r.asked != 0:
		text = p.say("proven")
	case r.done && r.decision.Outcome == stepup.Notify:
		text = p.say("told")
	case r.done:
		text = p.say("done")
	case r.decision.Outcome == stepup.Deny:
		text = p.say("denied", r.decision.Reference) + ". " + r.decision.Route
	case errors.As(r.refusal, &mismatch):
		text = p.say("mismatch", mismatch.Field)
	case r.refusal != nil:
		text = p.say("not-done", r.refusal)
	default:
		text = p.say("not-proven")
	}
	colour := ""
	switch {
	case r.label == attack && r.done:
		text, colour = p.say("through")+": "+text, red
	case r.label == attack:
		text, colour = p.say("stopped")+": "+text, green
	}
	p.row("result", colour, text)
}

// row prints the name of a row once, and its lines beside it.
func (p *printer) row(name, colour string, lines ...string) {
	label := p.say("row." + name)
	for _, text := range lines {
		p.wrap(strings.Repeat(" ", margin)+pad(label, gutter), margin+gutter, colour, text)
		label = ""
	}
}

// wrap prints a text behind a first prefix, in lines of at most 80 columns.
func (p *printer) wrap(prefix string, indent int, colour, text string) {
	for _, line := range fold(printable(text), width-indent) {
		if colour != "" {
			line = p.paint(colour, line)
		}
		fmt.Fprintln(p.out, prefix+line)
		prefix = strings.Repeat(" ", indent)
	}
}

// fold breaks a text between words into lines of at most n characters, and
// within a word that is longer.
func fold(text string, n int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Split(text, " ") {
		for line != "" && utf8.RuneCountInString(line+" "+word) > n {
			lines, line = append(lines, line), ""
		}
		for utf8.RuneCountInString(word) > n {
			runes := []rune(word)
			lines, word = append(lines, string(runes[:n])), string(runes[n:])
		}
		if line != "" || len(lines) == 0 && word == "" {
			word = line + " " + word
		}
		line = word
	}
	return append(lines, strings.TrimRight(line, " "))
}

// printable drops what could move the cursor: texts of a file are not trusted
// with the terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) || r == '\u00a0' {
			return r
		}
		return -1
	}, text)
}

func pad(text string, n int) string {
	return text + strings.Repeat(" ", max(0, n-utf8.RuneCountInString(text)))
}

func minutes(d time.Duration) int { return int(d.Round(time.Minute) / time.Minute) }
