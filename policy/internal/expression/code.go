// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

import "encoding/binary"

// leaves are the predicates of all conditions of one environment, by number.
// They do not change once the environment has compiled its last condition.
type leaves []*node

// A condition is kept as the numbers of its predicates and what joins them,
// operators first: a few bytes where a tree takes hundreds. Only explanations
// and tools want the tree again.
const (
	notCode  = iota
	andCode  // the number of operands follows
	orCode   // likewise
	leafCode // of the first predicate
)

// encode appends the code of a condition whose predicates are shared.
func (e *Environment) encode(code []byte, n *node) []byte {
	switch n.op {
	case opNot:
		return e.encode(append(code, notCode), n.args[0])
	case opAnd:
		code = append(code, andCode)
	case opOr:
		code = append(code, orCode)
	default:
		return binary.AppendUvarint(code, leafCode+uint64(e.numbers[n]))
	}
	code = binary.AppendUvarint(code, uint64(len(n.args)))
	for _, a := range n.args {
		code = e.encode(code, a)
	}
	return code
}

// tree returns the condition as a tree.
func (p *Program) tree() *node {
	n, _ := p.leaves.decode([]byte(p.code))
	return n
}

// decode returns the tree of a code, and what follows it.
func (l *leaves) decode(code []byte) (*node, []byte) {
	first, size := binary.Uvarint(code)
	code = code[size:]
	if first >= leafCode {
		return (*l)[first-leafCode], code
	}
	n, operands := &node{op: opNot, kind: Bool}, uint64(1)
	if first != notCode {
		if n.op = opAnd; first == orCode {
			n.op = opOr
		}
		operands, size = binary.Uvarint(code)
		code = code[size:]
	}
	n.args = make([]*node, operands)
	for i := range n.args {
		n.args[i], code = l.decode(code)
	}
	return n, code
}
