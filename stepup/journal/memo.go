// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import "hash/maphash"

// memo remembers what the ends of lines held, by their text. From the prompts on
// a line says what was decided and why, and a policy has few ways to decide: of
// a hundred lines, nearly all end in one that stood before, byte for byte. What
// it holds follows from the bytes alone.
//
// Only what comes twice in a row to its place is kept: what never comes again is
// not worth the room.
type memo struct {
	seed maphash.Seed
	last [memoSize]uint64 // hashes
	kept [memoSize]*kept
}

// kept is the end of a line.
type kept struct {
	text     string
	decision Decision // nothing but what the end holds
}

// The bounds of a memo: about a megabyte.
const (
	memoSize = 1 << 9
	memoText = 1 << 10 // bytes of an end
)

// ending is the end of the line that is being read, if it is to be remembered.
type ending struct {
	at     int // where it begins; 0: it is not
	hash   uint64
	before uint64 // members of the detail that stand before it
	all    uint64 // members of the detail
}

// closing ends the detail and the line.
const closing = "}}"

// recall reads what follows `"prompts":`, up to the closing braces, if it is
// remembered.
func (d *Decoder) recall(e *Event) bool {
	rest := d.line[d.at:]
	if d.err != nil || d.seen>>promptsAt != 0 || len(rest) < len(closing) || len(rest) > memoText {
		return false
	}
	if d.memo == nil {
		d.memo = &memo{seed: maphash.MakeSeed()}
	}
	hash := maphash.Bytes(d.memo.seed, rest)
	k := d.memo.kept[hash%memoSize]
	if k == nil || k.text != string(rest) {
		d.ending = ending{at: d.at, hash: hash, before: d.seen}
		return false
	}
	d.at = len(d.line) - len(closing)
	k.decision.copyEnd(d.decisionOf(e))
	return true
}

// remember keeps the end of a line that was read, if it closes the line and
// holds nothing but members that are written after the prompts.
func (d *Decoder) remember(e *Event) {
	end, text := &d.ending, d.line[d.ending.at:]
	at := end.hash % memoSize
	if d.memo.last[at] != end.hash {
		d.memo.last[at] = end.hash
		return
	}
	others := end.all &^ end.before & (1<<promptsAt - 1)
	if others != 0 || e.Extra != "" || e.Detail.Extra != "" || string(text[len(text)-len(closing):]) != closing {
		return
	}
	var held Decision
	e.Decision.copyEnd(&held)
	d.memo.kept[at] = &kept{text: string(text), decision: *held.clone()}
}

// copyEnd copies what the members from the prompts on hold.
func (d *Decision) copyEnd(to *Decision) {
	end := *d
	end.Signals, end.Missing, end.Facts, end.Proofs, end.Held = to.Signals, to.Missing, to.Facts, to.Proofs, to.Held
	*to = end
}
