// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"strconv"

	"github.com/proportion-go/proportion/risk"
)

func appendSignals(dst []byte, d *Decision) []byte {
	if d.Signals == nil || d.Signals.Computed() == 0 {
		return dst
	}
	dst = append(dst, '{')
	for i := range signalGroups {
		group := &signalGroups[i]
		if !d.Signals.Computed().Has(group.group) {
			continue
		}
		dst = append(append(comma(dst), group.lead.key()...), '{')
		for _, k := range group.keys {
			if !d.Missing.Has(k.signal) {
				dst = appendSignal(append(comma(dst), k.lead.key()...), d.Signals, k.signal)
			}
		}
		dst = append(dst, '}')
	}
	return append(dst, '}')
}

// appendSignal appends the value, or null for unknown.
func appendSignal(dst []byte, s *risk.Signals, id risk.Signal) []byte {
	if !s.Known(id) {
		return append(dst, "null"...)
	}
	switch id.Type() {
	case risk.Bool:
		return strconv.AppendBool(dst, s.Bool(id) == risk.True)
	case risk.Number:
		x, _ := s.Number(id)
		return appendReal(dst, x)
	case risk.List:
		list, _ := s.List(id)
		return appendTexts(dst, list)
	}
	text, _ := s.Text(id)
	return appendText(dst, text)
}

func appendFacts(dst []byte, d *Decision) []byte {
	if len(d.Facts) == 0 {
		return dst
	}
	dst = append(dst, '{')
	for i := range d.Facts {
		dst = append(appendText(comma(dst), d.Facts[i].Name), ':')
		dst = appendFact(dst, &d.Facts[i])
	}
	return append(dst, '}')
}

func appendFact(dst []byte, f *Fact) []byte {
	switch {
	case f.Value.IsZero() || f.Mode == Drop:
		return append(dst, `{"drop":true}`...)
	case f.Mode == Keep:
		return appendValue(dst, f.Value)
	}
	dst = appendKey(append(dst, '{'), f.Mode.String())
	return append(appendValue(dst, f.Value), '}')
}

func appendProofs(dst []byte, d *Decision) []byte {
	if len(d.Proofs) == 0 {
		return dst
	}
	dst = append(dst, '[')
	for i := range d.Proofs {
		p := &d.Proofs[i]
		dst = append(comma(dst), '{')
		dst = appendText(appendKey(dst, "method"), p.Method)
		dst = appendText(appendKey(dst, "action"), p.Action)
		dst = appendText(appendKey(dst, "band"), p.Band)
		dst = appendTime(appendKey(dst, "time"), p.Time)
		if p.Bound {
			dst = append(dst, `,"bound":true`...)
		}
		if p.Via != "" {
			dst = appendText(appendKey(dst, "via"), p.Via)
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

func appendPrompts(dst []byte, d *Decision) []byte {
	dst = appendKey(append(dst, '{'), "used")
	if d.Prompts.Known {
		dst = appendInt(dst, d.Prompts.Used)
	} else {
		dst = append(dst, "null"...)
	}
	dst = appendInt(appendKey(dst, "most"), d.Prompts.Most)
	dst = strconv.AppendBool(appendKey(dst, "softened"), d.Prompts.Softened)
	return append(dst, '}')
}

func appendSpent(dst []byte, d *Decision) []byte {
	if d.Spent == nil {
		return append(dst, "null"...)
	}
	dst = append(dst, '[')
	for i := range d.Spent {
		s := &d.Spent[i]
		dst = appendText(append(comma(dst), `{"rule":`...), s.Rule)
		dst = appendInt(appendKey(dst, "count"), s.Count)
		if s.Sum != "" {
			dst = appendText(appendKey(dst, "sum"), s.Sum)
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

func appendGaps(dst []byte, d *Decision) []byte {
	if len(d.Degraded) == 0 {
		return dst
	}
	dst = append(dst, '[')
	for i := range d.Degraded {
		g := &d.Degraded[i]
		dst = appendText(append(comma(dst), `{"kind":`...), g.Kind)
		dst = appendText(appendKey(dst, "name"), g.Name)
		if g.Text != "" {
			dst = appendText(appendKey(dst, "text"), g.Text)
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

func appendShadow(dst []byte, d *Decision) []byte {
	if d.Shadow.Step == "" && len(d.Shadow.Rules) == 0 {
		return dst
	}
	dst = appendText(append(dst, `{"step":`...), d.Shadow.Step)
	if len(d.Shadow.Rules) > 0 {
		dst = appendTexts(appendKey(dst, "rules"), d.Shadow.Rules)
	}
	return append(dst, '}')
}
