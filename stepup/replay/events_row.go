// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/internal/lines"
	"github.com/proportion-go/proportion/stepup/journal"
)

// row is one raw event, as it was read.
type row struct {
	file int            // index of EventsConfig.Files
	line int64          // of the file, from 1
	from lines.Position // where the line begins
	size int            // bytes of the line

	id       string
	time     time.Time
	subject  journal.Pseudonym
	action   string
	addr     netip.Addr
	agent    string
	device   risk.DeviceID
	success  bool
	failed   bool // it is known that it did not succeed
	label    Label
	channel  string
	language string
	facts    []journal.Fact

	located       bool // the row says where it comes from
	country, city string
	asn           uint32
}

// renew forgets the row, and keeps its memory for the next one.
func (r *row) renew() {
	clear(r.facts)
	*r = row{facts: r.facts[:0]}
}

// The values of a raw event that is read from texts. Those of JSON Lines and
// of CSV have the same names.
const (
	idText = iota
	timeText
	subjectText
	actionText
	ipText
	agentText
	deviceText
	successText
	labelText
	channelText
	languageText
	factsText

	// Only of the public RBA data set.
	countryText
	cityText
	asnText
	attackText
	takeoverText

	textCount
)

// textNames are the names of JSON Lines and of CSV.
var textNames = [...]string{
	"id", "time", "subject", "action", "ip", "user_agent", "device", "success", "label", "channel",
	"language", "facts",
}

// texts are the values of a row as they stand. An absent one is empty.
type texts [textCount][]byte

// read reads what all formats have.
func (r *row) read(t *texts, words interned) (err error) {
	r.id = string(t[idText])
	r.subject, r.device = aliasOf(t[subjectText]), risk.DeviceID(aliasOf(t[deviceText]))
	r.action, r.agent = words.of(t[actionText]), words.of(t[agentText])
	r.channel, r.language = words.of(t[channelText]), words.of(t[languageText])
	if len(t[timeText]) > 0 {
		if r.time, err = readTime(t[timeText]); err != nil {
			return err
		}
	}
	if r.addr, err = readAddr(string(t[ipText])); err != nil {
		return err
	}
	if r.label, err = ParseLabel(string(t[labelText])); err != nil {
		return err
	}
	return r.readSuccess(t[successText])
}

// complete checks what every row must have, and fills what follows.
func (r *row) complete() error {
	switch {
	case r.time.IsZero():
		return fmt.Errorf("%w: time: want one", ErrRow)
	case r.action == "":
		return fmt.Errorf("%w: action: want one", ErrRow)
	}
	if r.channel == "" && r.addr.IsValid() {
		r.channel = "web"
	}
	return nil
}

func (r *row) readSuccess(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	is, err := strconv.ParseBool(string(text))
	if err != nil {
		return fmt.Errorf("%w: success: want true or false", ErrRow)
	}
	r.success, r.failed = is, !is
	return nil
}

// readTime reads RFC 3339, the same with a space and in UTC if it does not say
// otherwise, or seconds since 1970.
func readTime(text []byte) (time.Time, error) {
	var t time.Time
	if t.UnmarshalText(text) == nil { // most are, and it makes no garbage
		return t.UTC(), nil
	}
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999",
		"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00"} {
		if t, err := time.Parse(layout, string(text)); err == nil {
			return t.UTC(), nil
		}
	}
	if x, err := strconv.ParseFloat(string(text), 64); err == nil && x > 0 && x < 1e11 {
		return time.UnixMicro(int64(x * 1e6)).UTC(), nil
	}
	return time.Time{}, fmt.Errorf("%w: time: want RFC 3339, as 2026-03-02T09:00:00Z", ErrRow)
}

func readAddr(text string) (netip.Addr, error) {
	if text == "" {
		return netip.Addr{}, nil
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return addr, fmt.Errorf("%w: ip: want an address", ErrRow) // the cause would repeat it
	}
	return addr.Unmap().WithZone(""), nil
}

// location is where a row of the public RBA data set says that it comes from.
// There are no coordinates in it.
func (r *row) location() risk.Location {
	return risk.Location{Country: r.country, City: r.city, ASN: r.asn}
}

// interned are texts that come again and again, such as user agents, so that
// each is kept once.
type interned map[string]string

// The bounds of what is interned: some 2 MB at most.
const (
	maxInterned = 4096
	maxWord     = 512
)

func (all interned) of(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	if known, ok := all[string(text)]; ok {
		return known
	}
	word := string(text)
	if len(word) > maxWord {
		return word
	}
	if len(all) >= maxInterned {
		clear(all)
	}
	all[word] = word
	return word
}
