// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

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

func newPrinter(out io.Writer, lang string, paint func(colour, text string) string) *printer {
	return &printer{words: newWords(lang), out: out, paint: paint}
}

// intro says what history the day begins with.
func (p *printer) intro(customers int, s *summary) {
	p.wrap("", 0, "", p.say("intro", customers, s.earlier, s.proven))
	fmt.Fprintln(p.out)
}

// block prints what became of one request.
func (p *printer) block(r *result) {
	d := &r.decision
	p.heading(r)
	p.row("decided", outcomeColour(d.Outcome), p.say("decision", p.say("outcome."+d.Outcome.String()),
		d.Verdict.Step.Name, d.Verdict.Score, p.say("band."+d.Verdict.Band.String())))
	for _, gap := range d.Degraded {
		p.row("missing", red, gap.Kind.String()+" "+gap.Name+": "+gap.Text)
	}
	p.row("why", "", p.reasons(r)...)
	p.shadow(&d.Verdict)
	if len(d.Reasons) > 0 {
		p.row("told", "", strings.Join(d.Reasons, " "))
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

// shadow prints what rules in rehearsal would have done.
func (p *printer) shadow(v *policy.Verdict) {
	rehearsed := v.Shadow()
	if len(rehearsed.Rules) == 0 {
		return
	}
	phrase := "shadow.would"
	if rehearsed.Step.Name == v.Step.Name {
		phrase = "shadow.same"
	}
	p.row("rehearsed", "", p.say(phrase, strings.Join(rehearsed.Rules, ", "), rehearsed.Step.Name))
}

// heading prints when, what and who. What was observed of the client is the
// guard's word, not the file's.
func (p *printer) heading(r *result) {
	p.wrap(r.at.time().Format("15:04  "), margin, bold, pad(r.action, 14)+pick(r.title, p.lang))
	name := r.customer
	if r.person != nil {
		name = r.person.name
	}
	if r.label == attack {
		name = p.say("attack-on", name)
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
		typed = append(typed, p.say(verdict, p.say("try."+string(t.answer))))
	}
	if len(typed) == 0 {
		typed = append(typed, p.say("try.none"))
	}
	p.row("answer", "", strings.Join(typed, ", "))
}

// result prints what became of the request.
func (p *printer) result(r *result) {
	text := p.ending(r)
	switch {
	case r.label == attack && r.done:
		p.row("result", red, p.say("through", text))
	case r.label == attack:
		p.row("result", green, p.say("stopped", text))
	default:
		p.row("result", "", text)
	}
}

func (p *printer) ending(r *result) string {
	var mismatch *stepup.MismatchError
	switch {
	case r.done && r.asked != 0:
		return p.say("proven")
	case r.done && r.decision.Outcome == stepup.Notify:
		return p.say("told")
	case r.done:
		return p.say("done")
	case r.decision.Outcome == stepup.Deny:
		return p.say("denied", r.decision.Reference, r.decision.Route)
	case errors.As(r.refusal, &mismatch):
		return p.say("mismatch", mismatch.Field)
	case r.refusal != nil:
		return p.say("not-done", r.refusal)
	}
	return p.say("not-proven")
}
