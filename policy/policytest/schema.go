// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policytest

import _ "embed" // for schema.json

// schemaJSON is made from the tables of this package: go test -update writes
// it, and go test holds it to them.
//
//go:embed schema.json
var schemaJSON string

// Schema returns the JSON Schema (draft-07) of a test file, for editors, as
// [policy.Schema] is that of a policy. The slice is the caller's.
//
// The schema accepts every file that [Load] accepts. It cannot see what
// depends on the policy: rules, steps, facts and their types.
func Schema() []byte { return []byte(schemaJSON) }
