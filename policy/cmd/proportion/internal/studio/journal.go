// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package studio

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"sync"

	"github.com/proportion-go/proportion/stepup/replay"
)

// maxJournal is the longest journal that a page may load, which is kept in
// memory. Longer ones are named when the studio is started.
const maxJournal = 64 << 20

// shelf holds one journal: the one that the studio was started with, or what a
// page loaded.
type shelf struct {
	mu    sync.Mutex
	open  func() (replay.Source, error) // nil: there is none
	label string
}

func (s *shelf) name() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.label
}

// load takes the place of what was there.
func (s *shelf) load(data []byte, label string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.label = label
	s.open = func() (replay.Source, error) {
		return replay.NewJournal(replay.JournalConfig{
			Files: []string{"-"}, Stdin: bytes.NewReader(data),
		}), nil
	}
}

// source returns the journal from its beginning, or nil.
func (s *shelf) source() (replay.Source, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		return nil, nil
	}
	return s.open()
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
