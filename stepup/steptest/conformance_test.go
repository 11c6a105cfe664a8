// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest_test

import (
	"testing"

	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

func TestMemoryConforms(t *testing.T) {
	steptest.TestStore(t, func(_ testing.TB, c *steptest.Clock) stepup.Store {
		return stepup.NewMemory(stepup.MemoryConfig{Elapsed: c.Elapsed})
	})
}
