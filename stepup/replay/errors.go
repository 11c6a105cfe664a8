// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import "errors"

var (
	// ErrRow is wrapped by the error of a line that is no raw event. The error
	// names the column and what was wanted, and never what stands there.
	ErrRow = errors.New("replay: not an event")

	// ErrHeader is wrapped by the error of a CSV file whose first line does not
	// name the columns that are needed.
	ErrHeader = errors.New("replay: not the header of such a file")

	// ErrCheckpoint is wrapped by the error of a checkpoint that cannot be gone
	// on from: it is damaged, or of another policy, baseline or input.
	ErrCheckpoint = errors.New("replay: checkpoint does not fit")

	// ErrNoPolicy is the error of a run without a policy.
	ErrNoPolicy = errors.New("replay: no policy")

	// ErrFewLabels is wrapped by the error of [Tune] where there are too few
	// labels to tell a better policy from a worse one.
	ErrFewLabels = errors.New("replay: too few labels")
)
