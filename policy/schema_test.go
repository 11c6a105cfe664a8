// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// Editors complete and check policies by the schema: write it to a file, and
// name that file in the first line of a policy, as
// "# yaml-language-server: $schema=policy.schema.json".
func ExampleSchema() {
	var schema struct {
		Draft string `json:"$schema"`
		Title string
	}
	if err := json.Unmarshal(policy.Schema(), &schema); err != nil {
		fmt.Println(err)
	}
	fmt.Println(schema.Title, schema.Draft)
	// Output: Proportion policy http://json-schema.org/draft-07/schema#
}

func TestSchemaIsACopy(t *testing.T) {
	clear(policy.Schema())
	if !json.Valid(policy.Schema()) {
		t.Error("a caller changed what the next one gets")
	}
}

// TestSchemaNamesEverySignal looks where someone who writes a condition does:
// at what an editor shows over `when`.
func TestSchemaNamesEverySignal(t *testing.T) {
	var schema struct {
		Properties struct {
			Rules struct {
				Items struct {
					Properties struct{ When struct{ Description string } }
				}
			}
		}
	}
	if err := json.Unmarshal(policy.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	shown := schema.Properties.Rules.Items.Properties.When.Description
	for _, s := range risk.Catalogue() {
		for _, want := range []string{"\n- " + s.Name + " (" + s.Type.String(), s.Unit, s.Range, s.UnknownWhen} {
			if !strings.Contains(shown, want) {
				t.Errorf("%s: %q is not shown", s.Name, want)
			}
		}
	}
}
