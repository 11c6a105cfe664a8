// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/risk"
)

// What a signal can be is what its entry says in words.
func TestSignalCanBe(t *testing.T) {
	for _, s := range risk.Catalogue() {
		if s.Type != risk.Number {
			if s.Signal.CanBe(1) {
				t.Errorf("%s can be a number", s.Name)
			}
			continue
		}
		for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			if s.Signal.CanBe(bad) {
				t.Errorf("%s can be %v", s.Name, bad)
			}
		}
		if signed := strings.HasPrefix(s.Name, "familiarity.") && s.Unit == "nats"; s.Signal.CanBe(-1) != signed {
			t.Errorf("%s can be -1: %v", s.Name, !signed)
		}
		least, most, ended := strings.Cut(s.Range, " to ")
		low, err := strconv.ParseFloat(strings.Fields(least)[0], 64)
		if !ended || err != nil {
			continue
		}
		high, err := strconv.ParseFloat(strings.Trim(strings.Fields(most)[0], ",:"), 64)
		if err != nil {
			t.Errorf("%s: %q ends in no number", s.Name, s.Range)
		}
		if !s.Signal.CanBe(low) || !s.Signal.CanBe(high) {
			t.Errorf("%s cannot be %v or %v", s.Name, low, high)
		}
		if s.Group != risk.TravelGroup && (s.Signal.CanBe(low-1) || s.Signal.CanBe(high+1)) {
			t.Errorf("%s can be %v or %v: want %s", s.Name, low-1, high+1, s.Range)
		}
	}
}

func TestSignalCanRead(t *testing.T) {
	for _, id := range []risk.Signal{risk.ActionSensitivity, risk.ClientChannel} {
		for text := range strings.SplitSeq(id.Spec().Range, ", ") {
			if !id.CanRead(text) {
				t.Errorf("%s cannot read %q", id, text)
			}
		}
	}
	for _, c := range []struct {
		id   risk.Signal
		text string
		want bool
	}{
		{risk.GeoCountry, "FR", true},
		{risk.GeoCountry, "fr", false},
		{risk.GeoCountry, "France", false},
		{risk.GeoRegion, "FR-IDF", true},
		{risk.GeoRegion, "IDF", false},
		{risk.ClientChannel, "web", true},
		{risk.ClientChannel, "Web", false},
		{risk.ActionSensitivity, "critical", true},
		{risk.ActionSensitivity, "severe", false},
		{risk.ActionName, "anything.at-all", true},
		{risk.ActionName, "", false},
		{risk.GeoForeign, "true", false},
	} {
		if got := c.id.CanRead(c.text); got != c.want {
			t.Errorf("%s can read %q: got %v, want %v", c.id, c.text, got, c.want)
		}
	}
}
