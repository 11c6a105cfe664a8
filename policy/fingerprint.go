// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// canon writes a policy in canonical form: every value with its length, so
// that no two policies have the same form, and every set in order.
type canon struct{ hash.Hash }

func (c canon) put(values ...any) {
	for _, v := range values {
		text, ok := v.(string)
		if !ok {
			text = fmt.Sprint(v)
		}
		c.Write(append(strconv.AppendInt(nil, int64(len(text)), 10), ":"+text...))
	}
}

// list writes texts, of which order matters.
func (c canon) list(texts []string) {
	c.put(len(texts))
	for _, t := range texts {
		c.put(t)
	}
}

// set writes texts, of which order does not matter.
func (c canon) set(texts []string) { c.list(slices.Sorted(slices.Values(texts))) }

// fingerprint returns the SHA-256 of the canonical policy, in hexadecimal.
func (p *Policy) fingerprint() string {
	c := canon{sha256.New()}
	c.put("proportion policy", version)
	for _, f := range p.facts {
		c.put("fact", f.Name, f.Type, f.Unit, f.Optional, f.journal, bound(f.min), bound(f.max))
	}
	for _, name := range slices.Sorted(maps.Keys(p.lists)) {
		c.put("list", name, fmt.Sprintf("%q %v", p.lists[name].Texts, p.lists[name].Numbers))
	}
	for _, s := range p.ladder {
		c.put("step", s.Name, s.Do, s.Fresh, s.ACR, s.Methods)
		for _, m := range s.Methods {
			c.put(s.ways[m].channels, s.ways[m].via)
		}
	}
	c.put("bands", p.bands, "matrix", p.matrix, "on_failure", p.onFailure)
	c.put("prompts", p.prompts.most, p.prompts.per)
	for _, name := range p.Actions() {
		c.action(name, p.actions[name])
	}
	if p.star != nil {
		c.action("*", p.star)
	}
	rules := slices.Clone(p.rules)
	slices.SortFunc(rules, func(a, b rule) int { return strings.Compare(a.id, b.id) })
	for i := range rules {
		c.rule(p, &rules[i])
	}
	return hex.EncodeToString(c.Sum(nil))
}

func bound(d *Decimal) string {
	if d == nil {
		return ""
	}
	return d.String()
}

func (c canon) action(name string, a *action) {
	c.put("action", name, a.Sensitivity, a.NoSession, a.Without, a.Touches)
	// The order of the bound facts is the order in which they are shown.
	c.list(a.Bind)
}

func (c canon) rule(p *Policy, r *rule) {
	c.put("rule", r.id, r.fires, r.shadow, r.group, r.owner, r.review, r.note)
	c.set(r.on)
	c.put(r.exported(p.ladder), r.effect.upTo)
	if r.when != nil {
		c.put("when", r.when)
	}
	if l := r.effect.limit; l != nil {
		c.put("limit", l.count, l.most)
		if l.sum != none {
			c.put(p.facts[l.sum].Name)
		}
	}
	for _, language := range slices.Sorted(maps.Keys(r.because)) {
		c.put("because", language, r.because[language])
	}
}
