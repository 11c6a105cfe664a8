// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import "strings"

// A Signal names one entry of the catalogue, for example geo.country.
type Signal uint8

// The signals. What each one is, its unit and range, when it is unknown, and
// why it may be computed at all, stands in the catalogue: see [Catalogue] and
// SIGNALS.md.
const (
	// Texts come first, so that a Signals has room for no more than these.
	ActionName Signal = iota
	ActionSensitivity
	ClientChannel
	ClientLanguage
	SessionACR
	GeoCountry
	GeoRegion

	// SessionMethods is the one list.
	SessionMethods

	SessionAge
	SessionIdle
	TimeHour
	TimeWeekday
	TimeHourUTC
	TimeWeekdayUTC
	GeoForeign
	GeoHome
	GeoASN
	GeoAccuracy
	GeoHosting
	GeoVPN
	GeoProxy
	GeoTor
	GeoResidentialProxy
	GeoTimezoneDiffers
	GeoNewCountry
	GeoNewASN
	TravelKM
	TravelHours
	TravelSpeed
	DeviceKnown
	DeviceTrusted
	DeviceAge
	DeviceDrift
	DeviceAutomated
	DeviceSubjects24h
	VelocityFailures10m
	VelocityFailures1h
	VelocityFailures24h
	VelocityIPFailures1h
	VelocityIPSubjects1h
	VelocityNetSubjects1h
	VelocityPrompts24h
	VelocityGlobalFailures
	HistoryLogins
	HistoryDays
	HistoryDaysSinceLast
	HistoryHourShare
	FamiliarityScore
	FamiliarityNetwork
	FamiliarityAgent

	signalCount = iota
	textCount   = SessionMethods
	firstNumber = SessionMethods + 1
)

// Type is what kind of value a signal has.
type Type uint8

// The types of signals. The zero Type is none of them.
const (
	Bool Type = iota + 1
	Number
	Text
	List
)

// String returns "bool", "number", "string" or "strings", as a policy
// declares it.
func (t Type) String() string {
	switch t {
	case Bool:
		return "bool"
	case Number:
		return "number"
	case Text:
		return "string"
	case List:
		return "strings"
	}
	return "invalid"
}

// Groups is a set of signal groups. A policy says which groups can matter for
// an action, and no other is computed.
//
// The zero value is the empty set.
type Groups uint16

// The groups of the catalogue.
const (
	ActionGroup Groups = 1 << iota
	ClientGroup
	SessionGroup
	TimeGroup
	GeoGroup
	TravelGroup
	DeviceGroup
	VelocityGroup
	HistoryGroup
	FamiliarityGroup

	// AllGroups is every group of the catalogue.
	AllGroups Groups = 1<<iota - 1
)

var groupNames = [...]string{
	"action", "client", "session", "time", "geo", "travel", "device",
	"velocity", "history", "familiarity",
}

// Has reports whether g contains every group of other.
func (g Groups) Has(other Groups) bool { return g&other == other }

// String returns the names of the groups, as in "geo+device", or "none".
func (g Groups) String() string {
	var names []string
	for i, name := range groupNames {
		if g&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, "+")
}

// A Basis is the legal ground on which a signal may be computed (GDPR Art. 6
// and the ePrivacy Directive Art. 5(3)).
type Basis uint8

// The bases, from the one that needs least to the one that needs most of the
// customer. The zero Basis is Consent: a signal whose basis was forgotten
// needs to be agreed to.
const (
	Consent Basis = iota
	LegitimateInterest
	Necessary
)

// String returns "necessary", "legitimate-interest" or "consent".
func (b Basis) String() string {
	switch b {
	case Necessary:
		return "necessary"
	case LegitimateInterest:
		return "legitimate-interest"
	}
	return "consent"
}

// consented are the signals whose basis is Consent, one bit each.
var consented = func() (set uint64) {
	for id, spec := range catalogue {
		if spec.Basis == Consent {
			set |= 1 << id
		}
	}
	return set
}()

// A Spec is the catalogue's entry of one signal.
type Spec struct {
	Signal      Signal
	Name        string // as rules write it: group.name
	Group       Groups // exactly one
	Type        Type
	Unit        string // empty for booleans and names
	Range       string // the values it can take, in words
	UnknownWhen string // empty: never unknown
	Purpose     string
	Basis       Basis
	Category    string // the category of personal data it is made from
	Retention   string // how long what it is made from is kept
}

// Catalogue returns every signal, in the order of their numbers. The slice is
// the caller's. SIGNALS.md shows it by group.
func Catalogue() []Spec { return append([]Spec(nil), catalogue[:]...) }

// ParseSignal returns the signal of a name such as "geo.country", and whether
// there is one.
func ParseSignal(name string) (Signal, bool) {
	for i := range catalogue {
		if catalogue[i].Name == name {
			return catalogue[i].Signal, true
		}
	}
	return 0, false
}

// Spec returns the catalogue's entry, and the zero Spec for a value that is no
// signal.
func (id Signal) Spec() Spec {
	if int(id) >= signalCount {
		return Spec{}
	}
	return catalogue[id]
}

// String returns the name that rules use, for example "geo.country".
func (id Signal) String() string {
	if int(id) >= signalCount {
		return "invalid"
	}
	return catalogue[id].Name
}

// Type returns the type of the signal's value, and 0 for no signal.
func (id Signal) Type() Type {
	if int(id) >= signalCount {
		return 0
	}
	return catalogue[id].Type
}

// Group returns the group that the signal belongs to, and 0 for no signal.
func (id Signal) Group() Groups {
	if int(id) >= signalCount {
		return 0
	}
	return catalogue[id].Group
}
