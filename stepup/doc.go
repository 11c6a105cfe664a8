// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package stepup is the guard of a service: it decides how much proof each
// action deserves, asks the customer for exactly that much, and learns from
// what was proven.
//
// # The flow
//
// Most callers want one [Guard], made by [New] from a policy and a [Config],
// and four calls:
//
//   - [Guard.Decide] says of a [Request] whether to allow it, allow it and
//     notify the customer, challenge it, or deny it, and why;
//   - [Guard.Begin] begins the challenge of a decision: it takes the
//     decision's ticket, in this process or another, and sends a code;
//   - [Guard.Finish] checks what the customer typed and returns a [Grant];
//   - [Guard.Redeem] accepts the grant, at the moment of acting, for exactly
//     what was proven.
//
// A proof is also held by the session: where the policy lets it count again,
// the next Decide allows without asking. [Guard.Seed] records what the host
// itself established about a customer, and [Guard.SetPolicy] changes the
// policy while requests are served.
//
// # What the customer asks for, and what the host does
//
// A call that takes a grant and a [Request] is the customer's: he asked for a
// built-in action and proved that he may. The policy says how much proof that
// takes; the guard redeems the grant itself, records what it did under the
// decision that asked, and has the owner told. Each call is named as its action
// is read backwards: [Guard.EnrolTOTP] and its like, [Guard.RemoveMethod],
// [Guard.ChangeContact], [Guard.TrustDevice], [Guard.RevokeDevice],
// [Guard.RevokeOtherDevices], [Guard.ChangeConsent], [Guard.ExportProfile],
// [Guard.EraseProfile]. With [Guard.Report] he says that something was not him.
//
// A call that takes a subject is the host's, without a proof and on its own
// authority: [Guard.Seed], [Guard.Unlock], [Guard.Revoke], [Guard.Export],
// [Guard.Erase], and in the course of things [Guard.Rebind], [Guard.Devices]
// and [Guard.RenameDevice]. Never let a customer's request reach the first five
// alone. [WithOperator] has the journal say by whom.
//
// # What the host brings
//
// A key ring ([otp.Ring]), its directory of contacts ([Contacts]), a [Sender]
// for each kind of contact, and for places a [risk.Locator] such as package
// risk/geoip. Profiles, proofs and counters live in a [Store]; the one in
// memory, [Memory], is for one process. Whoever writes no store passes over it
// and the types that its methods take and return, as [Opening] and [State].
// Log [Decision.Degraded]: it is how a host learns of its own mistakes, such as
// a missing fact.
//
// # What it does not do
//
// It does not know passwords, run login sessions, or set cookies: the host
// does, and passes their values in the request. It shows no pages. For passkeys
// it needs a [Verifier], which it does not bring.
//
// # What holds under attack
//
// An attempt is counted in the store before anything is compared. Guesses are
// budgeted per subject over 30 days, across challenges and sessions: see
// SECURITY.md for each promise and its limits; the comments cite them as L1 to
// L30.
//
// A proof is strong if it is by totp, recovery or passkey, and the method was
// not itself enrolled within the last 72 hours by anything less. It makes a
// device trusted, and what it enrols counts at once.
//
// # Errors
//
// Of a proof that does not count the customer learns [ErrRefused] and no more,
// whatever else the error is to the operator. He may be told of [ErrMalformed],
// how many digits to type; of a [*BusyError], when to come back; and of
// [ErrTicket] and [ErrMethod], to start again. [ErrDelivery], [ErrFull] and
// [ErrUnavailable] are failures, and a [*RequestError] is a mistake of the
// host's own. [ErrClock] and [ErrConflict] are for stores: a caller of the guard
// meets them only inside of an ErrUnavailable. Package stephttp answers so.
package stepup
