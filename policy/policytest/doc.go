// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package policytest tests policies by examples that stand beside them in
// YAML, so that whoever owns a customer journey can read and write them.
//
// Most callers want one line in a Go test: [Run], with the files of a policy
// and of its tests. Programs that run tests otherwise want [Load] and
// [Suite.Run], which returns a [Report].
//
// # Test files
//
// Files named *_test.yaml hold tests; all others that are named together with
// them form one policy. A test file has these keys:
//
//   - version: 1.
//   - given: what holds for every test that does not say otherwise.
//   - tests: a list. Each has a name, what its request is, and under expect
//     what the policy must say. With cases, a test is a table: each case has a
//     name, says what differs, and may expect more or something else.
//
// What a case says is laid over its test, and that over given: signal by
// signal, fact by fact, expectation by expectation. Lists are replaced. The
// whole is in the Example of this package, and in examples/policies.
//
// # The request
//
//   - action: the name of what is attempted.
//   - Every group of signals but action is a key, with its signals below it:
//     geo.country in a rule is geo: { country: FR } in a test. Values have
//     exactly the type of the catalogue (risk/SIGNALS.md).
//   - at: when the request takes place, as 2026-11-21 12:00 in UTC or as
//     2026-11-21T12:00:00+01:00; noon of Monday, 5 January 2026 unless given.
//     It makes time.hour_utc and time.weekday_utc. No test reads the clock.
//   - facts: what the service adds, by the names and types that the policy
//     declares.
//   - proofs: those that the session holds: a list of { method, action, age,
//     band, bound }, with an age as 90s, 15m, 24h or 7d.
//   - prompts: how many challenges the subject passed within the budget's
//     window.
//   - spent: what is used up of the limits of at_most rules, as
//     { small-and-trusted: { count: 2, sum: 45 } }; {} is nothing.
//   - store: failed, for a decision without the store.
//
// What is not given is unknown: a signal, a fact, prompts and spent. The word
// unknown takes a value away again that an outer part gives, and geo: unknown
// those of a whole group. (So a fact cannot have the text "unknown".)
//
// # The expectations
//
//   - outcome, step, band, score: as in [policy.Verdict]. The step is what was
//     asked before held proofs, the outcome what happens after them.
//   - fired, not_fired: rules that did and did not fire. Others may have. A
//     shadow rule fires in shadow.
//   - unknown: rules whose condition was unknown, whether or not they fired.
//   - shadow: the step with every shadow rule enforced.
//   - degraded: exactly what the decision lacked: store, action, signal, fact
//     amount. A test that does not say expects a decision that lacks nothing,
//     so that a forgotten fact is found at once.
//   - reasons: per language, exactly the texts that a customer on a trusted
//     device is shown, which are at most two.
//
// # Findings and failures
//
// Nothing in a test file is skipped: a key, name or type that is not known is
// a finding, all findings are reported at once, and none of the tests runs.
// Findings are a [*policy.LoadError], as those of a policy are; policy/CHECKS.md
// says more of each id. A test that expects nothing is a finding too.
//
// A failed test shows what was expected and what came, the rules that matter
// with the value of each part of their conditions, and the arithmetic of the
// decision.
//
// # Coverage
//
// A rule is covered when some test saw it fire, and another one, of an action
// that it is for, did not. A cell of the matrix is reached when a test came to
// its sensitivity and band. [Run] logs both; see [Report] to demand more.
package policytest
