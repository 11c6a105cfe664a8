// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

// Limits on the values that conditions read, which whoever fills a frame must
// hold, and the cost that follows from them.
const (
	MaxText      = 4096  // bytes of a text
	MaxTexts     = 256   // elements of a list
	MaxListBytes = 16384 // bytes of all elements of a list together

	// MaxCost is the most that one condition may cost. A step of cost is about
	// a comparison: some nanoseconds.
	MaxCost = 1 << 20
)

// Cost returns an upper bound of the steps that the condition takes, over any
// frame.
func (p *Program) Cost() int { return int(p.cost) }

// cost saturates: nothing that passes MaxCost is ever multiplied again.
func (n *node) cost() int {
	total := 1
	for _, a := range n.args {
		total += a.cost()
	}
	switch n.op {
	case opMatches:
		// RE2 takes time in proportion to the text and to the pattern.
		total += n.args[0].bytes() * n.size
	case opContains, opLen, opStartsWith, opEndsWith:
		total += n.args[0].bytes() / 16
	case opLower, opUpper:
		total += n.args[0].bytes() / 4
	case opIn:
		if !n.args[1].hasSet() {
			total += n.args[1].longest()
		}
	case opAny, opAll, opNone, opCount:
		total += n.args[0].longest() * min(n.args[1].cost(), MaxCost)
	}
	return min(total, MaxCost+1)
}

// bytes bounds the length of a text. Of the elements of a list it is their
// share of the whole, since a predicate sees each once.
func (n *node) bytes() int {
	switch {
	case n.op == opConstant:
		return len(n.constantText())
	case n.overElement():
		return MaxListBytes / MaxTexts
	}
	return MaxText
}

// overElement reports whether a text is made of the `#` alone.
func (n *node) overElement() bool {
	if n.op == opLower || n.op == opUpper {
		return n.args[0].overElement()
	}
	return n.op == opElement
}

// longest bounds the length of a list.
func (n *node) longest() int {
	if n.op == opConstant {
		return len(n.list.Texts) + len(n.list.Numbers)
	}
	return MaxTexts
}
