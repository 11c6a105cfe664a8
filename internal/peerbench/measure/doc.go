// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package measure runs the benchmarks and says which bars were reached.
//
// What is compared is measured in turn, round after round, so that a busy
// machine slows all of it; a ratio is the median of the ratios of the rounds.
// Whatever is timed was first checked to compute the same as its peers.
package measure
