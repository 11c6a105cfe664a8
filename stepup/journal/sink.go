// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import "context"

// Sink takes events. It is what the guard writes to.
//
// The guard calls Append before it answers, with the request's cancellation
// detached, and fails closed where it returns an error for an event that is
// not droppable (L2): what was not recorded did not happen.
//
// A sink is safe for concurrent use.
type Sink interface {
	// Append takes all of the events, in their order, or none of them. When it
	// returns nil, each has what its [Event.Class] asks for: a durable event
	// is on disk, an ordinary one is handed to the system, a droppable one is
	// at least counted.
	//
	// It may keep the events and what they point to: the caller must not
	// change them afterwards.
	Append(ctx context.Context, events ...*Event) error
}

// strictest returns the class of the events that may lose least.
func strictest(events []*Event) Class {
	class := Droppable
	for _, e := range events {
		class = min(class, e.Class())
	}
	return class
}
