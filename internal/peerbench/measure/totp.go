// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"fmt"
	"time"

	pquerna "github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"github.com/proportion-go/proportion/internal/peerbench/workload"
	"github.com/proportion-go/proportion/otp"
)

// codes compares the refusal of wrong codes. The peer's window of one step is
// one on either side: three codes. Ours is one step back, as RFC 6238
// recommends, or the same as the peer's when told so.
func codes() (Report, error) {
	c, err := newCodeContest()
	if err != nil {
		return Report{}, err
	}
	back, around := otp.TOTP{}, otp.TOTP{Window: otp.WindowAround}
	results := compete(len(c.wrong),
		contestant{"one step back, secret kept", c.kept(back)},
		contestant{"one step back, secret parsed on every call", c.parsed(back)},
		contestant{"one step on either side, secret kept", c.kept(around)},
		contestant{"one step on either side, secret parsed on every call", c.parsed(around)},
		contestant{"pquerna/otp, one step on either side", func(i int) { c.theirs(c.wrong[i]) }},
	)
	table := Table{
		Title: "Refusing a wrong TOTP code",
		Head:  []string{"", "time", "allocations", "of pquerna/otp"},
	}
	var bars []Bar
	peer := results[len(results)-1]
	for i, r := range results {
		share := r.Over(peer)
		table.Rows = append(table.Rows, []string{r.Name, duration(r.Time()), count(r.Allocs), times(share)})
		if i < len(results)-1 {
			bars = append(bars,
				atMost("TOTP, wrong code, "+r.Name, 0.25, share),
				Bar{"the same", "0 allocations", count(r.Allocs), r.Allocs < 0.005},
			)
		}
	}
	return Report{Tables: []Table{table}, Bars: bars}, nil
}

// kept refuses code i with a secret that is at hand.
func (c *codeContest) kept(o otp.TOTP) func(i int) {
	return func(i int) { o.Verify(c.secret, c.wrong[i], c.now, 0) }
}

// parsed refuses code i with a secret that comes as text.
func (c *codeContest) parsed(o otp.TOTP) func(i int) {
	return func(i int) {
		secret, err := otp.ParseSecret(c.text)
		if err == nil {
			o.Verify(secret, c.wrong[i], c.now, 0)
		}
	}
}

type codeContest struct {
	secret otp.Secret
	text   string
	now    time.Time
	wrong  []string
}

// newCodeContest checks that both accept the three right codes, and refuse
// every wrong one.
func newCodeContest() (*codeContest, error) {
	secret, err := otp.GenerateSecret()
	if err != nil {
		return nil, err
	}
	now := time.Date(2026, 11, 4, 12, 0, 15, 0, time.UTC)
	c := &codeContest{secret: secret, text: secret.Base32(), now: now}
	right := map[string]bool{}
	for _, ahead := range []time.Duration{-30 * time.Second, 0, 30 * time.Second} {
		code, err := otp.TOTP{}.Code(secret, c.now.Add(ahead))
		if err != nil {
			return nil, err
		}
		right[code] = true
		if !c.ours(code) || !c.theirs(code) {
			return nil, fmt.Errorf("the right code of %v is refused", ahead)
		}
	}
	for n := 0; len(c.wrong) < workload.Requests; n++ {
		code := fmt.Sprintf("%06d", n*7919%1_000_000)
		if right[code] {
			continue
		}
		if c.ours(code) || c.theirs(code) {
			return nil, fmt.Errorf("a wrong code is accepted")
		}
		c.wrong = append(c.wrong, code)
	}
	return c, nil
}

func (c *codeContest) ours(code string) bool {
	_, err := otp.TOTP{Window: otp.WindowAround}.Verify(c.secret, code, c.now, 0)
	return err == nil
}

func (c *codeContest) theirs(code string) bool {
	ok, err := totp.ValidateCustom(code, c.text, c.now, totp.ValidateOpts{
		Period: 30, Skew: 1, Digits: pquerna.DigitsSix, Algorithm: pquerna.AlgorithmSHA1,
	})
	return ok && err == nil
}
