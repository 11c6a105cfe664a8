// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/proportion-go/proportion/stepup/internal/lines"
	"github.com/proportion-go/proportion/stepup/journal"
)

// JournalConfig says which journal to replay. No files, and lines that are
// no events, are no error: a test asserts on [Report.Decisions], and on the Bad
// of [Report.Source].
type JournalConfig struct {
	Files []string         // "-" is Stdin
	Stdin io.Reader        // nil: os.Stdin
	Keys  journal.KeyStore // open sealed details; nil: none is opened
}

// Journal is the [Source] of the decisions of a journal. It reads the files
// twice: a label, or a customer's report, stands after the decision that it is
// about. Of the standard input, which can be read once, only the labels count
// that stand before.
type Journal struct {
	config JournalConfig
	from   journal.Position
	reader *journal.Reader
	past   Counts // of the run that is gone on from
	counts Counts
	labels labels
}

var _ Source = (*Journal)(nil)

// NewJournal returns the source. Nothing is opened before [Journal.Cases].
func NewJournal(c JournalConfig) *Journal { return &Journal{config: c} }

// Cases implements [Source].
func (j *Journal) Cases(ctx context.Context) iter.Seq2[*Case, error] {
	return func(yield func(*Case, error) bool) {
		if err := j.readLabels(ctx); err != nil {
			yield(nil, err)
			return
		}
		j.reader = journal.NewReader(journal.ReaderConfig{
			Files: j.config.Files, Stdin: j.config.Stdin, Keys: j.config.Keys, From: j.from,
		})
		c := Case{Recorded: true}
		for e, err := range j.reader.Events(ctx) {
			if err != nil {
				if !yield(nil, err) {
					return
				}
				continue
			}
			if e.Kind != journal.KindDecision {
				j.labels.read(e)
				continue
			}
			if len(e.Sealed) > 0 {
				j.counts.Unopened++
			}
			c.Event, c.Label = e, j.labels.of(e.ID)
			c.File, c.Line = j.reader.File(), j.reader.Position().Line
			if !yield(&c, nil) {
				return
			}
		}
	}
}

// Counts implements [Source].
func (j *Journal) Counts() Counts {
	c := j.past
	c.Unopened += j.counts.Unopened
	if j.reader != nil {
		r := j.reader.Counts()
		c.Lines, c.Bad = c.Lines+r.Lines, c.Bad+r.Bad
		c.Sealed, c.Bytes = c.Sealed+r.Sealed, c.Bytes+r.Bytes
	}
	return c
}

// journalState is what a checkpoint keeps of a journal.
type journalState struct {
	At     journal.Position
	Counts Counts
}

// MarshalBinary implements [Source].
func (j *Journal) MarshalBinary() ([]byte, error) {
	s := journalState{At: j.from, Counts: j.Counts()}
	if j.reader != nil {
		s.At = j.reader.Position()
	}
	return json.Marshal(s)
}

// UnmarshalBinary implements [Source]. The error is [ErrCheckpoint].
func (j *Journal) UnmarshalBinary(data []byte) error {
	var s journalState
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	j.from, j.past = s.At, s.Counts
	return nil
}

// labels are what operators and customers said of decisions, by a hash of
// their identifiers.
type labels struct {
	said map[uint64]Label
	full bool
}

// maxLabels bounds the labels that are kept: some 40 MB.
const maxLabels = 1 << 20

// of returns the label of a decision.
func (l *labels) of(id string) Label {
	if len(l.said) == 0 {
		return Unlabelled
	}
	return l.said[hash(id)] &^ reported
}

// reported marks what a customer said: an operator knows better.
const reported = 1 << 7

// read takes a label from an event, if it is one.
func (l *labels) read(e *journal.Event) {
	var said Label
	switch {
	case e.Kind == journal.KindLabel && e.Outcome == "attack":
		said = Attack
	case e.Kind == journal.KindLabel && e.Outcome == "legit":
		said = Legit
	case e.Kind == journal.KindReport && e.Outcome == "not-mine":
		said = Attack | reported
	case e.Kind == journal.KindReport && e.Outcome == "mine":
		said = Legit | reported
	default:
		return
	}
	key := hash(e.ID)
	old, known := l.said[key]
	if known && old&reported == 0 && said&reported != 0 {
		return
	}
	if !known && len(l.said) >= maxLabels {
		l.full = true
		return
	}
	if l.said == nil {
		l.said = make(map[uint64]Label)
	}
	l.said[key] = said
}

// readLabels reads the files for their labels alone. What else is in them, and
// what cannot be read, is left to the second reading.
func (j *Journal) readLabels(ctx context.Context) error {
	if slices.Contains(j.config.Files, "-") {
		return nil
	}
	r := lines.New(lines.Config{Files: j.config.Files, Most: journal.MaxLine})
	defer r.Close()
	var d journal.Decoder
	var e journal.Event
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		line, err := r.Next()
		switch {
		case errors.Is(err, lines.ErrTooLong) || errors.Is(err, lines.ErrDamaged):
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("replay: %w", err)
		case mayLabel(line) && d.Decode(line, &e) == nil:
			j.labels.read(&e)
		}
	}
}

// mayLabel reports whether a line can be a label, without reading it: most are
// not, and reading them once is enough.
func mayLabel(line []byte) bool {
	head := line[:min(len(line), 200)]
	if at := bytes.Index(head, []byte(`"kind":"`)); at >= 0 {
		kind := head[at+len(`"kind":"`):]
		return bytes.HasPrefix(kind, []byte("label")) || bytes.HasPrefix(kind, []byte("report"))
	}
	return bytes.Contains(line, []byte("label")) || bytes.Contains(line, []byte("report"))
}

// hash spreads a text over 64 bits (FNV-1a, then the finalizer of SplitMix64).
// It is not a secret, and nobody who could make two texts collide would gain
// by it.
func hash[T string | []byte](text T) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	return spread(h)
}

func spread(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

// subjectOf returns the number of the subject whose decision it is, and false
// for nobody's.
func subjectOf(e *journal.Event) (uint64, bool) {
	return spread(binary.LittleEndian.Uint64(e.Alias[:8]) ^ binary.LittleEndian.Uint64(e.Alias[8:])*31),
		!e.Alias.IsZero()
}
