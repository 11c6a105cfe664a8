// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"io"
	"log/slog"
)

// String returns the outcome, the step, the score and the band, as in
// "challenge(confirm) score 35 medium". Neither signals nor facts are in it.
func (v Verdict) String() string {
	return fmt.Sprintf("%v(%s) score %d %v", v.Outcome, v.Step.Name, v.Score, v.Band)
}

// Format writes [Verdict.String] for every verb: a verdict keeps the facts of
// its input for [Verdict.Explain], and they may not be logged (L22).
func (v Verdict) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, v.String()) }

// LogValue is [Verdict.String].
func (v Verdict) LogValue() slog.Value { return slog.StringValue(v.String()) }
