// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
)

// ErrCalibration is returned for values that no calibration can be made from.
var ErrCalibration = errors.New("risk: no calibration")

// MinCalibration is the fewest values that a calibration is made from.
const MinCalibration = 1000

// Calibration maps evidence to points of 0 to 100 by the quantiles of what a
// deployment observed: 90 points is stranger than 90 % of its requests. What
// absolute evidence means differs from one deployment to another.
//
// It encodes as JSON, holds nothing of any subject, and is not changed by use.
// The zero value scores everything 100.
type Calibration struct {
	quantiles [101]float64
	made      bool
}

var (
	_ json.Marshaler   = (*Calibration)(nil)
	_ json.Unmarshaler = (*Calibration)(nil)
)

// NewCalibration returns the calibration by observed evidence: for each
// decision of a journal, the sum of familiarity.network and familiarity.agent.
// Leave out what turned out to be an attack. Fewer than [MinCalibration]
// values, or one that is not finite, are [ErrCalibration]. The values are left
// as they are, and their order does not matter.
func NewCalibration(evidence []float64) (*Calibration, error) {
	if len(evidence) < MinCalibration {
		return nil, fmt.Errorf("%w: %d values, want %d", ErrCalibration, len(evidence), MinCalibration)
	}
	sorted := slices.Sorted(slices.Values(evidence))
	c := &Calibration{made: true}
	for i := range c.quantiles {
		c.quantiles[i] = sorted[i*(len(sorted)-1)/100]
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Calibration) check() error {
	for i, q := range c.quantiles {
		if math.IsNaN(q) || math.IsInf(q, 0) || i > 0 && q < c.quantiles[i-1] {
			return fmt.Errorf("%w: quantile %d is not finite or out of order", ErrCalibration, i)
		}
	}
	return nil
}

// Score returns the points of evidence: 0, as familiar as it gets, to 100,
// stranger than anything observed. More evidence never scores less.
func (c *Calibration) Score(evidence float64) float64 {
	q := &c.quantiles
	i := sort.SearchFloat64s(q[:], evidence)
	switch {
	case !c.made || i == len(q) || math.IsNaN(evidence):
		return 100
	case i == 0:
		return 0
	}
	return float64(i-1) + (evidence-q[i-1])/(q[i]-q[i-1])
}

// MarshalJSON writes the 101 quantiles, or null for the zero value.
func (c *Calibration) MarshalJSON() ([]byte, error) {
	if !c.made {
		return []byte("null"), nil
	}
	return json.Marshal(c.quantiles[:])
}

// UnmarshalJSON reads what MarshalJSON wrote. Anything else is
// [ErrCalibration], and leaves the calibration as it was.
func (c *Calibration) UnmarshalJSON(data []byte) error {
	var list []float64
	if err := json.Unmarshal(data, &list); err != nil {
		return fmt.Errorf("%w: %w", ErrCalibration, err)
	}
	if list == nil {
		*c = Calibration{}
		return nil
	}
	next := Calibration{made: true}
	if copy(next.quantiles[:], list) != len(list) || len(list) != len(next.quantiles) {
		return fmt.Errorf("%w: %d quantiles, want %d", ErrCalibration, len(list), len(next.quantiles))
	}
	if err := next.check(); err != nil {
		return err
	}
	*c = next
	return nil
}
