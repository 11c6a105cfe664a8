// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package replay runs a journal, or a log of raw events, through a policy, to
// see what it would have done: a backtest.
//
// # What most callers want
//
// [Run] takes a [Source], a [Config] with a policy and perhaps a baseline, and
// returns a [Report]: prompts, outcomes, what changed and how, what each rule
// costs, and, where decisions are labelled, how many attacks are stopped at the
// price of how much friction. A test can assert on it; see the example.
//
// # Sources
//
// [Journal] reads what a guard recorded. A recorded decision carries every
// signal that was computed, so that no database, profile or clock is needed.
// Labels, and what customers said of their own decisions, are joined to it.
//
// [Events] reads raw events, as JSON Lines, CSV, or the public RBA data set,
// for services without a journal. It computes the signals in the order of
// time, and learns as a guard would. Logs are seldom quite in that order: each
// file is read ahead by a window in which events are sorted, and files that
// overlap are merged. What is later still is decided on what was learnt until
// then, counted, and named.
//
// Both read several files, gzip and the standard input, in memory that does not
// grow. Lines that cannot be read are counted, the first are named, and the run
// goes on.
//
// # Not comparable
//
// A decision that lacks something the policy reads, such as a group that was
// not computed, a fact that was kept only as a hash, or a detail whose key was
// destroyed, is not comparable: it is counted apart, by what it lacks, and
// never taken for unknown. Nothing else in a report is about it: two sides are
// told of the same decisions. See [Report.NotCompared] before a test believes
// that nothing changed.
//
// # What raw events do not tell
//
// Nobody was challenged in a log of raw events, so that nothing in it says who
// held a proof, how many prompts he had passed, what was spent of a limit, or
// which devices a strong proof had made trusted. None of it is simulated: it
// would follow from the policy, while both policies of a comparison are tried
// on the same signals, and from who would have passed, which nobody knows. So,
// of raw events:
//
//   - No proof is held. A request that follows a challenge of the same session
//     is challenged again, unless what the first one taught makes it harmless.
//   - The prompt budget softens nothing, as it does on trusted devices only; an
//     at_most rule with a limit caps nothing.
//   - velocity.prompts_24h, velocity.ip_failures_1h, velocity.global_failures
//     and device.subjects_24h are unknown: a rule that reads one does what its
//     `unknown` says.
//
// Each but the last makes decisions stronger than a guard's, never weaker. Read
// the prompts as the most that there would be, least exact where a session has
// many challenged actions, and replay a journal for the rest.
//
// # Long runs
//
// [Replay] is a run that can be stopped, kept by [Replay.MarshalBinary], and
// gone on with. Where there are more subjects than memory is set aside for, they
// are sampled: one in two, four, eight, always the same ones, each with his
// whole history.
//
// # What it does not do
//
// It cannot know how customers would have behaved under another policy: a
// challenge that was not asked was not failed either. An attack counts as
// stopped when it is challenged or denied. It prints nothing: the command
// proportion does.
package replay
