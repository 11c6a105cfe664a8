// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

// level is a level of one of the two hierarchies of familiarity.
type level uint8

const (
	prefixLevel level = iota
	networkLevel
	countryLevel
	agentLevel
	browserLevel
	systemLevel
	classLevel

	levelCount
)

var levelNames = [levelCount]string{
	"prefix", "network", "country", "agent", "browser", "system", "class",
}

// traits are the values that a request or a proof shows, by level; 0 is not
// known.
type traits [levelCount]uint64

// nobodys is the network of an exit that anybody may use: known, and nobody's
// habit.
const nobodys = ^uint64(0)

func traitsOf(p prefix, n network, c country, a agent) (t traits) {
	t[prefixLevel] = uint64(p)
	t[networkLevel] = uint64(n)
	t[countryLevel] = c.trait()
	if a = a.unversioned(); a == (agent{}) {
		return t
	}
	// A client that says something of itself is known at every level: what it
	// leaves out is a value too, else leaving it out would make it usual.
	t[browserLevel] = uint64(a.browser) + 1
	t[systemLevel] = uint64(a.system) + 1
	t[classLevel] = uint64(a.class) + 1
	t[agentLevel] = t[browserLevel]<<40 | t[systemLevel]<<32 | t[classLevel]<<24 |
		uint64(a.language[0])<<16 | uint64(a.language[1])<<8 | uint64(a.language[2])
	return t
}

func (c country) trait() uint64 { return uint64(c[0])<<8 | uint64(c[1]) }

func (e *Evidence) traits() traits { return traitsOf(e.prefix, e.network, e.country, e.agent) }

func (o *Observation) traits(client *reduced) traits {
	n, p := networkOf(&o.Location, o.Addr), prefixOf(o.Addr)
	t := traitsOf(p, n, parseCountry(o.Location.Country), client.of(&o.Client))
	if o.Location.shared() {
		t[prefixLevel], t[networkLevel] = nobodys, nobodys
	}
	return t
}

// shown is how often the proofs of a profile showed the traits of a request,
// among those that can be compared with them.
type shown struct {
	seen, of [levelCount]int
}

func (p *Profile) shown(now *traits) (s shown) {
	for i := range p.proofs {
		e := &p.proofs[i]
		s.add(prefixLevel, now, uint64(e.prefix), 1)
		if alike(now[networkLevel], uint64(e.network)) {
			s.add(networkLevel, now, uint64(e.network), 1)
		}
		s.add(countryLevel, now, e.country.trait(), 1)
	}
	// Proofs in a row mostly come from the same client.
	for i, next := 0, 0; i < len(p.proofs); i = next {
		a := &p.proofs[i].agent
		for next = i + 1; next < len(p.proofs) && p.proofs[next].agent == *a; {
			next++
		}
		then := traitsOf(0, 0, country{}, *a)
		for l := agentLevel; l < levelCount; l++ {
			s.add(l, now, then[l], next-i)
		}
	}
	return s
}

// add counts a value that so many proofs showed.
func (s *shown) add(l level, now *traits, then uint64, proofs int) {
	if now[l] == 0 || then == 0 {
		return
	}
	s.of[l] += proofs
	if now[l] == then {
		s.seen[l] += proofs
	}
}

// alike reports whether two networks can be compared: the number of one and
// the address of another cannot.
func alike(a, b uint64) bool {
	return a == nobodys || network(a).kind() == network(b).kind()
}
