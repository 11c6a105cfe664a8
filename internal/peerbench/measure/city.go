// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"bytes"
	"fmt"
	"net"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

const largePlaces = 20_000

var languages = []mmdbtype.String{"de", "en", "es", "fr", "ja", "pt-BR", "ru", "zh-CN"}

// largeCity makes a City database in which each of 20,000 networks has a place
// of its own. All of it is invented.
func largeCity() ([]byte, error) {
	tree, err := mmdbwriter.New(mmdbwriter.Options{
		DatabaseType: "GeoLite2-City", RecordSize: 28, BuildEpoch: 1,
		Description: map[string]string{"en": "invented, for benchmarks"}, Languages: []string{"en"},
	})
	if err != nil {
		return nil, err
	}
	for i := range largePlaces {
		network := &net.IPNet{IP: net.IP{21, byte(i >> 8), byte(i), 0}, Mask: net.CIDRMask(24, 32)}
		if err := tree.Insert(network, place(i)); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	_, err = tree.WriteTo(&b)
	return b.Bytes(), err
}

func place(i int) mmdbtype.Map {
	country, region := i%200, i%3000
	return mmdbtype.Map{
		"city":      mmdbtype.Map{"geoname_id": mmdbtype.Uint32(100_000 + i), "names": names("City", i)},
		"continent": mmdbtype.Map{"code": mmdbtype.String("EU"), "names": names("Continent", i%7)},
		"country": mmdbtype.Map{
			"geoname_id": mmdbtype.Uint32(country), "iso_code": letters(country),
			"names": names("Country", country),
		},
		"location": mmdbtype.Map{
			"accuracy_radius": mmdbtype.Uint16(1 + i%200),
			"latitude":        mmdbtype.Float64(float64(i%18000)/100 - 90),
			"longitude":       mmdbtype.Float64(float64(i)/100 - 100),
			"time_zone":       mmdbtype.String("Europe/Paris"),
		},
		"postal": mmdbtype.Map{"code": mmdbtype.String(fmt.Sprintf("%05d", i))},
		"subdivisions": mmdbtype.Slice{mmdbtype.Map{
			"geoname_id": mmdbtype.Uint32(10_000 + region), "iso_code": letters(region % 676),
			"names": names("Region", region),
		}},
	}
}

func names(kind string, i int) mmdbtype.Map {
	all := mmdbtype.Map{}
	for _, l := range languages {
		all[l] = mmdbtype.String(fmt.Sprintf("%s %d (%s)", kind, i, l))
	}
	return all
}

// letters returns two capitals.
func letters(i int) mmdbtype.String {
	return mmdbtype.String([]byte{'A' + byte(i/26), 'A' + byte(i%26)})
}
