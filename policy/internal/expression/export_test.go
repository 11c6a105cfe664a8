// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

// Faults reports whether any operation in the condition has no value over the
// frame: a division by zero, an overflow, an index out of range. An operation
// on the element of a predicate counts as one, since there is no element here.
func (p *Program) Faults(f *Frame) bool {
	faults := false
	f.element = Value{}
	p.tree().walk(func(n *node) {
		operates := n.op != opElement && (n.kind == Number || n.op == opIndex)
		faults = faults || operates && !n.known(f)
	})
	return faults
}
