// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package redact keeps secrets out of logs, errors and debug prints (L22).
package redact

import (
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// Text is what a redacted value prints as.
const Text = "[redacted]"

// Value is embedded by every type that holds something secret: whatever
// prints, logs or encodes the outer value gets [Text].
type Value struct{}

var (
	_ fmt.Stringer           = Value{}
	_ fmt.GoStringer         = Value{}
	_ fmt.Formatter          = Value{}
	_ slog.LogValuer         = Value{}
	_ json.Marshaler         = Value{}
	_ encoding.TextMarshaler = Value{}
)

// String returns [Text].
func (Value) String() string { return Text }

// GoString returns [Text], for %#v.
func (Value) GoString() string { return Text }

// Format writes [Text], for every verb.
func (Value) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Text) }

// LogValue returns [Text], for log/slog.
func (Value) LogValue() slog.Value { return slog.StringValue(Text) }

// MarshalJSON returns [Text]. There is no way back: store the sealed form.
func (Value) MarshalJSON() ([]byte, error) { return []byte(`"` + Text + `"`), nil }

// MarshalText returns [Text].
func (Value) MarshalText() ([]byte, error) { return []byte(Text), nil }
