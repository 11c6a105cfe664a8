// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import (
	"encoding/hex"
	"fmt"
	"time"
)

// Disclosure is all that a profile remembers, for the person it is about
// (GDPR Art. 15). It encodes as readable JSON. Unlike the profile it prints
// what it holds: it is for that person alone.
type Disclosure struct {
	Home    *DisclosedHome    `json:"home,omitempty"`
	Devices []DisclosedDevice `json:"devices"`
	Proofs  []DisclosedProof  `json:"proofs"`
	Place   *DisclosedPlace   `json:"last_place,omitempty"`
	Removed []DisclosedGone   `json:"removed"`
	// Later is what a newer release of this software added, undecoded.
	Later []byte `json:"later,omitempty"`

	Fields []DisclosedField `json:"about_these_fields"`
}

// DisclosedHome is what an identity check established.
type DisclosedHome struct {
	Countries []string  `json:"countries"`
	Timezone  string    `json:"timezone,omitempty"`
	Checked   time.Time `json:"checked"`
	By        string    `json:"by_check"`
}

// DisclosedDevice is a device. Proofs refer to it by its number.
type DisclosedDevice struct {
	Number    int       `json:"number"`
	Pseudonym string    `json:"pseudonym"`
	Kind      string    `json:"kind,omitempty"`
	Version   int       `json:"browser_version,omitempty"`
	Language  string    `json:"language,omitempty"`
	First     time.Time `json:"first"`
	Last      time.Time `json:"last"`
	By        string    `json:"by_proof"`
	Trusted   time.Time `json:"trusted,omitzero"`
	TrustedBy string    `json:"trusted_by_proof,omitempty"`
}

// DisclosedProof is a passed challenge.
type DisclosedProof struct {
	Hour      time.Time `json:"hour"`
	Proof     string    `json:"proof"`
	Device    int       `json:"device,omitempty"` // 0: none
	Country   string    `json:"country,omitempty"`
	ASN       uint32    `json:"asn,omitempty"`
	Network   string    `json:"network,omitempty"` // where the ASN is unknown
	Prefix    string    `json:"network_mark,omitempty"`
	Kind      string    `json:"kind,omitempty"`
	Language  string    `json:"language,omitempty"`
	Strong    bool      `json:"strong"`
	Anonymous bool      `json:"behind_an_anonymiser"`
	TooFar    bool      `json:"sooner_than_a_journey"`
}

// DisclosedPlace is where the last proof that says so was given.
type DisclosedPlace struct {
	Time       time.Time `json:"time"`
	City       string    `json:"city,omitempty"`
	Country    string    `json:"country,omitempty"`
	Latitude   float64   `json:"latitude"`
	Longitude  float64   `json:"longitude"`
	AccuracyKM float64   `json:"accuracy_km"`
	ASN        uint32    `json:"asn,omitempty"`
	Network    string    `json:"network,omitempty"`
	By         string    `json:"by_proof"`
}

// DisclosedGone says that a device or proof was removed, but not which.
type DisclosedGone struct {
	Time time.Time `json:"time"`
	Mark string    `json:"mark"`
}

// DisclosedField says why something is remembered and for how long.
type DisclosedField struct {
	Field   string `json:"field"`
	Purpose string `json:"purpose"`
	Kept    string `json:"kept"`
}

// Disclose returns all that the profile remembers. Proofs are named by the
// shortened digests under which they are kept.
func (p *Profile) Disclose() Disclosure {
	d := Disclosure{
		Devices: []DisclosedDevice{}, Proofs: []DisclosedProof{}, Removed: []DisclosedGone{},
		Later: append([]byte(nil), p.later...), Fields: disclosedFields(),
	}
	if h := p.Home(); p.home != (home{}) {
		d.Home = &DisclosedHome{
			Countries: append([]string{}, h.Countries...), Timezone: h.Timezone,
			Checked: unixTime(p.home.at), By: p.home.by.String(),
		}
	}
	for i := range p.devices {
		d.Devices = append(d.Devices, p.devices[i].disclose(i+1))
	}
	for i := range p.proofs {
		d.Proofs = append(d.Proofs, p.proofs[i].disclose(p.find(p.proofs[i].device)+1))
	}
	if p.place.known {
		d.Place = p.place.disclose()
	}
	for _, g := range p.gone {
		d.Removed = append(d.Removed, DisclosedGone{Time: unixTime(g.at), Mark: g.tag.String()})
	}
	return d
}

// String returns the tag in hexadecimal.
func (t tag) String() string { return hex.EncodeToString(t[:]) }

func (d *device) disclose(number int) DisclosedDevice {
	out := DisclosedDevice{
		Number: number, Pseudonym: hex.EncodeToString(d.id[:]), Kind: d.agent.kind(),
		Version: int(d.agent.version), Language: d.agent.language.String(),
		First: unixTime(d.first), Last: unixTime(d.last), By: d.by.String(),
	}
	if d.trusted != 0 {
		out.Trusted, out.TrustedBy = unixTime(d.trusted), d.trustedBy.String()
	}
	return out
}

// kind returns the family and the class, as "Chrome on Android (phone)".
func (a agent) kind() string {
	if class := classNames[a.class]; class != "" {
		return a.String() + " (" + class + ")"
	}
	return a.String()
}

func (e *proven) disclose(device int) DisclosedProof {
	out := DisclosedProof{
		Hour: e.time().UTC(), Proof: e.by.String(), Device: device, Country: e.country.String(),
		ASN: e.network.asn(), Network: e.network.text(), Strong: e.strong,
		Anonymous: e.anonymous, TooFar: e.leap,
		Kind: e.agent.kind(), Language: e.agent.language.String(),
	}
	if e.prefix != 0 {
		out.Prefix = fmt.Sprintf("%04x", uint16(e.prefix))
	}
	return out
}

func (p *place) disclose() *DisclosedPlace {
	at := p.point()
	return &DisclosedPlace{
		Time: unixTime(p.at), City: p.city, Country: p.country.String(),
		Latitude: at.Latitude, Longitude: at.Longitude, AccuracyKM: float64(p.radius),
		ASN: p.network.asn(), Network: p.network.text(), By: p.by.String(),
	}
}

// disclosedFields is in the order of [Disclosure].
func disclosedFields() []DisclosedField {
	const kept = "13 months"
	return []DisclosedField{
		{"home", "tell a connection from abroad, and local time", "until the next identity check"},
		{"devices", "leave known devices alone, and notice stolen ones", kept + " since last used"},
		{"proofs", "tell usual countries, networks, clients and hours from new ones; a " +
			"network_mark is 16 bits of a digest of the address cut to /24 or /48",
			kept + ", the newest 48"},
		{"last_place", "notice impossible journeys", kept + ", or until the next proof"},
		{"removed", "keep what was removed from coming back", kept + ", the newest 16"},
	}
}
