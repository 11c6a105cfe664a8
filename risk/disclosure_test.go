// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
)

func TestDisclose(t *testing.T) {
	p := settled()
	o := at(start().Add(days(1)), "198.51.100.201", p)
	o.Location = risk.Location{}
	prove(p, o)
	p.RemoveDevice(risktest.Device("laptop"), start().Add(days(2)))
	phone := at(start().Add(days(3)), "2001:db8:7:1::9", p)
	phone.Device, phone.Client, phone.Location = risktest.Device("phone"), risktest.Phone(), risktest.London()
	phone.Location.ASN = 0
	prove(p, phone)

	got := p.Disclose()
	if got.Home == nil || got.Home.Timezone != "Europe/Paris" || got.Home.Countries[0] != "FR" {
		t.Errorf("home: %+v", got.Home)
	}
	if len(got.Devices) != 1 || got.Devices[0].Kind != "Chrome on Android (phone)" ||
		got.Devices[0].Version != 141 || got.Devices[0].Language != "fr" {
		t.Errorf("devices: %+v", got.Devices)
	}
	last := got.Proofs[len(got.Proofs)-1]
	if len(got.Proofs) != 14 || last.Device != 1 || last.Network != "2001:db8:7::/48" ||
		last.Country != "GB" || !last.Strong || last.Kind != "Chrome on Android (phone)" ||
		last.Language != "fr" || len(last.Prefix) != 4 {
		t.Errorf("%d proofs, the last: %+v", len(got.Proofs), last)
	}
	if before := got.Proofs[12]; before.Network != "198.51.100.0/24" || before.Country != "" {
		t.Errorf("the one before: %+v", before)
	}
	if first := got.Proofs[0]; first.ASN != risktest.Paris().ASN || first.Network != "" {
		t.Errorf("the first: %+v", first)
	}
	if got.Place == nil || got.Place.City != "London" || got.Place.By != last.Proof {
		t.Errorf("place: %+v", got.Place)
	}
	if len(got.Removed) != 1 {
		t.Errorf("removed: %+v", got.Removed)
	}
}

// TestEveryDisclosedFieldIsExplained is L23: every field has a purpose and a
// retention.
func TestEveryDisclosedFieldIsExplained(t *testing.T) {
	d := new(risk.Profile).Disclose()
	explained := map[string]bool{"later": true, "about_these_fields": true}
	for _, f := range d.Fields {
		explained[f.Field] = f.Purpose != "" && f.Kept != ""
	}
	typ := reflect.TypeFor[risk.Disclosure]()
	for i := range typ.NumField() {
		name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		if !explained[name] {
			t.Errorf("%q is not explained", name)
		}
	}
	b, err := json.Marshal(d)
	if err != nil || !strings.HasPrefix(string(b), `{"devices":[],"proofs":[],"removed":[],"about_these_fields":[`) {
		t.Errorf("a newcomer's: %s, %v", b, err)
	}
}
