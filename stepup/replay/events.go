// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/netip"
	"strconv"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/internal/lines"
	"github.com/proportion-go/proportion/stepup/journal"
)

// Format is how raw events are written. The zero value is JSON Lines.
type Format uint8

// The formats of raw events.
const (
	JSONLines Format = iota
	CSV
	RBACSV // the columns of the public RBA data set, as they are
)

// EventsConfig says which raw events to replay.
type EventsConfig struct {
	Format Format
	Files  []string  // "-" is Stdin
	Stdin  io.Reader // nil: os.Stdin

	// Locator places addresses. Nil: only rows that say where they come from
	// are placed, and for the others geo and travel are not computed.
	Locator risk.Locator

	// Subjects bounds the subjects who are remembered; past it they are
	// sampled, each with all of his events or with none. Zero: 100,000, which
	// take some 60 MB.
	Subjects int
}

// Events is the [Source] of raw events: what a service that has no journal yet
// knows of its requests. It computes the signals of each, in the order of the
// input, which should be that of time, as a guard would have:
//
//   - A profile learns from an event that succeeded and is not labelled an
//     attack, as the guard's does from a proof; by it, no device is trusted.
//   - velocity.failures_… count the subject's events that failed.
//   - familiarity is computed by what everybody shows, and calibrated on what
//     was observed, up to each event.
//   - There are no sessions: session is not computed, no proof is held, and
//     what was used up of prompts and limits is unknown.
//   - An event without a device has device.known false (L3).
//
// Nothing of a later event reaches an earlier one.
type Events struct {
	config EventsConfig
	parse  func(*Events, []byte, *row) error
	lines  *lines.Reader
	header *header // of the file, if it is CSV
	world  *world
	from   lines.Position
	counts Counts
	read   int64 // bytes, in the run that is gone on from

	event    journal.Event
	decision journal.Decision
	signals  risk.Signals
	row      row
}

var _ Source = (*Events)(nil)

// row is one raw event, as it was read.
type row struct {
	id       string
	time     time.Time
	subject  []byte
	action   string
	addr     netip.Addr
	agent    string
	device   []byte
	success  bool
	failed   bool // it is known that it did not succeed
	label    Label
	channel  string
	language string
	location risk.Location
	located  bool // the row says where it comes from
	facts    []journal.Fact
}

const defaultProfiles = 100_000

// NewEvents returns the source. Nothing is opened before [Events.Cases].
func NewEvents(c EventsConfig) *Events {
	if c.Subjects <= 0 {
		c.Subjects = defaultProfiles
	}
	e := &Events{config: c, world: newWorld(c.Subjects)}
	switch c.Format {
	case CSV:
		e.parse = (*Events).parseCSV
	case RBACSV:
		e.parse = (*Events).parseRBA
	default:
		e.parse = (*Events).parseJSON
	}
	return e
}

// Cases implements [Source].
func (s *Events) Cases(ctx context.Context) iter.Seq2[*Case, error] {
	return func(yield func(*Case, error) bool) {
		s.lines = lines.New(lines.Config{
			Files: s.config.Files, Stdin: s.config.Stdin, Most: journal.MaxLine, From: s.from,
		})
		defer s.lines.Close()
		c := Case{Event: &s.event, loose: s.config.Format == CSV}
		for {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			more, err := s.next(&c)
			switch {
			case errors.Is(err, io.EOF):
				return
			case err != nil:
				if !yield(nil, err) || !isLine(err) {
					return
				}
			case more && !yield(&c, nil):
				return
			}
		}
	}
}

func isLine(err error) bool {
	var line *journal.LineError
	return errors.As(err, &line)
}

// next reads a line into the case, and reports whether it is one.
func (s *Events) next(c *Case) (bool, error) {
	line, err := s.lines.Next()
	c.File, c.Line = s.lines.Name(), s.lines.Position().Line
	switch {
	case errors.Is(err, io.EOF):
		return false, err
	case errors.Is(err, lines.ErrTooLong) || errors.Is(err, lines.ErrDamaged):
		return false, s.bad(c, err)
	case err != nil:
		return false, fmt.Errorf("replay: %w", err)
	case len(bytes.TrimSpace(line)) == 0:
		return false, nil
	}
	if s.config.Format != JSONLines && (s.header == nil || s.header.file != s.lines.Position().File) {
		return false, s.readHeader(c, line)
	}
	s.counts.Lines++
	s.row = row{facts: s.row.facts[:0]}
	if err := s.parse(s, line, &s.row); err != nil {
		return false, s.bad(c, err)
	}
	return s.assess(c), nil
}

func (s *Events) bad(c *Case, err error) error {
	s.counts.Bad++
	return &journal.LineError{File: c.File, Line: c.Line, Err: err}
}

// Counts implements [Source].
func (s *Events) Counts() Counts {
	c := s.counts
	c.Bytes = s.read // those of s.counts are of the run before
	if s.lines != nil {
		c.Bytes += s.lines.Bytes()
	}
	return c
}

// assess makes a case of the row; it reports false for one whose subject is
// left out.
func (s *Events) assess(c *Case) bool {
	r := &s.row
	alias := aliasOf(r.subject)
	s.event = journal.Event{
		Time: r.time, Kind: journal.KindDecision, ID: r.id, Alias: alias, Action: r.action,
		Detail: journal.Detail{Channel: r.channel}, Decision: &s.decision,
	}
	subject, known := subjectOf(&s.event)
	if known && !s.world.has(subject) {
		s.counts.Unsampled++
		return false
	}
	if !s.world.advance(r.time) {
		s.counts.Disorder++
	}
	s.decision = journal.Decision{Signals: &s.signals, Facts: r.facts}
	o := s.observation(r)
	life := s.world.life(subject, known)
	s.world.observe(&o, life, subject)
	risk.Assess(&o, s.groups(r), &s.signals)
	c.Label = r.label
	if s.world.learn(&o, life, subject, r, &s.signals) {
		s.counts.Taught++
	}
	return true
}

// groups are those that can be computed of a row.
func (s *Events) groups(r *row) risk.Groups {
	groups := risk.AllGroups &^ risk.SessionGroup
	if s.config.Locator == nil && !r.located {
		groups &^= risk.GeoGroup | risk.TravelGroup
	}
	return groups
}

// observation is what the row itself says.
func (s *Events) observation(r *row) risk.Observation {
	o := risk.Observation{
		Time: r.time, Action: r.action, Channel: r.channel, Language: r.language, Addr: r.addr,
		Location: r.location, Client: risk.Client{UserAgent: r.agent},
	}
	o.Client.Hints.AcceptLanguage = r.language
	if len(r.device) > 0 {
		o.Device = risk.DeviceID(aliasOf(r.device))
		s.counts.Devices++
	}
	if s.config.Locator != nil && r.addr.IsValid() {
		place, err := s.config.Locator.Locate(r.addr)
		if err != nil || place == (risk.Location{}) {
			s.counts.Unlocated++
		}
		if !r.located {
			o.Location = place
		}
	}
	return o
}

// readTime reads RFC 3339, the same with a space and in UTC if it does not say
// otherwise, or seconds since 1970.
func readTime(text string) (time.Time, error) {
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999",
		"2006-01-02 15:04:05.999999999Z07:00"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && seconds > 0 && seconds < 1e11 {
		return time.UnixMicro(int64(seconds * 1e6)).UTC(), nil
	}
	return time.Time{}, fmt.Errorf("%w: time: want RFC 3339, as 2026-03-02T09:00:00Z", ErrRow)
}

// complete checks what every row must have, and fills what follows.
func (r *row) complete() error {
	switch {
	case r.time.IsZero():
		return fmt.Errorf("%w: time: want one", ErrRow)
	case r.action == "":
		return fmt.Errorf("%w: action: want one", ErrRow)
	}
	if r.channel == "" && r.addr.IsValid() {
		r.channel = "web"
	}
	return nil
}

func readAddr(text string) (netip.Addr, error) {
	if text == "" {
		return netip.Addr{}, nil
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return addr, fmt.Errorf("%w: ip: want an address", ErrRow) // the cause would repeat it
	}
	return addr.Unmap().WithZone(""), nil
}

func (r *row) readSuccess(text string) error {
	if text == "" {
		return nil
	}
	is, err := strconv.ParseBool(text)
	if err != nil {
		return fmt.Errorf("%w: success: want true or false", ErrRow)
	}
	r.success, r.failed = is, !is
	return nil
}
