// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package geoip

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync/atomic"
	"time"

	"github.com/proportion-go/proportion/risk"
)

// The conditions under which a database cannot be used. The error that carries
// one names the file. A file that does not exist is [io/fs.ErrNotExist].
var (
	// ErrCorrupt is returned for a file that is not a MaxMind database, or is
	// a truncated or damaged one.
	ErrCorrupt = errors.New("not an intact MaxMind database")
	// ErrType is returned for a database of a type that says nothing of
	// places, networks or anonymisers, for example GeoIP2-Domain.
	ErrType = errors.New("database type is not supported")
	// ErrStale is returned for a database older than [Config.MaxAge], by Open
	// and, once it has grown that old, by Locate.
	ErrStale = errors.New("database is older than allowed")
	// ErrClosed is returned by Locate after Close.
	ErrClosed = errors.New("geoip: closed")
)

// maxFile is the size above which a file is refused: the largest product has
// less than half of it.
const maxFile = 2 << 30

// Config says how databases are opened. The zero value accepts a database of
// any age, since only the operator knows how often his are replaced.
type Config struct {
	// MaxAge is how old a database may be, by the build time in it. Zero: any
	// age. GeoLite2 must be replaced within 30 days by its licence.
	MaxAge time.Duration
	// Now is the clock that age is judged by; nil: time.Now.
	Now func() time.Time
}

// DB is a [risk.Locator] over one or several databases. It is safe for
// concurrent use.
type DB struct {
	config  Config
	sources atomic.Pointer[[]source] // nil: closed
}

var _ risk.Locator = (*DB)(nil)

// Open reads databases and merges them: where two know the same thing, the
// first named wins. It is Config{}.Open.
func Open(paths ...string) (*DB, error) { return Config{}.Open(paths...) }

// OpenBytes is Open for databases that are already in memory, for example
// embedded ones. They must not be changed afterwards.
func OpenBytes(databases ...[]byte) (*DB, error) { return Config{}.OpenBytes(databases...) }

// Open reads databases whole into memory, checks every byte of them, and
// merges them. Reading, not mapping: a file that is replaced or truncated later
// cannot disturb a running process. A GeoLite2 City file takes some 60 MB.
//
// One file that cannot be used is an error for all, which names the file and
// wraps [ErrCorrupt], [ErrType], [ErrStale] or the cause from the system: to
// go on without a database is for the caller to decide.
func (c Config) Open(paths ...string) (*DB, error) {
	var sources []source
	for _, path := range paths {
		s, err := openFile(path)
		if err != nil {
			return nil, err
		}
		sources = append(sources, s)
	}
	return c.open(sources)
}

// openFile opens the database in a file.
func openFile(path string) (source, error) {
	found, data, err := readFile(path)
	if err != nil {
		return source{}, fmt.Errorf("geoip: %w", err)
	}
	s, err := newSource(path, data)
	s.found = found
	return s, err
}

// OpenBytes is Open for databases that are already in memory. They must not be
// changed afterwards. Errors call them "database 1" and so on.
func (c Config) OpenBytes(databases ...[]byte) (*DB, error) {
	var sources []source
	for i, data := range databases {
		s, err := newSource(fmt.Sprintf("database %d", i+1), data)
		if err != nil {
			return nil, err
		}
		sources = append(sources, s)
	}
	return c.open(sources)
}

func (c Config) open(sources []source) (*DB, error) {
	if len(sources) == 0 {
		return nil, errors.New("geoip: no database named")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	now := c.Now()
	for i := range sources {
		if err := c.stale(&sources[i], now); err != nil {
			return nil, err
		}
	}
	db := &DB{config: c}
	db.sources.Store(&sources)
	return db, nil
}

// readFile refuses what is not a plain file of a sensible size: reading it
// might not end. What it finds is what stood there before it was read.
func readFile(path string) (finding, []byte, error) {
	found := find(path)
	if found.err != nil {
		return found, nil, found.err
	}
	if !found.info.Mode().IsRegular() || found.info.Size() > maxFile {
		return found, nil, fmt.Errorf("%s: want a regular file of at most %d bytes: %w",
			path, int64(maxFile), ErrCorrupt)
	}
	data, err := os.ReadFile(path)
	return found, data, err
}

func (c Config) stale(s *source, now time.Time) error {
	if c.MaxAge <= 0 {
		return nil
	}
	built := s.reader.Metadata.BuildTime()
	if now.Sub(built) <= c.MaxAge {
		return nil
	}
	return fmt.Errorf("geoip: %s: built %s, want at most %s old: %w",
		s.path, built.UTC().Format(time.DateOnly), c.MaxAge, ErrStale)
}

// Locate returns what the databases know of a public address. Addresses that
// are reserved, and IPv4 ones mapped into IPv6, are handled as [risk.Locator]
// says. An error is [ErrStale], [ErrCorrupt] or [ErrClosed]; the Location then
// holds what the other databases know. It names the file, never the address.
//
// It allocates nothing for a place that was met lately, and once for one that
// was not.
func (db *DB) Locate(addr netip.Addr) (risk.Location, error) {
	sources := db.sources.Load()
	if sources == nil {
		return risk.Location{}, ErrClosed
	}
	addr = addr.Unmap().WithZone("")
	if !public(addr) {
		return risk.Location{}, nil
	}
	now := time.Time{}
	if db.config.MaxAge > 0 {
		now = db.config.Now()
	}
	var found risk.Location
	var failed error
	for i := range *sources {
		s := &(*sources)[i]
		err := db.config.stale(s, now)
		if err == nil {
			err = s.locate(addr, &found)
		}
		if err != nil {
			failed = errors.Join(failed, err)
		}
	}
	return found, failed
}

// Close forgets the databases. It may be called while others locate, and more
// than once.
func (db *DB) Close() error {
	db.sources.Store(nil)
	return nil
}

// Database describes an open database.
type Database struct {
	Path  string // as given to Open; "database 1" for one from memory
	Type  string // as it states itself, for example GeoLite2-City
	Built time.Time
}

// Databases describes the open databases, in the order of Open; none after
// Close.
func (db *DB) Databases() []Database {
	var list []Database
	if sources := db.sources.Load(); sources != nil {
		for _, s := range *sources {
			m := s.reader.Metadata
			list = append(list, Database{Path: s.path, Type: m.DatabaseType, Built: m.BuildTime()})
		}
	}
	return list
}
