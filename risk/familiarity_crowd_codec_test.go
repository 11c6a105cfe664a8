// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"testing"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
)

// A crowd that was kept goes on as if it had not been.
func TestCrowdRoundTrip(t *testing.T) {
	whole, kept := risk.NewCrowd(0), risk.NewCrowd(0)
	for i := range 40 {
		o := at(start().Add(days(float64(i))), []string{risktest.ParisAddr, risktest.LondonAddr}[i%2], nil)
		whole.Add(o.Evidence())
		kept.Add(o.Evidence())
		data, err := kept.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		kept = new(risk.Crowd)
		if err := kept.UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
	}
	want, _ := whole.View(start().Add(days(40))).MarshalBinary()
	got, _ := kept.View(start().Add(days(40))).MarshalBinary()
	if !bytes.Equal(got, want) {
		t.Error("the crowds differ")
	}
	var view risk.CrowdView
	if err := view.UnmarshalBinary(want); err != nil {
		t.Fatal(err)
	}
	if again, _ := view.MarshalBinary(); !bytes.Equal(again, want) {
		t.Error("the views differ")
	}
	empty, _ := new(risk.CrowdView).MarshalBinary()
	if err := view.UnmarshalBinary(empty); err != nil {
		t.Error(err)
	}
}

func TestCrowdsThatAreNone(t *testing.T) {
	some := risk.NewCrowd(0)
	some.Add(observe(risktest.ParisAddr, true).Evidence())
	crowd, _ := some.MarshalBinary()
	view, _ := some.View(start()).MarshalBinary()
	with := func(data []byte, at int, bits uint64) []byte {
		return binary.LittleEndian.AppendUint64(bytes.Clone(data[:at]), bits)[: at+8 : at+8]
	}
	patch := func(data []byte, at int, bits uint64) []byte {
		return append(with(data, at, bits), data[at+8:]...)
	}
	// Past the checksum, so that what is behind it has to refuse.
	mended := func(at int, bits uint64) []byte { return sum(patch(crowd[:len(crowd)-4], at, bits)) }
	for name, data := range map[string][]byte{
		"nothing": nil, "cut": crowd[:len(crowd)-1], "longer": append(bytes.Clone(crowd), 0),
		"version":   sum(append([]byte{9}, crowd[1:len(crowd)-4]...)),
		"half-life": mended(1, 5), "changed": patch(crowd, 497, math.Float64bits(1)),
		"NaN": mended(9, math.Float64bits(math.NaN())), "less than none": mended(497, math.Float64bits(-1)),
		"view": view,
	} {
		if err := new(risk.Crowd).UnmarshalBinary(data); !errors.Is(err, risk.ErrEncoding) {
			t.Errorf("%s: got %v, want %v", name, err, risk.ErrEncoding)
		}
	}
	for name, data := range map[string][]byte{
		"nothing": nil, "cut": view[:len(view)-1], "one byte": view[:1], "version": append([]byte{9}, view[1:]...),
		"endless": patch(view, 1, math.Float64bits(math.Inf(1))), "less than none": patch(view, len(view)-8, 1<<63|1<<62),
		"crowd": crowd,
	} {
		if err := new(risk.CrowdView).UnmarshalBinary(data); !errors.Is(err, risk.ErrEncoding) {
			t.Errorf("view, %s: got %v, want %v", name, err, risk.ErrEncoding)
		}
	}
}
