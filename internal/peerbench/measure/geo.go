// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"

	"github.com/oschwald/geoip2-golang/v2"
	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/proportion-go/proportion/internal/peerbench/workload"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/geoip"
)

// locations compares the look-up of an address in a City database: in one with
// few places, all of which are soon remembered, and in one with more than are
// remembered.
func locations() (Report, error) {
	table := Table{
		Title: "Locating an address in a City database",
		Notes: "Addresses in turn. The large file has 20,000 places with names in eight languages, " +
			"as products do, and each address is in another one: of 4,096 half are remembered, of " +
			"20,000 hardly any.",
		Head: []string{"file", "geoip.Locate", "allocations", "geoip2 City", "allocations", "share"},
	}
	var bars []Bar
	for _, file := range []struct {
		name string
		n    int // addresses
		data func() ([]byte, error)
	}{
		{"synthetic, 31 places", workload.Requests, func() ([]byte, error) {
			return os.ReadFile(testdata("synthetic-city.mmdb"))
		}},
		{"made, 4,096 of 20,000 places", workload.Requests, largeCity},
		{"made, all of 20,000 places", largePlaces, largeCity},
	} {
		data, err := file.data()
		if err != nil {
			return Report{}, err
		}
		ours, theirs, err := locate(data, file.n)
		if err != nil {
			return Report{}, fmt.Errorf("%s: %w", file.name, err)
		}
		share := ours.Over(theirs)
		table.Rows = append(table.Rows, []string{
			file.name, duration(ours.Time()), count(ours.Allocs),
			duration(theirs.Time()), count(theirs.Allocs), times(share),
		})
		bars = append(bars,
			atMost("geo look-up, of geoip2's City: "+file.name, 1.0/3, share),
			Bar{"geo look-up, allocations: " + file.name, "≤ 1", count(ours.Allocs), ours.Allocs < 1.005},
		)
	}
	return Report{Tables: []Table{table}, Bars: bars}, nil
}

// locate measures both readers over one database.
func locate(data []byte, n int) (ours, theirs Result, err error) {
	locator, err := geoip.OpenBytes(data)
	if err != nil {
		return ours, theirs, err
	}
	reader, err := geoip2.OpenBytes(data)
	if err != nil {
		return ours, theirs, err
	}
	defer reader.Close()
	addrs, err := addresses(data, n)
	if err != nil {
		return ours, theirs, err
	}
	for _, addr := range addrs {
		if err := agree(locator, reader, addr); err != nil {
			return ours, theirs, err
		}
	}
	results := compete(len(addrs),
		contestant{"geoip.Locate", func(i int) { locator.Locate(addrs[i]) }},
		contestant{"geoip2 City", func(i int) { reader.City(addrs[i]) }},
	)
	return results[0], results[1], nil
}

// agree returns an error unless both place the address alike.
func agree(locator risk.Locator, reader *geoip2.Reader, addr netip.Addr) error {
	ours, err := locator.Locate(addr)
	if err != nil {
		return err
	}
	theirs, err := reader.City(addr)
	if err != nil {
		return err
	}
	want := risk.Location{Country: theirs.Country.ISOCode, City: theirs.City.Names.English}
	if at := theirs.Location; at.HasCoordinates() {
		want.HasPoint = true
		want.Point = risk.Point{Latitude: *at.Latitude, Longitude: *at.Longitude}
	}
	got := risk.Location{Country: ours.Country, City: ours.City, HasPoint: ours.HasPoint, Point: ours.Point}
	if got != want {
		return fmt.Errorf("%v: got %v, want %v", addr, got, want)
	}
	return nil
}

// addresses returns n addresses, each in a network of the database, the networks
// in turn.
func addresses(data []byte, n int) ([]netip.Addr, error) {
	reader, err := maxminddb.OpenBytes(data)
	if err != nil {
		return nil, err
	}
	var networks []netip.Prefix
	for result := range reader.Networks() {
		if err := result.Err(); err != nil {
			return nil, err
		}
		networks = append(networks, result.Prefix())
	}
	rng := rand.New(rand.NewPCG(1, 4))
	rng.Shuffle(len(networks), func(i, j int) { networks[i], networks[j] = networks[j], networks[i] })
	addrs := make([]netip.Addr, n)
	for i := range addrs {
		bytes := networks[i%len(networks)].Addr().AsSlice()
		bytes[len(bytes)-1] = byte(1 + rng.IntN(254))
		addrs[i], _ = netip.AddrFromSlice(bytes)
	}
	return addrs, nil
}
