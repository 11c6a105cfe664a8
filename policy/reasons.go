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
	fired := v.Fired()
	slices.SortStableFunc(fired, func(a, b Fired) int {
		return cmp.Or(cmp.Compare(v.weight(b.Effect), v.weight(a.Effect)),
			strings.Compare(a.ID, b.ID))
	})
	var reasons []string
	for _, f := range fired {
		text := inLanguage(f.Because, strings.ToLower(language))
		if len(reasons) < most && text != "" && v.mattered(&f) && !slices.Contains(reasons, text) {
			reasons = append(reasons, text)
		}
	}
	return reasons
}

// mattered reports whether a rule that fired says something true of the step.
func (v *Verdict) mattered(f *Fired) bool {
	if f.ByUnknown {
		return false
	}
	return f.Effect.AtMost == "" ||
		f.Effect.AtMost == v.Step.Name && v.Base().Index > v.Step.Index
}

// weight orders effects by how much they ask: deny, then require by step,
// then scores by points, then what asks for less.
func (v *Verdict) weight(e Effect) int {
	const points = 100
	switch {
	case e.Deny:
		return 1 << 30
	case e.Require != "":
		return points + 1 + v.stepIndex(e.Require)
	case e.AtMost != "":
		return -points - 1
	}
	return e.Score
}

func (v *Verdict) stepIndex(name string) int {
	if v.work.policy == nil {
		return 0
	}
	return slices.IndexFunc(v.work.policy.ladder, func(s Step) bool { return s.Name == name })
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
