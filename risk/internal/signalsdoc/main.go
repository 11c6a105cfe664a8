// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Command signalsdoc writes SIGNALS.md from the catalogue of package risk, in
// the current folder. It is run by go generate.
package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"

	"github.com/proportion-go/proportion/risk"
)

func main() {
	if err := os.WriteFile("SIGNALS.md", render(), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, "signalsdoc:", err)
		os.Exit(1)
	}
}

const about = `# Signals

What a policy can know about a request. This page is made from the catalogue in
` + "`table.go`" + ` by ` + "`go generate ./risk`" + `; do not edit it.

A signal that could not be computed is unknown: never false, never zero, never
"at home". Each one says when that is, why it may be computed at all (its
purpose, and its basis under the GDPR), what personal data it is made from, and
how long that is kept. "With the decision" means as long as the journal keeps
the decision, and not in the profile.
`

// render returns the page: a table for each group.
func render() []byte {
	var b bytes.Buffer
	b.WriteString(about)
	for g := risk.ActionGroup; risk.AllGroups.Has(g); g <<= 1 {
		fmt.Fprintf(&b, "\n## %s\n\n", g)
		b.WriteString("| signal | type | unit | values | unknown when | purpose | basis | data | kept |\n")
		b.WriteString("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
		for _, s := range risk.Catalogue() {
			if s.Group == g {
				row(&b, s)
			}
		}
	}
	return b.Bytes()
}

func row(b *bytes.Buffer, s risk.Spec) {
	fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s | %s | %s | %s | %s |\n",
		s.Name, s.Type, s.Unit, s.Range, cmp.Or(s.UnknownWhen, "never"), s.Purpose, s.Basis,
		s.Category, s.Retention)
}
