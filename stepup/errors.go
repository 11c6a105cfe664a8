// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"errors"
	"fmt"
	"time"
)

var (
	// ErrRefused is the one answer to a proof that does not count: wrong,
	// expired, used, unknown, exhausted, or presented from elsewhere. Nothing
	// more may be said to the customer (L14). [Guard.Finish] and
	// [Guard.Redeem] return it; a [Store] returns it for a challenge that may
	// not be attempted.
	ErrRefused = errors.New("stepup: refused")

	// ErrMalformed is returned by [Guard.Finish], and by [Guard.Confirm] and
	// [Guard.ConfirmTOTP], for input that cannot be a code of that length. It
	// cost no attempt, so the customer may be told how many digits to type.
	ErrMalformed = errors.New("stepup: malformed code")

	// ErrTicket is returned by [Guard.Begin] for a ticket that is forged,
	// expired, already used, or another deployment's, and by [Guard.Resend] for
	// one that is not the challenge's. Decide again.
	ErrTicket = errors.New("stepup: ticket not valid")

	// ErrMethod is returned by [Guard.Begin] for a method that the decision
	// did not offer, and by [Guard.Resend] for one that sends nothing.
	ErrMethod = errors.New("stepup: method not on offer")

	// ErrDelivery is returned by [Guard.Begin] and [Guard.Resend] when the code
	// could not be handed over for delivery. No attempt was spent; decide again
	// to retry.
	ErrDelivery = errors.New("stepup: delivery failed")

	// ErrBusy is returned by [Guard.Begin] and other calls that write, and by a
	// [Store], when there is no more to be had for now. Never allow for it. Of
	// the two that are told apart, [*BusyError] is this customer's or this
	// network's limit: answer 429 with its RetryAfter. [ErrFull] is nobody's
	// fault: answer 503.
	ErrBusy = errors.New("stepup: too many challenges")

	// ErrFull is an [ErrBusy]: the store has no room, whoever asks.
	ErrFull = fmt.Errorf("%w: the store is full", ErrBusy)

	// ErrUnavailable is returned when the store could not be asked, so that
	// nothing was proven. The cause is wrapped beside it.
	ErrUnavailable = errors.New("stepup: store unavailable")

	// ErrExpired is returned by [Guard.Redeem] for a grant past its life. It
	// is an [ErrRefused].
	ErrExpired = fmt.Errorf("%w: grant expired", ErrRefused)

	// ErrRedeemed is returned by [Guard.Redeem], and by a [Store], for a grant
	// that was accepted before, or that a store without memory of that time
	// can no longer know to be unused. It is an [ErrRefused].
	ErrRedeemed = fmt.Errorf("%w: grant already redeemed", ErrRefused)

	// ErrWeak is returned by [Guard.TrustDevice] for a proof that is not strong,
	// or was given elsewhere, by [Guard.ChangeContact] where the contact that
	// changes carried the code, and by [Guard.EraseProfile] for a proof that is
	// not strong while a contact is new. It is an [ErrRefused]; the customer
	// may be told to prove it another way.
	ErrWeak = fmt.Errorf("%w: the proof is not strong enough for this", ErrRefused)

	// ErrClock is returned by a [Store] for a call whose time is more than
	// [MostLeap] away from what it can be: a clock leaped. Nothing was changed.
	ErrClock = errors.New("stepup: a clock leaped")

	// ErrConflict is returned by a [Store] when what was read has changed
	// since. The guard reads again.
	ErrConflict = errors.New("stepup: changed since it was read")
)

// RequestError says which field of a [Request] is malformed. It is an error
// of the calling service, not of its customer.
type RequestError struct {
	Field   string // the name of the field, for example "Subject"
	Problem string // what is wrong with it; never its value
}

// Error returns the field and the problem.
func (e *RequestError) Error() string {
	return "stepup: request." + e.Field + ": " + e.Problem
}

// MismatchError says in what a redeemed request differs from what was proven.
// It is an [ErrRefused], and is for the operator: a customer sees no more of
// it than of any refusal.
type MismatchError struct {
	Field string // "Subject", "Session", "Binding", "Action", "Audience", or "Facts.amount"
}

// Error returns the field.
func (e *MismatchError) Error() string {
	return "stepup: refused: " + e.Field + " is not what was proven"
}

// Unwrap returns [ErrRefused].
func (e *MismatchError) Unwrap() error { return ErrRefused }

// BusyError is an [ErrBusy] for the customer, contact or network that asked:
// a limit on what is issued to it is reached. Others are served.
type BusyError struct {
	// RetryAfter is how long until there is room again, for the header of that
	// name. Zero: not known.
	RetryAfter time.Duration
}

// Error returns how long to wait.
func (e *BusyError) Error() string {
	if e.RetryAfter <= 0 {
		return ErrBusy.Error()
	}
	return fmt.Sprintf("%v: try again in %v", ErrBusy, e.RetryAfter)
}

// Unwrap returns [ErrBusy].
func (e *BusyError) Unwrap() error { return ErrBusy }

// busy returns what a store's ErrBusy says, and no more.
func busy(err error) error {
	var limit *BusyError
	switch {
	case errors.As(err, &limit):
		return limit
	case errors.Is(err, ErrFull):
		return ErrFull
	}
	return ErrBusy
}

// unavailable wraps the failure of a store operation.
func unavailable(operation string, err error) error {
	return fmt.Errorf("%w: %s: %w", ErrUnavailable, operation, err)
}
