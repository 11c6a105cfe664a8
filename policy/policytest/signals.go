// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policytest

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/proportion-go/proportion/risk"
)

// derived are the signals that a test does not give: they follow from its
// action and its time.
var derived = [...]risk.Signal{
	risk.ActionName, risk.ActionSensitivity, risk.TimeHourUTC, risk.TimeWeekdayUTC,
}

// signalNames returns the names of the signals that a test can give, by group.
func signalNames() map[string][]string {
	names := map[string][]string{}
	for _, spec := range risk.Catalogue() {
		if !slices.Contains(derived[:], spec.Signal) {
			group, name, _ := strings.Cut(spec.Name, ".")
			names[group] = append(names[group], name)
		}
	}
	return names
}

// readGroup reads the signals of one group.
func (s *situation) readGroup(group entry, names []string) {
	if group.isUnknown() {
		for _, name := range names {
			id, _ := risk.ParseSignal(group.name + "." + name)
			s.forget(id)
		}
		return
	}
	for _, e := range group.known(names...) {
		id, ok := risk.ParseSignal(group.name + "." + e.name)
		switch {
		case !ok:
		case e.isUnknown():
			s.forget(id)
		default:
			s.readSignal(e.value, id)
		}
	}
}

// forget makes a signal unknown.
func (s *situation) forget(id risk.Signal) {
	switch id.Type() {
	case risk.Bool:
		s.signals.SetBool(id, risk.Unknown)
	case risk.Number:
		s.signals.SetNumber(id, math.NaN())
	case risk.Text:
		s.signals.SetText(id, "")
	case risk.List:
		s.signals.SetList(id, nil)
	}
}

// readSignal reads a value of exactly the type that the catalogue says.
func (s *situation) readSignal(v value, id risk.Signal) {
	switch id.Type() {
	case risk.Bool:
		if b, ok := v.bool(); ok {
			s.signals.SetBool(id, risk.TruthOf(b))
		}
	case risk.Number:
		if d, ok := v.decimal(); ok {
			s.signals.SetNumber(id, d.Float())
		}
	case risk.Text:
		if text, ok := v.text(); ok && v.fits(id) {
			s.signals.SetText(id, text)
		}
	case risk.List:
		if texts, ok := v.texts(); ok {
			s.signals.SetList(id, texts)
		}
	}
}

// forms are the texts that some signals can have. A country in small letters,
// or a misspelt channel, would make a test pass for the wrong reason.
var forms = map[risk.Signal]struct {
	form *regexp.Regexp
	want string
}{
	risk.ClientChannel: {
		regexp.MustCompile(`^(web|app|phone|shop|api)$`), "web, app, phone, shop or api",
	},
	risk.GeoCountry: {regexp.MustCompile(`^[A-Z]{2}$`), "two capital letters, as FR"},
	risk.GeoRegion: {
		regexp.MustCompile(`^[A-Z]{2}-[A-Z0-9]{1,3}$`), "a country and its part, as FR-IDF",
	},
}

func (v value) fits(id risk.Signal) bool {
	f, ok := forms[id]
	if ok && !f.form.MatchString(v.n.Text) {
		v.report("wrong-value", "", "%s is %s, not %q", id, f.want, v.n.Text)
		return false
	}
	return true
}
