// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package engines evaluates a [workload.Set] with this library and with others,
// each as its documentation would have an experienced user do it: compiled or
// prepared beforehand, with the request already in the form that it reads.
//
// Every engine but the hand-written one and this library is asked which rules
// fire; the same few lines of Go then combine them. What is timed is from the
// request in the engine's form to the [workload.Answer].
package engines
