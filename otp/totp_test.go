// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
)

// noon is a time at the start of a step of 30 seconds.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func totpCode(t testing.TB, o otp.TOTP, at time.Time) string {
	t.Helper()
	code, err := o.Code(seed(t, o.Algorithm), at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestTOTPBoundaries(t *testing.T) {
	secret, code := seed(t, otp.SHA1), totpCode(t, otp.TOTP{}, noon)
	const ns = time.Nanosecond
	for name, tt := range map[string]struct {
		window otp.Window
		at     time.Duration // after the step of the code began
		ok     bool
	}{
		"strict, 1 ns before":  {otp.WindowStrict, -ns, false},
		"strict, first":        {otp.WindowStrict, 0, true},
		"strict, last":         {otp.WindowStrict, 30*time.Second - ns, true},
		"strict, 1 ns after":   {otp.WindowStrict, 30 * time.Second, false},
		"default, 1 ns before": {otp.WindowBack, -ns, false},
		"default, first":       {otp.WindowBack, 0, true},
		"default, last":        {otp.WindowBack, 60*time.Second - ns, true},
		"default, 1 ns after":  {otp.WindowBack, 60 * time.Second, false},
		"around, 1 ns before":  {otp.WindowAround, -30*time.Second - ns, false},
		"around, first":        {otp.WindowAround, -30 * time.Second, true},
		"around, last":         {otp.WindowAround, 60*time.Second - ns, true},
		"around, 1 ns after":   {otp.WindowAround, 60 * time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			step, err := otp.TOTP{Window: tt.window}.Verify(secret, code, noon.Add(tt.at), 0)
			if tt.ok && (err != nil || step != noon.Unix()/30) {
				t.Errorf("got %d, %v", step, err)
			}
			if !tt.ok && !errors.Is(err, otp.ErrMismatch) {
				t.Errorf("got %d, %v; want ErrMismatch", step, err)
			}
		})
	}
}

// TestTOTPReplay: CVE-2015-7225 and CVE-2021-43177.
func TestTOTPReplay(t *testing.T) {
	var o otp.TOTP
	secret := seed(t, otp.SHA1)
	before, now := totpCode(t, o, noon.Add(-30*time.Second)), totpCode(t, o, noon)
	step, err := o.Verify(secret, now, noon, 0)
	if err != nil {
		t.Fatal(err)
	}
	for name, code := range map[string]string{"the same code": now, "an older code": before} {
		if got, err := o.Verify(secret, code, noon, step); !errors.Is(err, otp.ErrReplayed) || got != 0 {
			t.Errorf("%s: %d, %v; want ErrReplayed", name, got, err)
		}
	}
	if _, err := o.Verify(secret, "000000", noon, step); !errors.Is(err, otp.ErrMismatch) {
		t.Errorf("a wrong code: %v, want ErrMismatch", err)
	}
	later := noon.Add(30 * time.Second)
	if got, err := o.Verify(secret, totpCode(t, o, later), later, step); err != nil || got != step+1 {
		t.Errorf("the next code: %d, %v", got, err)
	}
	if _, err := o.Verify(secret, now, noon, math.MaxInt64); !errors.Is(err, otp.ErrReplayed) {
		t.Errorf("a store from the future: %v, want ErrReplayed", err)
	}
}

func TestTOTPSharedDigitsAreSpentOnce(t *testing.T) {
	var o otp.TOTP
	secret := seed(t, otp.SHA1)
	const step = 910738 // makes the same code, 911617, as the step before
	at := time.Unix(step*30, 0)
	if totpCode(t, o, at) != totpCode(t, o, at.Add(-30*time.Second)) {
		t.Fatal("the two steps make different codes")
	}
	got, err := o.Verify(secret, totpCode(t, o, at), at, 0)
	if err != nil || got != step {
		t.Fatalf("got %d, %v; want the newer step %d", got, err, step)
	}
	if _, err := o.Verify(secret, totpCode(t, o, at), at, got); !errors.Is(err, otp.ErrReplayed) {
		t.Errorf("the same digits were accepted again: %v", err)
	}
}

// TestTOTPZeroOptions: what the zero options generate, the zero options and
// the same options spelled out verify.
func TestTOTPZeroOptions(t *testing.T) {
	spelled := otp.TOTP{Digits: 6, Algorithm: otp.SHA1, Period: 30 * time.Second, Window: otp.WindowBack}
	code := totpCode(t, otp.TOTP{}, noon)
	if code != totpCode(t, spelled, noon) {
		t.Error("the zero options make other codes than their defaults")
	}
	for _, o := range []otp.TOTP{{}, spelled} {
		if _, err := o.Verify(seed(t, otp.SHA1), code, noon.Add(59*time.Second), 0); err != nil {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestTOTPRefusesOptions(t *testing.T) {
	secret := seed(t, otp.SHA1)
	for name, tt := range map[string]struct {
		options otp.TOTP
		want    error
	}{
		"4 digits":          {otp.TOTP{Digits: 4}, otp.ErrDigits},
		"5 digits":          {otp.TOTP{Digits: 5}, otp.ErrDigits},
		"9 digits":          {otp.TOTP{Digits: 9}, otp.ErrDigits},
		"unknown algorithm": {otp.TOTP{Algorithm: 3}, otp.ErrOptions},
		"negative period":   {otp.TOTP{Period: -time.Second}, otp.ErrOptions},
		"short period":      {otp.TOTP{Period: time.Millisecond}, otp.ErrOptions},
		"broken period":     {otp.TOTP{Period: 1500 * time.Millisecond}, otp.ErrOptions},
		"unknown window":    {otp.TOTP{Window: 3}, otp.ErrOptions},
		"drift too slow":    {otp.TOTP{Drift: -2}, otp.ErrOptions},
		"drift too fast":    {otp.TOTP{Drift: 2}, otp.ErrOptions},
	} {
		t.Run(name, func(t *testing.T) {
			_, codeErr := tt.options.Code(secret, noon)
			_, verifyErr := tt.options.Verify(secret, "755224", noon, 0)
			for _, err := range []error{tt.options.Validate(), codeErr, verifyErr} {
				if !errors.Is(err, tt.want) {
					t.Errorf("got %v, want %v", err, tt.want)
				}
			}
			if got := tt.options.NextDrift(1, noon); got != 0 {
				t.Errorf("NextDrift = %d, want 0", got)
			}
		})
	}
	if _, err := (otp.TOTP{}).Verify(otp.Secret{}, "755224", noon, 0); !errors.Is(err, otp.ErrSecret) {
		t.Errorf("zero secret: %v, want ErrSecret", err)
	}
	for _, code := range []string{"", "75522", "7552244", "75522x"} {
		if _, err := (otp.TOTP{}).Verify(secret, code, noon, 0); !errors.Is(err, otp.ErrMalformed) {
			t.Errorf("%q: %v, want ErrMalformed", code, err)
		}
	}
}

func TestTOTPTimes(t *testing.T) {
	secret := seed(t, otp.SHA1)
	last := time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC)
	for _, at := range []time.Time{{}, time.Unix(-1, 999999999), last.Add(1), time.Unix(math.MaxInt64, 0), time.Unix(math.MinInt64, 0)} {
		if code, err := (otp.TOTP{}).Code(secret, at); !errors.Is(err, otp.ErrTime) || code != "" {
			t.Errorf("Code(%v) = %q, %v; want ErrTime", at.Unix(), code, err)
		}
		if _, err := (otp.TOTP{}).Verify(secret, "755224", at, 0); !errors.Is(err, otp.ErrTime) {
			t.Errorf("Verify(%v): %v, want ErrTime", at.Unix(), err)
		}
	}
	for _, at := range []time.Time{time.Unix(30, 0), last} {
		if _, err := (otp.TOTP{}).Verify(secret, totpCode(t, otp.TOTP{}, at), at, 0); err != nil {
			t.Errorf("Verify(%v): %v", at, err)
		}
	}
	// Step 0 is spent from the start, and no step is before it.
	before := hotpCode(t, otp.HOTP{}, math.MaxUint64)
	for code, want := range map[string]error{"755224": otp.ErrReplayed, before: otp.ErrMismatch} {
		if _, err := (otp.TOTP{}).Verify(secret, code, time.Unix(0, 0), 0); !errors.Is(err, want) {
			t.Errorf("%q in step 0: %v, want %v", code, err, want)
		}
	}
}

func TestTOTPStep(t *testing.T) {
	for name, tt := range map[string]struct {
		options otp.TOTP
		at      time.Time
		want    int64
		err     error
	}{
		"RFC 6238 Appendix B": {otp.TOTP{}, time.Unix(1111111109, 0), 37037036, nil},
		"the next second":     {otp.TOTP{}, time.Unix(1111111110, 0), 37037037, nil},
		"another period":      {otp.TOTP{Period: time.Minute}, time.Unix(119, 999999999), 1, nil},
		"before 1970":         {otp.TOTP{}, time.Unix(-1, 0), 0, otp.ErrTime},
		"bad options":         {otp.TOTP{Period: -1}, noon, 0, otp.ErrOptions},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := tt.options.Step(tt.at)
			if got != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("got %d, %v; want %d, %v", got, err, tt.want, tt.err)
			}
		})
	}
}

func TestNextDrift(t *testing.T) {
	now := noon.Unix() / 30
	const third, most = 10 * time.Second, 25 * time.Second
	for name, tt := range map[string]struct {
		drift int
		step  int64
		late  time.Duration // after the current step began
		want  int
	}{
		"in time":                      {0, now, 0, 0},
		"typed late":                   {0, now - 1, most, 0},
		"typed too late":               {0, now - 1, most + 1, -1},
		"a step not begun":             {0, now + 1, 0, 1},
		"slow stays slow":              {-1, now - 1, third + 1, -1},
		"slow, two behind":             {-1, now - 2, 0, -1},
		"slow clock was set":           {-1, now - 1, third, 0},
		"slow clock is in time":        {-1, now, 0, 0},
		"fast stays fast":              {1, now + 1, 0, 1},
		"fast, two ahead":              {1, now + 2, 0, 1},
		"fast clock was set":           {1, now, 0, 0},
		"fast to slow, one at a time":  {1, now - 1, most + 1, 0},
		"slow to fast, one at a time":  {-1, now + 1, 0, 0},
		"far ahead, one at a time":     {0, now + 1000, 0, 1},
		"far behind, one at a time":    {0, now - 1000, 0, -1},
		"the smallest step there is":   {0, math.MinInt64, 0, -1},
		"the largest step there could": {0, math.MaxInt64, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			if got := (otp.TOTP{Drift: tt.drift}).NextDrift(tt.step, noon.Add(tt.late)); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
	if got := (otp.TOTP{Drift: 1}).NextDrift(now, time.Time{}); got != 0 {
		t.Errorf("time out of range: got %d, want 0", got)
	}
}

// TestDriftFollowsAClock simulates customers who need two to ten seconds to
// type, on devices with slow clocks, with and without what NextDrift learns.
func TestDriftFollowsAClock(t *testing.T) {
	const visits = 1000
	for slow := time.Duration(0); slow < time.Minute; slow += 5 * time.Second {
		fixed, learnt := refusals(t, slow, visits)
		t.Logf("%v slow: refused %d of %d, %d with drift", slow, fixed, visits, learnt)
		if slow <= 15*time.Second && learnt > 0 {
			t.Errorf("%v slow, which the window covers: drift caused %d refusals", slow, learnt)
		}
		if learnt > fixed+visits*3/100 {
			t.Errorf("%v slow: refused %d times, %d without drift", slow, learnt, fixed)
		}
		if slow >= 35*time.Second && slow <= 50*time.Second && learnt > visits/10 {
			t.Errorf("%v slow: refused %d times of %d in spite of drift", slow, learnt, visits)
		}
	}
}

// refusals counts the right codes refused on a device whose clock is slow.
func refusals(t *testing.T, slow time.Duration, visits int) (fixed, learnt int) {
	t.Helper()
	secret := seed(t, otp.SHA1)
	random := rand.New(rand.NewPCG(1, 2))
	var o otp.TOTP
	for visit := range visits {
		typing := 2*time.Second + time.Duration(random.Int64N(int64(8*time.Second)))
		at := noon.Add(time.Duration(visit)*time.Hour + time.Duration(random.Int64N(int64(30*time.Second))))
		code := totpCode(t, o, at.Add(-slow-typing))
		if _, err := (otp.TOTP{}).Verify(secret, code, at, 0); err != nil {
			fixed++
		}
		step, err := o.Verify(secret, code, at, 0)
		if err != nil {
			learnt++
			continue
		}
		o.Drift = o.NextDrift(step, at)
	}
	return fixed, learnt
}
