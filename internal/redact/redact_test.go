// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package redact_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/internal/redact"
)

type secret struct {
	redact.Value
	Code string
}

// A struct that embeds Value prints as the fixed text, by value and by
// pointer, alone and inside another.
func TestValueHidesTheWholeStruct(t *testing.T) {
	s := secret{Code: "4821"}
	for _, v := range []any{s, &s, []secret{s}, map[string]*secret{"a": &s}, struct{ Inner secret }{s}} {
		var out bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		encoded, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(encoded)
		slog.New(slog.NewTextHandler(&out, nil)).Info("event", "value", v)
		if text := out.String(); strings.Contains(text, "Code") || strings.Contains(text, "34383231") ||
			!strings.Contains(text, redact.Text) {
			t.Errorf("%T: got %s", v, text)
		}
	}
}
