// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package geoip

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

// WatchConfig says how [Watch] looks. The zero value looks every minute.
type WatchConfig struct {
	// Every is the time between two looks at the files. 0 is a minute: their
	// makers replace them every few days.
	Every time.Duration
}

const defaultEvery = time.Minute

// Watch follows the files that db was opened from, until the context is done,
// whose error it then returns. It returns [ErrClosed] once db is closed; any
// other error is one of its arguments, and is returned at once. Watch blocks:
// call it in a goroutine of its own. It starts none, and calls onChange from
// the one it runs in.
//
// A file is read anew when it is another one than before, or was changed: it
// does not matter whether it is written over, renamed into place, as geoipupdate
// does, or reached by a symbolic link that is swapped, as Kubernetes does. What
// is found counts once two looks in a row have found the same, so that a file
// half written is not taken for a database. It is checked as [Config.Open]
// checks it, and must know what the one in its place knew.
//
// For each change found, onChange is called once: with the databases that are
// now open, or with nil and the reason why the last good one of that file stays
// open. The reason matches [ErrCorrupt], [ErrType], [ErrStale] or
// [io/fs.ErrNotExist], and names the file. It is also called once when an open
// database grows older than [Config.MaxAge]: from then on it places nobody.
// How old they are, [DB.Databases] tells at any time.
//
// A database is exchanged at once for all lookups to come. Those under way go
// on with the old one, which is in memory and never closed: the collector frees
// it when the last of them is done. So there is room to keep for two of each.
func Watch(ctx context.Context, db *DB, c WatchConfig, onChange func([]Database, error)) error {
	w, err := newWatcher(db, c, onChange)
	if err != nil {
		return err
	}
	every := c.Every
	if every == 0 {
		every = defaultEvery
	}
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	for ctx.Err() == nil {
		if !w.look() {
			return ErrClosed
		}
		select {
		case <-ctx.Done():
		case <-ticks.C:
		}
	}
	return ctx.Err()
}

type watcher struct {
	db       *DB
	onChange func([]Database, error)
	files    []watched // one for each source
}

// watched is what is known of a file.
type watched struct {
	seen   finding // at the last look
	judged finding // that was adopted or refused
	failed bool    // it was refused
	stale  bool    // that the open database is stale was reported
}

// finding is what a look at a file finds, without reading it.
type finding struct {
	info os.FileInfo // nil: there is no such file
	err  error
}

func find(path string) finding {
	info, err := os.Stat(path)
	return finding{info, err}
}

// is reports whether both findings are of the same file, unchanged.
func (f finding) is(g finding) bool {
	if f.info == nil || g.info == nil {
		return f.info == nil && g.info == nil && fmt.Sprint(f.err) == fmt.Sprint(g.err)
	}
	return os.SameFile(f.info, g.info) && f.info.Size() == g.info.Size() &&
		f.info.ModTime().Equal(g.info.ModTime())
}

func newWatcher(db *DB, c WatchConfig, onChange func([]Database, error)) (*watcher, error) {
	switch {
	case db == nil:
		return nil, errors.New("geoip: watch: no databases")
	case onChange == nil:
		return nil, errors.New("geoip: watch: onChange is nil")
	case c.Every < 0:
		return nil, fmt.Errorf("geoip: watch: want a positive time between looks, got %v", c.Every)
	}
	sources := db.sources.Load()
	if sources == nil {
		return nil, ErrClosed
	}
	w := &watcher{db: db, onChange: onChange}
	for _, s := range *sources {
		w.files = append(w.files, watched{judged: s.found})
	}
	if !slices.ContainsFunc(*sources, func(s source) bool { return s.found.info != nil }) {
		return nil, errors.New("geoip: watch: every database is from memory, no file to follow")
	}
	return w, nil
}

// look acts on every file that changed and is settled. It reports whether the
// databases are still open.
func (w *watcher) look() bool {
	sources := w.db.sources.Load()
	if sources == nil {
		return false
	}
	for i := range w.files {
		open, f := &(*sources)[i], &w.files[i]
		if open.found.info != nil {
			w.follow(i, open, f)
		}
	}
	return w.db.sources.Load() != nil
}

func (w *watcher) follow(i int, open *source, f *watched) {
	found := find(open.path)
	settled := found.is(f.seen)
	f.seen = found
	if settled && !found.is(f.judged) {
		f.judged = found
		w.judge(i, open, f)
		return
	}
	if err := w.db.config.stale(open, w.db.config.Now()); err != nil && !f.stale {
		f.stale = true
		w.onChange(nil, err)
	}
}

// judge opens what is found, and adopts or refuses it.
func (w *watcher) judge(i int, open *source, f *watched) {
	next, err := w.db.config.replacement(open)
	if err != nil {
		f.failed = true
		w.onChange(nil, err)
		return
	}
	if !next.found.is(f.seen) {
		// It was changed while it was read: the next looks decide.
		f.judged = finding{}
		return
	}
	if bytes.Equal(next.file, open.file) && !f.failed {
		return
	}
	f.failed, f.stale = false, false
	if w.db.exchange(i, next) {
		w.onChange(w.db.Databases(), nil)
	}
}

// replacement opens the file anew. It must know what the open one knows, else
// signals would become unknown without anybody hearing of it.
func (c Config) replacement(open *source) (source, error) {
	next, err := openFile(open.path)
	if err != nil {
		return source{}, err
	}
	if next.kind != open.kind {
		return source{}, fmt.Errorf("geoip: %s: type %q, want one that knows what %q does: %w",
			open.path, next.reader.Metadata.DatabaseType, open.reader.Metadata.DatabaseType, ErrType)
	}
	return next, c.stale(&next, c.Now())
}

// exchange puts a source in place of the one with its number, and reports
// whether the databases are still open.
func (db *DB) exchange(i int, next source) bool {
	for {
		sources := db.sources.Load()
		if sources == nil {
			return false
		}
		changed := slices.Clone(*sources)
		changed[i] = next
		if db.sources.CompareAndSwap(sources, &changed) {
			return true
		}
	}
}
