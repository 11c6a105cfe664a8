// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package engines

import (
	"fmt"

	"github.com/proportion-go/proportion/internal/peerbench/handwritten"
	"github.com/proportion-go/proportion/internal/peerbench/workload"
)

// newHandWritten is what a programmer would write who needs no policy file, no
// explanation and no unknown values: a switch on the action, and conditions.
func newHandWritten(set *workload.Set) (Engine, error) {
	decide, ok := handwritten.Decide(set.Name)
	if !ok {
		return Engine{}, fmt.Errorf("nothing was generated for it: run go generate ./handwritten")
	}
	return Engine{Decide: func(i int) workload.Answer { return decide(&set.Requests[i]) }}, nil
}
