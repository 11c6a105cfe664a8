// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"context"
	"errors"
	"io"
	"iter"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/journal"
)

// Format is how raw events are written. The zero value is JSON Lines: an object
// a line, of the members below. CSV has them as columns, in any order, named by
// its first line:
//
//	time        required  RFC 3339, or seconds since 1970; without a zone: UTC
//	action      required  as the policy names it
//	subject     text or number; without one nothing is learnt of anybody
//	ip          address; a Locator tells its place, the row cannot
//	device      any text by which the device is known again
//	user_agent  as the browser sent it
//	success     true or false; only what succeeded teaches a profile
//	label       attack or legit
//	channel     as web, which it is if there is an ip
//	language    as the browser sent it, Accept-Language
//	id          by which the report names the event
//	facts       an object of JSON: the facts of the policy, by name
//
// Any other column of a CSV file is a fact of its name, with "facts." before it
// or not; one that no policy declares is not read, see [Report.Unread]. Other
// members of JSON Lines are passed over. An empty cell is absent.
//
// Of RBACSV, the columns Login Timestamp, User ID and IP Address are required,
// and Country, City and ASN are its place; the action is login.
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

	// Window is how many later events of a file are read before one is taken to
	// be the next: an event that stands no more lines too late than that comes
	// into its place in time. Files that overlap in time are merged, and share
	// it. Zero: 8,192, which take some 3 MB. Negative: none.
	Window int

	// Subjects bounds the subjects who are remembered; past it they are
	// sampled, each with all of his events or with none. Zero: 100,000, which
	// take some 100 MB.
	Subjects int
}

// Events is the [Source] of raw events: what a service that has no journal yet
// knows of its requests. It computes the signals of each in the order of time,
// as a guard would have:
//
//   - Events of a file are sorted in a window of [EventsConfig.Window] lines, and
//     those of several files merged, whatever the order of the files. Of the
//     same time, they keep the order of the files and lines. One that comes too
//     late for that keeps its time, is decided on what was learnt until then,
//     counted as disorder, and named.
//   - A profile learns from an event that succeeded and is not labelled an
//     attack, as the guard's does from a proof; by it, no device is trusted.
//   - velocity.failures_… count the subject's events that failed.
//   - familiarity is computed by what everybody shows, and calibrated on what
//     was observed, up to each event.
//   - There are no sessions: session is not computed, no proof is held, and
//     what was used up of prompts and limits is unknown. The package comment
//     says what follows.
//   - An event without a device has device.known false (L3).
//
// Nothing of a later event reaches an earlier one, but one that came too late.
type Events struct {
	config EventsConfig
	parse  func(*Events, *file, []byte, *row) error
	order  order
	world  *world
	counts Counts
	read   int64 // bytes of files that ended, and of the run that is gone on from

	words interned
	flat  flat
	texts texts

	event    journal.Event
	decision journal.Decision
	signals  risk.Signals
}

var _ Source = (*Events)(nil)

const defaultProfiles = 100_000

// NewEvents returns the source. Nothing is opened before [Events.Cases].
func NewEvents(c EventsConfig) *Events {
	if c.Subjects <= 0 {
		c.Subjects = defaultProfiles
	}
	switch {
	case c.Window == 0:
		c.Window = defaultWindow
	case c.Window < 0:
		c.Window = 0
	}
	e := &Events{config: c, world: newWorld(c.Subjects), words: interned{}}
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
		defer s.close()
		if err := s.begin(ctx); err != nil {
			yield(nil, err)
			return
		}
		c := Case{Event: &s.event, loose: s.config.Format == CSV}
		for {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			r, err := s.next()
			switch {
			case errors.Is(err, io.EOF):
				return
			case err != nil:
				if !yield(nil, err) || !isLine(err) {
					return
				}
				continue
			case s.assess(&c, r) && !yield(&c, nil):
				return
			}
			s.order.recycle(r)
		}
	}
}

// close closes the files. Each goes on from where it was.
func (s *Events) close() {
	for _, f := range s.order.open {
		f.lines.Close()
	}
}

// Counts implements [Source].
func (s *Events) Counts() Counts {
	c := s.counts
	c.Bytes = s.read // those of s.counts are of the run before
	for _, f := range s.order.open {
		if !f.ended {
			c.Bytes += f.lines.Bytes()
		}
	}
	return c
}

// assess makes a case of the row; it reports false for one whose subject is
// left out.
func (s *Events) assess(c *Case, r *row) bool {
	c.File, c.Line, c.Label = s.name(r.file), r.line, r.label
	s.event = journal.Event{
		Time: r.time, Kind: journal.KindDecision, ID: r.id, Alias: r.subject, Action: r.action,
		Detail: journal.Detail{Channel: r.channel}, Decision: &s.decision,
	}
	subject, known := subjectOf(&s.event)
	if known && !s.world.has(subject) {
		s.counts.Unsampled++
		return false
	}
	if !s.world.advance(r.time) {
		s.late(c)
	}
	s.decision = journal.Decision{Signals: &s.signals, Facts: r.facts}
	o := s.observation(r)
	life := s.world.life(subject, known)
	s.world.observe(&o, life, subject)
	risk.Assess(&o, s.groups(r), &s.signals)
	if s.world.learn(&o, life, subject, r, &s.signals) {
		s.counts.Taught++
	}
	return true
}

// maxLate is how many events that came too late are named.
const maxLate = 20

// late counts an event whose place in time is past. It is decided all the
// same, on what was learnt until then.
func (s *Events) late(c *Case) {
	s.counts.Disorder++
	if len(s.counts.Late) < maxLate {
		s.counts.Late = append(s.counts.Late, Place{c.File, c.Line})
	}
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
		Location: r.location(), Client: risk.Client{UserAgent: r.agent}, Device: r.device,
	}
	o.Client.Hints.AcceptLanguage = r.language
	if r.device != (risk.DeviceID{}) {
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
