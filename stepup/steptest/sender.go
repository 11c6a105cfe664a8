// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest

import (
	"context"
	"slices"
	"sync"

	"github.com/proportion-go/proportion/stepup"
)

// Sender is a [stepup.Sender] that keeps messages instead of sending them. It
// is safe for concurrent use, and the zero Sender is ready.
type Sender struct {
	mu   sync.Mutex
	sent []stepup.Message
	err  error
}

var _ stepup.Sender = (*Sender)(nil)

// Send implements [stepup.Sender].
func (s *Sender) Send(ctx context.Context, m stepup.Message) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	s.sent = append(s.sent, m)
	return nil
}

// Fail makes every later Send return err, until Fail(nil).
func (s *Sender) Fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

// Sent returns all messages kept so far, oldest first.
func (s *Sender) Sent() []stepup.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sent)
}

// Last returns the latest message to an address, and whether there is one.
func (s *Sender) Last(address string) (stepup.Message, bool) {
	sent := s.Sent()
	for i := len(sent) - 1; i >= 0; i-- {
		if sent[i].To.Address == address {
			return sent[i], true
		}
	}
	return stepup.Message{}, false
}

// Contacts is a [stepup.Contacts] over a map of subjects. It must not change
// while a guard uses it.
type Contacts map[string][]stepup.Contact

var _ stepup.Contacts = Contacts(nil)

// Contacts implements [stepup.Contacts]. It never fails.
func (c Contacts) Contacts(_ context.Context, subject string) ([]stepup.Contact, error) {
	return c[subject], nil
}
