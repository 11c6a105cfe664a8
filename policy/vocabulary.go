// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"slices"
	"strings"
)

// Outcome is what happens to a request once the proofs already held are
// counted. The zero value is Deny.
type Outcome uint8

// The outcomes, strictest first.
const (
	Deny Outcome = iota
	Challenge
	Notify
	Allow
)

var outcomeNames = [...]string{"deny", "challenge", "notify", "allow"}

// String returns "deny", "challenge", "notify" or "allow".
func (o Outcome) String() string {
	if int(o) >= len(outcomeNames) {
		return "deny"
	}
	return outcomeNames[o]
}

// Sensitivity is how much harm an action can do. The zero value is Critical.
type Sensitivity uint8

// The sensitivities, most harmful first.
const (
	Critical Sensitivity = iota
	Sensitive
	Normal
	Trivial
)

var sensitivityNames = [...]string{"critical", "sensitive", "normal", "trivial"}

// String returns "critical", "sensitive", "normal" or "trivial".
func (s Sensitivity) String() string {
	if int(s) >= len(sensitivityNames) {
		return "critical"
	}
	return sensitivityNames[s]
}

// orMore returns this sensitivity and those above it, in words.
func (s Sensitivity) orMore() string {
	names := slices.Clone(sensitivityNames[:s+1])
	slices.Reverse(names)
	return strings.Join(names, " or ")
}

// AtLeast reports whether an action of this sensitivity can do at least as
// much harm as one of the other.
func (s Sensitivity) AtLeast(other Sensitivity) bool { return s <= other }

// Band is the interval that a risk score falls in. The zero value is no band:
// a proof that carries it never counts again.
type Band uint8

// The bands, least risky first.
const (
	Low Band = iota + 1
	Medium
	High
	Extreme
)

var bandNames = [...]string{"low", "medium", "high", "extreme"}

// String returns "low", "medium", "high" or "extreme".
func (b Band) String() string {
	if b < Low || b > Extreme {
		return "invalid"
	}
	return bandNames[b-Low]
}

// ParseBand returns the band of a name such as "low", and whether there is
// one.
func ParseBand(name string) (Band, bool) {
	for i, n := range bandNames {
		if n == name {
			return Low + Band(i), true
		}
	}
	return 0, false
}

// channelNames are the channels that the signal client.channel can name.
var channelNames = [...]string{"web", "app", "phone", "shop", "api"}

// Method is a way to prove. The zero value is no method.
type Method uint8

// The methods, weakest first (totp and recovery are equally
// strong; compare with [Method.Strength], not with the constants).
const (
	Code4 Method = iota + 1
	Code6
	Mobile4
	TOTP
	Recovery
	Passkey
)

var methodNames = [...]string{
	Code4: "code4", Code6: "code6", Mobile4: "mobile4", TOTP: "totp",
	Recovery: "recovery", Passkey: "passkey",
}

// String returns the name that a policy uses, for example "code4"; of no method
// it is empty.
func (m Method) String() string {
	if int(m) >= len(methodNames) {
		return "invalid"
	}
	return methodNames[m]
}

// ParseMethod returns the method of a name such as "code4", and whether there
// is one.
func ParseMethod(name string) (Method, bool) {
	for m, n := range methodNames {
		if n == name && n != "" {
			return Method(m), true
		}
	}
	return 0, false
}

// Strength orders the methods: a greater number is a stronger proof. No
// method has strength 0.
func (m Method) Strength() int {
	switch m {
	case Code4, Code6, Mobile4, TOTP:
		return int(m)
	case Recovery:
		return int(TOTP)
	case Passkey:
		return int(Passkey)
	}
	return 0
}
