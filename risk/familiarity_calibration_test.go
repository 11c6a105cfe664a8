// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/risk"
)

func TestCalibrationGivesQuantiles(t *testing.T) {
	c := ramp() // -10 to 10
	for evidence, want := range map[float64]float64{
		math.Inf(-1): 0, -11: 0, -10: 0, -5: 25, 0: 50, 8: 90, 10: 100, 11: 100, math.Inf(1): 100,
	} {
		if got := c.Score(evidence); math.Abs(got-want) > 0.1 {
			t.Errorf("%v: got %v points, want %v", evidence, got, want)
		}
	}
	if got := c.Score(math.NaN()); got != 100 {
		t.Errorf("not a number: got %v points, want 100", got)
	}
	if got := new(risk.Calibration).Score(-100); got != 100 {
		t.Errorf("zero calibration: got %v points, want 100", got)
	}
}

func TestCalibrationIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		few := rapid.SliceOfN(rapid.Float64Range(-50, 50), 1, 30).Draw(t, "evidence")
		values := make([]float64, risk.MinCalibration)
		for i := range values {
			values[i] = few[i%len(few)]
		}
		c, err := risk.NewCalibration(values)
		if err != nil {
			t.Fatal(err)
		}
		a := rapid.Float64Range(-60, 60).Draw(t, "a")
		b := rapid.Float64Range(a, 61).Draw(t, "b")
		if low, high := c.Score(a), c.Score(b); low > high || low < 0 || high > 100 {
			t.Fatalf("%v scores %v, %v scores %v", a, low, b, high)
		}
	})
}

func TestCalibrationAsJSON(t *testing.T) {
	c := ramp()
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var again risk.Calibration
	if err := json.Unmarshal(b, &again); err != nil || again != *c {
		t.Errorf("read %+v, %v", again, err)
	}
	b, err = json.Marshal(new(risk.Calibration))
	if err != nil || string(b) != "null" {
		t.Errorf("the zero value is written as %s, %v", b, err)
	}
}

func TestErrCalibration(t *testing.T) {
	for name, broken := range map[string]float64{"NaN": math.NaN(), "infinite": math.Inf(1)} {
		values := make([]float64, risk.MinCalibration)
		for i := range values {
			values[i] = broken
		}
		if c, err := risk.NewCalibration(values); c != nil || !errors.Is(err, risk.ErrCalibration) {
			t.Errorf("%s: got %v, %v", name, c, err)
		}
	}
	few := make([]float64, risk.MinCalibration-1)
	if _, err := risk.NewCalibration(few); !errors.Is(err, risk.ErrCalibration) {
		t.Errorf("few values: got %v", err)
	}
	zeros := strings.Repeat("0,", 100)
	for name, text := range map[string]string{
		"text": `"x"`, "short": "[1,2]", "long": "[" + zeros + zeros + "0]",
		"descending": "[1," + zeros[:len(zeros)-1] + "]", "object": "{}",
	} {
		c := ramp()
		if err := json.Unmarshal([]byte(text), c); !errors.Is(err, risk.ErrCalibration) || *c != *ramp() {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func ExampleNewCalibration() {
	evidence := make([]float64, risk.MinCalibration) // of a journal
	for i := range evidence {
		evidence[i] = float64(i) / 10
	}
	c, err := risk.NewCalibration(evidence)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.0f %.0f %.0f\n", c.Score(-5), c.Score(75), c.Score(1000))
	// Output:
	// 0 75 100
}
