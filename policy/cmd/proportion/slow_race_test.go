// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

//go:build race

package main

// slow says that the race detector makes everything several times slower.
const slow = true
