// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"strings"

	"github.com/proportion-go/proportion/stepup/journal"
)

// Notice is what a subject should be told, by a way of the host's own such as
// an e-mail or the security page. It prints as "[redacted]".
type Notice struct {
	redacted

	Subject string
	Kind    NoticeKind
	Method  Method // the method concerned; zero, which prints as nothing: none
	Lane    Lane

	// Former is the contact that was changed, as it was: the place to tell its
	// owner of [ContactChanged] (L19). Zero for any other notice.
	Former Contact

	// Event names what was done, for [Guard.Report]: the notice can ask "was it
	// you?". Empty for a method that was shut, an event reported, an erasure, and
	// what the host did of its own.
	Event string
}

// NoticeKind is what a notice is about. The zero kind is none.
type NoticeKind uint8

// The kinds of notice.
const (
	// MethodShut: so many wrong answers were given by a method that it is shut
	// for now in one lane.
	MethodShut NoticeKind = iota + 1

	// DeviceCopied: a device token was presented that had been replaced, so
	// that somebody else may have a copy. The device is no longer known.
	DeviceCopied

	// MethodAdded and MethodRemoved: the subject's methods changed.
	MethodAdded
	MethodRemoved

	// EventReported: somebody said of an event that it was not the subject.
	EventReported

	// ContactChanged: tell the former contact of it too.
	ContactChanged

	// DeviceTrusted: the subject asked for it, and DevicesRevoked likewise.
	DeviceTrusted
	DevicesRevoked

	// ConsentChanged: consent to signals was given or withdrawn.
	ConsentChanged

	// ProfileExported and ProfileErased: all that is remembered was read, or
	// forgotten, for the subject or by the host.
	ProfileExported
	ProfileErased
)

// String returns the kind in words, as "method shut".
func (k NoticeKind) String() string {
	switch k {
	case MethodShut:
		return "method shut"
	case DeviceCopied:
		return "device copied"
	case MethodAdded:
		return "method added"
	case MethodRemoved:
		return "method removed"
	case EventReported:
		return "event reported"
	case ContactChanged:
		return "contact changed"
	case DeviceTrusted:
		return "device trusted"
	case DevicesRevoked:
		return "devices revoked"
	case ConsentChanged:
		return "consent changed"
	case ProfileExported:
		return "profile exported"
	case ProfileErased:
		return "profile erased"
	}
	return "invalid"
}

// notify tells the owner, and records that he was told.
func (g *Guard) notify(ctx context.Context, n Notice) error {
	return g.notifyBy(ctx, n, journal.Pseudonym{})
}

// notifyBy is notify of what an operator did.
func (g *Guard) notifyBy(ctx context.Context, n Notice, by journal.Pseudonym) error {
	g.config.Notify(ctx, n)
	d := journal.Detail{
		Reason: strings.ReplaceAll(n.Kind.String(), " ", "-"), Lane: n.Lane.String(), By: by,
		Method: n.Method.String(), Via: n.Former.Kind.String(),
	}
	return g.outside(ctx, n.Subject, journal.KindNotice, "sent", d)
}
