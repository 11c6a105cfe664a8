// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package workload makes the rules and the requests that every engine is
// measured with. All of it follows from one seed: the same on every machine.
//
// A [Set] is a number of rules with [Traffic] for them. Its rules are trees of
// conditions, which [Condition.Write] puts into the language of each engine,
// and [Condition.Holds] evaluates as the plain reference that all of them are
// checked against.
//
// Every signal and fact of every request is known: the other engines have no
// third truth value.
package workload
