// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risktest

import "math"

// dice answer questions by their number: the same for the same, however often
// and in whichever order they are asked. So what a subject's home or phone is
// in a year needs no memory of the days before.
type dice uint64

// of returns dice for a part of what these decide.
func (d dice) of(part uint64) dice { return dice(spread(uint64(d) ^ spread(part+0x9e3779b97f4a7c15))) }

// spread is the finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
func spread(v uint64) uint64 {
	v = (v ^ v>>30) * 0xbf58476d1ce4e5b9
	v = (v ^ v>>27) * 0x94d049bb133111eb
	return v ^ v>>31
}

// unit returns a number from 0 to below 1.
func (d dice) unit(part uint64) float64 { return float64(d.of(part)>>11) / (1 << 53) }

// below returns a number from 0 to below n.
func (d dice) below(part uint64, n int) int { return int(d.unit(part) * float64(n)) }

// happens with the probability p.
func (d dice) happens(part uint64, p float64) bool { return d.unit(part) < p }

// pick returns a place in the list of shares, by their weight.
func (d dice) pick(part uint64, shares []float64) uint8 {
	x := d.unit(part)
	for i, s := range shares {
		if x -= s; x < 0 {
			return uint8(i)
		}
	}
	return uint8(len(shares) - 1)
}

// wait returns an exponentially distributed number with the given mean.
func (d dice) wait(part uint64, mean float64) float64 { return -mean * math.Log(1-d.unit(part)) }
