// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"slices"
	"strings"
	"testing"
)

// TestValuesOfTheCatalogue: what the linter takes for possible is what the
// catalogue of signals promises.
func TestValuesOfTheCatalogue(t *testing.T) {
	for signal, s := range spans {
		text := signal.Spec().Range
		least, most := strings.Index(text, number(s.least)), strings.LastIndex(text, number(s.most))
		if least < 0 || most < least {
			t.Errorf("%s is from %v to %v here, and %s in the catalogue", signal, s.least, s.most, text)
		}
	}
	for signal, texts := range fewTexts {
		want := strings.Split(signal.Spec().Range, ", ")
		slices.Sort(want)
		if got := slices.Sorted(slices.Values(texts)); !slices.Equal(got, want) {
			t.Errorf("%s is %v here, and %v in the catalogue", signal, got, want)
		}
	}
}
