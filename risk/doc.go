// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package risk turns what is known about a request into signals: one typed
// value each, or unknown. It decides nothing; policies do.
//
// # Assessing
//
// An [Observation] says what the service knows of one request: the time, the
// action, the session, the address and where a [Locator] places it, what the
// client says of itself, the device of a verified token, the subject's
// [Profile], counters. [Assess] computes from it the signals of the groups that
// the policy needs, into a [Signals]: flat slots that a policy reads without
// copying. It is pure and allocates nothing. Most callers never do this
// themselves: the guard of package stepup does.
//
// Whatever an observation lacks leaves exactly the signals that need it
// unknown. Unknown is neither false nor zero: without a location database
// nobody is abroad, and nobody is at home.
//
// # The catalogue
//
// [Catalogue] has an entry for every signal: name, type, unit, values, when it
// is unknown, why it may be computed, and for how long what it is made from is
// kept. SIGNALS.md is made from it. To add a signal, add its constant, its
// entry in the table, and a line to the function that assesses its group.
//
// # Familiarity
//
// A [Familiarity] says how usual a request is for its subject, beside how usual
// it is for everybody. A [Crowd] counts what everybody shows, in half a
// megabyte that names nobody; a [Calibration] turns evidence into points by
// what the deployment itself observed. Until there is one, the score is
// unknown. [Observation.Explain] shows the parts. EVALUATION.md says what it
// stops and at what price, on a synthetic population.
//
// # Counting
//
// A [Window] counts events of late, a [Distinct] how many different values were
// seen, and a [Baseline] compares a whole deployment with its own past: each in
// bounded memory, with an error that is stated. Stores keep them; [Counts]
// carry what they say to the velocity signals.
//
// # Learning
//
// A [Profile] remembers where, when and on what a subject proved himself: the
// newest 48 proofs, to the hour, with their country and network; eight devices;
// the last place. Only [Profile.Learn], from a passed challenge, and
// [Profile.Seed], from the host's identity check, add to it; an allowed request
// moves nothing. What a proof would teach travels as [Evidence]. Each entry
// keeps the proof that taught it, so that [Profile.Unlearn] takes back what an
// impostor taught. Profiles are compact (about 300 bytes for a dozen proofs),
// and two copies that changed at the same time are brought together by
// [Profile.Merge].
//
// No profile, evidence or signal holds a full address. Observations, evidence,
// profiles and device identifiers print without what they hold, so that none of
// it gets into a log. [Profile.Disclose] gives a person all of it.
//
// # Places and journeys
//
// A location is the address's, not the customer's. Behind a VPN, a Tor exit or
// a machine in a data centre there is no place to travel from or to; an address
// of a mobile network is right to some hundred kilometres. The signals take this
// into account, and [Observation.Travel] explains a journey by both of its ends.
//
// # Time zones
//
// Local hours need the time zone database, which the system or an import of
// time/tzdata provides. Without it they are unknown.
package risk

//go:generate go run ./internal/signalsdoc
//go:generate go run ./internal/evaluation/print
