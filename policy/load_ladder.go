// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"slices"

	"github.com/proportion-go/proportion/policy/internal/document"
)

// way is where and how a method works.
type way struct {
	channels uint8 // bit i: channelNames[i]
	via      uint8 // bit k: ContactKind k
	mail     bool  // via names email, rather than by default
}

// defaultWays are the ways of a policy that does not say: what is typed works
// everywhere, what needs the customer's own screen only there.
func defaultWays() (ways [int(Passkey) + 1]way) {
	const anywhere, screen = 1<<len(channelNames) - 1, 1<<0 | 1<<1 // web, app
	sent := way{channels: anywhere, via: 1<<SMS | 1<<Email | 1<<App}
	ways[Code4], ways[Code6] = sent, sent
	ways[Mobile4] = way{channels: anywhere, via: 1 << App}
	ways[TOTP] = way{channels: anywhere}
	ways[Recovery], ways[Passkey] = way{channels: screen}, way{channels: screen}
	return ways
}

func (l *loader) readMethods() {
	l.names.ways = defaultWays()
	v, ok := l.only("methods")
	if !ok {
		return
	}
	for _, e := range v.entries() {
		if m, ok := e.key.method(); ok {
			e.value.way(m, &l.names.ways[m])
		}
	}
}

func (v value) method() (Method, bool) {
	i, ok := v.oneOf(methodNames[1:]...)
	return Method(i + 1), ok
}

// way narrows the way of a method to what the value says.
func (v value) way(m Method, w *way) {
	if v.n.Kind == document.Null {
		return
	}
	keys := v.fields("channels", "via")
	if c, ok := keys["channels"]; ok {
		w.channels = 0
		for _, i := range c.set(channelNames[:]...) {
			w.channels |= 1 << i
		}
	}
	c, ok := keys["via"]
	if !ok {
		return
	}
	if m != Code4 && m != Code6 {
		c.report("misplaced-key", "", "%s is not sent by a contact the policy can choose", m)
		return
	}
	w.via = 0
	for _, i := range c.set(contactNames[1:]...) {
		w.via |= 1 << (i + 1)
	}
	w.mail = w.via&(1<<Email) != 0
}

// maxSteps bounds the ladder. Nobody tells more than a handful apart.
const maxSteps = 32

func (l *loader) readLadder() {
	l.names.steps = map[string]int{}
	v, ok := l.required("ladder")
	if !ok {
		return
	}
	items := v.items()
	if len(items) > maxSteps {
		v.report("wrong-value", "", "the ladder has %d steps, more than %d", len(items), maxSteps)
		l.fail("ladder")
		return
	}
	taken := map[string]place{}
	for _, item := range items {
		l.readStep(item, taken)
	}
	p := l.policy
	if len(p.ladder) == 0 || len(p.ladder) < len(items) {
		l.fail("ladder")
		if len(items) == 0 {
			v.report("ladder-deny", "end it with - { step: refuse, do: deny }",
				"the ladder is empty")
		}
		return
	}
	for i := range p.ladder {
		p.ladder[i].Index = i
		if p.ladder[i].Do == Challenge {
			p.top = i
		}
	}
	l.checkLadder(items)
}

func (l *loader) readStep(v value, taken map[string]place) {
	keys := v.fields("step", "do", "methods", "fresh", "acr")
	var s Step
	if name, ok := keys.need(v, "step"); ok {
		if s.Name, ok = name.text(); !ok || !name.named(s.Name, nameForm, taken) {
			return
		}
	}
	do, ok := keys.need(v, "do")
	if !ok {
		return
	}
	i, ok := do.oneOf(outcomeNames[:]...)
	if !ok {
		return
	}
	s.Do, s.ways = Outcome(i), &[int(Passkey) + 1]way{}
	if s.Do != Challenge {
		for _, key := range []string{"methods", "fresh", "acr"} {
			if extra, ok := keys[key]; ok {
				extra.report("misplaced-key", "", "%s is for steps that challenge", key)
			}
		}
	} else {
		l.readChallenge(v, keys, &s)
	}
	l.names.steps[s.Name] = len(l.policy.ladder)
	l.policy.ladder = append(l.policy.ladder, s)
}

func (l *loader) readChallenge(v value, keys fields, s *Step) {
	if fresh, ok := keys["fresh"]; ok {
		s.Fresh, _ = fresh.duration()
	}
	if acr, ok := keys["acr"]; ok {
		s.ACR, _ = acr.text()
	}
	methods, ok := keys.need(v, "methods")
	if !ok {
		return
	}
	if methods.n.Kind == document.Mapping {
		for _, e := range methods.entries() {
			if m, ok := e.key.method(); ok {
				s.ways[m] = l.names.ways[m]
				e.value.way(m, &s.ways[m])
				s.Methods = append(s.Methods, m)
			}
		}
	} else {
		for _, i := range methods.set(methodNames[1:]...) {
			m := Method(i + 1)
			s.ways[m] = l.names.ways[m]
			s.Methods = append(s.Methods, m)
		}
	}
	if len(s.Methods) == 0 && len(methods.n.Items)+len(methods.n.Pairs) == 0 {
		methods.report("wrong-value", "", "a challenge needs a method")
	}
	slices.Sort(s.Methods)
}

// checkLadder holds the laws of the ladder: `do` never weakens upward, the
// last step is the one deny, and a later challenge accepts no method that an
// earlier one does not, and no older proof.
func (l *loader) checkLadder(items []value) {
	p := l.policy
	var before *Step
	for i := range p.ladder {
		s, last := &p.ladder[i], i == len(p.ladder)-1
		switch {
		case i > 0 && s.Do > p.ladder[i-1].Do:
			items[i].report("ladder-order", "order the steps from the weakest to the strongest",
				"step %s (%s) stands above %s (%s)", s.Name, s.Do, p.ladder[i-1].Name,
				p.ladder[i-1].Do)
		case (s.Do == Deny) != last:
			items[i].report("ladder-deny", "end the ladder with - { step: refuse, do: deny }",
				"the last step, and no other, denies; %s does: %s", s.Name, s.Do)
		}
		if s.Do == Challenge {
			if before != nil {
				items[i].checkStronger(before, s)
			}
			before = s
		}
	}
	if p.top != none {
		items[p.top].checkTop(&p.ladder[p.top])
	}
}

func (v value) checkStronger(before, s *Step) {
	for _, m := range s.Methods {
		if !slices.Contains(before.Methods, m) {
			v.report("ladder-methods", "add it to "+before.Name+", or remove it here",
				"%s accepts %s, which the weaker %s does not", s.Name, m, before.Name)
		}
	}
	if s.Fresh > before.Fresh {
		v.report("ladder-fresh", "", "%s accepts older proofs than the weaker %s", s.Name,
			before.Name)
	}
}

// checkTop keeps e-mail out of the strongest challenge: whoever holds the
// mailbox often holds everything else (NIST SP 800-63B-4 section 3.1.3.1
// forbids it as an out-of-band channel).
func (v value) checkTop(s *Step) {
	for _, m := range s.Methods {
		if s.ways[m].mail {
			v.report("ladder-email",
				"give it a way of its own: methods: { "+m.String()+": { via: [sms] } }",
				"%s, the strongest challenge, accepts %s by email", s.Name, m)
		}
		s.ways[m].via &^= 1 << Email
	}
}
