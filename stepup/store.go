// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"slices"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// Key is the keyed pseudonym of a subject, session or binding. A store never
// sees what is behind it (L23).
type Key [16]byte

// Ref is a pseudonym under the first key of the ring, and under the others
// (L30). A store finds what it knows under any of them, and from then on under
// all of them: processes whose rings begin with different keys count together.
type Ref struct {
	Key    Key
	Former []Key

	// Tombs are the names under which an erased subject's guesses are kept. A
	// subject that comes back takes them over, and loses these names.
	Tombs []Key
}

// Is reports whether k is one of the pseudonyms. A zero Ref is nothing.
func (r Ref) Is(k Key) bool {
	return k != Key{} && (k == r.Key || slices.Contains(r.Former, k))
}

// ID names a challenge, ticket or grant: 128 random bits that authorize
// nothing by themselves. Its first two bytes are those of its subject's [Key],
// so that a store can keep all of one subject together.
type ID [18]byte

// Try names one call of the guard by 128 random bits. A call whose reply was
// lost may be repeated with the same Try: a store keeps the last Try of each
// challenge, grant and subject, and answers its repetition as it answered
// before, without any further effect. The zero Try is never a repetition.
type Try [16]byte

// Lane keeps the guess budgets of trusted devices, of all others, and of
// requests before a first factor apart, so that strangers cannot spend the
// owner's (L11). The zero value is StrangerLane.
type Lane uint8

// The lanes.
const (
	StrangerLane Lane = iota
	TrustedLane
	FirstFactorLane

	Lanes = iota // how many there are
)

// String returns "stranger", "trusted" or "first-factor".
func (l Lane) String() string {
	switch l {
	case TrustedLane:
		return "trusted"
	case FirstFactorLane:
		return "first-factor"
	}
	return "stranger"
}

// Store remembers subjects and challenges. Each operation is atomic: of any
// number of concurrent calls, the effect is as if they came one after the
// other. Errors other than the documented ones mean that the operation may not
// have happened; the guard then fails closed.
//
// All times are the guards', passed in. A store keeps the greatest it accepted,
// and takes a call that names an earlier one as made at that: what is over
// stays over. A call more than [MostLeap] before it is [ErrClock], whatever the
// operation, and changes nothing. So is a call more than MostLeap ahead of what
// a clock of the store's own, which nobody can set, says has passed: an hour
// without calls is an hour, while a guard whose clock is a month ahead moves
// and forgets nothing. Only once every call for MostLeap of the store's own
// time agreed on a time ahead does it become the store's, since the host may
// have slept.
//
// A store must be safe for concurrent use. It keeps no slice of a [Ref] beyond
// the operation: the guard uses that memory again. An operation may block on I/O and
// honours its context. Package steptest has the tests that any store must
// pass.
type Store interface {
	// Subject returns what is remembered of a subject, and notes that it was
	// seen at an address and with a device's token. An unknown subject has the
	// zero State and otherwise gains no memory by being asked for.
	Subject(ctx context.Context, q Query) (State, error)

	// Open adds a pending challenge. A pending challenge of the same subject,
	// binding and action is superseded by it. ErrRefused: the ID is known, was
	// issued TicketLife ago, or was issued before this store's memory begins, so
	// that it can no longer be known to be fresh (L12). ErrBusy: too many
	// challenges are pending for this subject and lane, or a cap is reached, and
	// best a [*BusyError] that says for how long; or the store is full, which is
	// [ErrFull]. Nothing was counted then. A store that fills up refuses first
	// the networks that hold the most of it, then all but the trusted lane, and
	// forgets nothing for a new challenge (L27).
	//
	// A decoy stands in for a subject that is nobody, and is one like any other,
	// but that it takes no room from subjects: what is guessed at decoys is
	// remembered of so many. For one more, the one that was guessed at longest ago
	// is forgotten, and [State.Forgot] says so.
	Open(ctx context.Context, c Opening) error

	// Attempt counts one attempt at a pending challenge, its cost in the
	// subject's guess budget, and one more wrong answer in a row, before
	// anything is compared (L8). ErrRefused: it may not be attempted, because
	// there is none such, it is not pending, the binding is another's, it
	// expired, its attempts or the budget are used up, the authenticator rests
	// (see Wait) or is shut (see MostFailures) in its lane, or four-digit codes
	// rest outside the trusted lane (see Spray.Spraying); nothing was counted
	// then. Of the budget of the trusted lane, and of the answers in a row that
	// shut an authenticator there, one device may use up half (L11).
	Attempt(ctx context.Context, a Attempt) (Attempted, error)

	// Settle turns a pending challenge into a passed one and records all that
	// its proof brings, or nothing: it takes the attempt's cost back and ends
	// the run of wrong answers. ErrRefused: it is no longer pending, the TOTP
	// step was accepted before, or the authenticator changed since the
	// attempt. ErrConflict: the subject's profile did.
	Settle(ctx context.Context, s Settlement) (Settled, error)

	// Change cancels a pending challenge or gives it a new code, and returns
	// when it expires. ErrRefused: it is not pending, expired, or the binding
	// is another's. ErrBusy: a cap is reached.
	Change(ctx context.Context, c Change) (expires time.Time, err error)

	// Look returns where a challenge is, for the screen that waits for it.
	// ErrRefused: there is none such, or the binding is another's.
	Look(ctx context.Context, l Look) (Looked, error)

	// Redeem accepts a single-use grant once. ErrRedeemed: it was accepted
	// before, or was issued before this store's memory begins. ErrFull: the
	// store is full.
	Redeem(ctx context.Context, r Redemption) error

	// Spend counts charges against the limits of at_most rules, all or none.
	// ErrRefused: one of them no longer fits its limit, or the subject is
	// unknown: made-up names leave nothing behind (L27).
	Spend(ctx context.Context, s Spending) error

	// Update replaces a subject's profile and changes what belongs to it.
	// ErrConflict: the profile's version is not the given one. ErrFull: the
	// store is.
	Update(ctx context.Context, u Update) error

	// Erase forgets a subject, and its challenges. What it guessed wrong, and
	// the last TOTP steps, it keeps under the tombstone until they no longer
	// count (L23), and under the subject's other Tombs, by which processes with
	// another ring look for them (L30).
	Erase(ctx context.Context, e Erasure) error
}

// Query asks for a subject, and for the decoy that stands in for it if it is
// nobody. The two begin with the same two bytes, so that a store can keep them
// together.
type Query struct {
	Subject Ref
	Decoy   Ref    // in place of a subject that is nobody: see below; zero: not asked
	Session Ref    // whose held proofs; zero: none
	Device  Key    // whose part in the trusted lane; zero: none
	Counter uint32 // of its token
	Address Key    // that the subject is seen at; zero: none
	Network Key    // likewise
	Client  Key    // that the subject is seen with; zero: none
	Now     time.Time
	// PromptsSince is the beginning of the policy's prompt window.
	PromptsSince time.Time

	// All asks for the proofs of every session, and for the challenges under
	// way: for the subject to read, not for a decision.
	All bool
}

// State is what a store remembers of a subject.
type State struct {
	Since          time.Time // told by the call that first remembered it; zero: unknown, or erased since
	Profile        []byte    // encoded risk.Profile; nil: a newcomer
	Version        uint64    // of the profile; changes with it
	Authenticators []Authenticator
	Devices        []Device
	Proofs         []Held    // held by the session asked for, or by every one
	Pending        []Pending // challenges; only where all is asked for
	Prompts        int       // passed since PromptsSince
	Prompts24h     int       // passed in the last 24 hours

	Guessed         // at the subject
	Decoy   Guessed // at the one that stands in for it
	Around          // counters that belong to no subject

	Spent []policy.RuleSpent
	Spray Spray // of the whole deployment

	// DeviceGuesses and DeviceFailures are the part of the device asked for in
	// those of the trusted lane.
	DeviceGuesses  Guesses
	DeviceFailures []Failures

	// Forgot says that within the days of a budget, what was guessed at some
	// decoy was forgotten for want of room.
	Forgot bool
}

// Guessed is what was guessed wrong.
type Guessed struct {
	Wrong    Wrong          // answers, of late
	Guesses  [Lanes]Guesses // by lane, of the last 30 days
	Failures []Failures
}

// Around is what happened of late where a subject was seen, and everywhere.
type Around struct {
	// AddressSubjects and NetworkSubjects are how many subjects were asked for
	// from the same address and network within the last hour, this one
	// included, or about as many, and ClientSubjects with the same client
	// within the last day.
	AddressSubjects, NetworkSubjects, ClientSubjects int

	// AddressWrong is about how many wrong answers were given within the last
	// hour to challenges that were begun from the same address.
	AddressWrong float64

	// Everybody is how the wrong answers of the whole deployment within the
	// last hour compare with what is usual: see [risk.Baseline].
	Everybody risk.Count
}

// Wrong counts a subject's wrong answers of late, whatever the method, lane or
// session: what notices guessing. A store may stop counting at 64.
type Wrong struct {
	Minutes10, Hour, Day int
}

// Pending is a challenge that may still be passed.
type Pending struct {
	ID      ID
	Method  policy.Method
	Expires time.Time
	Demand  []byte // what has to be proven, sealed, as the opening had it
}

// Held is a proof that a session holds.
type Held struct {
	Session Key
	Device  Key
	ACR     string // the authentication context class that it reached, if any
	Proof   policy.Proof
}

// Guesses is what wrong guesses used up of a budget, in parts per million
// (L10).
type Guesses struct {
	All   int // every method
	Code4 int // four-digit codes alone
}

// Failures are wrong answers in a row with one authenticator in one lane.
type Failures struct {
	Lane   Lane
	Method policy.Method // Code6 stands for codes of four digits too
	Count  int
	Last   time.Time
}

// Authenticator is an enrolled secret.
type Authenticator struct {
	Method   policy.Method
	Sealed   []byte // the secret, sealed for this subject
	LastStep int64  // TOTP: the last step accepted
	Drift    int    // TOTP: of the device's clock, in steps

	// Settles is until when it proves nothing sensitive (L19).
	Settles time.Time

	// Device is the mobile that holds the key of mobile4.
	Device Key
}

// Device is the token series of one known device. The token that shows any
// other counter than this one was copied.
type Device struct {
	ID      Key
	Counter uint32
	Rotated time.Time // when the counter last moved
	Seen    time.Time // when a query first had this counter; zero: not yet
	Name    string    // the customer's own, if any
}
