// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp

import "github.com/proportion-go/proportion/internal/redact"

// redacted is embedded by every type that holds something secret: whatever
// prints, logs or encodes the value gets "[redacted]".
type redacted = redact.Value

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
