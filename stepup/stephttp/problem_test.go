// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stephttp_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/stephttp"
)

func TestProblem(t *testing.T) {
	cause := errors.New("secret detail")
	for name, tt := range map[string]struct {
		err    error
		status int
		retry  string
	}{
		"request":            {&stepup.RequestError{Field: "Subject", Problem: "is empty"}, 400, ""},
		"malformed":          {stepup.ErrMalformed, 422, ""},
		"refused":            {stepup.ErrRefused, 403, ""},
		"redeemed":           {stepup.ErrRedeemed, 403, ""},
		"mismatch":           {&stepup.MismatchError{Field: "Facts.amount"}, 403, ""},
		"ticket":             {stepup.ErrTicket, 409, ""},
		"method":             {stepup.ErrMethod, 409, ""},
		"busy":               {stepup.ErrBusy, 429, ""},
		"limit":              {&stepup.BusyError{RetryAfter: 90*time.Second + time.Nanosecond}, 429, "91"},
		"limit of no end":    {&stepup.BusyError{}, 429, ""},
		"full":               {stepup.ErrFull, 503, ""},
		"delivery":           {fmt.Errorf("%w: %w", stepup.ErrDelivery, cause), 503, ""},
		"store":              {fmt.Errorf("%w: %w", stepup.ErrUnavailable, cause), 503, ""},
		"refused, no record": {errors.Join(stepup.ErrRefused, stepup.ErrUnavailable), 503, ""},
		"hung up":            {context.Canceled, 503, ""},
		"anything else":      {cause, 503, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			stephttp.Problem(w, tt.err)
			if w.Code != tt.status || w.Header().Get("Retry-After") != tt.retry {
				t.Errorf("got %d, Retry-After %q, want %d, %q", w.Code, w.Header().Get("Retry-After"), tt.status, tt.retry)
			}
			if strings.Contains(w.Body.String(), "secret detail") || strings.Contains(w.Body.String(), "amount") {
				t.Errorf("the answer tells too much: %s", w.Body)
			}
			if w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("got headers %v", w.Header())
			}
		})
	}
}

// A limit that is reached is 429 with when to come again; it is never 200.
func TestIssuingLimitIs429(t *testing.T) {
	b, c, _ := service(t)
	for range 100 {
		d := b.Decide(c, "address.change", nil)
		begun, err := b.Guard.Begin(t.Context(), d.Ticket(), stepup.Code6)
		if err == nil {
			if err := b.Guard.Cancel(t.Context(), c.Binding, begun.ID); err != nil {
				t.Fatal(err)
			}
			continue
		}
		w := httptest.NewRecorder()
		stephttp.Problem(w, err)
		if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "3600" {
			t.Errorf("got %d, Retry-After %q, want 429 in an hour", w.Code, w.Header().Get("Retry-After"))
		}
		return
	}
	t.Error("a hundred codes were sent")
}
