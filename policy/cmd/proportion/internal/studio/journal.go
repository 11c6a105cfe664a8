// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package studio

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup/journal"
	"github.com/proportion-go/proportion/stepup/replay"
)

// maxJournal is the longest journal that a page may load, which is kept in
// memory. Longer ones are named when the studio is started.
const maxJournal = 64 << 20

// mostExamples is how many differences are shown.
const mostExamples = 20

// shelf holds one journal: files, or what a page loaded.
type shelf struct {
	mu     sync.Mutex
	paths  []string
	loaded []byte
	label  string
}

// open takes files, which must be there.
func (s *shelf) open(paths []string) error {
	for _, path := range paths {
		if _, err := os.Stat(path); err != nil {
			return err
		}
	}
	s.paths = paths
	if len(paths) > 0 {
		s.label = filepath.Base(paths[len(paths)-1])
	}
	return nil
}

func (s *shelf) name() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.label
}

func (s *shelf) load(data []byte, label string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paths, s.loaded, s.label = nil, data, label
}

// reader returns a reader over the journal from its beginning, or nil.
func (s *shelf) reader() *journal.Reader {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.loaded != nil:
		return journal.NewReader(journal.ReaderConfig{
			Files: []string{"-"}, Stdin: bytes.NewReader(s.loaded),
		})
	case len(s.paths) > 0:
		return journal.NewReader(journal.ReaderConfig{Files: s.paths})
	}
	return nil
}

// upload takes the journal that a page loads.
func (s *Studio) upload(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxJournal))
	if err != nil {
		fail(w, failure{http.StatusRequestEntityTooLarge, fmt.Sprintf(
			"a journal of more than %d MiB is given by --journal", maxJournal>>20)})
		return
	}
	s.journal.load(data, filepath.Base(r.URL.Query().Get("name")))
	send(w, http.StatusOK, struct {
		Name string `json:"name"`
	}{s.journal.name()})
}

// replayOut is what a draft and the saved policy make of the journal.
type replayOut struct {
	Name  string  `json:"name"`  // empty: no journal is loaded
	Draft *effect `json:"draft"` // null: none
	Saved *effect `json:"saved"` // null: it cannot be loaded
}

// effect is what one policy makes of it, beside what was recorded.
type effect struct {
	Decisions     int            `json:"decisions"`
	Same          int            `json:"same"`
	Stronger      int            `json:"stronger"`
	Weaker        int            `json:"weaker"`
	NotComparable int            `json:"not_comparable"`
	Bad           int            `json:"bad"`
	Prompts       float64        `json:"prompts"` // per 1,000
	Outcomes      map[string]int `json:"outcomes"`
	Examples      []difference   `json:"examples"`
}

type difference struct {
	ID     string `json:"id"`
	Action string `json:"action"`
	Was    string `json:"was"`
	Is     string `json:"is"`
	Weaker bool   `json:"weaker"`
}

// replay decides the journal again by a draft, and by the saved policy.
func (s *Studio) replay(ctx context.Context, in draft) (replayOut, error) {
	out := replayOut{Name: s.journal.name()}
	p, err := s.policyOf(in)
	if err != nil || out.Name == "" {
		return out, err
	}
	if out.Draft, err = s.effect(ctx, p); err != nil {
		return out, err
	}
	if p, err := s.parsed.parse(s.desk.saved()); err == nil {
		out.Saved, err = s.effect(ctx, p)
		return out, err
	}
	return out, nil
}

func (s *Studio) effect(ctx context.Context, p *policy.Policy) (*effect, error) {
	r, err := replay.Run(s.journal.reader().Events(ctx), p, mostExamples)
	if err != nil {
		return nil, err
	}
	out := &effect{
		Decisions: r.Decisions, Same: r.Same, Stronger: r.Stronger, Weaker: r.Weaker,
		NotComparable: r.NotComparable, Bad: r.Bad, Prompts: r.Prompts(),
		Outcomes: map[string]int{}, Examples: []difference{},
	}
	for o, n := range r.Outcomes {
		out.Outcomes[o.String()] = n
	}
	for _, d := range r.Examples {
		out.Examples = append(out.Examples, difference{d.ID, d.Action, d.Was, d.Is, d.Weaker})
	}
	return out, nil
}
