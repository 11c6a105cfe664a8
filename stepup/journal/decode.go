// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"bytes"
	"fmt"
	"math/bits"
	"unicode/utf8"

	"github.com/proportion-go/proportion/risk"
)

// Decoder reads lines. The zero value is ready. It keeps memory between lines
// and is not safe for concurrent use.
type Decoder struct {
	scanner

	// What the decision of the last event is made of.
	decision Decision
	signals  risk.Signals
	spare    Decision // lists that were read before, for their room
	methods  []string // likewise

	// What makes it fast: lines are much like those before.
	followed [2]followed // by the number of the table
	memo     *memo
	ending   ending
	seen     uint64 // the members of the object before the one that is read

	box, plain []byte // of the last sealed detail
}

// Decode reads one line, with or without its line feed, into the event.
// Strings stay valid; everything that the event points to, its Decision above
// all, is valid until the next call, and must not be modified: see
// [Event.Clone].
//
// A member that this version does not know is kept in Extra if it stands in
// the line or its detail, and skipped if it stands deeper. A name that stands
// twice is refused: two readers could take the line for two different ones.
// null stands only where EVENTS.md says so.
//
// The errors wrap [ErrSyntax], [ErrVersion] or [ErrTooLong]; the event is then
// zero.
func (d *Decoder) Decode(line []byte, e *Event) error {
	line = bytes.TrimSuffix(line, []byte("\n"))
	*e = Event{}
	if len(line) >= MaxLine {
		return ErrTooLong
	}
	d.reset(line)
	d.ending.at = 0
	if !utf8.Valid(line) { // RFC 8259 s8.1
		if endsInRune(line) {
			d.at = len(line)
		}
		d.fail("want UTF-8")
	}
	seen := d.object(lineTable, e, &e.Extra)
	d.end()
	d.complete(seen, e)
	if d.err != nil {
		*e = Event{}
		return d.err
	}
	if d.ending.at > 0 {
		d.remember(e)
	}
	return nil
}

// endsInRune reports whether the only fault of the line is that its last rune
// is not all there.
func endsInRune(line []byte) bool {
	for i := len(line) - 1; i >= 0 && i >= len(line)-utf8.UTFMax; i-- {
		if utf8.RuneStart(line[i]) {
			return !utf8.FullRune(line[i:]) && utf8.Valid(line[:i])
		}
	}
	return false
}

// complete fails for a line that lacks something.
func (d *Decoder) complete(seen uint64, e *Event) {
	switch {
	case seen&lineTable.required != lineTable.required:
		d.failAs(ErrSyntax, "has no v, time, kind or id")
	case e.Time.IsZero() || e.Kind == "" || e.ID == "" || len(e.ID) > maxID:
		d.failAs(ErrSyntax, "time, kind or id is empty")
	case seen>>detailAt&1 != 0 && seen>>sealedAt&1 != 0:
		d.failAs(ErrSyntax, "has both detail and sealed")
	}
}

// object reads the members of an object and returns which of them it has.
func (d *Decoder) object(t *table, e *Event, extra *string) (seen uint64) {
	d.open('{')
	followed := &d.followed[t.number]
	next, from := 0, 0
	for n := 0; ; n++ {
		i := int(followed[next])
		if !d.leads(&t.leads[i], n) {
			if !d.more('}', n) {
				break
			}
			d.peek()
			from = d.at
			if i = t.find(d.key()); i >= 0 {
				followed[next] = uint8(i)
			}
		}
		switch {
		case i < 0:
			d.skip()
			d.keep(extra, from)
		case seen>>i&1 != 0:
			d.fail("a member stands twice")
		default:
			d.seen = seen
			t.members[i].read(d, e)
			seen, next = seen|1<<i, i+1
		}
	}
	if d.err == nil && !extraIsFit(*extra, t) {
		d.failAs(ErrSyntax, "an unknown member stands twice")
	}
	return seen
}

// keep adds the text since from to the members that are not known.
func (d *Decoder) keep(extra *string, from int) {
	if d.err != nil {
		return
	}
	if *extra != "" {
		*extra += ","
	}
	*extra += string(d.line[from:d.at])
}

// maxExtra bounds the members that are kept unread.
const maxExtra = 64

// extraIsFit reports whether the text is a list of members of JSON, none of
// which is in the table or stands twice.
func extraIsFit(extra string, t *table) bool {
	if extra == "" {
		return true
	}
	var s scanner
	s.reset([]byte("{" + extra + "}"))
	names := make(map[string]bool)
	s.open('{')
	n := 0
	for ; s.more('}', n); n++ {
		name := string(s.key())
		if _, known := t.index[name]; known || names[name] || n == maxExtra {
			return false
		}
		names[name] = true
		s.skip()
	}
	s.end()
	return s.err == nil && n > 0 && utf8.ValidString(extra)
}

func (d *Decoder) version(*Event) {
	if v := d.int(); d.err == nil && v != Version {
		d.err = fmt.Errorf("%w: want %d, got %d", ErrVersion, Version, v)
	}
}

func (d *Decoder) detail(e *Event) {
	d.ending.all = d.object(detailTable, e, &e.Detail.Extra)
}

func (d *Decoder) sealed(e *Event) {
	if d.box = d.base64(d.box); len(d.box) == 0 {
		d.fail("want a sealed detail")
	}
	e.Sealed = d.box
}

// decisionOf returns the decision of the event, which begins to be one.
func (d *Decoder) decisionOf(e *Event) *Decision {
	if e.Decision == nil {
		d.decision = Decision{}
		e.Decision = &d.decision
	}
	return e.Decision
}

// readSignals reads the groups of signals. A signal that this version does not
// know is skipped; one that it knows and the line does not have is missing.
func (d *Decoder) readSignals(e *Event) {
	into := d.decisionOf(e)
	d.signals.Reset()
	into.Signals = &d.signals
	var groups uint64
	var seen SignalSet
	d.open('{')
	next := 0
	for n := 0; ; n++ {
		i := next
		if i == len(signalGroups) || !d.leads(&signalGroups[i].lead, n) {
			if !d.more('}', n) {
				break
			}
			i = findGroup(d.key())
		}
		switch {
		case i < 0:
			d.skip()
			continue
		case groups>>i&1 != 0:
			d.fail("a group stands twice")
		}
		groups, next = groups|1<<i, i+1
		d.signals.MarkComputed(signalGroups[i].group)
		seen |= d.readGroup(&signalGroups[i])
	}
	for ; groups != 0; groups &= groups - 1 {
		into.Missing |= signalGroups[bits.TrailingZeros64(groups)].all &^ seen
	}
	if d.signals.Computed() == 0 {
		into.Signals = nil // as if the line had none
	}
}

func (d *Decoder) readGroup(g *signalGroup) (seen SignalSet) {
	d.open('{')
	n := 0
	for ; n < len(g.keys); n++ {
		k := &g.keys[n]
		if !d.leads(&k.lead, n) {
			break
		}
		seen |= k.set
		d.readSignal(k)
	}
	for ; d.more('}', n); n++ { // what follows otherwise
		i := g.find(d.key())
		switch {
		case i < 0:
			d.skip()
			continue
		case seen&g.keys[i].set != 0:
			d.fail("a signal stands twice")
		}
		seen |= g.keys[i].set
		d.readSignal(&g.keys[i])
	}
	return seen
}

func (d *Decoder) readSignal(k *signalKey) {
	if d.peek() == 'n' {
		d.null()
		return
	}
	switch k.kind {
	case risk.Bool:
		d.signals.SetBool(k.signal, risk.TruthOf(d.bool()))
	case risk.Number:
		d.signals.SetNumber(k.signal, d.real())
	case risk.List:
		list := d.texts(d.methods)
		if list == nil {
			d.signals.SetList(k.signal, []string{}) // known, and empty
			return
		}
		d.methods = list
		d.signals.SetList(k.signal, list)
	default:
		d.signals.SetText(k.signal, d.text())
	}
}
