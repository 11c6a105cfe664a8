// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package geoip_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/geoip"
)

const (
	city      = "synthetic-city.mmdb"
	asn       = "synthetic-asn.mmdb"
	anonymous = "synthetic-anonymous-ip.mmdb"
)

func open(t testing.TB, names ...string) *geoip.DB {
	t.Helper()
	var paths []string
	for _, name := range names {
		paths = append(paths, filepath.Join("testdata", name))
	}
	db, err := geoip.Open(paths...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func locate(t testing.TB, db *geoip.DB, addr string) risk.Location {
	t.Helper()
	l, err := db.Locate(netip.MustParseAddr(addr))
	if err != nil {
		t.Fatalf("locate: %v", err)
	}
	return l
}

// clear is what a location says of an address that is no anonymiser.
func clear(l risk.Location) risk.Location {
	l.Hosting, l.VPN, l.Proxy = risk.False, risk.False, risk.False
	l.Tor, l.ResidentialProxy = risk.False, risk.False
	return l
}

func paris() risk.Location {
	return risk.Location{
		Country: "FR", Region: "FR-IDF", City: "Paris",
		Point: risk.Point{Latitude: 48.8566, Longitude: 2.3522}, HasPoint: true, AccuracyKM: 10,
		Timezone: "Europe/Paris",
	}
}

func TestLocateMergesDatabases(t *testing.T) {
	db := open(t, city, asn, anonymous)
	home := clear(paris())
	home.ASN, home.Network = 64496, "Example Fibre"
	exit := clear(risk.Location{
		Country: "DE", Region: "DE-HE", City: "Frankfurt am Main",
		Point: risk.Point{Latitude: 50.1109, Longitude: 8.6821}, HasPoint: true, AccuracyKM: 50,
		Timezone: "Europe/Berlin", ASN: 64509, Network: "Example Onion Relays",
	})
	exit.Tor, exit.Hosting = risk.True, risk.True
	for name, tt := range map[string]struct {
		addr string
		want risk.Location
	}{
		"home":            {"21.33.10.7", home},
		"home again":      {"21.33.10.99", home},
		"home by IPv6":    {"2d00:33:10::7", home},
		"IPv4 in IPv6":    {"::ffff:21.33.10.7", home},
		"a zone in it":    {"2d00:33:10::7%eth0", home},
		"Tor exit":        {"21.49.66.9", exit},
		"no region":       {"21.65.10.1", singapore()},
		"country only":    {"21.41.10.1", clear(risk.Location{Country: "CH", ASN: 64503, Network: "Example Switzerland"})},
		"nobody's":        {"22.1.2.3", clear(risk.Location{})},
		"nobody's IPv6":   {"2d00:99:1::1", clear(risk.Location{})},
		"last of network": {"21.33.10.255", home},
	} {
		t.Run(name, func(t *testing.T) {
			for range 2 { // decoded, then remembered
				if got := locate(t, db, tt.addr); got != tt.want {
					t.Errorf("got %+v, want %+v", got, tt.want)
				}
			}
		})
	}
}

func singapore() risk.Location {
	return clear(risk.Location{
		Country: "SG", City: "Singapore",
		Point: risk.Point{Latitude: 1.3521, Longitude: 103.8198}, HasPoint: true, AccuracyKM: 10,
		Timezone: "Asia/Singapore", ASN: 64508, Network: "Example Singapore",
	})
}

func TestLocateKnowsOnlyWhatIsLoaded(t *testing.T) {
	whole := paris()
	whole.ASN, whole.Network = 64496, "Example Fibre"
	for name, want := range map[string]risk.Location{
		city:                            paris(),
		"synthetic-country.mmdb":        {Country: "FR"},
		"synthetic-enterprise.mmdb":     whole,
		asn:                             {ASN: 64496, Network: "Example Fibre"},
		"synthetic-isp.mmdb":            {ASN: 64496, Network: "Example Fibre"},
		anonymous:                       clear(risk.Location{}),
		"synthetic-anonymous-plus.mmdb": clear(risk.Location{}),
	} {
		t.Run(name, func(t *testing.T) {
			if got := locate(t, open(t, name), "21.33.10.7"); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

func TestLocateListsAnonymisers(t *testing.T) {
	for _, name := range []string{anonymous, "synthetic-anonymous-plus.mmdb"} {
		db := open(t, name)
		for addr, pick := range map[string]func(risk.Location) risk.Truth{
			"21.31.77.1": func(l risk.Location) risk.Truth { return l.VPN },
			"21.1.88.1":  func(l risk.Location) risk.Truth { return l.Hosting },
			"21.55.99.1": func(l risk.Location) risk.Truth { return l.Proxy },
			"21.33.99.1": func(l risk.Location) risk.Truth { return l.ResidentialProxy },
			"21.49.66.1": func(l risk.Location) risk.Truth { return l.Tor },
		} {
			if l := locate(t, db, addr); pick(l) != risk.True || !l.Anonymous() {
				t.Errorf("%s: %s: got %+v", name, addr, l)
			}
		}
	}
}

func TestIPv4DatabaseSaysNothingOfIPv6(t *testing.T) {
	db := open(t, "synthetic-anonymous-ip4.mmdb")
	if got := locate(t, db, "2d00:31:77::1"); got != (risk.Location{}) {
		t.Errorf("got %+v, want the zero Location: not listed is not known", got)
	}
	if got := locate(t, db, "21.31.77.1"); got.VPN != risk.True {
		t.Errorf("IPv4: got %+v, want a VPN", got)
	}
}

func TestReservedAddressesHaveNoLocation(t *testing.T) {
	db := open(t, city, asn, anonymous)
	for _, addr := range []string{
		"0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "169.254.1.1",
		"172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1",
		"198.51.100.1", "203.0.113.1", "224.0.0.1", "255.255.255.255",
		"::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "3fff::1",
		"2001::1", "2002:1521:a07::1", "64:ff9b::1521:a07", "::ffff:10.0.0.1", "100::1",
	} {
		if got := locate(t, db, addr); got != (risk.Location{}) {
			t.Errorf("%s: got %+v, want the zero Location", addr, got)
		}
	}
	if got, err := db.Locate(netip.Addr{}); err != nil || got != (risk.Location{}) {
		t.Errorf("no address: got %+v, %v", got, err)
	}
}

func TestNeighboursOfReservedBlocksArePublic(t *testing.T) {
	db := open(t, anonymous)
	for _, addr := range []string{
		"9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255",
		"172.32.0.0", "192.0.1.255", "192.0.3.0", "192.167.255.255", "192.169.0.0",
		"198.17.255.255", "198.20.0.0", "223.255.255.255",
		"2001:200::1", "2001:db7::1", "2001:db9::1", "2003::1", "3ffe::1", "2000::1",
	} {
		if got := locate(t, db, addr); !got.Tor.Known() {
			t.Errorf("%s is taken for a reserved address", addr)
		}
	}
}

func TestFirstDatabaseWins(t *testing.T) {
	db := open(t, "synthetic-country.mmdb", city, "synthetic-enterprise.mmdb", asn)
	want := paris()
	want.ASN, want.Network = 64496, "Example Fibre"
	if got := locate(t, db, "21.33.10.7"); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestOpenBytes(t *testing.T) {
	db, err := geoip.OpenBytes(read(t, city), read(t, asn))
	if err != nil {
		t.Fatal(err)
	}
	if got := locate(t, db, "21.33.10.7"); got.City != "Paris" || got.ASN != 64496 {
		t.Errorf("got %+v", got)
	}
	want := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	first := db.Databases()[0]
	if first.Path != "database 1" || first.Type != "GeoLite2-City" || !first.Built.Equal(want) {
		t.Errorf("got %+v", first)
	}
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestCloseWhileLocating(t *testing.T) {
	db := open(t, city, asn)
	addr := netip.MustParseAddr("21.33.10.7")
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 1000 {
				l, err := db.Locate(addr)
				if (err == nil) != (l.City == "Paris") {
					t.Errorf("got %+v, %v", l, err)
					return
				}
			}
		})
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	wait.Wait()
	if db.Databases() != nil {
		t.Error("databases after Close")
	}
}

func TestLocateAllocates(t *testing.T) {
	db := open(t, city, asn, anonymous)
	addr := netip.MustParseAddr("21.33.10.7")
	got := testing.AllocsPerRun(100, func() {
		if _, err := db.Locate(addr); err != nil {
			t.Error(err)
		}
	})
	if got > 1 {
		t.Errorf("got %v allocations a lookup, want at most 1", got)
	}
}

func BenchmarkLocate(b *testing.B) {
	db := open(b, city, asn, anonymous)
	var addrs []netip.Addr
	for _, a := range []string{"21.33.10.7", "21.44.10.1", "2d00:1:10::1", "21.55.10.3", "22.0.0.1"} {
		addrs = append(addrs, netip.MustParseAddr(a))
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := db.Locate(addrs[i%len(addrs)]); err != nil {
			b.Fatal(err)
		}
	}
}
