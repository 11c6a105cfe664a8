// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"net"
	"time"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

// buildTime is the build time that the databases carry: fixed, so that the
// bytes are.
var buildTime = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// A database is a kind of file: its type in the metadata, and what it says of
// a network, nil for nothing.
type database struct {
	typ       string
	ipVersion int
	record    func(network) mmdbtype.Map
}

// databases are the files that can be made. Their types are those of the
// products with the same layout, so that any reader of the format takes them.
var databases = map[string]database{
	"synthetic-city.mmdb":           {"GeoLite2-City", 6, cityRecord},
	"synthetic-country.mmdb":        {"GeoLite2-Country", 6, countryRecord},
	"synthetic-enterprise.mmdb":     {"GeoIP2-Enterprise", 6, enterpriseRecord},
	"synthetic-asn.mmdb":            {"GeoLite2-ASN", 6, asnRecord},
	"synthetic-isp.mmdb":            {"GeoIP2-ISP", 6, ispRecord},
	"synthetic-anonymous-ip.mmdb":   {"GeoIP2-Anonymous-IP", 6, anonymousRecord},
	"synthetic-anonymous-plus.mmdb": {"GeoIP-Anonymous-Plus", 6, anonymousRecord},
	"synthetic-anonymous-ip4.mmdb":  {"GeoIP2-Anonymous-IP", 4, anonymousRecord},
}

// build returns the bytes of one database.
func build(name string, networks []network) ([]byte, error) {
	kind, ok := databases[name]
	if !ok {
		return nil, fmt.Errorf("no such database")
	}
	tree, err := mmdbwriter.New(mmdbwriter.Options{
		BuildEpoch:   buildTime.Unix(),
		DatabaseType: kind.typ,
		Description:  map[string]string{"en": "Synthetic: invented data that describes nobody"},
		IPVersion:    kind.ipVersion,
		Languages:    []string{"en"},
		RecordSize:   24,
	})
	if err != nil {
		return nil, err
	}
	for _, n := range networks {
		record := kind.record(n)
		if record == nil || kind.ipVersion == 4 && n.prefix.Addr().Is6() {
			continue
		}
		if err := tree.Insert(ipNet(n), record); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	_, err = tree.WriteTo(&out)
	return out.Bytes(), err
}

func ipNet(n network) *net.IPNet {
	addr := n.prefix.Addr()
	return &net.IPNet{
		IP:   addr.AsSlice(),
		Mask: net.CIDRMask(n.prefix.Bits(), addr.BitLen()),
	}
}

func countryRecord(n network) mmdbtype.Map {
	return mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String(n.country)}}
}

func cityRecord(n network) mmdbtype.Map {
	m := countryRecord(n)
	if n.city != "" {
		names := mmdbtype.Map{"en": mmdbtype.String(n.city)}
		m["city"] = mmdbtype.Map{"names": names}
	}
	if n.region != "" {
		region := mmdbtype.Map{"iso_code": mmdbtype.String(n.region)}
		m["subdivisions"] = mmdbtype.Slice{region}
	}
	if n.placed {
		m["location"] = mmdbtype.Map{
			"latitude":        mmdbtype.Float64(n.latitude),
			"longitude":       mmdbtype.Float64(n.longitude),
			"accuracy_radius": mmdbtype.Uint16(n.radius),
			"time_zone":       mmdbtype.String(n.timezone),
		}
	}
	return m
}

func asnRecord(n network) mmdbtype.Map {
	return mmdbtype.Map{
		"autonomous_system_number":       mmdbtype.Uint32(n.asn),
		"autonomous_system_organization": mmdbtype.String(n.operator),
	}
}

func ispRecord(n network) mmdbtype.Map {
	m := asnRecord(n)
	m["isp"] = mmdbtype.String(n.operator)
	return m
}

func enterpriseRecord(n network) mmdbtype.Map {
	m := cityRecord(n)
	m["traits"] = ispRecord(n)
	return m
}

func anonymousRecord(n network) mmdbtype.Map {
	if len(n.flags) == 0 {
		return nil
	}
	m := mmdbtype.Map{"is_anonymous": mmdbtype.Bool(true)}
	for _, flag := range n.flags {
		m[mmdbtype.String(flagNames[flag])] = mmdbtype.Bool(true)
	}
	return m
}
