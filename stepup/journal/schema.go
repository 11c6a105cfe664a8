// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import _ "embed" // the schema

//go:embed events.schema.json
var schema string

// Schema returns the JSON Schema (draft-07) of a line. It describes what this
// version writes; a reader must accept members, kinds and outcomes beside
// those. EVENTS.md says the same in words.
func Schema() string { return schema }
