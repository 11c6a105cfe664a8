// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	_ "embed"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

//go:embed world.tsv
var world string

// columns is the first line of world.tsv.
const columns = "network\tcountry\tregion\tcity\tlatitude\tlongitude\tradius_km\t" +
	"timezone\tasn\toperator\tflags\tmeaning"

// network is one line of the table. Latitude, longitude and radius are only
// set where placed is.
type network struct {
	prefix                          netip.Prefix
	country, region, city, timezone string
	placed                          bool
	latitude, longitude             float64
	radius                          uint16
	asn                             uint32
	operator                        string
	flags                           []string
	meaning                         string
}

// flagNames are the flags that a line may have, as in an Anonymous-IP
// database.
var flagNames = map[string]string{
	"vpn":               "is_anonymous_vpn",
	"hosting":           "is_hosting_provider",
	"proxy":             "is_public_proxy",
	"residential_proxy": "is_residential_proxy",
	"tor":               "is_tor_exit_node",
}

// parseWorld reads the table, in the order of its networks.
func parseWorld(text string) ([]network, error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if lines[0] != columns {
		return nil, fmt.Errorf("world.tsv:1: want the columns %q", columns)
	}
	var list []network
	for i, line := range lines[1:] {
		n, err := parseNetwork(strings.Split(line, "\t"))
		if err != nil {
			return nil, fmt.Errorf("world.tsv:%d: %w", i+2, err)
		}
		list = append(list, n)
	}
	slices.SortFunc(list, func(a, b network) int { return a.prefix.Compare(b.prefix) })
	for i := 1; i < len(list); i++ {
		if list[i-1].prefix.Overlaps(list[i].prefix) {
			return nil, fmt.Errorf("world.tsv: %s and %s overlap", list[i-1].prefix, list[i].prefix)
		}
	}
	return list, nil
}

func parseNetwork(f []string) (n network, err error) {
	if want := strings.Count(columns, "\t") + 1; len(f) != want {
		return n, fmt.Errorf("want %d fields, got %d", want, len(f))
	}
	n = network{
		country: f[1], region: f[2], city: f[3], timezone: f[7], operator: f[9], meaning: f[11],
	}
	if n.prefix, err = netip.ParsePrefix(f[0]); err != nil {
		return n, err
	}
	if f[4] != "" {
		if err := n.parsePlace(f[4], f[5], f[6]); err != nil {
			return n, err
		}
	}
	asn, err := strconv.ParseUint(f[8], 10, 32)
	if err != nil {
		return n, err
	}
	n.asn = uint32(asn)
	if f[10] != "" {
		n.flags = strings.Split(f[10], ",")
	}
	for _, flag := range n.flags {
		if flagNames[flag] == "" {
			return n, fmt.Errorf("no flag %q", flag)
		}
	}
	return n, nil
}

func (n *network) parsePlace(latitude, longitude, radius string) (err error) {
	n.placed = true
	if n.latitude, err = strconv.ParseFloat(latitude, 64); err != nil {
		return err
	}
	if n.longitude, err = strconv.ParseFloat(longitude, 64); err != nil {
		return err
	}
	r, err := strconv.ParseUint(radius, 10, 16)
	n.radius = uint16(r)
	return err
}
