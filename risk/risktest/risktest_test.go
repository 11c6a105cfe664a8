// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risktest_test

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
)

func locate(t *testing.T, l *risktest.Locator, addr string) risk.Location {
	t.Helper()
	at, err := l.Locate(netip.MustParseAddr(addr))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestLocatorPlacesTheAddressesOfThePackage(t *testing.T) {
	seen := map[risk.Location]string{}
	l := risktest.NewLocator()
	for addr, want := range map[string]risk.Location{
		risktest.ParisAddr: risktest.Paris(), risktest.LyonAddr: risktest.Lyon(),
		risktest.MobileAddr: risktest.Mobile(), risktest.BrusselsAddr: risktest.Brussels(),
		risktest.LondonAddr: risktest.London(), risktest.MadridAddr: risktest.Madrid(),
		risktest.DakarAddr: risktest.Dakar(), risktest.NewYorkAddr: risktest.NewYork(),
		risktest.SaoPauloAddr: risktest.SaoPaulo(), risktest.TorAddr: risktest.Tor(),
		risktest.VPNAddr: risktest.VPN(), risktest.HostingAddr: risktest.Hosting(),
	} {
		if got := locate(t, l, addr); got != want {
			t.Errorf("%s: got %+v, want %+v", addr, got, want)
		}
		if other := seen[want]; other != "" {
			t.Errorf("%s and %s are the same place", addr, other)
		}
		seen[want] = addr
	}
	if got := locate(t, l, risktest.NowhereAddr); got != (risk.Location{}) {
		t.Errorf("nowhere: got %+v", got)
	}
}

func TestAnonymousPlaces(t *testing.T) {
	for name, tt := range map[string]struct {
		place risk.Location
		want  bool
	}{
		"Paris": {risktest.Paris(), false}, "mobile": {risktest.Mobile(), false},
		"Tor": {risktest.Tor(), true}, "VPN": {risktest.VPN(), true},
		"hosting": {risktest.Hosting(), true},
	} {
		if got := tt.place.Anonymous(); got != tt.want {
			t.Errorf("%s: anonymous is %v, want %v", name, got, tt.want)
		}
	}
}

func TestLongestPrefixDecides(t *testing.T) {
	var l risktest.Locator
	l.Place(netip.MustParsePrefix("2001:db8::/32"), risktest.Paris())
	l.Place(netip.MustParsePrefix("2001:db8:7::/48"), risktest.London())
	l.Place(netip.MustParsePrefix("192.0.2.9/24"), risktest.Madrid())
	for addr, want := range map[string]string{
		"2001:db8::1": "Paris", "2001:db8:7::1": "London", "2001:db8:8::1": "Paris",
		"192.0.2.200": "Madrid", "::ffff:192.0.2.200": "Madrid", "198.51.100.1": "", "::1": "",
	} {
		if got := locate(t, &l, addr).City; got != want {
			t.Errorf("%s: got %q, want %q", addr, got, want)
		}
	}
	if got, err := l.Locate(netip.Addr{}); err != nil || got != (risk.Location{}) {
		t.Errorf("no address: got %+v, %v", got, err)
	}
}

func TestFail(t *testing.T) {
	l := risktest.NewLocator()
	broken := errors.New("broken")
	l.Fail(broken)
	got, err := l.Locate(netip.MustParseAddr(risktest.ParisAddr))
	if !errors.Is(err, broken) || got != (risk.Location{}) {
		t.Errorf("got %+v, %v", got, err)
	}
	l.Fail(nil)
	if got := locate(t, l, risktest.ParisAddr); got.City != "Paris" {
		t.Errorf("mended: got %+v", got)
	}
}

func TestDevicesDiffer(t *testing.T) {
	id := risktest.Device("laptop")
	if id == risktest.Device("phone") {
		t.Error("two names give one device")
	}
	if again := risktest.Device("laptop"); id != again {
		t.Errorf("the same name gives %v and %v", id, again)
	}
	if string(id[12:]) != "fake" {
		t.Errorf("%x does not end in fake", id[:])
	}
}

// TestClientsAreWhatTheySay sees the clients through an assessment.
func TestClientsAreWhatTheySay(t *testing.T) {
	for name, tt := range map[string]struct {
		client risk.Client
		want   risk.Truth
	}{
		"desktop": {risktest.Desktop(), risk.False}, "phone": {risktest.PhoneUpgraded(), risk.False},
		"script": {risktest.Script(), risk.True},
	} {
		var s risk.Signals
		risk.Assess(&risk.Observation{Client: tt.client}, risk.DeviceGroup, &s)
		if got := s.Bool(risk.DeviceAutomated); got != tt.want {
			t.Errorf("%s: automated is %v, want %v", name, got, tt.want)
		}
	}
}
