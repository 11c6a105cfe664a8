// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package handwritten is sets of rules as a programmer would write them by
// hand: a switch on the action, then the conditions one by one. A program
// writes it, so that it says what the sets say.
//
// What is committed has the small sets, for tests. The command ratios builds
// with all of them, by an overlay, since 20,000 lines are not worth keeping.
package handwritten

//go:generate go run ../cmd/generate -o rules.go
