// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package geoip

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/proportion-go/proportion/risk"
)

// kind is what a database knows.
type kind uint8

const (
	places kind = 1 << iota
	operators
	anonymisers
)

// kinds are the parts of a type's name by which it is known, whoever made it:
// GeoLite2-City, GeoIP2-City-Africa, DBIP-Location-ISP (compat=Enterprise).
var kinds = []struct {
	part string
	kind kind
}{
	{"Enterprise", places | operators},
	{"City", places},
	{"Country", places},
	{"Anonymous", anonymisers},
	{"ASN", operators},
	{"ISP", operators},
}

func kindOf(databaseType string) kind {
	for _, k := range kinds {
		if strings.Contains(databaseType, k.part) {
			return k.kind
		}
	}
	return 0
}

// source is one open database. Its reader works on memory and is never closed,
// so that no lookup can hold one that is.
type source struct {
	path   string
	found  finding // of the file when it was read; zero: it is no file
	file   []byte
	data   []byte // its data section
	kind   kind
	reader *maxminddb.Reader
	// records are kept for reuse, so that reading one allocates only its texts.
	records *sync.Pool
	// memo remembers records by where they stand in the file: many networks
	// share one, and decoding it costs more than finding it. It is
	// direct-mapped: a record replaces whichever had its place.
	memo *[memoSize]memory
}

// memoSize bounds the memo to a megabyte a database.
const memoSize = 4096

// memory has a place for a record that is met a second time: so a scan over
// many addresses leaves those in that are met again and again.
type memory struct {
	met   atomic.Uint64 // the offset of the latest record met, and one
	known atomic.Pointer[remembered]
}

type remembered struct {
	offset   uintptr
	location risk.Location
}

// newSource opens and checks a database. A damaged one often opens without an
// error and then knows nothing; only Verify notices.
func newSource(path string, file []byte) (source, error) {
	reader, err := maxminddb.OpenBytes(file)
	if err == nil {
		err = reader.Verify()
	}
	if err != nil {
		return source{}, fmt.Errorf("geoip: %s: %w: %w", path, ErrCorrupt, err)
	}
	data, err := sectionOf(file, &reader.Metadata)
	if err != nil {
		return source{}, fmt.Errorf("geoip: %s: %w", path, err)
	}
	k := kindOf(reader.Metadata.DatabaseType)
	if k == 0 {
		return source{}, fmt.Errorf("geoip: %s: type %q, want City, Country, Enterprise, ASN, "+
			"ISP, Anonymous-IP or Anonymous-Plus: %w", path, reader.Metadata.DatabaseType, ErrType)
	}
	return source{
		path: path, file: file, data: data, kind: k, reader: reader,
		records: pool(), memo: new([memoSize]memory),
	}, nil
}

func pool() *sync.Pool { return &sync.Pool{New: func() any { return new(record) }} }

// locate adds what the source knows of a public address to what is known.
func (s *source) locate(addr netip.Addr, to *risk.Location) error {
	if addr.Is6() && s.reader.Metadata.IPVersion == 4 {
		return nil // it says nothing of such an address, not even that it is not listed
	}
	result := s.reader.Lookup(addr)
	if result.Err() != nil {
		return s.damaged()
	}
	if !result.Found() {
		if s.kind == anonymisers {
			none := (&record{}).listing()
			merge(to, &none)
		}
		return nil
	}
	place := &s.memo[result.Offset()%memoSize]
	if known := place.known.Load(); known != nil && known.offset == result.Offset() {
		merge(to, &known.location)
		return nil
	}
	location, err := s.decode(int(result.Offset()))
	if err != nil {
		return err
	}
	if mark := uint64(result.Offset()) + 1; place.met.Swap(mark) == mark {
		place.known.Store(&remembered{result.Offset(), location})
	}
	merge(to, &location)
	return nil
}

// damaged names the file but not the cause, which may hold the address (L22).
func (s *source) damaged() error {
	return fmt.Errorf("geoip: %s: %w", s.path, ErrCorrupt)
}
