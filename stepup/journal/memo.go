// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import "hash/maphash"

// memo remembers what the ends of lines held, by their text. From the prompts on
// a line says what was decided and why, and a policy has few ways to decide: of
// a hundred lines, nearly all end in one that stood before, byte for byte. What
// it holds follows from the bytes alone.
type memo struct {
	seed  maphash.Seed
	slots [memoSlots]memoSlot
}

// The bounds of a memo: less than a megabyte.
const (
	memoSlots = 1 << 9
	memoText  = 1 << 10 // bytes
)

// memoSlot is an end that came twice in a row to its place: what never comes
// again is not worth the room.
type memoSlot struct {
	last     uint64 // the hash of what came last
	text     string // empty: nothing is remembered
	decision Decision
}

// ending is the end of the line that is being read, if it may be remembered.
type ending struct {
	at     int // where it begins; 0: it may not
	hash   uint64
	before uint64 // members of the detail that stand before it
	seen   uint64 // all of its members
	slot   *memoSlot
}

// recall reads the rest of the line, but for its last two braces, if it is
// remembered: what follows `"prompts":`.
func (d *Decoder) recall(e *Event) bool {
	rest := d.line[d.at:]
	if d.seen>>promptsAt != 0 || len(rest) < len(closing) || len(rest) > memoText || d.err != nil {
		return false
	}
	if d.memo == nil {
		d.memo = &memo{seed: maphash.MakeSeed()}
	}
	hash := maphash.Bytes(d.memo.seed, rest)
	slot := &d.memo.slots[hash%memoSlots]
	if slot.text != string(rest) {
		d.ending = ending{at: d.at, before: d.seen, hash: hash, slot: slot}
		return false
	}
	d.at += len(rest) - len(closing)
	slot.decision.copyEnd(d.decisionOf(e))
	return true
}

const closing = "}}"

// remember keeps the end of a line that was read. It holds nothing but members
// that come after the prompts in the order of writing.
func (d *Decoder) remember(e *Event) {
	end := &d.ending
	text := d.line[end.at:]
	if end.slot.last != end.hash {
		end.slot.last = end.hash
		return
	}
	if own := end.seen &^ end.before; own&(1<<promptsAt-1) != 0 || e.Extra != "" || e.Detail.Extra != "" ||
		string(text[len(text)-len(closing):]) != closing {
		return
	}
	end.slot.text = string(text)
	kept := Decision{}
	e.Decision.copyEnd(&kept)
	end.slot.decision = *kept.clone()
}

// copyEnd copies what the members from the prompts on hold.
func (d *Decision) copyEnd(to *Decision) {
	end := *d
	end.Signals, end.Missing, end.Facts, end.Proofs, end.Held = to.Signals, to.Missing, to.Facts, to.Proofs, to.Held
	*to = end
}
