// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
)

// leaks are the forms in which an address or a device could stand in a text.
func leaks(addr netip.Addr, id risk.DeviceID) []string {
	b := addr.As16()
	if addr.Is4() {
		b4 := addr.As4()
		return []string{
			addr.String(), hex.EncodeToString(b4[:]), fmt.Sprint(b4[:]), fmt.Sprint(binary.BigEndian.Uint32(b4[:])),
			hex.EncodeToString(id[:]), fmt.Sprint([16]byte(id)), fmt.Sprintf("%#v", [16]byte(id)),
		}
	}
	return []string{addr.String(), hex.EncodeToString(b[:]), fmt.Sprint(b[:])}
}

// printed is a value in every form in which a program may print it.
func printed(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	slog.New(slog.NewTextHandler(&b, nil)).Info("text", "v", v)
	slog.New(slog.NewJSONHandler(&b, nil)).Info("json", "v", v)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&b, verb+"\n", v)
	}
	if _, isDevice := v.(risk.DeviceID); !isDevice {
		j, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(j)
	}
	return b.String()
}

// TestNothingPrintsAddressesOrDevices is L22.
func TestNothingPrintsAddressesOrDevices(t *testing.T) {
	for _, addr := range []string{"192.0.2.77", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff"} {
		p := settled()
		o := at(start().Add(days(1)), addr, p)
		o.Device = risktest.Device("secret")
		o.Location = risktest.London()
		e := o.Evidence()
		prove(p, o)
		travel, _ := o.Travel()
		device, _ := p.Device(o.Device)
		login := risk.Login{Subject: "secret subject", Address: o.Addr.String(), Country: "GB"}
		var published risk.Published
		published.Add(login)
		o.Familiarity = model()
		for _, v := range []any{login, &login, &published, o.Explain(), *o.Familiarity, o.Familiarity.Crowd,
			o, &o, e, &e, p, o.Device, device.UserAgent, travel, p.Home(), *assess(o)} {
			text := printed(t, v)
			for _, leak := range append(leaks(o.Addr, o.Device), "secret subject") {
				if strings.Contains(text, leak) {
					t.Errorf("%T prints %q:\n%s", v, leak, text)
				}
			}
		}
	}
}

// TestPrintingSaysSomething, so that a log line can be used.
func TestPrintingSaysSomething(t *testing.T) {
	p := settled()
	o := at(start(), risktest.ParisAddr, p)
	for want, v := range map[string]any{
		`risk.Observation(2026-03-02T08:00:00Z "transfer")`: o,
		`risk.Evidence(2026-03-02T08:00:00Z FR)`:            o.Evidence(),
		`risk.Profile(12 proofs, 1 devices)`:                p,
		`risk.Profile(unknown)`:                             (*risk.Profile)(nil),
		`no device`:                                         risk.DeviceID{},
		`device 5eec0dc4`:                                   o.Device,
	} {
		if got := fmt.Sprint(v); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if text := printed(t, v); strings.Count(text, strings.ReplaceAll(want, `"`, `\"`)) == 0 &&
			!strings.Contains(text, want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
}

// TestNothingKeptHoldsAFullAddress is L23: two requests whose addresses differ
// in the part that is cut off leave the same bytes.
func TestNothingKeptHoldsAFullAddress(t *testing.T) {
	for _, tt := range []struct{ a, b, other string }{
		{"198.51.100.7", "198.51.100.201", "198.51.101.7"},
		{"2001:db8:7:1::1", "2001:db8:7:ffff:2:3:4:5", "2001:db8:8:1::1"},
	} {
		kept := func(addr string) string {
			o := at(start(), risktest.NowhereAddr, nil)
			o.Addr = netip.MustParseAddr(addr)
			b, err := o.Evidence().MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			var p risk.Profile
			p.Learn(o.Evidence(), risk.Proof{ID: "p", Time: start()})
			return string(b) + string(encode(t, &p))
		}
		if kept(tt.a) != kept(tt.b) {
			t.Errorf("%s and %s leave different bytes", tt.a, tt.b)
		}
		if kept(tt.a) == kept(tt.other) {
			t.Errorf("%s and %s leave the same bytes: networks are not kept at all", tt.a, tt.other)
		}
	}
}

// TestNothingKeptHoldsAnAddressOfAKnownNetwork: beside the number of a network
// stand 16 bits that tell its parts apart, which many parts share, and nothing
// of the last byte.
func TestNothingKeptHoldsAnAddressOfAKnownNetwork(t *testing.T) {
	a, b := at(start(), risktest.ParisAddr, nil), at(start(), risktest.ParisAddr, nil)
	b.Addr = netip.MustParseAddr("192.0.2.201")
	if a.Evidence() != b.Evidence() {
		t.Error("the last byte of the address is kept")
	}
	const parts = 1 << 18
	seen := map[risk.Evidence]bool{}
	for i := range parts {
		b.Addr = netip.AddrFrom4([4]byte{byte(64 + i>>16), byte(i >> 8), byte(i), 7})
		seen[b.Evidence()] = true
	}
	if len(seen) >= 1<<16 || len(seen) < 1<<15 {
		t.Errorf("%d parts of the network leave %d values, want under 65536", parts, len(seen))
	}
}

// TestNothingKeptHoldsTheUserAgent but its family and major version.
func TestNothingKeptHoldsTheUserAgent(t *testing.T) {
	a, b := at(start(), risktest.ParisAddr, nil), at(start(), risktest.ParisAddr, nil)
	b.Client.UserAgent = strings.Replace(b.Client.UserAgent, "144.0", "144.0.7", 1) + " serial/4711"
	if a.Evidence() != b.Evidence() {
		t.Error("more than the family of the user agent is kept")
	}
}
