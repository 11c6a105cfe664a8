// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"time"

	"golang.org/x/sys/unix"
)

// threadTime returns what the calling thread has used of a processor. Others
// that want the machine do not count, so that a busy one can be measured on.
func threadTime() time.Duration { return clock(unix.CLOCK_THREAD_CPUTIME_ID) }

// processTime returns what all threads have used, the collector's included.
func processTime() time.Duration { return clock(unix.CLOCK_PROCESS_CPUTIME_ID) }

func clock(id int32) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(id, &t); err != nil {
		return 0 // these clocks always exist
	}
	return time.Duration(t.Nano())
}
