// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package steptest helps to test a service that embeds a [stepup.Guard]: a
// clock that moves when told to, a sender that keeps the codes instead of
// sending them, contacts and clients that are visibly fake.
//
// Most tests want [New], which puts a working guard together, and a [Client]
// for each browser or app that takes part:
//
//   - [Client.Request] makes the requests of that client;
//   - [Bench.Prove] carries one through its challenge, as a customer would;
//   - [Clock.Advance] lets time pass.
//
// Nothing here is an expectation mock: the guard, its store and its policy are
// the real ones. Addresses are placed by a [risktest.Locator].
package steptest
