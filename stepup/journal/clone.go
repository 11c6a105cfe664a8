// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"slices"

	"github.com/proportion-go/proportion/risk"
)

// Clone returns a copy that shares nothing which a [Decoder] writes again.
func (e *Event) Clone() *Event {
	c := *e
	c.Sealed = slices.Clone(e.Sealed)
	if e.Decision != nil {
		c.Decision = e.Decision.clone()
	}
	return &c
}

func (d *Decision) clone() *Decision {
	c := *d
	if d.Signals != nil {
		signals := *d.Signals
		if methods, known := signals.List(risk.SessionMethods); known {
			signals.SetList(risk.SessionMethods, slices.Clone(methods))
		}
		c.Signals = &signals
	}
	c.Facts = slices.Clone(d.Facts)
	c.Proofs = slices.Clone(d.Proofs)
	c.Spent = slices.Clone(d.Spent)
	c.Degraded = slices.Clone(d.Degraded)
	for _, list := range []*[]string{&c.Offers, &c.Enrol, &c.Rules, &c.Unknown, &c.Shadow.Rules} {
		*list = slices.Clone(*list)
	}
	return &c
}
