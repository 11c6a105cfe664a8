// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"strings"
	"time"
)

// Sends caps how many codes are sent, in any window: against floods of one
// customer's telephone, and against bills run up by strangers. Each number is
// for one of what its name says. Zero: the default. The last three do not hold
// for trusted devices, so that no stranger can use up the owner's (L11).
type Sends struct {
	Subject    int // in an hour, in each lane; default 10
	Contact    int // in an hour, in each lane; default 10
	Network    int // in an hour, by /24 or /48; default 100
	Prefix     int // in an hour, by the first digits of a number; default 1,000
	Deployment int // in an hour; default 100,000
}

func (s Sends) withDefaults() Sends {
	for n, usual := range map[*int]int{
		&s.Subject: 10, &s.Contact: 10, &s.Network: 100, &s.Prefix: 1_000, &s.Deployment: 100_000,
	} {
		if *n <= 0 {
			*n = usual
		}
	}
	return s
}

// prefixDigits of a number in international form say where it is billed: the
// country and, mostly, the operator.
const prefixDigits = 5

// caps returns what sending to this contact is counted against.
func (g *Guard) caps(t *ticket, o offer) []Cap {
	limits := g.config.Sends
	of := func(kind, text string, most int) Cap {
		return Cap{Of: g.capRef(kind, text), Most: most, Per: time.Hour}
	}
	lane := t.Lane.String() + "/"
	subject, address := t.counted(o)
	caps := []Cap{
		of("subject", lane+subject, limits.Subject),
		of("contact", lane+address, limits.Contact),
	}
	if t.Lane == TrustedLane {
		return caps
	}
	caps = append(caps, of("deployment", "", limits.Deployment))
	if t.Network != "" {
		caps = append(caps, of("network", t.Network, limits.Network))
	}
	if prefix, ok := billing(o.Address); ok {
		caps = append(caps, of("prefix", prefix, limits.Prefix))
	}
	return caps
}

func (g *Guard) capRef(kind, text string) Ref {
	var room fewSums
	return refOf(g.keys.issue.AppendSums(room[:0], []byte(kind), []byte(text)))
}

// unsent is the cap on challenges that send nothing: it only bounds memory.
func (g *Guard) unsent(t *ticket) Cap {
	return Cap{Of: g.capRef("unsent", t.Lane.String()+"/"+t.Subject), Most: 60, Per: time.Hour}
}

// unanswered is the cap on questions that a mobile leaves unanswered: three in
// a day close it for that lane until they are a day old, so that nobody wears
// the customer down.
func (g *Guard) unanswered(d *demand) Cap {
	return Cap{Of: g.capRef("unanswered", d.Lane.String()+"/"+d.Subject), Most: 3, Per: 24 * time.Hour}
}

// billing returns the first digits of a telephone number.
func billing(address string) (string, bool) {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, address)
	if !strings.HasPrefix(address, "+") || len(digits) < prefixDigits {
		return "", false
	}
	return digits[:prefixDigits], true
}
