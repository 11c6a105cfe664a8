// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"context"
	"fmt"
	"iter"

	"github.com/proportion-go/proportion/stepup/journal"
)

// Label says what a decision turned out to be. The zero value is Unlabelled.
type Label uint8

// The labels.
const (
	Unlabelled Label = iota
	Legit            // the subject himself
	Attack           // somebody else
)

var labelNames = [...]string{"", "legit", "attack"}

// String returns "legit", "attack" or, for what nobody labelled, "".
func (l Label) String() string {
	if int(l) >= len(labelNames) {
		l = Unlabelled
	}
	return labelNames[l]
}

// ParseLabel returns the label of "legit", "attack" or "".
func ParseLabel(text string) (Label, error) {
	for l, name := range labelNames {
		if text == name {
			return Label(l), nil
		}
	}
	return Unlabelled, fmt.Errorf("%w: label: want legit, attack or nothing", ErrRow)
}

// Case is one decision to make again.
type Case struct {
	// Event is the decision, as a journal has it. It is valid until the next
	// case.
	Event *journal.Event

	// Recorded says that Event holds what was decided then. A raw event was
	// not decided.
	Recorded bool

	Label Label

	// File and Line are where the case stands, the line counted from 1.
	File string
	Line int64

	// loose says that facts are texts, to be read as their declared types.
	loose bool
}

// Source yields cases. It is for one goroutine and one run.
type Source interface {
	// Cases yields each case, in the order of the files, or an error. After a
	// [*journal.LineError] the next case follows; after any other error
	// nothing does.
	Cases(ctx context.Context) iter.Seq2[*Case, error]

	// Counts returns what was met so far.
	Counts() Counts

	// MarshalBinary returns how far the source came, after the case that was
	// yielded last. UnmarshalBinary goes on from there: call it before Cases,
	// on a source of the same configuration.
	MarshalBinary() ([]byte, error)
	UnmarshalBinary([]byte) error
}

// Counts are what a source met so far.
type Counts struct {
	Lines    int64 `json:"lines"`    // all but blank ones
	Bad      int64 `json:"bad"`      // lines that could not be read
	Bytes    int64 `json:"bytes"`    // read from the files, as they are stored
	Sealed   int64 `json:"sealed"`   // events that came sealed, labels too
	Unopened int64 `json:"unopened"` // of them, decisions without a key

	// Of raw events.
	Reordered int64 `json:"reordered"` // that stood too late, and came into their place in time
	Disorder  int64 `json:"disorder"`  // that stood later than that: see Events
	Unsampled int64 `json:"unsampled"` // of subjects left out once there were too many
	Taught    int64 `json:"taught"`    // that taught a profile: a success, and no attack
	Devices   int64 `json:"devices"`   // that named a device
	Unlocated int64 `json:"unlocated"` // whose address could not be placed

	// Facts are the columns of CSV that are read as facts, at most 100.
	Facts []string `json:"facts,omitempty"`

	// Late is where the first of Disorder stand, at most 20.
	Late []Place `json:"late,omitempty"`
}

// Place is a line of a file, counted from 1.
type Place struct {
	File string `json:"file"`
	Line int64  `json:"line"`
}
