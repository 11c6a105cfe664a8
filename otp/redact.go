// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp

import (
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// redacted is embedded by every type that holds something secret: whatever
// prints, logs or encodes the value gets this one word.
type redacted struct{}

const redactedText = "[redacted]"

var (
	_ fmt.Stringer           = redacted{}
	_ fmt.GoStringer         = redacted{}
	_ fmt.Formatter          = redacted{}
	_ slog.LogValuer         = redacted{}
	_ json.Marshaler         = redacted{}
	_ encoding.TextMarshaler = redacted{}
)

// String returns a fixed text without the secret.
func (redacted) String() string { return redactedText }

// GoString returns a fixed text without the secret, for %#v.
func (redacted) GoString() string { return redactedText }

// Format writes a fixed text without the secret, for every verb.
func (redacted) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redactedText) }

// LogValue returns a fixed text without the secret, for log/slog.
func (redacted) LogValue() slog.Value { return slog.StringValue(redactedText) }

// MarshalJSON returns a fixed text without the secret. There is no way back:
// store the sealed form instead.
func (redacted) MarshalJSON() ([]byte, error) { return []byte(`"` + redactedText + `"`), nil }

// MarshalText returns a fixed text without the secret.
func (redacted) MarshalText() ([]byte, error) { return []byte(redactedText), nil }

// veil holds a pointer where reflection cannot follow it. The methods of
// redacted are not enough: fmt calls none on the unexported fields of somebody
// else's struct, and with a verb that does not fit, such as %s, it prints what
// a pointer there points to. Of a func, everybody prints the address.
type veil[T any] func() *T

func veiled[T any](v *T) veil[T] { return func() *T { return v } }

// lift returns the pointer; nil for the zero veil.
func (v veil[T]) lift() *T {
	if v == nil {
		return nil
	}
	return v()
}
