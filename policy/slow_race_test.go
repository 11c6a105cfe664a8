// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

//go:build race

package policy_test

// slower is how many times slower the race detector may make things.
const slower = 30
