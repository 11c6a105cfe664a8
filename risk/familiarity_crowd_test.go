// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk_test

import (
	"bytes"
	"errors"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
)

// busy is a crowd of many customers of the simulator.
func busy(t testing.TB, halfLife time.Duration) *risk.Crowd {
	t.Helper()
	c := risk.NewCrowd(halfLife)
	for e := range risktest.NewPopulation(3, 300).Events(20) {
		o := e.Observation(nil)
		c.Add(o.Evidence())
	}
	return c
}

func saved(t testing.TB, c *risk.Crowd) []byte {
	t.Helper()
	b, err := c.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestCrowdIsRestored explains the same request beside a crowd and beside its
// copy, at once and when both went on.
func TestCrowdIsRestored(t *testing.T) {
	for name, c := range map[string]*risk.Crowd{
		"default half-life": busy(t, 0), "two days": busy(t, 48*time.Hour),
	} {
		b := saved(t, c)
		if len(b) > 513<<10 {
			t.Errorf("%s: takes %d bytes, and says 512 KiB", name, len(b))
		}
		var restored risk.Crowd
		if err := restored.UnmarshalBinary(b); err != nil {
			t.Fatal(err)
		}
		if again := saved(t, &restored); !bytes.Equal(again, b) {
			t.Errorf("%s: a copy encodes otherwise", name)
		}
		for range 2 {
			p := settled()
			o := at(start().Add(days(1)), risktest.LondonAddr, p)
			o.Familiarity = &risk.Familiarity{Crowd: c.View(start())}
			want := o.Explain()
			o.Familiarity = &risk.Familiarity{Crowd: restored.View(start())}
			for i, got := range o.Explain() {
				if math.Abs(got.Share-want[i].Share) > 1e-5*want[i].Share {
					t.Errorf("%s: %s: got %v, want %v", name, got.Level, got.Share, want[i].Share)
				}
			}
			if len(want) < 5 {
				t.Fatalf("only %d parts to compare", len(want))
			}
			c.Add(o.Evidence())
			restored.Add(o.Evidence())
		}
	}
}

func TestEmptyCrowdIsRestored(t *testing.T) {
	var empty, restored risk.Crowd
	if err := restored.UnmarshalBinary(saved(t, &empty)); err != nil {
		t.Fatal(err)
	}
	o := at(start(), risktest.ParisAddr, settled())
	o.Familiarity = &risk.Familiarity{Crowd: restored.View(start())}
	if parts := o.Explain(); len(parts) == 0 {
		t.Error("an empty crowd explains nothing")
	}
}

// TestDamagedCrowd changes, cuts and lengthens an encoding everywhere.
func TestDamagedCrowd(t *testing.T) {
	small := risk.NewCrowd(0)
	small.Add(observe(risktest.ParisAddr, true).Evidence())
	good := saved(t, small)
	refused := func(b []byte, how string) {
		t.Helper()
		c := busy(t, 0)
		before := saved(t, c)
		if err := c.UnmarshalBinary(b); !errors.Is(err, risk.ErrEncoding) {
			t.Fatalf("%s: got %v, want ErrEncoding", how, err)
		}
		if !bytes.Equal(before, saved(t, c)) {
			t.Fatalf("%s: changed the crowd", how)
		}
	}
	refused(nil, "nothing")
	refused(append(bytes.Clone(good), 0), "longer")
	refused(good[:len(good)-1], "cut")
	for _, i := range []int{0, 1, 3, len(good) / 2, len(good) - 1} {
		bad := bytes.Clone(good)
		bad[i] ^= 0x80
		refused(bad, "changed")
	}
}

// TestCrowdIsSafeForConcurrentUse is for the race detector.
func TestCrowdIsSafeForConcurrentUse(t *testing.T) {
	c, e := new(risk.Crowd), observe(risktest.ParisAddr, true).Evidence()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 20 {
				c.Add(e)
				c.View(start())
				saved(t, c)
			}
		})
	}
	wg.Wait()
	want := new(risk.Crowd)
	for range 80 {
		want.Add(e)
	}
	if !bytes.Equal(saved(t, c), saved(t, want)) {
		t.Error("an addition was lost")
	}
}

func FuzzCrowd(f *testing.F) {
	small := risk.NewCrowd(48 * time.Hour)
	small.Add(observe(risktest.ParisAddr, true).Evidence())
	b, err := small.MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b[:len(b)-4])
	f.Add(b[:20])
	f.Add(saved(f, new(risk.Crowd))[:3])
	f.Fuzz(func(t *testing.T, data []byte) {
		data = sum(bytes.Clone(data)) // past the checksum
		var c risk.Crowd
		if err := c.UnmarshalBinary(data); err != nil {
			if !errors.Is(err, risk.ErrEncoding) {
				t.Fatal(err)
			}
			return
		}
		again := saved(t, &c)
		var d risk.Crowd
		if err := d.UnmarshalBinary(again); err != nil {
			t.Fatalf("what was read is not read again: %v", err)
		}
		o := at(start(), risktest.ParisAddr, settled())
		o.Familiarity = &risk.Familiarity{Crowd: d.View(start())}
		for _, p := range o.Explain() {
			if !(p.Share > 0 && p.Share <= 1) || math.IsNaN(p.Evidence) || math.IsInf(p.Evidence, 0) {
				t.Fatalf("got %+v", p)
			}
		}
	})
}
