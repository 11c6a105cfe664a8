// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import (
	"net/netip"
	"time"
)

// Observation is what is known about one request before it is assessed. What
// is left zero is unknown; only Time is required. It holds the full address,
// so it prints as its time and action alone.
type Observation struct {
	Time        time.Time
	Action      string
	Sensitivity string // trivial, normal, sensitive or critical
	Channel     string // web, app, phone, shop or api: set by the host's route, never by a header
	Language    string // BCP 47
	Session     Session
	Addr        netip.Addr // invalid: the request has no address
	Location    Location   // where a Locator places Addr
	Client      Client
	Device      DeviceID // from a verified device token; zero: none was presented
	Profile     *Profile // nil: it could not be read. An empty one is a newcomer's
	Counts      Counts
	Familiarity *Familiarity // the deployment's model; nil: familiarity is unknown

	// Consented says that the subject agreed to the signals whose basis is
	// [Consent], and to those of Asked, which need it in this deployment.
	// Without it they are not computed, and are unknown (L24).
	Consented bool
	Asked     []Signal
}

// Session is the host's session that a request belongs to. The zero Session
// is none.
type Session struct {
	Started  time.Time
	LastUsed time.Time
	Methods  []string // methods proven in it; nil: unknown, empty: none
	ACR      string
}

// DeviceID is the keyed pseudonym of a device. The zero value is no device. It
// prints shortened.
type DeviceID [16]byte

// Client is what the client says of itself: never proof, only consistency.
type Client struct {
	UserAgent string
	Hints     Hints
}

// Hints are what a client states beside its user agent: client hints
// (https://wicg.github.io/ua-client-hints), a page's script, or an app.
type Hints struct {
	Platform       string // Sec-CH-UA-Platform
	Mobile         Truth  // Sec-CH-UA-Mobile
	Brands         string // Sec-CH-UA
	Timezone       string // IANA name, as Europe/Paris
	Automated      Truth  // navigator.webdriver
	AcceptLanguage string
}

// Counts are the counters that a store keeps; each may be unknown.
type Counts struct {
	Failures10m, Failures1h, Failures24h Count
	IPFailures1h, IPSubjects1h           Count
	NetSubjects1h                        Count
	Prompts24h                           Count
	DeviceSubjects24h                    Count
	GlobalFailures                       Count // times the baseline
}

// Count is a number that may be unknown. The zero value is unknown.
type Count struct {
	N     float64
	Known bool
}

// KnownCount returns the count n.
func KnownCount(n float64) Count { return Count{N: n, Known: true} }
