// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package replay decides again what a journal recorded, under another policy
// or the same one, to see what would have changed: a backtest.
//
// [Run] takes the events of a [journal.Reader] and a policy, and returns a
// [Report]. A recorded decision carries every signal that was computed, so that
// no database, profile or clock is needed. One that lacks something the policy
// reads, such as a group that was not computed or a fact that was kept only as
// a hash, is not comparable: it is counted apart, and never taken for unknown.
//
// Raw events of services without a journal, labels, baselines and the cost of
// each rule are not here yet.
package replay
