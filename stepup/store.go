// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"slices"
	"time"

	"github.com/proportion-go/proportion/policy"
)

// Key is the keyed pseudonym of a subject, session or binding. A store never
// sees what is behind it (L23).
type Key [16]byte

// Ref is a pseudonym under the first key of the ring, and under the others,
// which were first before (L30). A store finds what it knows under any of
// them, and keeps it under Key from then on.
type Ref struct {
	Key    Key
	Former []Key
}

// Is reports whether k is one of the pseudonyms. A zero Ref is nothing.
func (r Ref) Is(k Key) bool {
	return k != Key{} && (k == r.Key || slices.Contains(r.Former, k))
}

// ID names a challenge, ticket or grant: 128 random bits that authorize
// nothing by themselves. Its first two bytes are those of its subject's [Key],
// so that a store can keep all of one subject together.
type ID [18]byte

// Lane keeps the guess budgets of trusted devices, of all others, and of
// requests before a first factor apart, so that strangers cannot spend the
// owner's (L11). The zero value is StrangerLane.
type Lane uint8

// The lanes.
const (
	StrangerLane Lane = iota
	TrustedLane
	FirstFactorLane
)

// Store remembers subjects and challenges. Each operation is atomic: of any
// number of concurrent calls, the effect is as if they came one after the
// other. All times are the guard's, passed in; a store has no clock. Errors
// other than the documented ones mean that the operation may not have
// happened; the guard then fails closed.
//
// A store must be safe for concurrent use. An operation may block on I/O and
// honours its context.
type Store interface {
	// Subject returns what is remembered of a subject. An unknown subject has
	// the zero State and gains no memory by being asked for.
	Subject(ctx context.Context, q Query) (State, error)

	// Open adds a pending challenge. A pending challenge of the same subject,
	// binding and action is superseded by it. ErrRefused: the ID is known, or
	// was issued before this store's memory begins, so that it can no longer
	// be known to be fresh (L12). ErrBusy: the store is full, or too many
	// challenges are pending for this subject and lane.
	Open(ctx context.Context, c Opening) error

	// Attempt counts one attempt at a pending challenge, and its cost in the
	// subject's guess budget, before anything is compared (L8). ErrRefused: it
	// may not be attempted, because there is none such, it is not pending, the
	// binding is another's, it expired, or its attempts or the budget are used
	// up; nothing was counted then.
	Attempt(ctx context.Context, a Attempt) (Attempted, error)

	// Settle turns a pending challenge into a passed one and records all that
	// its proof brings, or nothing. ErrRefused: it is no longer pending, or
	// the TOTP step was accepted before. ErrConflict: the subject's profile
	// changed since the attempt.
	Settle(ctx context.Context, s Settlement) error

	// Redeem accepts a single-use grant once. ErrRedeemed: it was accepted
	// before, or was issued before this store's memory begins. ErrBusy: the
	// store is full.
	Redeem(ctx context.Context, r Redemption) error

	// Spend counts charges against the limits of at_most rules, all or none.
	// ErrRefused: one of them no longer fits its limit. ErrBusy: the store is
	// full.
	Spend(ctx context.Context, s Spending) error

	// Update replaces a subject's profile and adds authenticators.
	// ErrConflict: the profile's version is not the given one. ErrBusy: the
	// store is full.
	Update(ctx context.Context, u Update) error
}

// Query asks for a subject.
type Query struct {
	Subject Ref
	Session Ref // whose held proofs; zero: none
	Now     time.Time
	// PromptsSince is the beginning of the policy's prompt window.
	PromptsSince time.Time
}

// State is what a store remembers of a subject.
type State struct {
	Profile        []byte // encoded risk.Profile; nil: a newcomer
	Version        uint64 // of the profile; changes with it
	Authenticators []Authenticator
	Proofs         []policy.Proof     // held by the session asked for
	ProofDevices   []Key              // the device of each of Proofs
	Prompts        int                // passed since PromptsSince
	Prompts24h     int                // passed in the last 24 hours
	Spent          []policy.RuleSpent // of at_most limits
	Guesses        [3]Guesses         // by lane, of the last 30 days
}

// Guesses is what a subject's wrong guesses used up of one lane's budget, in
// parts per million (L10).
type Guesses struct {
	All   int // every method
	Code4 int // four-digit codes alone
}

// Authenticator is an enrolled secret.
type Authenticator struct {
	Method   policy.Method
	Sealed   []byte // the secret, sealed for this subject
	LastStep int64  // TOTP: the last step accepted
}

// Opening is a new challenge.
type Opening struct {
	ID       ID
	Subject  Ref
	Binding  Key
	Action   Key // pseudonym of the action's name
	Lane     Lane
	Method   policy.Method
	Code     [32]byte // HMAC of the code; zero for a method without one
	Attempts int      // the most attempts
	Now      time.Time
	Issued   time.Time // when its ticket was; the ID is good for one opening
	Expires  time.Time
	Ticket   []byte // the sealed decision, for Finish
}

// Attempt is one guess at a challenge.
type Attempt struct {
	ID      ID
	Method  policy.Method // must be the challenge's
	Binding Ref
	Now     time.Time
	Cost    int        // parts per million (L10)
	Limits  [3]Guesses // by lane: the most that may be used up
}

// Attempted is a challenge whose attempt was counted.
type Attempted struct {
	Method         policy.Method
	Code           [32]byte
	Ticket         []byte
	Profile        []byte
	Version        uint64
	Authenticators []Authenticator
}

// Settlement is a passed challenge and what its proof brings.
type Settlement struct {
	ID      ID
	Now     time.Time
	Refund  int   // the cost counted by this right answer's own attempt
	Step    int64 // TOTP: the step accepted; 0: none
	Profile []byte
	Version uint64 // the version that Profile was made from

	// Session holds Proof from now on, unless it is zero.
	Session Key
	Proof   policy.Proof
	Device  Key

	// Reset names the step index proven: limits whose uncapped step is no
	// higher start anew.
	Reset int
}

// Redemption is a single-use grant.
type Redemption struct {
	ID      ID
	Issued  time.Time
	Expires time.Time
	Now     time.Time
}

// Spending is the use of limits.
type Spending struct {
	Subject Ref
	Charges []policy.Charge
	Now     time.Time
}

// Update is a change of a subject outside any challenge.
type Update struct {
	Subject        Ref
	Profile        []byte
	Version        uint64
	Authenticators []Authenticator // added, or replacing those of their method
	Now            time.Time
}
