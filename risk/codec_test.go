// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"net/netip"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
	"pgregory.net/rapid"
)

// life draws what happens to a profile, in any order of time. Proofs are named
// by what they prove, since a name stands for one proof.
func life(t *rapid.T, p *risk.Profile, label string) {
	addrs := []string{
		risktest.ParisAddr, risktest.LondonAddr, risktest.NewYorkAddr, risktest.VPNAddr,
		risktest.TorAddr, risktest.NowhereAddr, "2001:db8:7::1",
	}
	clients := []risk.Client{risktest.Desktop(), risktest.PhoneUpgraded(), {}}
	var proofs []risk.Proof
	for range rapid.IntRange(0, 40).Draw(t, label) {
		now := start().Add(time.Duration(rapid.IntRange(0, 400*24).Draw(t, "hour")) * time.Hour)
		where := rapid.IntRange(0, len(addrs)-1).Draw(t, "addr")
		what := rapid.IntRange(0, 9).Draw(t, "what")
		device := rapid.IntRange(0, 11).Draw(t, "device")
		o := at(now, addrs[where], p)
		o.Device = risktest.Device(fmt.Sprint(device))
		o.Client = clients[(where+device)%len(clients)]
		by := risk.Proof{ID: fmt.Sprint(now.Unix(), where, what, device), Time: now, Strong: what%2 == 0}
		switch {
		case what == 0:
			p.RemoveDevice(o.Device, now)
		case what == 1 && len(proofs) > 0:
			p.Unlearn(proofs[where%len(proofs)].ID, now)
		case what == 2:
			p.Seed(risk.Home{Countries: []string{"FR", "BE"}[:where%2+1], Timezone: "Europe/Paris"}, by)
		case what == 3:
			p.Refresh(o.Device, o.Time)
		default:
			p.Learn(o.Evidence(), by)
			proofs = append(proofs, by)
		}
	}
}

func TestProfileRoundTrip(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var p risk.Profile
		life(r, &p, "events")
		b := encode(t, &p)
		if again := encode(t, decode(t, b)); !bytes.Equal(b, again) {
			r.Fatalf("%x, then %x", b, again)
		}
	})
}

// TestMerge: of two copies that changed apart, either order gives the same, and
// once is enough.
func TestMerge(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var p risk.Profile
		life(r, &p, "before")
		a, b := decode(t, encode(t, &p)), decode(t, encode(t, &p))
		life(r, a, "here")
		life(r, b, "there")
		ab, ba := decode(t, encode(t, a)), decode(t, encode(t, b))
		ab.Merge(b)
		ba.Merge(a)
		if !bytes.Equal(encode(t, ab), encode(t, ba)) {
			r.Fatalf("order matters:\n%x\n%x", encode(t, ab), encode(t, ba))
		}
		once := encode(t, ab)
		ab.Merge(b)
		ab.Merge(nil)
		if !bytes.Equal(once, encode(t, ab)) {
			r.Fatalf("twice is more:\n%x\n%x", once, encode(t, ab))
		}
	})
}

func TestMergeLosesNeitherUpdate(t *testing.T) {
	a := settled()
	b := decode(t, encode(t, a))
	madrid, phone := at(start().Add(days(1)), risktest.MadridAddr, a), at(start().Add(days(1)), risktest.ParisAddr, b)
	phone.Device = risktest.Device("phone")
	prove(a, madrid)
	prove(b, phone)
	a.Merge(b)
	s := assess(at(start().Add(days(2)), risktest.MadridAddr, a))
	if n, _ := s.Number(risk.HistoryLogins); n != 14 {
		t.Errorf("%v proofs, want 14", n)
	}
	if _, ok := a.Device(phone.Device); !ok || s.Bool(risk.GeoNewCountry) != risk.False {
		t.Error("one of the updates is lost")
	}
}

// sum ends an encoding as MarshalBinary does.
func sum(body []byte) []byte {
	return binary.LittleEndian.AppendUint32(body, crc32.ChecksumIEEE(body))
}

func TestProfileRefusesWhatItDidNotWrite(t *testing.T) {
	good := encode(t, settled())
	p := settled()
	check := func(name string, data []byte) {
		t.Helper()
		if err := p.UnmarshalBinary(data); !errors.Is(err, risk.ErrEncoding) {
			t.Errorf("%s: got %v, want ErrEncoding", name, err)
		}
	}
	for n := 1; n < len(good); n++ {
		check(fmt.Sprint("cut to ", n), good[:n])
		changed := bytes.Clone(good)
		changed[n] ^= 1
		check(fmt.Sprint("changed at ", n), changed)
	}
	body := good[:len(good)-4]
	check("a byte more", append(bytes.Clone(good), 1))
	check("a byte more inside", sum(append(bytes.Clone(body), 1)))
	check("version 2", sum(append([]byte{2}, body[1:]...)))
	check("a section twice", sum(append(bytes.Clone(body), body[1:30]...)))
	check("too much of later releases", sum(append(bytes.Clone(body),
		append([]byte{9, 0x80, 8}, make([]byte, 1024)...)...)))
	if !bytes.Equal(encode(t, p), good) {
		t.Error("a failed decoding changed the profile")
	}
	if err := p.UnmarshalBinary(nil); err != nil || len(p.Devices()) != 0 {
		t.Errorf("no data: got %v, %v", err, p)
	}
}

// TestLaterSectionsSurvive: an old process in a roll-out must not lose what a
// new one wrote.
func TestLaterSectionsSurvive(t *testing.T) {
	later := []byte{80, 3, 'n', 'e', 'w'}
	b := encode(t, settled())
	p := decode(t, sum(append(b[:len(b)-4], later...)))
	prove(p, at(start().Add(days(1)), risktest.MadridAddr, p))
	if b := encode(t, p); !bytes.HasSuffix(b[:len(b)-4], later) {
		t.Errorf("%x does not end in %x", b, later)
	}
}

func TestEvidenceRoundTrip(t *testing.T) {
	for _, addr := range []string{
		risktest.ParisAddr, risktest.SaoPauloAddr, risktest.TorAddr, risktest.VPNAddr,
		risktest.NowhereAddr, "2001:db8:1:2::3",
	} {
		o := at(start(), addr, nil)
		if addr == risktest.SaoPauloAddr {
			o.Device, o.Client = risk.DeviceID{}, risk.Client{}
		}
		want := o.Evidence()
		b, err := want.MarshalBinary()
		if err != nil || len(b) > 110 {
			t.Fatalf("%d bytes, %v", len(b), err)
		}
		var got risk.Evidence
		if err := got.UnmarshalBinary(b); err != nil || got != want {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
		for n := range b {
			if err := got.UnmarshalBinary(b[:n]); !errors.Is(err, risk.ErrEncoding) || got != want {
				t.Errorf("cut to %d: got %v, %v", n, got, err)
			}
		}
	}
	if got := (&risk.Observation{Addr: netip.Addr{}}).Evidence(); got != (risk.Evidence{}) {
		t.Errorf("nothing observed teaches %v", got)
	}
}

// FuzzProfile changes what stands before the checksum, which it would else
// never get past.
func FuzzProfile(f *testing.F) {
	one := from(risktest.Paris())
	moved := settled()
	prove(moved, at(start().Add(days(1)), risktest.VPNAddr, moved))
	moved.RemoveDevice(risktest.Device("laptop"), start())
	for _, p := range []*risk.Profile{new(risk.Profile), one, settled(), moved} {
		b := encode(f, p)
		f.Add(b[:len(b)-4])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		data := sum(body)
		var p risk.Profile
		if err := p.UnmarshalBinary(data); err != nil {
			if !errors.Is(err, risk.ErrEncoding) || !bytes.Equal(encode(t, &p), sum([]byte{1})) {
				t.Fatalf("got %v and %v", err, &p)
			}
			return
		}
		if again := encode(t, &p); !bytes.Equal(data, again) {
			t.Fatalf("%x, then %x", data, again)
		}
		o := at(start().Add(days(3)), risktest.LondonAddr, &p)
		_ = assess(o)
		prove(&p, o)
		p.Merge(settled())
		if b := encode(t, &p); len(b) > 4096 {
			t.Fatalf("grew to %d bytes", len(b))
		}
		_ = encode(t, decode(t, encode(t, &p)))
	})
}

func FuzzEvidence(f *testing.F) {
	for _, addr := range []string{risktest.ParisAddr, risktest.VPNAddr} {
		o := at(start(), addr, nil)
		b, _ := o.Evidence().MarshalBinary()
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var e risk.Evidence
		if err := e.UnmarshalBinary(data); err != nil {
			if !errors.Is(err, risk.ErrEncoding) || e != (risk.Evidence{}) {
				t.Fatalf("got %v and %v", err, e)
			}
			return
		}
		if again, _ := e.MarshalBinary(); !bytes.Equal(data, again) {
			t.Fatalf("%x, then %x", data, again)
		}
		p := settled()
		p.Learn(e, risk.Proof{ID: "fuzz", Time: start().Add(days(1)), Strong: true})
		_ = encode(t, decode(t, encode(t, p)))
	})
}

// TestReset: a profile that is used again holds nothing of the one before, even
// where the next is damaged.
func TestReset(t *testing.T) {
	newcomer := new(risk.Profile)
	prove(newcomer, at(start(), risktest.DakarAddr, newcomer))
	more, less := encode(t, settled()), encode(t, newcomer)
	empty := encode(t, new(risk.Profile))
	var p risk.Profile
	for i, next := range [][]byte{more, less, more, more[:len(more)-1], less, nil, more} {
		p.Reset()
		if !bytes.Equal(encode(t, &p), empty) {
			t.Fatalf("%d: a reset profile is not empty", i)
		}
		want := new(risk.Profile)
		wantErr := want.UnmarshalBinary(next)
		if err := p.UnmarshalBinary(next); (err == nil) != (wantErr == nil) {
			t.Fatalf("%d: got error %v, want %v", i, err, wantErr)
		}
		if !bytes.Equal(encode(t, &p), encode(t, want)) {
			t.Errorf("%d: it is not what it is in new memory", i)
		}
	}
}

// TestDecodingKeepsWhatIsThere: a profile that holds something does not lose it
// to data that is damaged at the end.
func TestDecodingKeepsWhatIsThere(t *testing.T) {
	p := settled()
	want, damaged := encode(t, p), encode(t, p)
	damaged[len(damaged)-1] ^= 1
	if err := p.UnmarshalBinary(damaged); !errors.Is(err, risk.ErrEncoding) || !bytes.Equal(encode(t, p), want) {
		t.Errorf("got error %v, and a changed profile", err)
	}
}
