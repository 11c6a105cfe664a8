// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import "github.com/proportion-go/proportion/policy/internal/document"

// readBands reads where the bands begin.
func (l *loader) readBands() {
	v, ok := l.required("bands")
	if !ok {
		return
	}
	keys := v.fields(bandNames[1:]...)
	before := 0
	for i, name := range bandNames[1:] {
		start, ok := keys.need(v, name)
		if !ok {
			continue
		}
		n, ok := start.integer(1, 100)
		if !ok {
			continue
		}
		if n <= before {
			start.report("band-order", "", "%s begins at %d, not above the band before it", name, n)
		}
		l.policy.bands[i], before = n, n
	}
}

// readMatrix reads the step of every sensitivity and band, and holds L4.
func (l *loader) readMatrix() {
	v, ok := l.required("matrix")
	if !ok {
		return
	}
	p := l.policy
	keys := v.fields(sensitivityNames[:]...)
	cells := [sensitivities][]value{}
	for s := range p.matrix {
		row, ok := keys.need(v, sensitivityNames[s])
		if !ok {
			continue
		}
		items := row.items()
		if row.n.Kind == document.Sequence && len(items) != bandCount {
			row.report("wrong-value", "",
				"want a step for each band: low, medium, high, extreme; got %d", len(items))
			continue
		}
		for b, item := range items {
			p.matrix[s][b], _ = l.step(item)
		}
		cells[s] = items
	}
	if !l.failed["ladder"] {
		l.checkMonotone(&cells)
	}
}

// checkMonotone holds L4: a higher band or sensitivity never gets a weaker
// step.
func (l *loader) checkMonotone(cells *[sensitivities][]value) {
	p := l.policy
	for s := range cells {
		for b, cell := range cells[s] {
			at := p.matrix[s][b]
			if b > 0 && at < p.matrix[s][b-1] {
				cell.report("matrix-monotone", "a higher band never gets a weaker step",
					"%s is weaker than %s, the step of the band before it",
					p.ladder[at].Name, p.ladder[p.matrix[s][b-1]].Name)
			}
			// Sensitivities count down from the most harmful.
			if s+1 < sensitivities && cells[s+1] != nil && at < p.matrix[s+1][b] {
				cell.report("matrix-monotone", "a more sensitive action never gets a weaker step",
					"%s is weaker than %s, the step of a %s action in that band",
					p.ladder[at].Name, p.ladder[p.matrix[s+1][b]].Name, Sensitivity(s+1))
			}
		}
	}
}

// step returns the index of the step that a value names.
func (l *loader) step(v value) (int, bool) {
	name, ok := v.text()
	if !ok {
		return 0, false
	}
	i, ok := l.names.steps[name]
	if !ok && !l.failed["ladder"] {
		v.report("unknown-step", l.hint(name, l.stepNames()), "the ladder has no step %q", name)
	}
	return i, ok
}

func (l *loader) stepNames() []string {
	var all []string
	for _, s := range l.policy.ladder {
		all = append(all, s.Name)
	}
	return all
}

// readFailure reads the floors of L2. A policy without them denies.
func (l *loader) readFailure() {
	v, ok := l.only("on_failure")
	if !ok {
		return
	}
	keys := v.fields(sensitivityNames[:]...)
	strictest := Allow
	for s := Trivial; ; s-- {
		e, ok := keys.need(v, s.String())
		if !ok {
			return
		}
		i, ok := e.oneOf("deny", "challenge", "allow")
		if !ok {
			return
		}
		o := [...]Outcome{Deny, Challenge, Allow}[i]
		switch {
		case o == Allow && s != Trivial:
			e.report("failure-allow", "write challenge or deny",
				"only a trivial action may be allowed when something fails")
		case o > strictest:
			e.report("failure-order", "",
				"a %s action gets less than one that is less sensitive", s)
		}
		strictest = min(strictest, o)
		if l.policy.onFailure[s] = o; s == Critical {
			return
		}
	}
}

func (l *loader) readPrompts() {
	v, ok := l.only("prompts")
	if !ok {
		return
	}
	keys := v.fields("most", "per")
	if most, ok := keys.need(v, "most"); ok {
		l.policy.prompts.most, _ = most.integer(1, 1000)
	}
	per, ok := keys.need(v, "per")
	if !ok {
		return
	}
	// The counters of the store hold these windows and no other.
	if _, ok := per.oneOf("1h", "24h", "7d"); ok {
		l.policy.prompts.per, _ = per.duration()
	}
}
