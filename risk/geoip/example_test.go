// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package geoip_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"strings"

	"github.com/proportion-go/proportion/risk/geoip"
)

func ExampleOpen() {
	// GeoLite2-City.mmdb and its like, in production.
	db, err := geoip.Open(
		"testdata/synthetic-city.mmdb",
		"testdata/synthetic-asn.mmdb",
		"testdata/synthetic-anonymous-ip.mmdb",
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, addr := range []string{"21.33.10.7", "21.31.77.1", "10.0.0.1"} {
		l, err := db.Locate(netip.MustParseAddr(addr))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%q %q AS%d vpn=%v\n", l.City, l.Country, l.ASN, l.VPN)
	}
	// Output:
	// "Paris" "FR" AS64496 vpn=false
	// "Amsterdam" "NL" AS64510 vpn=true
	// "" "" AS0 vpn=unknown
}

func ExampleOpen_missing() {
	_, err := geoip.Open("testdata/nowhere.mmdb")
	fmt.Println(errors.Is(err, fs.ErrNotExist))
	fmt.Println(strings.Contains(err.Error(), "testdata/nowhere.mmdb"))
	// Output:
	// true
	// true
}
