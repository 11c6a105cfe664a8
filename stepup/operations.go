// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"time"

	"github.com/proportion-go/proportion/policy"
)

const (
	// MostLeap is how far a clock may leap before a [Store] refuses its times,
	// and how long all have to agree on a time ahead before it is believed.
	MostLeap = 5 * time.Minute

	// TicketLife is how long after it was issued a ticket is good for an
	// [Opening]: a store knows a challenge's ID at least until then.
	TicketLife = 10 * time.Minute
)

// Opening is a new challenge.
type Opening struct {
	ID       ID
	Try      Try
	Subject  Ref
	Decoy    bool // the subject is nobody: see [Store.Open]
	Binding  Ref
	Device   Key
	Action   Ref // of the action's name
	Network  Key // that asks for it; zero: not known
	Address  Key // likewise; wrong answers are counted by it
	Lane     Lane
	Method   policy.Method
	Code     [32]byte // HMAC of the code; zero for a method without one
	Attempts int      // the most attempts
	Now      time.Time
	Issued   time.Time // when its ticket was; the ID is good for one opening
	Expires  time.Time
	Demand   []byte // sealed: what has to be proven, for whoever takes the answer
	Caps     []Cap  // what is issued is counted against them
}

// Attempt is one guess at a challenge.
type Attempt struct {
	ID      ID
	Try     Try
	Method  policy.Method // must be the challenge's
	Binding Ref           // not asked of mobile4, which is confirmed elsewhere
	Now     time.Time
	Cost    int            // parts per million (L10)
	Limits  [Lanes]Guesses // by lane: the most that may be used up
}

// Attempted is a challenge whose attempt was counted.
type Attempted struct {
	Method         policy.Method
	Lane           Lane
	Code           [32]byte
	Demand         []byte // as it was opened with
	Profile        []byte
	Version        uint64
	Authenticators []Authenticator

	// Epoch is when the store's memory begins: a TOTP step that was accepted
	// before it may be forgotten (L12). Zero: it never lost any.
	Epoch time.Time

	// Last says that this was the challenge's last attempt.
	Last bool

	// Shut says that a wrong answer would leave the lane without room for
	// another one by this method.
	Shut bool
}

// Settlement is a passed challenge and what its proof brings.
type Settlement struct {
	ID      ID
	Try     Try
	Now     time.Time
	Refund  int // the cost counted by this right answer's own attempt
	Profile []byte
	Version uint64 // the version that Profile was made from

	// Used is the authenticator as the proof leaves it, and Was what it was
	// sealed as at the attempt; its LastStep must be later than the stored
	// one, unless both are zero. No method: the proof used none.
	Used Authenticator
	Was  []byte

	// Held is kept by its session from now on, unless that is zero.
	Held Held

	// Renewal says that the device had a series when the challenge was decided:
	// one that was revoked since is not begun anew.
	Renewal bool

	// Answered are caps that count what stayed unanswered: one is taken back.
	Answered []Ref

	// Reset is the index of the step that was proven: limits whose uncapped
	// step is no higher start anew.
	Reset int
}

// Settled is what settling changed.
type Settled struct {
	// Counter is the device's, which moved on. 0: the proof names no device.
	Counter uint32
}

// Look asks where a challenge is.
type Look struct {
	ID      ID
	Binding Ref
	Now     time.Time
}

// Looked is where a challenge is.
type Looked struct {
	Method  policy.Method
	Pending bool
	Passed  bool      // neither: it ended without a proof
	At      time.Time // when it passed
	Counter uint32    // the device's, as Settled
	Demand  []byte    // as it was opened with
}

// Change ends a pending challenge, or goes on with it under a new code.
type Change struct {
	ID      ID
	Try     Try
	Binding Ref
	Now     time.Time
	Code    [32]byte // the new code's HMAC; zero: cancel the challenge
	Caps    []Cap

	// Refund is the cost of the attempt that asked for the change, which was no
	// guess, and Answered the caps that it answered: both are taken back.
	Refund   int
	Answered []Ref
}

// Redemption is a single-use grant.
type Redemption struct {
	ID      ID
	Try     Try
	Issued  time.Time
	Expires time.Time
	Now     time.Time
}

// Spending is the use of limits.
type Spending struct {
	Subject Ref
	Try     Try
	Charges []policy.Charge
	Now     time.Time
}

// Update is a change of a subject outside any challenge.
type Update struct {
	Subject Ref
	Profile []byte
	Version uint64
	Now     time.Time

	Add    []Authenticator // in place of those of the same method
	Remove []policy.Method
	Rename []Device // devices that get the name given here
	Revoke []Key    // devices that are no longer known; zero: proofs given on none end

	Rebind Rebinding
	// Unlock forgets what was guessed wrong in these lanes: an operator's act.
	Unlock []Lane
}

// Rebinding gives the proofs held by one session to another, or to none, which
// ends them. The zero value does nothing.
type Rebinding struct {
	From Ref
	To   Key
}

// Erasure is the end of a subject.
type Erasure struct {
	Subject   Ref
	Tombstone Key // the first of the subject's Tombs; zero: nothing is kept
	Now       time.Time
}
