// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package studio

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"github.com/proportion-go/proportion/stepup/replay"
)

// maxJournal is the longest journal that a page may load, which is kept in
// memory. Longer ones are named when the studio is started.
const maxJournal = 64 << 20

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

// source returns the journal from its beginning, or nil.
func (s *shelf) source() replay.Source {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.loaded != nil:
		return replay.NewJournal(replay.JournalConfig{
			Files: []string{"-"}, Stdin: bytes.NewReader(s.loaded),
		})
	case len(s.paths) > 0:
		return replay.NewJournal(replay.JournalConfig{Files: s.paths})
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
