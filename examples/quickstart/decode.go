// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/proportion-go/proportion/policy"
)

// findings are what is wrong with a file: the form of the policy's own.
type findings []policy.Finding

// Error returns every finding: file, line, column, and the place marked.
func (f findings) Error() string {
	var b strings.Builder
	for _, one := range f {
		b.WriteString(one.String())
	}
	return strings.TrimRight(b.String(), "\n")
}

// maxFindings are enough to work with.
const maxFindings = 50

// line is one line of the file, and where its values stand.
type line struct {
	number int
	text   []byte
	places map[string]place // by field: "at", "facts", "facts.amount"
}

// place is where the name and the value of a member begin, in bytes.
type place struct{ name, value int }

// member is one name and value of a JSON object.
type member struct {
	name  string
	value json.RawMessage
	at    place
}

// members returns those of the object that begins at an offset of a text that
// is known to be valid JSON. The standard library has no positions and takes
// a name that is given twice.
func members(text []byte, start int) []member {
	d := json.NewDecoder(bytes.NewReader(text[start:]))
	next := func() int {
		at := start + int(d.InputOffset())
		for at < len(text) && strings.IndexByte(" \t\r,:", text[at]) >= 0 {
			at++
		}
		return at
	}
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil
	}
	var all []member
	for d.More() {
		m := member{at: place{name: next()}}
		name, err := d.Token()
		m.at.value = next()
		if err != nil || d.Decode(&m.value) != nil {
			break
		}
		m.name, _ = name.(string)
		all = append(all, m)
	}
	return all
}

func has(all []member, name string) bool {
	return slices.ContainsFunc(all, func(m member) bool { return m.name == name })
}

// reader reads a file line by line and collects what is wrong with it.
type reader struct {
	file     string
	day      day
	findings findings
	last     time.Time
}

// parseDay reads a file of journeys. The error is findings.
func parseDay(file string, text []byte) (*day, error) {
	r := reader{file: file}
	number := 0
	for text := range bytes.Lines(text) {
		number++
		l := line{number: number, text: bytes.TrimRight(text, "\r\n"), places: map[string]place{}}
		if len(bytes.TrimSpace(l.text)) > 0 && len(r.findings) < maxFindings {
			r.read(l)
		}
	}
	if number == 0 || len(r.day.journeys) == 0 && len(r.findings) == 0 {
		r.report(&line{number: max(number, 1)}, 0, "empty", "there is no request to play")
	}
	if len(r.findings) > 0 {
		return nil, r.findings
	}
	return &r.day, nil
}

func (r *reader) report(l *line, offset int, id, format string, args ...any) {
	r.findings = append(r.findings, l.finding(r.file, offset, id, fmt.Sprintf(format, args...)))
}

func (l *line) finding(file string, offset int, id, message string) policy.Finding {
	return policy.Finding{
		File: file, Line: l.number, Column: utf8.RuneCount(l.text[:offset]) + 1,
		ID: id, Message: message, Source: string(l.text),
	}
}

func (r *reader) read(l line) {
	var value json.RawMessage
	var syntax *json.SyntaxError
	switch err := json.Unmarshal(l.text, &value); {
	case !utf8.Valid(l.text):
		r.report(&l, 0, "syntax", "the line is not UTF-8")
		return
	case errors.As(err, &syntax):
		// The offset counts the bytes read, the offending one included.
		r.report(&l, max(0, min(int(syntax.Offset), len(l.text))-1), "syntax", "%v", syntax)
		return
	case err != nil || value[0] != '{':
		r.report(&l, 0, "syntax", "want one JSON object on the line")
		return
	}
	all := members(l.text, bytes.IndexByte(l.text, '{'))
	if has(all, "seed") {
		r.readCustomer(l, all)
		return
	}
	r.readJourney(l, all)
}

func (r *reader) readCustomer(l line, all []member) {
	c := customer{line: l}
	r.decode(&c.line, all, c.fields(), "seed", "customer", "name")
	switch {
	case len(r.day.journeys) > 0:
		r.report(&l, 0, "order", "customers come before the first request")
	case r.day.customer(c.id) != nil:
		r.report(&c.line, c.line.places["customer"].value, "duplicate",
			"customer %q is already there", c.id)
	}
	r.inOrder(&c.line, "seed", c.at)
	r.day.customers = append(r.day.customers, c)
}

func (r *reader) readJourney(l line, all []member) {
	j := journey{line: l}
	j.earlier = has(all, "earlier")
	required := []string{"at", "label", "customer", "action"}
	if j.earlier {
		required = []string{"earlier", "customer", "action"}
	}
	r.decode(&j.line, all, j.fields(), required...)
	if at, both := j.line.places["at"]; both && j.earlier {
		r.report(&j.line, at.name, "misplaced", `the line already says "earlier"`)
	}
	if j.earlier && len(r.day.journeys) > 0 && !r.day.journeys[len(r.day.journeys)-1].earlier {
		r.report(&l, 0, "order", "the history comes before the first request of the day")
	}
	if j.customer != "" && r.day.customer(j.customer) == nil {
		r.report(&j.line, j.line.places["customer"].value, "unknown-customer",
			"no line above seeds customer %q", j.customer)
	}
	r.inOrder(&j.line, "at", j.at)
	r.inOrder(&j.line, "earlier", j.at)
	j.withDefaults()
	r.day.journeys = append(r.day.journeys, j)
}

// inOrder reports a time before that of the line above: the clock of the day
// only goes forward.
func (r *reader) inOrder(l *line, field string, t moment) {
	at, ok := l.places[field]
	if !ok || t.time().IsZero() {
		return
	}
	if t.time().Before(r.last) {
		r.report(l, at.value, "order", "the time is before that of the line above")
	}
	r.last = t.time()
}

func (d *day) customer(id string) *customer {
	for i := range d.customers {
		if d.customers[i].id == id {
			return &d.customers[i]
		}
	}
	return nil
}
