// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import "time"

// Step is one step of the ladder. The zero Step has no name and denies.
type Step struct {
	Name    string
	Do      Outcome
	Methods []Method      // for a challenge: what proves it, weakest first; less the action's `without`
	Fresh   time.Duration // for a challenge: how old a proof may be; 0: none held counts
	ACR     string        // the authentication context class that its proof reaches, if any
	Index   int           // place on the ladder, 0 is the weakest

	ways *[int(Passkey) + 1]way
}

// A Way says where and how a method works in a step. Its slices must not be
// modified.
type Way struct {
	Channels []string      // of client.channel: web, app, phone, shop, api
	Via      []ContactKind // for code4, code6 and mobile4: by which contacts
}

// Way returns how a method works in the step, and whether it is one of its
// methods. A ladder that does not say has these ways: a code goes by sms,
// email or app, but in the strongest challenge not by email; mobile4 goes by
// app; these and totp work on every channel, recovery and passkey on web and
// app.
func (s Step) Way(m Method) (Way, bool) {
	listed := false
	for _, method := range s.Methods {
		listed = listed || method == m
	}
	if !listed || s.ways == nil {
		return Way{}, false
	}
	w := &s.ways[m]
	return Way{channelSets[w.channels], viaSets[w.via>>SMS]}, true
}

// The subsets of the channels and of the kinds of contact, by their bits: a
// decision asks for some, and makes none.
var (
	channelSets = subsets(channelNames[:]...)
	viaSets     = subsets(SMS, Email, App)
)

func subsets[T any](all ...T) [][]T {
	sets := make([][]T, 1<<len(all))
	for bits := range sets {
		for i, one := range all {
			if bits&(1<<i) != 0 {
				sets[bits] = append(sets[bits], one)
			}
		}
	}
	return sets
}

// ContactKind is a sort of contact: sms, email or app.
type ContactKind uint8

// The kinds of contact. The zero value is none.
const (
	SMS ContactKind = iota + 1
	Email
	App
)

var contactNames = [...]string{"", "sms", "email", "app"}

// String returns "sms", "email" or "app"; of no kind it is empty.
func (k ContactKind) String() string {
	if int(k) >= len(contactNames) {
		return "invalid"
	}
	return contactNames[k]
}

// less returns the step without some methods. One that loses all its methods
// stays a challenge that nothing proves: the guard denies it, and says what
// to enrol.
func (s Step) less(without []Method) Step {
	var methods []Method
	for _, m := range s.Methods {
		keep := true
		for _, w := range without {
			keep = keep && m != w
		}
		if keep {
			methods = append(methods, m)
		}
	}
	s.Methods = methods
	return s
}
