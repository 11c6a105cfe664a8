// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// reach is what the actions of a rule have in common.
type reach struct {
	sensitivities [sensitivities]bool
	softens       bool // the prompt budget may soften one
	most          int  // the highest score that the rules of one add up to
}

func (r reach) and(other reach) reach {
	for s, is := range other.sensitivities {
		r.sensitivities[s] = r.sensitivities[s] || is
	}
	r.softens = r.softens || other.softens
	r.most = max(r.most, other.most)
	return r
}

// harmful reports whether an action of the rule is sensitive or critical.
func (r reach) harmful() bool { return r.sensitivities[Critical] || r.sensitivities[Sensitive] }

// derive finds what each rule reaches, and which of them cap.
func (l *linter) derive() {
	for i, r := range l.rules {
		if r.effect.kind == caps {
			l.caps = append(l.caps, i)
		}
	}
	l.reach = make([]reach, len(l.rules))
	byBundle := map[*bundle]reach{}
	for _, a := range l.policy.classes() {
		one := reach{softens: a.softens, most: l.most(a)}
		one.sensitivities[a.Sensitivity] = true
		for _, b := range a.bundles {
			byBundle[b] = byBundle[b].and(one)
		}
	}
	for b, r := range byBundle {
		for _, i := range b.rules {
			l.reach[i] = l.reach[i].and(r)
		}
	}
}

// most returns the highest score of an action: that of all its rules, those in
// shadow too, of a group the largest alone.
func (l *linter) most(a *action) int {
	total, groups := 0, map[int]int{}
	for _, b := range a.bundles {
		for _, i := range b.rules {
			e := &l.rules[i].effect
			switch {
			case e.kind != scores || e.score < 0:
			case e.group == none:
				total += e.score
			default:
				groups[e.group] = max(groups[e.group], e.score)
			}
		}
	}
	for _, score := range groups {
		total += score
	}
	return total
}

// classes returns what applies to every action that there can be.
func (p *Policy) classes() []*action {
	all := slices.Collect(maps.Values(p.index.exact))
	for _, prefix := range p.index.prefixes {
		all = append(all, prefix.action)
	}
	return append(all, p.index.rest)
}

// lintRules looks at what each rule says.
func (l *linter) lintRules() {
	languages := l.languages()
	for i, r := range l.rules {
		if r.effect.strict() && !r.shadow && len(r.because) == 0 {
			l.add(r.key("id"), "because-missing", "add because: { en: … }",
				"%s can ask for more, and does not say why", r.id)
		}
		if day, err := time.Parse(time.DateOnly, r.review); err == nil && l.past(day) {
			l.add(r.key("review"), "review-past", "", "%s was to be reviewed by %s",
				r.id, r.review)
		}
		if missing := lacking(r.because, languages); len(missing) > 0 {
			l.add(r.key("because"), "language-missing", "",
				"%s has no text in %s, which other rules have", r.id, strings.Join(missing, ", "))
		}
		if why := l.noChange(r.rule, l.reach[i]); why != "" {
			l.add(r.spot, "no-change", "", "%s never changes a step: %s", r.id, why)
		}
	}
}

// lintLimits finds limits where they hold for nobody.
func (l *linter) lintLimits() {
	found := map[int]bool{}
	for _, a := range l.guarded() {
		for _, b := range a.bundles {
			for _, i := range b.rules {
				if r := l.rules[i]; a.NoSession && r.effect.limit != nil && !found[i] {
					found[i] = true
					l.add(r.key("limit"), "limit-no-session", "name the other actions in `on`",
						"%s never caps %s, which has no session: its limit would tell who is a customer",
						r.id, a.name)
				}
			}
		}
	}
}

// past reports whether a day is over everywhere.
func (l *linter) past(day time.Time) bool { return l.now.Sub(day) >= 36*time.Hour }

// languages returns all that some rule has a text in, sorted.
func (l *linter) languages() []string {
	all := map[string]bool{}
	for _, r := range l.rules {
		for language := range r.because {
			all[language] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// lacking returns the languages for which the texts have none but English.
func lacking(texts map[string]string, languages []string) []string {
	if len(texts) == 0 {
		return nil
	}
	var missing []string
	for _, language := range languages {
		base, _, _ := strings.Cut(language, "-")
		_, exact := texts[language]
		if _, general := texts[base]; !exact && !general && !slices.Contains(missing, base) {
			missing = append(missing, language)
		}
	}
	return missing
}

// noChange returns why a rule cannot change a step, or "".
func (l *linter) noChange(r *rule, to reach) string {
	p := l.policy
	switch r.effect.kind {
	case caps:
		for s, is := range to.sensitivities {
			if is && p.matrix[s][r.effect.upTo-Low] > r.effect.step {
				return ""
			}
		}
		return "the matrix asks no more in the bands where it caps"
	case scores:
		if medium, _, _ := p.BandStarts(); to.most < medium {
			return fmt.Sprintf("all scores of its actions together are %d, and the medium band begins at %d",
				to.most, medium)
		}
		if to.softens || l.capped(r, len(p.ladder)) || !l.flat(to) {
			return ""
		}
		return "every band of its actions has the same step"
	}
	least := r.effect.step
	if r.effect.kind == denies {
		least = len(p.ladder) - 1
	}
	for s, is := range to.sensitivities {
		if is && p.matrix[s][0] < least {
			return ""
		}
	}
	if to.softens || l.capped(r, least) {
		return ""
	}
	return "the matrix asks as much in every band"
}

// capped reports whether some action of a rule has an at_most below a step.
func (l *linter) capped(of *rule, below int) bool {
	patterns := of.patterns()
	for _, i := range l.caps {
		if l.rules[i].effect.step < below && slices.ContainsFunc(l.rules[i].on, func(p string) bool {
			return slices.ContainsFunc(patterns, func(q string) bool {
				return covers(p, q) || covers(q, p)
			})
		}) {
			return true
		}
	}
	return false
}

// flat reports whether every sensitivity has one step for all bands.
func (l *linter) flat(to reach) bool {
	for s, is := range to.sensitivities {
		if row := l.policy.matrix[s]; is && row[0] != row[bandCount-1] {
			return false
		}
	}
	return true
}
