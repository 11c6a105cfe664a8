// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"cmp"
	"slices"
	"strings"
)

// Reasons returns at most so many `because` texts of the enforced rules that
// fired, those with the strongest effect first, in the language: for "fr-BE"
// the text of fr-BE, else of fr, else of en. Equal texts are one. A rule that
// fired only because its condition was unknown has no text, since nobody knows
// whether it would be true; nor has an at_most that made nothing weaker.
//
// The texts are written for customers, yet they say what was noticed: show
// them only where the device is trusted, and at most two (L25).
func (v *Verdict) Reasons(language string, most int) []string {
	var room [16]firing // on the stack, for nearly all decisions
	told := slices.DeleteFunc(v.found(room[:0]), func(f firing) bool { return !v.tells(&f) })
	slices.SortStableFunc(told, func(a, b firing) int {
		return cmp.Or(cmp.Compare(b.effect.weight(), a.effect.weight()), strings.Compare(a.id, b.id))
	})
	var reasons []string
	for i := range told {
		text := inLanguage(told[i].because, strings.ToLower(language))
		if len(reasons) < most && text != "" && !slices.Contains(reasons, text) {
			reasons = append(reasons, text)
		}
	}
	return reasons
}

// tells reports whether a rule that fired says something true of the step.
func (v *Verdict) tells(f *firing) bool {
	if !f.fired || f.shadow || f.unknown || f.because == nil {
		return false
	}
	return f.effect.kind != caps ||
		f.effect.step == v.Step.Index && v.Base().Index > v.Step.Index
}

// weight orders effects by how much they ask: deny, then require by step,
// then scores by points, then what asks for less.
func (e *effect) weight() int {
	const points = 100
	switch e.kind {
	case denies:
		return 1 << 30
	case requires:
		return points + 1 + e.step
	case caps:
		return -points - 1
	}
	return e.score
}

// inLanguage returns the text of a language, or of the nearest more general
// one, or the English one.
func inLanguage(texts map[string]string, language string) string {
	for language != "" {
		if text, ok := texts[language]; ok {
			return text
		}
		cut := strings.LastIndexByte(language, '-')
		language = language[:max(cut, 0)]
	}
	return texts["en"]
}
