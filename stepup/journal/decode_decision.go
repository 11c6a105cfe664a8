// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"math"
	"slices"
	"strconv"
)

// The members of the objects that have few of them.
var (
	proofParts  = leadsOf("method", "action", "band", "time", "bound", "via")
	promptParts = leadsOf("used", "most", "softened")
	spentParts  = leadsOf("rule", "count", "sum")
	gapParts    = leadsOf("kind", "name", "text")
	shadowParts = leadsOf("step", "rules")
)

func leadsOf(names ...string) (all []lead) {
	for i, name := range names {
		all = append(all, leadOf(i, name))
	}
	return all
}

// parts reads the members of an object with few of them. Of each it calls read
// with the place of its name; unknown ones are skipped.
func (d *Decoder) parts(names []lead, read func(i int)) {
	d.open('{')
	seen := 0
	for n := 0; ; n++ {
		i := n
		if i >= len(names) || !d.leads(&names[i], n) {
			if !d.more('}', n) {
				break
			}
			key := d.key()
			i = slices.IndexFunc(names, func(l lead) bool { return l.is(key) })
		}
		switch {
		case i < 0:
			d.skip()
		case seen>>i&1 != 0:
			d.fail("a member stands twice")
		default:
			seen |= 1 << i
			read(i)
		}
	}
}

// texts reads a list of words into the room of another; nil if it is empty.
func (d *Decoder) texts(room []string) []string {
	room = room[:0]
	d.open('[')
	for n := 0; d.more(']', n); n++ {
		room = append(room, d.text())
	}
	if len(room) == 0 {
		return nil
	}
	return room
}

func (d *Decoder) readFacts(e *Event) {
	room := d.spare.Facts[:0]
	d.open('{')
	for n := 0; d.more('}', n); n++ {
		f := Fact{Name: d.text()}
		d.expect(':', "a colon")
		d.readFact(&f)
		room = append(room, f)
	}
	if !areUnique(room) {
		d.fail("a fact stands twice")
	}
	d.spare.Facts = room
	if into := d.decisionOf(e); len(room) > 0 {
		into.Facts = room
	}
}

// readFact reads a value, or an object that names the mode of one.
func (d *Decoder) readFact(f *Fact) {
	if d.peek() != '{' {
		f.Mode, f.Value = Keep, d.value()
		return
	}
	d.open('{')
	n := 0
	for ; d.more('}', n); n++ {
		name := d.key()
		mode := slices.Index(modeNames[:Keep], string(name))
		switch {
		case n > 0 || mode < 0:
			d.fail("want one of round, hash and drop")
		case Mode(mode) != Drop:
			f.Mode, f.Value = Mode(mode), d.value()
		case !d.bool():
			d.fail("want true")
		}
	}
	if n == 0 {
		d.fail("want one of round, hash and drop")
	}
}

func (d *Decoder) value() Value {
	switch c := d.peek(); c {
	case '"':
		return Value{kind: textValue, text: d.own()}
	case 't', 'f':
		return boolOf(d.bool())
	case '[':
		texts := []string{}
		d.open('[')
		for n := 0; d.more(']', n); n++ {
			texts = append(texts, d.own())
		}
		return Value{kind: textsValue, texts: texts}
	}
	return d.numeric()
}

// numeric reads a number as whole if it is written so and fits.
func (d *Decoder) numeric() Value {
	from := d.at
	if x, ok := d.decimal(); ok && x.behind == 0 && x.digits <= math.MaxInt64 {
		return Value{kind: wholeValue, whole: x.whole()}
	}
	d.at = from
	text, whole := d.number()
	if n, err := strconv.ParseInt(string(text), 10, 64); whole && err == nil {
		return Value{kind: wholeValue, whole: n}
	}
	v, ok := realOf(d.parseReal(text))
	if !ok {
		d.fail("want a finite number")
	}
	return v
}

func (d *Decoder) readProofs(e *Event) {
	room := d.spare.Proofs[:0]
	d.open('[')
	for n := 0; d.more(']', n); n++ {
		var p Proof
		d.parts(proofParts, func(i int) {
			switch i {
			case 0:
				p.Method = d.text()
			case 1:
				p.Action = d.text()
			case 2:
				p.Band = d.text()
			case 3:
				p.Time = d.time()
			case 4:
				p.Bound = d.bool()
			case 5:
				p.Via = d.text()
			}
		})
		room = append(room, p)
	}
	d.spare.Proofs = room
	if into := d.decisionOf(e); len(room) > 0 {
		into.Proofs = room
	}
}

func (d *Decoder) readPrompts(e *Event) {
	if d.recall(e) {
		return
	}
	p := &d.decisionOf(e).Prompts
	d.parts(promptParts, func(i int) {
		switch i {
		case 0:
			if p.Known = !d.null(); p.Known {
				p.Used = d.int()
			}
		case 1:
			p.Most = d.int()
		case 2:
			p.Softened = d.bool()
		}
	})
}

func (d *Decoder) readSpent(e *Event) {
	into := d.decisionOf(e)
	if d.null() {
		return
	}
	room := d.spare.Spent[:0]
	d.open('[')
	for n := 0; d.more(']', n); n++ {
		var s Spent
		d.parts(spentParts, func(i int) {
			switch i {
			case 0:
				s.Rule = d.text()
			case 1:
				s.Count = d.int()
			case 2:
				s.Sum = d.own()
			}
		})
		room = append(room, s)
	}
	if d.spare.Spent = room; room == nil {
		room = []Spent{} // known, and nothing
	}
	into.Spent = room
}

func (d *Decoder) readGaps(e *Event) {
	room := d.spare.Degraded[:0]
	d.open('[')
	for n := 0; d.more(']', n); n++ {
		var g Gap
		d.parts(gapParts, func(i int) {
			switch i {
			case 0:
				g.Kind = d.text()
			case 1:
				g.Name = d.text()
			case 2:
				g.Text = d.text()
			}
		})
		room = append(room, g)
	}
	d.spare.Degraded = room
	if into := d.decisionOf(e); len(room) > 0 {
		into.Degraded = room
	}
}

func (d *Decoder) readShadow(e *Event) {
	s := &d.decisionOf(e).Shadow
	d.parts(shadowParts, func(i int) {
		switch i {
		case 0:
			s.Step = d.text()
		case 1:
			if s.Rules = d.texts(d.spare.Shadow.Rules); s.Rules != nil {
				d.spare.Shadow.Rules = s.Rules
			}
		}
	})
}
