// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stephttp

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/proportion-go/proportion/stepup"
)

// Problem answers with what a guard's error is to a client, as a problem
// document (RFC 9457), for the host's own handlers of [stepup.Guard.Begin] and
// [stepup.Guard.Finish]. Of a refusal it says no more than that it is one (L14).
//
//   - 400 for a [*stepup.RequestError], 422 for what is no code;
//   - 403 for [stepup.ErrRefused];
//   - 409 for a ticket or method that is not valid: the client starts again;
//   - 429, with Retry-After where it is known, for a limit on what is issued;
//   - 503 for a full store, and for what failed.
func Problem(w http.ResponseWriter, err error) {
	status, title := classify(err)
	var limit *stepup.BusyError
	if status == http.StatusTooManyRequests && errors.As(err, &limit) && limit.RetryAfter > 0 {
		seconds := (limit.RetryAfter + time.Second - 1) / time.Second
		w.Header().Set("Retry-After", strconv.Itoa(int(seconds)))
	}
	problem(w, status, document{Title: title})
}

// classify returns the status and words of an error. What failed comes first: a
// refusal that could not be recorded is a failure.
func classify(err error) (status int, title string) {
	var malformed *stepup.RequestError
	switch {
	case errors.Is(err, stepup.ErrUnavailable), errors.Is(err, stepup.ErrFull), errors.Is(err, stepup.ErrDelivery):
		return http.StatusServiceUnavailable, "Try again later."
	case errors.As(err, &malformed):
		return http.StatusBadRequest, "The request cannot be read."
	case errors.Is(err, stepup.ErrMalformed):
		return http.StatusUnprocessableEntity, "This is not a code of that form."
	case errors.Is(err, stepup.ErrRefused):
		return http.StatusForbidden, "The proof does not count for this."
	case errors.Is(err, stepup.ErrTicket), errors.Is(err, stepup.ErrMethod):
		return http.StatusConflict, "Start again."
	case errors.Is(err, stepup.ErrBusy):
		return http.StatusTooManyRequests, "Too many requests: wait."
	}
	return http.StatusServiceUnavailable, "Try again later."
}
