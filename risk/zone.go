// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import (
	"maps"
	"sync/atomic"
	"time"
)

// zones remembers the time zones already read: reading one takes tens of
// microseconds and opens a file. It is a memo of immutable data and holds no
// more entries than the zone database has names, since only names that exist
// are kept. A copy is swapped in for every addition, so that a reader takes no
// lock and makes no allocation.
var zones atomic.Pointer[map[string]*time.Location]

// maxZones bounds the memo even where the file system resolves many spellings
// of one name; the zone database has about 600.
const maxZones = 1024

// zone returns the time zone of an IANA name, and nil where there is none.
func zone(name string) *time.Location {
	known := zones.Load()
	if known != nil {
		if loc := (*known)[name]; loc != nil {
			return loc
		}
	}
	if !zoneName(name) {
		return nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	remember(known, name, loc)
	return loc
}

// remember adds a zone to the memo. Losing a race only means that the zone is
// read once more.
func remember(known *map[string]*time.Location, name string, loc *time.Location) {
	next := map[string]*time.Location{name: loc}
	if known != nil {
		if len(*known) >= maxZones {
			return
		}
		maps.Copy(next, *known)
	}
	zones.CompareAndSwap(known, &next)
}

// zoneName reports whether a name that a client stated may be looked up. It
// must hold a letter first: "" is UTC to [time.LoadLocation] and "Local" the
// server's own zone, and neither is what a client meant.
func zoneName(s string) bool {
	if s == "" || len(s) > maxTimezone || s == "Local" || !isLetter(s[0]) {
		return false
	}
	for i := range len(s) {
		c := s[i]
		digit := '0' <= c && c <= '9'
		if !isLetter(c) && !digit && c != '/' && c != '_' && c != '-' && c != '+' {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// weekday returns the ISO 8601 day, 1 (Monday) to 7 (Sunday).
func weekday(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }
