// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package report

import "io"

// HTML writes the page.
func (s *Summary) HTML(w io.Writer) error { return nil }
