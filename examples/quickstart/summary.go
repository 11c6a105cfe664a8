// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"

	"github.com/proportion-go/proportion/stepup"
)

// summary counts a day.
type summary struct {
	earlier, proven int // of the history

	legit, succeeded    int // requests of customers
	told, asked, denied int // frictions that they felt
	attacks, through    int
}

// requests is how many were counted, without those of the history.
func (s *summary) requests() int { return s.legit + s.attacks }

// count adds one request.
func (s *summary) count(r *result) {
	switch {
	case r.earlier:
		s.earlier++
		if r.done && r.asked != 0 {
			s.proven++
		}
	case r.label == attack:
		s.attacks++
		if r.done {
			s.through++
		}
	default:
		s.countLegit(r)
	}
}

func (s *summary) countLegit(r *result) {
	s.legit++
	if r.done {
		s.succeeded++
	}
	switch r.decision.Outcome {
	case stepup.Notify:
		s.told++
	case stepup.Challenge:
		s.asked++
	case stepup.Deny:
		s.denied++
	}
}

// summary prints the day in short.
func (p *printer) summary(s *summary) {
	fmt.Fprintln(p.out, p.paint(bold, p.say("sum.title")))
	for _, row := range []struct {
		indent int
		name   string
		n      int
	}{
		{0, "requests", s.requests()},
		{1, "legit", s.legit},
		{2, "success", s.succeeded},
		{2, "friction", s.told + s.asked + s.denied},
		{3, "told", s.told},
		{3, "asked", s.asked},
		{3, "denied", s.denied},
		{1, "attack", s.attacks},
		{2, "stopped", s.attacks - s.through},
		{2, "through", s.through},
	} {
		name := strings.Repeat("  ", row.indent+1) + p.say("sum."+row.name)
		fmt.Fprintf(p.out, "%s%4d\n", pad(name, 36), row.n)
	}
}
