// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// households is a directory in which people whose names begin alike share a
// number.
type households struct{}

func (households) Contacts(_ context.Context, subject string) ([]stepup.Contact, error) {
	if subject == steptest.Alice {
		subject = "+33 6 39 98 00 42"
	}
	number, _, _ := strings.Cut(subject, "#")
	return []stepup.Contact{{Kind: policy.SMS, Address: number}}, nil
}

// Each cap on what is sent holds by itself, for an hour to the nanosecond: those
// whom it is about wait, others do not, and the owner's trusted device is held
// back by none, though each is about her too (L11, L29).
func TestEachCapOnSendsHolds(t *testing.T) {
	const home, away = risktest.ParisAddr, risktest.NewYorkAddr
	for name, tt := range map[string]struct {
		sends            stepup.Sends
		within           string // names of those that count together, by number
		from             string
		other, elsewhere string // one who does not, and where he is; empty: nobody
	}{
		"contact":    {stepup.Sends{Contact: 3}, "+33 6 39 98 00 42#%d", away, "+33 6 39 98 00 43", away},
		"network":    {stepup.Sends{Network: 3}, "+49 151 %d2 34 56 78", home, "+49 151 12 34 56 79", away},
		"prefix":     {stepup.Sends{Prefix: 3}, "+33 6 39 98 01 0%d", away, "+49 151 12 34 56 78", away},
		"deployment": {stepup.Sends{Deployment: 3}, "+49 151 %d2 34 56 78", away, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, func(c *stepup.Config) { c.Sends, c.Contacts = tt.sends, households{} })
			owner := s.owner(t)
			begin := func(subject, from string) error {
				c := steptest.NewClient(subject, "stranger").From(from)
				d := s.Decide(c, "address.change", nil)
				_, err := s.Guard.Begin(t.Context(), d.Ticket(), stepup.Code6)
				return err
			}
			for n := range 3 {
				if err := begin(fmt.Sprintf(tt.within, n), tt.from); err != nil {
					t.Fatalf("message %d: got error %v", n+1, err)
				}
			}
			late := func() error { return begin(fmt.Sprintf(tt.within, 3), tt.from) }
			var limit *stepup.BusyError
			if err := late(); !errors.As(err, &limit) || limit.RetryAfter != time.Hour {
				t.Errorf("a fourth message: got error %v, want one that says an hour", err)
			}
			if tt.other != "" {
				if err := begin(tt.other, tt.elsewhere); err != nil {
					t.Errorf("whom the cap is not about: got error %v", err)
				}
			}
			s.Clock.Advance(time.Hour - time.Nanosecond)
			if err := late(); !errors.As(err, &limit) || limit.RetryAfter != time.Nanosecond {
				t.Errorf("a nanosecond before its end: got error %v, want one that says so", err)
			}
			if err := s.prove(t, owner, "address.change", stepup.Code6); err != nil {
				t.Errorf("the owner meanwhile: got error %v", err)
			}
			s.Clock.Advance(time.Nanosecond)
			if err := late(); err != nil {
				t.Errorf("an hour later: got error %v", err)
			}
		})
	}
}
