// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

// Subjects says how prompts fall on subjects. Where there are more subjects
// than memory is set aside for, it is about a sample of them, each with all of
// his cases.
type Subjects struct {
	Count    int64 // subjects that were counted
	Prompted int64 // of them, those who were challenged at least once
	Sampled  int   // one subject in so many was counted; 1: all
	// Prompts is the distribution: how many subjects were challenged so often,
	// by the ranges of [PromptRanges].
	Prompts [len(promptRanges)]int64
}

// NeverPrompted returns the share of subjects who were never challenged; 0
// where there is no subject.
func (s *Subjects) NeverPrompted() float64 { return per(1, s.Count-s.Prompted, s.Count) }

var promptRanges = [...]struct {
	name string
	from uint32
}{
	{"0", 0}, {"1", 1}, {"2", 2}, {"3", 3}, {"4 to 5", 4}, {"6 to 10", 6}, {"11 to 20", 11},
	{"21 to 50", 21}, {"more than 50", 51},
}

// PromptRanges returns the names of the ranges of [Subjects.Prompts].
func PromptRanges() []string {
	var names []string
	for _, r := range promptRanges {
		names = append(names, r.name)
	}
	return names
}

func (s *Subjects) add(prompts uint32) {
	s.Count++
	if prompts > 0 {
		s.Prompted++
	}
	for i := len(promptRanges) - 1; i >= 0; i-- {
		if prompts >= promptRanges[i].from {
			s.Prompts[i]++
			return
		}
	}
}

// prompted counts the prompts of each subject, on both sides.
type prompted struct {
	sample
	Of map[uint64]both
}

// both are the prompts of one subject.
type both struct{ After, Before uint32 }

// add counts one case.
func (p *prompted) add(subject uint64, after, before bool) {
	if !p.has(subject) {
		return
	}
	n := p.Of[subject]
	if after {
		n.After++
	}
	if before {
		n.Before++
	}
	p.Of[subject] = n
	for len(p.Of) > p.most {
		p.Level++
		for s := range p.Of {
			if !p.has(s) {
				delete(p.Of, s)
			}
		}
	}
}

// tally writes the distribution into both sides.
func (p *prompted) tally(r *Report) {
	r.After.Subjects = Subjects{Sampled: 1 << p.Level}
	r.Before.Subjects = Subjects{Sampled: 1 << p.Level}
	for _, n := range p.Of {
		r.After.Subjects.add(n.After)
		if r.Compared {
			r.Before.Subjects.add(n.Before)
		}
	}
}

// sample is one subject in 2^Level, always the same ones: whoever is in a
// smaller sample was in every larger one, and so is known from the beginning.
type sample struct {
	Level uint
	most  int // subjects
}

// maxLevel leaves some subject in.
const maxLevel = 48

func (s *sample) has(subject uint64) bool {
	return subject>>(64-min(s.Level, maxLevel)) == 0 // a shift by 64 is 0
}
