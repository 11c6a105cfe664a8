// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import _ "embed" // for schema.json

// schemaJSON is made from the tables of this package: go test -update writes
// it, and go test holds it to them.
//
//go:embed schema.json
var schemaJSON string

// Schema returns the JSON Schema (draft-07) of a policy file, with which an
// editor completes keys, underlines mistakes and explains what it hovers
// over. The slice is the caller's.
//
// The schema accepts every file that [Load] accepts. It cannot see what
// depends on the rest of a policy, such as whether a step exists, nor look
// into a condition: a file that it accepts must still be loaded to be known
// as good.
func Schema() []byte { return []byte(schemaJSON) }
