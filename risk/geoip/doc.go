// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package geoip places addresses by databases in the MaxMind format: it is a
// [risk.Locator] for files on the service's own disk, without a network.
//
// # Opening
//
// Most callers want [Open] with two or three files: a City database for places,
// an ASN database for networks, and an Anonymous-IP one for Tor exits, VPNs and
// data centres. Country, Enterprise, ISP and Anonymous-Plus databases are read
// too, and free or commercial ones alike; what a file knows is told by the type
// it states of itself. Nothing is embedded here: GeoLite2 and its like come
// from their makers, under their licence.
//
// Open checks every byte, since a damaged database often opens quietly and then
// knows nothing. [Config] adds a limit on age. An error names the file and
// matches [ErrCorrupt], [ErrType], [ErrStale] or [io/fs.ErrNotExist].
//
// # What is not known
//
// A place that no database has is the zero Location, without an error. So are
// reserved addresses: private, loopback, link-local, carrier-grade NAT,
// documentation, multicast, tunnels. Whether an address is a VPN, a proxy, a
// Tor exit or in a data centre is unknown unless a database of anonymisers is
// open, and false where one is and does not list it. An absent database is
// never taken for an address at home.
//
// # What it does not do
//
// It does not download databases; [Watch] takes on those that geoipupdate and
// its like put in their place. Locations are those of the network's database,
// right for a country in most cases and for a city in some: rules must not
// lean on them alone.
package geoip
