// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package policies holds worked policies, each in a folder with its tests and
// a README for whoever owns the customer journey:
//
//   - telecom: a telephone operator. Taking over a number is what attackers
//     want; looking at an invoice is what customers want.
//   - payments: a payment service under PSD2, with the exemptions of its
//     technical standards and the limits that keep them honest.
//   - admin: the administration console of a service for companies.
//
// They are starting points to copy, not defaults: every number in them is a
// choice that somebody has to make. The tests of this package run theirs.
package policies
