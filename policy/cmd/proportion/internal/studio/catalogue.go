// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package studio

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// signal is what a page needs to make a control of a signal.
type signal struct {
	Name        string   `json:"name"`
	Group       string   `json:"group"`
	Type        string   `json:"type"`
	Unit        string   `json:"unit"`
	Range       string   `json:"range"`
	UnknownWhen string   `json:"unknown_when"`
	Purpose     string   `json:"purpose"`
	Choices     []string `json:"choices"`
	Slider      *slider  `json:"slider"` // null: it has no ends
}

// slider is the ends of a number and how finely it moves. Other values can be
// typed.
type slider struct {
	Min  float64 `json:"min"`
	Max  float64 `json:"max"`
	Step float64 `json:"step"`
}

// signals returns the catalogue, less what follows from the action.
func signals() []signal {
	var all []signal
	for _, s := range risk.Catalogue() {
		if s.Group == risk.ActionGroup {
			continue
		}
		group, _, _ := strings.Cut(s.Name, ".")
		one := signal{
			Name: s.Name, Group: group, Type: s.Type.String(), Unit: s.Unit, Range: s.Range,
			UnknownWhen: s.UnknownWhen, Purpose: s.Purpose, Choices: choices(s),
		}
		if s.Type == risk.Number {
			one.Slider = sliderOf(s)
		}
		all = append(all, one)
	}
	slices.SortStableFunc(all, func(a, b signal) int { return strings.Compare(a.Group, b.Group) })
	return all
}

// choices returns the words of a range that lists them, as "web, app, phone".
func choices(s risk.Spec) []string {
	words := strings.Split(s.Range, ", ")
	if s.Type != risk.Text || len(words) < 2 ||
		slices.ContainsFunc(words, func(w string) bool { return strings.Contains(w, " ") }) {
		return []string{}
	}
	return words
}

// ends finds "0 to 23", "0 (unchanged) to 1" and the like in a range.
var ends = regexp.MustCompile(`(?:^|[ ,])(\d[\d.]*)(?: \([^)]*\))? to (\d[\d.]*)`)

// reach is how far a slider goes where a range has no upper end, by unit.
var reach = map[string]slider{
	"s":                  {0, 86400, 60},
	"h":                  {0, 72, 0.5},
	"km":                 {0, 1000, 5},
	"km/h":               {0, 2000, 10},
	"days":               {0, 730, 1},
	"failures":           {0, 100, 1},
	"subjects":           {0, 100, 1},
	"prompts":            {0, 20, 1},
	"times the baseline": {0, 10, 0.1},
	"nats":               {-10, 10, 0.1},
}

// maxSlider is the widest range that a slider is of use for.
const maxSlider = 1_000_000

func sliderOf(s risk.Spec) *slider {
	found := ends.FindStringSubmatch(s.Range)
	if found == nil {
		if r, ok := reach[s.Unit]; ok {
			return &r
		}
		return nil
	}
	low, errLow := strconv.ParseFloat(found[1], 64)
	high, errHigh := strconv.ParseFloat(found[2], 64)
	if errLow != nil || errHigh != nil || high-low > maxSlider {
		return nil
	}
	step := 1.0
	if high-low <= 1 {
		step = 0.01
	}
	return &slider{low, high, step}
}

type openOut struct {
	Files    []paperOut `json:"files"`
	Signals  []signal   `json:"signals"`
	Methods  []string   `json:"methods"`
	Bands    []string   `json:"bands"`
	Journals string     `json:"journal"` // what it is called; empty: none is loaded
}

type paperOut struct {
	Name    string `json:"name"`
	Test    bool   `json:"test"`
	Text    string `json:"text"`
	Version string `json:"version"`
}

// open reads the files anew and returns all that a page begins with.
func (s *Studio) open(context.Context, struct{}) (openOut, error) {
	if err := s.desk.reread(); err != nil {
		return openOut{}, err
	}
	out := openOut{Signals: signals(), Journals: s.journal.name()}
	for _, p := range s.desk.all() {
		out.Files = append(out.Files, paperOut{p.path, p.test, p.text, p.version})
	}
	for m := policy.Code4; m <= policy.Passkey; m++ {
		out.Methods = append(out.Methods, m.String())
	}
	for b := policy.Low; b <= policy.Extreme; b++ {
		out.Bands = append(out.Bands, b.String())
	}
	return out, nil
}
