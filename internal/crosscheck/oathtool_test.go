// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package crosscheck_test

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
)

// cases is how many random secrets, times and algorithms are tried.
const cases = 1000

// random returns a source that is the same in every run, so that a failure can
// be seen again.
func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 4226)) }

// secret returns 16 to 64 random bytes, and their hexadecimal form.
func secret(t *testing.T, r *rand.Rand) (otp.Secret, string) {
	t.Helper()
	b := make([]byte, 16+r.IntN(49))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	s, err := otp.NewSecret(b)
	if err != nil {
		t.Fatal(err)
	}
	return s, hex.EncodeToString(b)
}

// The codes of any secret, at any time, by any algorithm, period and length,
// are those of oathtool; and each is verified as the step it belongs to.
func TestTOTPAgainstOathtool(t *testing.T) {
	oathtool := tool(t, "oathtool", "oathtool")
	r := random(6238)
	for i := range cases {
		s, key := secret(t, r)
		o := otp.TOTP{
			Algorithm: []otp.Algorithm{otp.SHA1, otp.SHA256, otp.SHA512}[r.IntN(3)],
			Digits:    6 + r.IntN(3),
			Period:    time.Duration(1+r.IntN(600)) * time.Second,
		}
		at := time.Unix(r.Int64N(1<<32), 0).UTC() // to the year 2106
		want := run(t, key, oathtool, "--totp="+strings.ToUpper(o.Algorithm.String()),
			"--digits="+strconv.Itoa(o.Digits), fmt.Sprintf("--time-step-size=%ds", int(o.Period.Seconds())),
			"--now="+at.Format("2006-01-02 15:04:05 UTC"), "-")
		got, err := o.Code(s, at)
		if err != nil || got != want {
			t.Fatalf("case %d, %v, %d digits, %v, %v: got code %s, error %v, want %s",
				i, o.Algorithm, o.Digits, o.Period, at, got, err, want)
		}
		step, err := o.Verify(s, want, at, 0)
		if now, _ := o.Step(at); err != nil || step != now {
			t.Fatalf("case %d: got step %d, error %v, want step %d", i, step, err, now)
		}
	}
}

// As for counters, with ten codes in a row of each of a hundred secrets.
func TestHOTPAgainstOathtool(t *testing.T) {
	oathtool := tool(t, "oathtool", "oathtool")
	r := random(4226)
	for i := range cases / 10 {
		s, key := secret(t, r)
		o := otp.HOTP{Digits: 6 + r.IntN(3), LookAhead: 9}
		counter := r.Uint64N(1 << 40)
		all := strings.Fields(run(t, key, oathtool, "--hotp", "--digits="+strconv.Itoa(o.Digits),
			"--counter="+strconv.FormatUint(counter, 10), "--window=9", "-"))
		if len(all) != 10 {
			t.Fatalf("case %d: got %d codes of oathtool, want 10", i, len(all))
		}
		for n, want := range all {
			got, err := o.Code(s, counter+uint64(n))
			if err != nil || got != want {
				t.Fatalf("case %d, %d digits, counter %d: got code %s, error %v, want %s",
					i, o.Digits, counter+uint64(n), got, err, want)
			}
		}
		next, err := o.Verify(s, all[0], counter)
		if err != nil || next != counter+1 {
			t.Fatalf("case %d: got counter %d, error %v, want %d", i, next, err, counter+1)
		}
	}
}
