// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

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

// String returns "deny", "challenge", "notify" or "allow".
func (o Outcome) String() string {
	switch o {
	case Allow:
		return "allow"
	case Notify:
		return "notify"
	case Challenge:
		return "challenge"
	}
	return "deny"
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

// String returns "critical", "sensitive", "normal" or "trivial".
func (s Sensitivity) String() string {
	switch s {
	case Trivial:
		return "trivial"
	case Normal:
		return "normal"
	case Sensitive:
		return "sensitive"
	}
	return "critical"
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

// String returns "low", "medium", "high" or "extreme".
func (b Band) String() string {
	switch b {
	case Low:
		return "low"
	case Medium:
		return "medium"
	case High:
		return "high"
	case Extreme:
		return "extreme"
	}
	return "invalid"
}

// Method is a way to prove. The zero value is no method.
type Method uint8

// The methods, weakest first (DESIGN section 5: totp and recovery are equally
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

// String returns the name that a policy uses, for example "code4".
func (m Method) String() string {
	if m == 0 || int(m) >= len(methodNames) {
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
