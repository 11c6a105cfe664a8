// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package suggest_test

import (
	"strings"
	"testing"

	"github.com/proportion-go/proportion/policy/internal/suggest"
)

func TestNearest(t *testing.T) {
	words := []string{"when", "unknown", "require", "at_most", "geo.country", "score"}
	for word, want := range map[string]string{
		"wehn": "when", "unkown": "unknown", "requires": "require", "atMost": "at_most",
		"at-most":    "at_most",
		"geo.contry": "geo.country", "GEO_COUNTRY": "geo.country", "scroe": "score", "x": "",
		"banana": "", "": "",
		strings.Repeat("x", 1000): "",
		strings.Repeat("Ⱥ", 32):   "", // 64 bytes, and 96 in lower case
	} {
		if got := suggest.Nearest(word, words); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestHint(t *testing.T) {
	many := strings.Fields(strings.Repeat("word ", 26))
	first := strings.TrimSuffix(strings.Repeat("word, ", 24), ", ")
	for _, test := range []struct {
		word  string
		known []string
		want  string
	}{
		{"skp", []string{"skip", "fire"}, "did you mean skip?"}, {"maybe", []string{"skip",
			"fire"}, "known here: skip, fire"},
		{"maybe", many[:24], "known here: " + first},
		{"maybe", many, "known here: " + first + ", and 2 more"}, {"maybe", nil, ""},
	} {
		if got := suggest.Hint(test.word, test.known); got != test.want {
			t.Errorf("Hint(%q) = %q, want %q", test.word, got, test.want)
		}
	}
}

func TestKey(t *testing.T) {
	keys := []string{"when", "unknown"}
	for word, want := range map[string]string{
		"wehn": "did you mean when? known here: when, unknown", "x": "known here: when, unknown",
	} {
		if got := suggest.Key(word, keys); got != want {
			t.Errorf("Key(%q) = %q, want %q", word, got, want)
		}
	}
}
