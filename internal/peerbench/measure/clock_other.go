// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package measure

import "time"

// threadTime is the wall's: measure on a machine that does nothing else.
func threadTime() time.Duration { return time.Since(epoch) }

func processTime() time.Duration { return time.Since(epoch) }

var epoch = time.Now()
