// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"encoding/base64"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/proportion-go/proportion/otp"
)

// Keeper turns facts into what the journal may keep of them. The zero value
// drops what should be hashed. It is safe for concurrent use.
type Keeper struct {
	// MAC hashes facts. Give it the purpose "journal", so that the hashes are
	// of no use elsewhere. Nil: what should be hashed is dropped.
	MAC *otp.MAC
}

// Keep returns the fact under its mode:
//
//   - Keep holds the value as it is. A text that is an address of the
//     Internet, alone, in a list, with a port or as a prefix, is dropped: no
//     mode lets one in.
//   - Round holds a number, or the text of an exact decimal, to two
//     significant digits, halves away from zero: 1250 becomes 1300, 0.0125
//     becomes 0.013, 31 stays. What is not a number is dropped.
//   - Hash holds the first 128 bits of a keyed hash of name and value, as
//     text: the same value of the same fact can be recognised, and not read.
//   - Drop holds that the fact was there.
//
// It reports false for a value that is no fact: see [ValueOf].
func (k Keeper) Keep(name string, mode Mode, raw any) (Fact, bool) {
	v, ok := ValueOf(raw)
	if !ok {
		return Fact{}, false
	}
	f := Fact{Name: name, Mode: mode}
	switch mode {
	case Keep:
		f.Value = v
		if v.isAddress() {
			f.Value = Value{}
		}
	case Round:
		f.Value = v.round()
	case Hash:
		f.Value = k.hash(name, v)
	}
	if f.Value.IsZero() {
		f.Mode = Drop
	}
	return f, true
}

func (k Keeper) hash(name string, v Value) Value {
	if k.MAC == nil {
		return Value{}
	}
	sum := k.MAC.Sum([]byte("fact"), []byte(name), appendValue(nil, v))
	return Value{kind: textValue, text: base64.RawURLEncoding.EncodeToString(sum[:16])}
}

func (v Value) isAddress() bool {
	return v.kind == textValue && isAddress(v.text) ||
		v.kind == textsValue && slices.ContainsFunc(v.texts, isAddress)
}

func isAddress(text string) bool {
	text = strings.TrimSpace(text)
	if _, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return true
	}
	if _, err := netip.ParseAddrPort(text); err == nil {
		return true
	}
	_, err := netip.ParsePrefix(text)
	return err == nil
}

// round returns the number to two significant digits, and the zero value for
// what is not a number.
func (v Value) round() Value {
	switch v.kind {
	case wholeValue:
		text, _ := roundDigits(strconv.FormatInt(v.whole, 10))
		whole, err := strconv.ParseInt(text, 10, 64)
		if err != nil { // 9.2e18 is the greatest whole number; 9.3e18 is not one
			return Value{}
		}
		return Value{kind: wholeValue, whole: whole}
	case realValue:
		text, _ := roundDigits(strconv.FormatFloat(v.real, 'f', -1, 64))
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return Value{}
		}
		rounded, _ := realOf(x)
		return rounded
	case textValue:
		if text, ok := roundDigits(v.text); ok {
			return Value{kind: textValue, text: text}
		}
	}
	return Value{}
}

// maxDecimal bounds the text that is taken for an exact decimal.
const maxDecimal = 400

// roundDigits rounds a plain decimal, and reports whether it is one.
func roundDigits(text string) (string, bool) {
	digits, negative := strings.CutPrefix(text, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	all := []byte(whole + fraction)
	if whole == "" || len(text) > maxDecimal || strings.Trim(string(all), "0123456789") != "" {
		return "", false
	}
	first := slices.IndexFunc(all, func(c byte) bool { return c != '0' })
	if first < 0 {
		return "0", true
	}
	point := len(whole)
	if next := first + 2; next < len(all) {
		up := all[next] >= '5'
		for i := next; i < len(all); i++ {
			all[i] = '0'
		}
		for i := next - 1; up && i >= 0; i-- {
			if up = all[i] == '9'; up {
				all[i] = '0'
			} else {
				all[i]++
			}
		}
		if up {
			all, point = slices.Insert(all, 0, '1'), point+1
		}
	}
	return plain(all[:point], all[point:], negative), true
}

// plain writes a decimal without needless zeros.
func plain(whole, fraction []byte, negative bool) string {
	text := strings.TrimLeft(string(whole), "0")
	if text == "" {
		text = "0"
	}
	if f := strings.TrimRight(string(fraction), "0"); f != "" {
		text += "." + f
	}
	if negative {
		text = "-" + text
	}
	return text
}
