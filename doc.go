// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package proportion is a tour of the library; it has no code of its own.
//
// Proportion decides, inside a Go service, how much proof an action deserves,
// asks the customer for exactly that much, and learns from what was proven:
// weak barriers on harmless acts, a real one where an act is sensitive or a
// behaviour is suspicious, and a reason for every prompt.
//
// # The packages
//
//   - [github.com/proportion-go/proportion/stepup] is the guard, and where most
//     callers begin: it decides, challenges, verifies, and remembers.
//   - [github.com/proportion-go/proportion/policy] is the language in which a
//     deployment says what it wants: load, check, evaluate, explain.
//   - [github.com/proportion-go/proportion/risk] turns what is known about a
//     request into signals, each known or unknown, and holds the profile that
//     learns from proofs.
//   - [github.com/proportion-go/proportion/risk/geoip] places addresses by
//     databases in MaxMind's format.
//   - [github.com/proportion-go/proportion/otp] makes and checks one-time
//     codes, and keeps the secrets behind them.
//   - [github.com/proportion-go/proportion/stepup/stephttp] guards net/http
//     handlers, and [github.com/proportion-go/proportion/stepup/replay] decides
//     again what was recorded.
//   - [github.com/proportion-go/proportion/stepup/journal] is the record of what
//     was decided and what became of it.
//   - [github.com/proportion-go/proportion/policy/policytest] tests policies, and
//     [github.com/proportion-go/proportion/stepup/steptest] and
//     [github.com/proportion-go/proportion/risk/risktest] are working fakes for
//     the tests of services that embed a guard.
//
// Imports flow one way: otp and risk know nothing of the others, policy knows
// risk, stepup composes all. Package risk and package policy are pure: values
// and a time in, values out. Only stepup does I/O.
//
// # One decision
//
// A request goes to [stepup.Guard.Decide]. The policy says which signals can
// matter for its action; [risk.Assess] computes them; [policy.Policy.Evaluate]
// turns rules into a score, the score into a band, and the band and the
// action's sensitivity into a step of the ladder. The outcome is allow,
// notify, challenge or deny. A challenge goes on with [stepup.Guard.Begin] and
// [stepup.Guard.Finish]; the host accepts the grant with
// [stepup.Guard.Redeem] at the moment of acting. The Example shows the whole.
//
// # What always holds
//
// What could not be computed is unknown: never false, zero or harmless. The
// zero value of every decision, proof and expiry is the strict one. An attempt
// is counted before anything is compared. SECURITY.md lists each promise, its
// limits, and what is not there yet.
//
// # Compatibility
//
// The module is at v0: a minor version may change any name or behaviour, with
// a line in CHANGELOG.md. It supports the two latest releases of Go.
//
// [stepup.Guard.Decide]: https://pkg.go.dev/github.com/proportion-go/proportion/stepup#Guard.Decide
// [stepup.Guard.Begin]: https://pkg.go.dev/github.com/proportion-go/proportion/stepup#Guard.Begin
// [stepup.Guard.Finish]: https://pkg.go.dev/github.com/proportion-go/proportion/stepup#Guard.Finish
// [stepup.Guard.Redeem]: https://pkg.go.dev/github.com/proportion-go/proportion/stepup#Guard.Redeem
// [risk.Assess]: https://pkg.go.dev/github.com/proportion-go/proportion/risk#Assess
// [policy.Policy.Evaluate]: https://pkg.go.dev/github.com/proportion-go/proportion/policy#Policy.Evaluate
package proportion
