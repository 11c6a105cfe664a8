// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package suggest finds the word that was probably meant.
package suggest

import (
	"fmt"
	"strings"
	"unicode"
)

// maxWord bounds the work: nobody means a word longer than this.
const maxWord = 64

// maxCandidates is how many words are compared, since a file of nothing but
// mistakes would take long.
const maxCandidates = 4096

// Nearest returns the candidate most like the word, or "" if none is near: at
// most one edit in three characters, or the same but for case and separators.
// Of equally near ones it returns the first.
func Nearest(word string, candidates []string) string {
	lower := strings.ToLower(word)
	if len(lower) > maxWord {
		return ""
	}
	best, least, folded := "", len(word)/3+1, fold(word)
	for _, c := range candidates[:min(len(candidates), maxCandidates)] {
		small := strings.ToLower(c)
		if len(small) > maxWord {
			continue
		}
		if fold(c) == folded {
			return c
		}
		if d := distance(lower, small); d < least {
			best, least = c, d
		}
	}
	return best
}

// shown is how many words a hint lists. No mapping of a policy has more keys.
const shown = 24

// Hint returns "did you mean x?", or what there is to choose from if nothing
// is near.
func Hint(word string, candidates []string) string {
	if near := Nearest(word, candidates); near != "" {
		return "did you mean " + near + "?"
	}
	return known(candidates)
}

// Key is Hint for the keys of a mapping: it always says which there are.
func Key(word string, keys []string) string {
	if near := Nearest(word, keys); near != "" {
		return "did you mean " + near + "? " + known(keys)
	}
	return known(keys)
}

func known(candidates []string) string {
	if len(candidates) == 0 {
		return ""
	}
	few := candidates[:min(len(candidates), shown)]
	hint := "known here: " + strings.Join(few, ", ")
	if more := len(candidates) - len(few); more > 0 {
		hint += fmt.Sprintf(", and %d more", more)
	}
	return hint
}

func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("_-. ", r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// distance is the edit distance in which two swapped neighbours are one edit.
// Neither word is longer than maxWord.
func distance(a, b string) int {
	var rows [3][maxWord + 1]int
	before, row, next := &rows[0], &rows[1], &rows[2]
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next[0] = i
		for j := 1; j <= len(b); j++ {
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+different(a[i-1], b[j-1]))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}

func different(a, b byte) int {
	if a == b {
		return 0
	}
	return 1
}
