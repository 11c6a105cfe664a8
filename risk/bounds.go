// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import (
	"math"
	"regexp"
)

// span is the numbers that a signal can be.
type span struct{ least, most float64 }

// spans are those of signals that end somewhere else than at 0 and infinity.
var spans = map[Signal]span{
	TimeHour:           {0, 23},
	TimeHourUTC:        {0, 23},
	TimeWeekday:        {1, 7},
	TimeWeekdayUTC:     {1, 7},
	GeoASN:             {1, math.MaxUint32},
	DeviceDrift:        {0, 1},
	HistoryLogins:      {0, 48},
	HistoryHourShare:   {0, 1},
	FamiliarityScore:   {0, 100},
	FamiliarityNetwork: {math.Inf(-1), math.Inf(1)},
	FamiliarityAgent:   {math.Inf(-1), math.Inf(1)},
}

// forms are what the texts of some signals look like.
var forms = map[Signal]*regexp.Regexp{
	ActionSensitivity: regexp.MustCompile(`^(trivial|normal|sensitive|critical)$`),
	ClientChannel:     regexp.MustCompile(`^(web|app|phone|shop|api)$`),
	GeoCountry:        regexp.MustCompile(`^[A-Z]{2}$`),
	GeoRegion:         regexp.MustCompile(`^[A-Z]{2}-[A-Z0-9]{1,3}$`),
}

// CanBe reports whether a number is one that the signal can take, as the Range
// of its [Spec] says in words. It never is for a signal that is no number, and
// a number that is not finite is no value.
func (id Signal) CanBe(number float64) bool {
	if id.Type() != Number || math.IsNaN(number) || math.IsInf(number, 0) {
		return false
	}
	s, ended := spans[id]
	if !ended {
		return number >= 0
	}
	return s.least <= number && number <= s.most
}

// CanRead reports whether a text is one that the signal can take: a country is
// two capital letters, for example. It never is for a signal that is no text,
// and the empty text is unknown, which is no value.
func (id Signal) CanRead(text string) bool {
	if id.Type() != Text || text == "" {
		return false
	}
	form, formed := forms[id]
	return !formed || form.MatchString(text)
}
