// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/journal"
	"github.com/proportion-go/proportion/stepup/replay"
)

// labelled writes decisions whose attacks come from abroad on robots, while
// legitimate requests are at most one of the two.
func labelled(t testing.TB, n int) string {
	t.Helper()
	var events []*journal.Event
	for i := range n {
		abroad, robot, said := i%5 == 1, i%7 == 1, "legit"
		if i%10 == 0 {
			abroad, robot, said = true, true, "attack"
		} else if abroad {
			robot = false
		}
		e := decision(fmt.Sprint(i), "view", "allow", "none", risk.TruthOf(abroad))
		e.Decision.Signals.SetBool(risk.DeviceAutomated, risk.TruthOf(robot))
		events = append(events, e, label(e.ID, said))
	}
	return write(t, events...)
}

func TestTune(t *testing.T) {
	path := labelled(t, 1000)
	p := parse(t, "  - { id: robot, when: device.automated, unknown: skip, score: 40 }")
	c := replay.TuneConfig{Policy: p, Budget: 10, Rules: []replay.TunedRule{{ID: "abroad", Score: 40}, {ID: "robot", Score: 40}}}
	got, err := replay.Tune(t.Context(), source(path), c)
	if err != nil {
		t.Fatal(err)
	}
	if got.Now.Stopped != 1 || got.Now.Friction < 100 || got.Best.Stopped != 1 || got.Best.Friction != 0 {
		t.Errorf("got now %+v, best %+v, want all attacks stopped and nobody else", got.Now, got.Best)
	}
	for i, f := range got.Frontier {
		if i > 0 && f.Friction <= got.Frontier[i-1].Friction {
			t.Errorf("the frontier is not in order: %+v", got.Frontier)
		}
	}
	again, err := replay.Tune(t.Context(), source(path), c)
	if err != nil || !reflect.DeepEqual(again, got) {
		t.Errorf("the same input gives %+v, %v, and then %+v", got, err, again)
	}
}

func TestTuneNeedsLabels(t *testing.T) {
	c := replay.TuneConfig{Policy: parse(t), Budget: 10, Rules: []replay.TunedRule{{ID: "abroad", Score: 40}}}
	if _, err := replay.Tune(t.Context(), source(labelled(t, 100)), c); !errors.Is(err, replay.ErrFewLabels) {
		t.Errorf("got %v, want %v", err, replay.ErrFewLabels)
	}
	c.Until = noon(2)
	if _, err := replay.Tune(t.Context(), source(labelled(t, 1000)), c); !errors.Is(err, replay.ErrFewLabels) {
		t.Errorf("before anything happened: got %v, want %v", err, replay.ErrFewLabels)
	}
	if _, err := replay.Tune(t.Context(), source(), replay.TuneConfig{}); !errors.Is(err, replay.ErrNoPolicy) {
		t.Errorf("without a policy: got %v, want %v", err, replay.ErrNoPolicy)
	}
}
