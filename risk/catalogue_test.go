// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk_test

import (
	"strings"
	"testing"

	"github.com/proportion-go/proportion/risk"
)

func TestCatalogue(t *testing.T) {
	list := risk.Catalogue()
	if len(list) != int(risk.FamiliarityAgent)+1 {
		t.Fatalf("%d entries, want one for each of %d signals", len(list), risk.FamiliarityAgent+1)
	}
	names := map[string]bool{}
	for i, s := range list {
		if s.Signal != risk.Signal(i) || s.Signal.Spec() != s {
			t.Errorf("%s stands at %d, its signal is %d", s.Name, i, s.Signal)
		}
		if names[s.Name] {
			t.Errorf("%s stands twice", s.Name)
		}
		names[s.Name] = true
		group, _, _ := strings.Cut(s.Name, ".")
		if s.Group.String() != group {
			t.Errorf("%s is in group %s", s.Name, s.Group)
		}
		if s.Type.String() == "invalid" || s.Range == "" || s.Purpose == "" || s.Category == "" ||
			s.Retention == "" {
			t.Errorf("%s lacks a field: %+v", s.Name, s)
		}
		for _, text := range []string{s.Unit, s.Range, s.UnknownWhen, s.Purpose, s.Category, s.Retention} {
			if text != strings.TrimSpace(text) || strings.ContainsAny(text, "|\n") {
				t.Errorf("%s: %q has stray space or breaks the table", s.Name, text)
			}
		}
		if got, ok := risk.ParseSignal(s.Name); !ok || got != s.Signal || got.String() != s.Name {
			t.Errorf("%s parses as %s, %v", s.Name, got, ok)
		}
	}
}

func TestNoSignal(t *testing.T) {
	id, ok := risk.ParseSignal("geo.planet")
	if ok || id != 0 {
		t.Errorf("got %s, %v", id, ok)
	}
	none := risk.FamiliarityAgent + 1
	if none.Spec() != (risk.Spec{}) || none.String() != "invalid" || none.Type() != 0 || none.Group() != 0 {
		t.Errorf("a value that is no signal has %+v", none.Spec())
	}
	if risk.Type(0).String() != "invalid" || risk.Basis(0) != risk.Consent {
		t.Error("zero Type or Basis is something")
	}
}

func TestSlots(t *testing.T) {
	var s risk.Signals
	for _, spec := range risk.Catalogue() {
		id := spec.Signal
		s.SetBool(id, risk.True)
		s.SetNumber(id, 7)
		s.SetText(id, "text")
		s.SetList(id, []string{"a"})
		number, isNumber := s.Number(id)
		text, isText := s.Text(id)
		list, isList := s.List(id)
		got := []bool{s.Bool(id) == risk.True, isNumber && number == 7, isText && text == "text",
			isList && list[0] == "a"}
		for i, typ := range []risk.Type{risk.Bool, risk.Number, risk.Text, risk.List} {
			if got[i] != (typ == spec.Type) {
				t.Errorf("%s: holds a %s: %v", spec.Name, typ, got[i])
			}
		}
	}
	if s.Computed() != risk.AllGroups {
		t.Errorf("computed %s", s.Computed())
	}
	s.Forget(risk.GeoGroup)
	wantUnknown(t, &s, risk.GeoCountry, risk.GeoTor)
	if !s.Known(risk.DeviceKnown) || s.Computed() != risk.AllGroups {
		t.Error("Forget forgot more than its group")
	}
}

func TestGroupsString(t *testing.T) {
	for want, g := range map[string]risk.Groups{
		"none": 0, "geo": risk.GeoGroup, "geo+device": risk.GeoGroup | risk.DeviceGroup,
	} {
		if got := g.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
