// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package workload

import (
	"fmt"
	"strings"
)

// Style is how much a policy says beyond what it must.
type Style uint8

// The styles.
const (
	Bare     Style = iota
	WithText       // every rule has a `because`
)

// Policy returns the set as a policy of this library.
func (s *Set) Policy(style Style) []byte {
	var b strings.Builder
	b.WriteString(preamble)
	b.WriteString("\nlists:\n")
	for _, l := range lists {
		fmt.Fprintf(&b, "  %s: [%s]\n", l.Name, strings.Join(l.Members, ", "))
	}
	b.WriteString("\nactions:\n")
	for i, name := range s.Actions {
		fmt.Fprintf(&b, "  %s: { sensitivity: %s }\n", name, SensitivityOf(i))
	}
	b.WriteString("\nrules:\n")
	for i := range s.Rules {
		s.Rules[i].write(&b, style)
	}
	return []byte(b.String())
}

const preamble = `version: 1
on_failure: { trivial: allow, normal: challenge, sensitive: challenge, critical: deny }

facts:
  amount: { type: decimal, unit: EUR, min: 0 }
  account_days: number
  sim_changed_hours: number
  payee_trusted: bool
  segment: string

ladder:
  - { step: none,    do: allow }
  - { step: notice,  do: notify }
  - { step: confirm, do: challenge, methods: [code4, code6, totp, passkey], fresh: 15m }
  - { step: strong,  do: challenge, methods: [totp, passkey], fresh: 5m }
  - { step: refuse,  do: deny }

bands: { medium: 30, high: 60, extreme: 85 }

matrix:
  trivial:   [none,    none,    notice,  confirm]
  normal:    [none,    notice,  confirm, strong]
  sensitive: [confirm, confirm, strong,  refuse]
  critical:  [strong,  strong,  refuse,  refuse]
`

// native is the language of this library: named lists, and words.
var native = Language{
	And: " and ", Or: " or ", Not: "not ",
	Name: func(f Field) string { return f.Name },
	In:   func(name string, l List) string { return name + " in " + l.Name },
}

func (r *Rule) write(b *strings.Builder, style Style) {
	fmt.Fprintf(b, "  - id: %s\n", r.ID)
	if r.Action != "" {
		fmt.Fprintf(b, "    on: [%s]\n", r.Action)
	}
	fmt.Fprintf(b, "    when: %s\n", r.When.Write(native))
	// A guard knows fewer signals than generated requests do: with fire, it
	// would refuse nearly all of them.
	b.WriteString("    unknown: skip\n")
	fmt.Fprintf(b, "    %s\n", r.Effect)
	if style == WithText {
		fmt.Fprintf(b, "    because: { en: This is unusual in way %s. }\n", r.ID)
	}
}

// String returns the effect as a policy writes it.
func (e Effect) String() string {
	switch e.Kind {
	case Score:
		return fmt.Sprintf("score: %d", e.Points)
	case Require:
		return "require: " + e.Step.String()
	case AtMost:
		return "at_most: " + e.Step.String()
	}
	return "deny: true"
}
