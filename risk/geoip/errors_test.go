// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package geoip_test

import (
	"bytes"
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/geoip"
)

func TestOpenNamesTheFileThatFails(t *testing.T) {
	good := read(t, city)
	domain := bytes.ReplaceAll(good, []byte("GeoLite2-City"), []byte("GeoIP2-Domain"))
	pointer := bytes.Clone(good)
	pointer[3] ^= 0x7f // a branch of the search tree
	for name, tt := range map[string]struct {
		data []byte // nil: no file
		want error
	}{
		"missing":     {nil, fs.ErrNotExist},
		"empty":       {[]byte{}, geoip.ErrCorrupt},
		"text":        {[]byte("not a database"), geoip.ErrCorrupt},
		"truncated":   {good[:len(good)-100], geoip.ErrCorrupt},
		"head lost":   {good[200:], geoip.ErrCorrupt},
		"wrong type":  {domain, geoip.ErrType},
		"broken tree": {pointer, geoip.ErrCorrupt},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "bad.mmdb")
			if tt.data != nil {
				if err := os.WriteFile(path, tt.data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			db, err := geoip.Open(filepath.Join("testdata", asn), path)
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want %v for %s", err, tt.want, path)
			}
			if db != nil {
				t.Error("a database in spite of the error")
			}
		})
	}
}

func TestOpenRefusesNothingAndFolders(t *testing.T) {
	if db, err := geoip.Open(); err == nil || db != nil {
		t.Errorf("no file: got %v, %v", db, err)
	}
	if db, err := geoip.Open(t.TempDir()); !errors.Is(err, geoip.ErrCorrupt) || db != nil {
		t.Errorf("a folder: got %v, %v", db, err)
	}
}

func TestEveryTruncationIsNoticed(t *testing.T) {
	for _, name := range []string{city, asn, anonymous} {
		good := read(t, name)
		for n := 0; n < len(good); n += 41 {
			if _, err := geoip.OpenBytes(good[:n]); !errors.Is(err, geoip.ErrCorrupt) {
				t.Fatalf("%s cut to %d bytes: got %v, want ErrCorrupt", name, n, err)
			}
		}
	}
}

func TestStaleDatabase(t *testing.T) {
	built := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	now := built.Add(30 * 24 * time.Hour)
	config := geoip.Config{MaxAge: 30 * 24 * time.Hour, Now: func() time.Time { return now }}
	db, err := config.OpenBytes(read(t, city))
	if err != nil {
		t.Fatalf("at the limit: %v", err)
	}
	addr := netip.MustParseAddr("21.33.10.7")
	if l, err := db.Locate(addr); err != nil || l.City != "Paris" {
		t.Errorf("at the limit: got %+v, %v", l, err)
	}
	now = now.Add(1)
	if l, err := db.Locate(addr); !errors.Is(err, geoip.ErrStale) || l != (risk.Location{}) {
		t.Errorf("past the limit: got %+v, %v, want nothing and ErrStale", l, err)
	}
	if _, err := config.OpenBytes(read(t, city)); !errors.Is(err, geoip.ErrStale) {
		t.Errorf("past the limit: opened with %v, want ErrStale", err)
	}
}

func TestClosed(t *testing.T) {
	db := open(t, city)
	for range 2 {
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	l, err := db.Locate(netip.MustParseAddr("21.33.10.7"))
	if !errors.Is(err, geoip.ErrClosed) || l != (risk.Location{}) {
		t.Errorf("got %+v, %v, want nothing and ErrClosed", l, err)
	}
}

// TestDamagedRecord damages a record so that it is still well-formed but holds
// a text where a boolean belongs: that is only noticed when it is read.
func TestDamagedRecord(t *testing.T) {
	damaged := bytes.Replace(read(t, anonymous),
		[]byte("is_anonymous_vpn\x01\x07"), []byte("is_anonymous_vpn\x41x"), 1)
	db, err := geoip.OpenBytes(damaged, read(t, city))
	if err != nil {
		t.Fatal(err)
	}
	l, err := db.Locate(netip.MustParseAddr("21.31.77.1"))
	if !errors.Is(err, geoip.ErrCorrupt) {
		t.Fatalf("got %v, want ErrCorrupt", err)
	}
	if !strings.Contains(err.Error(), "database 1") || strings.Contains(err.Error(), "21.31") {
		t.Errorf("%q: want the database named, and no address", err)
	}
	if l.City != "Amsterdam" || l.VPN != risk.Unknown {
		t.Errorf("got %+v: want what the other database knows", l)
	}
}

// FuzzOpenBytes overwrites a part of a good database: whole databases are too
// long for the fuzzer to change well.
func FuzzOpenBytes(f *testing.F) {
	f.Add(uint8(0), uint16(0), []byte{}, []byte{21, 33, 10, 7})
	f.Add(uint8(0), uint16(3), []byte{0x7f}, []byte{21, 33, 10, 7})
	f.Add(uint8(1), uint16(4400), []byte("GeoIP2-Domain"), []byte{21, 33, 10, 7})
	f.Add(uint8(2), uint16(2000), []byte{0xe1, 0x45, 0x20}, []byte{21, 31, 77, 1})
	var good [][]byte
	for _, name := range []string{city, asn, anonymous} {
		good = append(good, read(f, name))
	}
	f.Fuzz(func(t *testing.T, which uint8, offset uint16, patch, ip []byte) {
		data := bytes.Clone(good[int(which)%len(good)])
		copy(data[int(offset)%len(data):], patch)
		db, err := geoip.OpenBytes(data)
		if err != nil {
			if db != nil || !errors.Is(err, geoip.ErrCorrupt) && !errors.Is(err, geoip.ErrType) {
				t.Fatalf("got %v, %v", db, err)
			}
			return
		}
		addr, _ := netip.AddrFromSlice(ip)
		first, err := db.Locate(addr)
		if err != nil && !errors.Is(err, geoip.ErrCorrupt) {
			t.Fatalf("locate: %v", err)
		}
		if again, _ := db.Locate(addr); again != first {
			t.Fatalf("got %+v, then %+v", first, again)
		}
	})
}
