// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import "github.com/proportion-go/proportion/internal/redact"

// redacted, embedded in a struct, makes it print as "[redacted]" by whatever
// verb, logger or encoder.
type redacted = redact.Value
