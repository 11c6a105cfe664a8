// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package risktest helps to test code that decides on risk, without a location
// database and without a browser.
//
// [NewLocator] places the documentation addresses (RFC 5737), which belong to
// nobody: [ParisAddr] is in Paris, [TorAddr] is a Tor exit, and so on; each is
// on a network set aside for documentation (RFC 5398). [Locator.Place] adds
// places, [Locator.Fail] lets it fail as a damaged database does.
//
// [Desktop] and [Phone] are what two clients say of themselves, and
// [DesktopUpgraded] and [PhoneUpgraded] the same two after an update, which is
// no drift. [Device] gives device identifiers.
//
// [ParseJourney] reads what a traveller does from a line of words. A
// [Population] is thousands of subjects who live, commute, travel, share and
// upgrade for years, and [Population.Attack] those who pretend to be them; both
// cost a few microseconds an event. Their world is described in EVALUATION.md of
// package risk.
//
// Everything is deterministic, looks at no clock, and is returned by functions,
// so that no test can change what another sees.
package risktest
