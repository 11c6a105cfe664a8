// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"slices"
	"strconv"
)

// usual is what others use for one number.
type usual struct {
	name        string // a signal, or "fresh" of a challenge, in minutes
	least, most float64
	whose       string // the published defaults that the bounds leave room around
}

var usuals = [...]usual{
	{"travel.speed_kmh", 500, 2000, "Okta 805, Logto 900, authentik 1000"},
	{"travel.km", 20, 1000, "authentik 100"},
	{"device.age_days", 0, 180, "Auth0 30"},
	{"velocity.failures_10m", 2, 30, "Authelia 3 in 2 minutes, Keycloak 30"},
	{"velocity.failures_1h", 2, 100, "PSD2 5, Keycloak 30, NIST SP 800-63B-4 100"},
	{"velocity.failures_24h", 2, 100, "PSD2 5, Keycloak 30, NIST SP 800-63B-4 100"},
	{fresh, 1, 24 * 60, "Authelia 10 minutes, Kratos 1 hour, NIST SP 800-63B-4 24 hours at AAL2"},
}

const fresh = "fresh"

func usualOf(name string) (usual, bool) {
	i := slices.IndexFunc(usuals[:], func(u usual) bool { return u.name == name })
	if i < 0 {
		return usual{}, false
	}
	return usuals[i], true
}

// lintNumbers looks at what conditions compare signals with, and at how old a
// proof may be.
func (l *linter) lintNumbers() {
	for _, r := range l.rules {
		if r.when == nil {
			continue
		}
		for _, c := range r.when.Comparisons() {
			line, column := r.positions.At(c.Offset)
			l.lintNumber(r.spot.file, line, column, c.Signal.String(), c.Number)
		}
	}
	l.eachStep(func(at spot, s *Step) {
		if s.Fresh > 0 {
			at := at.key(fresh)
			l.lintNumber(at.file, at.node.Line, at.node.Column, fresh, s.Fresh.Minutes())
		}
	})
}

func (l *linter) lintNumber(f *linted, line, column int, name string, n float64) {
	u, known := usualOf(name)
	if !known || n >= u.least && n <= u.most || n == 0 {
		return
	}
	l.addAt(f, line, column, "unusual-number", "others use: "+u.whose,
		"%s is %s here, and usually from %s to %s", name, u.text(n), u.text(u.least),
		u.text(u.most))
}

// text returns a number as a policy writes it.
func (u usual) text(x float64) string {
	const second, hour = 1. / 60, 60
	unit := ""
	switch {
	case u.name != fresh:
	case x >= hour:
		x, unit = x/hour, "h"
	case x >= 1:
		unit = "m"
	default:
		x, unit = x/second, "s"
	}
	return strconv.FormatFloat(x, 'g', 6, 64) + unit
}

// eachStep calls visit for the steps of the ladder.
func (l *linter) eachStep(visit func(spot, *Step)) {
	for _, f := range l.files {
		for _, section := range f.doc.Root.Pairs {
			if section.Key.Text != "ladder" {
				continue
			}
			for i, item := range section.Value.Items {
				visit(spot{f, item}, &l.policy.ladder[i])
			}
		}
	}
}
