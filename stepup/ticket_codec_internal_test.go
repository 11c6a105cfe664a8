// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"bytes"
	"encoding/hex"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// fakeTicket has something in every field.
func fakeTicket() *ticket {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	seen := risk.Observation{
		Time: now, Addr: netip.MustParseAddr("21.33.10.77"), Device: risk.DeviceID{7, 8},
		Location: risk.Location{
			Country: "FR", ASN: 64496, City: "Lyon", HasPoint: true, Point: risk.Point{Latitude: 45.76},
		},
		Client: risk.Client{UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"},
	}
	return &ticket{
		demand: demand{
			ID: ID{1, 2, 3}, Subject: "fake-subject", Decoy: true, Session: Key{4}, Binding: Key{5},
			Renewal: true, Lane: TrustedLane, Channel: Phone,
			Audience: "shop", Action: "transfer", Sensitivity: policy.Critical,
			Facts: []policy.BoundFact{
				{Name: "amount", Type: policy.DecimalFact, Unit: "EUR", Value: "250", Present: true},
				{Name: "payee", Type: policy.StringFact},
			},
			Band: policy.Medium, Step: 3, ACR: "fake:acr", Via: policy.SMS, Reasons: []string{"fake reason"},
			Evidence: seen.Evidence(),
		},
		Issued: now, Formerly: []Key{{6}}, Language: "fr",
		Offers: []offer{
			{
				Method: policy.Code6, Kind: policy.SMS, Address: "+33639980001", Shown: "+33 6",
				After: now.Add(time.Minute),
			},
			{Method: policy.TOTP},
		},
		Network: "21.33.10.0/24", Address: Key{9}, Where: "Lyon, FR", Client: "Firefox on Linux",
	}
}

// drawTicket draws one of any contents.
func drawTicket(t *rapid.T) *ticket {
	text, flag := rapid.String(), rapid.Bool()
	number := func(most int) int { return rapid.IntRange(0, most).Draw(t, "number") }
	when := func() time.Time { return moment(rapid.Int64().Draw(t, "time")) }
	key := rapid.Custom(func(t *rapid.T) Key { return Key{byte(rapid.IntRange(0, 1).Draw(t, "key"))} })
	fact := rapid.Custom(func(t *rapid.T) policy.BoundFact {
		return policy.BoundFact{
			Name: text.Draw(t, "name"), Type: policy.FactType(number(5)), Unit: text.Draw(t, "unit"),
			Value: text.Draw(t, "value"), Present: flag.Draw(t, "present"),
		}
	})
	offered := rapid.Custom(func(t *rapid.T) offer {
		return offer{
			Method: policy.Method(number(9)), Kind: policy.ContactKind(number(3)),
			Address: text.Draw(t, "address"), Shown: text.Draw(t, "shown"), After: when(),
		}
	})
	channels := []Channel{Web, App, Phone, Shop, API}
	seen := risk.Observation{
		Device: risk.DeviceID(key.Draw(t, "device")), Time: time.Unix(int64(number(1<<31-1)), 0),
	}
	return &ticket{
		demand: demand{
			ID: ID{byte(number(255))}, Subject: text.Draw(t, "subject"), Decoy: flag.Draw(t, "decoy"),
			Session: key.Draw(t, "session"), Binding: key.Draw(t, "binding"),
			Renewal: flag.Draw(t, "renewal"), Lane: Lane(number(Lanes)),
			Channel:  rapid.SampledFrom(channels).Draw(t, "channel"),
			Audience: text.Draw(t, "audience"), Action: text.Draw(t, "action"),
			Sensitivity: policy.Sensitivity(number(4)), Facts: some(rapid.SliceOf(fact).Draw(t, "facts")),
			Band: policy.Band(number(4)), Step: number(1000), ACR: text.Draw(t, "acr"),
			Via: policy.ContactKind(number(3)), Reasons: some(rapid.SliceOf(text).Draw(t, "reasons")),
			Evidence: seen.Evidence(),
		},
		Issued:   when(),
		Formerly: some(rapid.SliceOf(key).Draw(t, "formerly")), Language: text.Draw(t, "language"),
		Offers:  some(rapid.SliceOf(offered).Draw(t, "offers")),
		Network: text.Draw(t, "network"), Address: key.Draw(t, "address"), Where: text.Draw(t, "where"),
		Client: text.Draw(t, "client"),
	}
}

// some returns nil for an empty list.
func some[V any](list []V) []V {
	if len(list) == 0 {
		return nil
	}
	return list
}

// Every ticket is read as it was written, and no beginning of it is one.
func TestTicketRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawTicket(t)
		plain := want.encode()
		padded := append(bytes.Clone(plain), make([]byte, rapid.IntRange(0, 9).Draw(t, "padding"))...)
		var got ticket
		if !got.decode(padded) || !reflect.DeepEqual(&got, want) {
			t.Fatalf("got %+v, want %+v", got, *want)
		}
		if n := rapid.IntRange(0, len(plain)-1).Draw(t, "cut"); new(ticket).decode(plain[:n]) {
			t.Fatalf("read from the first %d of %d bytes", n, len(plain))
		}
	})
}

// What is not a ticket of this version is none.
func TestTicketRefused(t *testing.T) {
	plain := fakeTicket().encode()
	for n := range plain {
		if new(ticket).decode(plain[:n]) {
			t.Errorf("read from the first %d of %d bytes", n, len(plain))
		}
	}
	other := bytes.Clone(plain)
	other[0]++
	channel := bytes.Clone(plain)
	at := bytes.Index(channel, []byte("\x06\x08shop")) // the channel comes before the audience
	channel[at] = 98
	for name, b := range map[string][]byte{
		"another version": other, "no such channel": channel,
		"more after it": append(bytes.Clone(plain), 0, 1),
	} {
		if new(ticket).decode(b) {
			t.Errorf("%s: read", name)
		}
	}
}

// Two builds of one version read each other's: a change of the form is a
// change of the version.
func TestTicketForm(t *testing.T) {
	const want = "010102030000000000000000000000000000000f0400000000000000000000000000000005000000" +
		"0000000000000000000000001866616b652d7375626a65637402060873686f70107472616e736665" +
		"7200040c616d6f756e74040645555206323530020a70617965650800000004061066616b653a6163" +
		"7202021666616b6520726561736f6e5a010690a395cd064652c1df0fbb350406018c010007080000" +
		"000000000000000000000000c0470064044c796f6e8080ddaff6a6fd983102060000000000000000" +
		"00000000000000046672040402182b33333633393938303030310a2b3333203680e097b4b5aafd98" +
		"3108000000001a32312e33332e31302e302f32340109000000000000000000000000000000104c79" +
		"6f6e2c2046522046697265666f78206f6e204c696e7578"
	if got := hex.EncodeToString(fakeTicket().encode()); got != want {
		t.Errorf("got %s\nwant %s: is it another version?", got, want)
	}
}

// A demand opens for its own challenge, whole, and is all that is needed for
// the answer.
func TestDemandBelongsToItsChallenge(t *testing.T) {
	g := fakeGuard(t)
	of := fakeTicket()
	want := of.of(of.Offers[0])
	sealed, err := g.sealDemand(want)
	if err != nil {
		t.Fatal(err)
	}
	var got demand
	if !g.openDemand(of.ID, sealed, &got) || !reflect.DeepEqual(&got, want) {
		t.Errorf("got %+v, want %+v", got, *want)
	}
	if got.Binding != (Key{}) || got.Via != policy.SMS || got.device() != (Key{7, 8}) {
		t.Errorf("got %+v, want no binding, and the offer's contact", got)
	}
	if g.openDemand(ID{1, 2, 4}, sealed, new(demand)) {
		t.Error("opened for another challenge")
	}
	if text, err := g.sealTicket(of); err != nil || g.openDemand(of.ID, []byte(text), new(demand)) {
		t.Errorf("a ticket opened as a demand, error %v", err)
	}
	if mobile := of.of(offer{Method: Mobile4}); mobile.Binding != of.Binding {
		t.Error("the demand of mobile4 has lost its binding")
	}
}

// There may be a million demands in a store: what an ordinary one takes is
// bounded here.
func TestDemandIsSmall(t *testing.T) {
	d := fakeTicket().of(offer{Method: Code6, Kind: policy.SMS})
	d.Reasons, d.ACR = nil, ""
	sealed, err := fakeGuard(t).sealDemand(d)
	if err != nil {
		t.Fatal(err)
	}
	if len(sealed) > 192 {
		t.Errorf("got %d bytes, want at most 192", len(sealed))
	}
}

// fakeGuard has the keys that seal tickets and demands, and nothing else.
func fakeGuard(t *testing.T) *Guard {
	t.Helper()
	key, err := otp.NewKey("fake", bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	ring, err := otp.NewRing(key)
	if err != nil {
		t.Fatal(err)
	}
	g := new(Guard)
	g.keys.demand, g.keys.ticket = ring.Sealer("fake", "demand"), ring.Sealer("fake", "ticket")
	return g
}
