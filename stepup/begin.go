// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/stepup/journal"
)

// Begun is a challenge that waits for its answer: what the host shows. It
// never contains a code that was sent. It prints as "[redacted]", since it can
// contain one that is shown.
type Begun struct {
	redacted

	// ID names the challenge, for [Guard.Finish]. It authorizes nothing by
	// itself; keep it in a form field or the host's session.
	ID string

	Method Method

	// Digits is how many the customer has to type: 4 or 6, and 0 for recovery,
	// whose codes are of letters and digits, and for passkey.
	Digits int

	// Options are what the browser or app needs to answer by passkey, as JSON:
	// its response is what [Guard.Finish] takes as the code. Empty for every
	// other method.
	Options []byte

	// Show are the digits that this screen has to show for mobile4, to be typed
	// into the customer's app. Empty for every other method.
	Show string

	// To is where the code went, masked, if it may be shown.
	To string

	// After is when an answer is accepted, after wrong ones in a row before
	// this challenge. Zero: at once.
	After time.Time

	// Expires is when the challenge ends.
	Expires time.Time
}

// Begin begins the challenge of a decision with one of the methods it offered:
// a code is generated and sent, or an enrolled authenticator is awaited. A
// ticket is good for one Begin.
//
// Errors: [ErrTicket], [ErrMethod], [ErrBusy], [ErrDelivery] with the sender's
// error beside it, [ErrUnavailable].
func (g *Guard) Begin(ctx context.Context, sealed string, m Method) (Begun, error) {
	now := g.config.Now()
	t, o, err := g.readTicket(sealed, m, now)
	if err != nil {
		return Begun{}, err
	}
	if err := g.stillReachable(ctx, t, o); err != nil {
		return Begun{}, err
	}
	c, code, err := g.opening(t, o, now)
	if err != nil {
		return Begun{}, err
	}
	begun := Begun{
		ID: formatID(c.ID, m), Method: m, Digits: digits(m), To: o.Shown, After: o.After, Expires: c.Expires,
	}
	if m == Mobile4 {
		begun.Show, code = code, "" // the app never receives it
	}
	if err := g.begin(ctx, t, o, c); err != nil {
		return Begun{}, err
	}
	switch { // only now is it counted: others are not driven without limit
	case m == Passkey:
		begun.Options, err = g.options(ctx, t, &c)
	case o.Address != "":
		err = g.send(ctx, t, o, begun.ID, code, c.Expires)
	}
	if err != nil {
		return Begun{}, errors.Join(err, g.undelivered(ctx, &t.demand, &c, err))
	}
	return begun, nil
}

// readTicket opens a ticket, and returns the method's offer in it.
func (g *Guard) readTicket(sealed string, m Method, now time.Time) (*ticket, offer, error) {
	t := new(ticket)
	if !g.openTicket(sealed, t) {
		return nil, offer{}, ErrTicket
	}
	if !lives(t.Issued, TicketLife, now) {
		return nil, offer{}, ErrTicket
	}
	o, ok := t.offer(m)
	if !ok || !g.has(m) {
		return nil, offer{}, ErrMethod
	}
	return t, o, nil
}

// begin opens a challenge in the store, and records it.
func (g *Guard) begin(ctx context.Context, t *ticket, o offer, c Opening) error {
	e := g.event(&t.demand, journal.KindChallenge, "begun")
	e.Detail.Method, e.Detail.Expires = o.Method.String(), c.Expires
	if o.Kind != 0 {
		e.Detail.Via = o.Kind.String()
	}
	if err := g.open(ctx, c); err != nil {
		e.Outcome, e.Detail.Reason, e.Detail.Expires = "refused", refusal(err), time.Time{}
		return errors.Join(err, g.follow(ctx, &t.demand, e))
	}
	g.followEnded(ctx, c.Now)
	return g.follow(ctx, &t.demand, e)
}

func (t *ticket) offer(m Method) (offer, bool) {
	for _, o := range t.Offers {
		if o.Method == m {
			return o, true
		}
	}
	return offer{}, false
}

// stillReachable returns ErrMethod when the contact is no longer the
// subject's: it may have been removed since the decision.
func (g *Guard) stillReachable(ctx context.Context, t *ticket, o offer) error {
	if o.Address == "" {
		return nil
	}
	all, err := g.config.Contacts.Contacts(ctx, t.Subject)
	if err != nil {
		return fmt.Errorf("%w: contacts: %w", ErrDelivery, err)
	}
	if t.Decoy {
		return nil
	}
	for _, c := range all {
		if c.Kind == o.Kind && c.Address == o.Address {
			return nil
		}
	}
	return ErrMethod
}

// opening makes the challenge and, for a method that sends one, its code.
func (g *Guard) opening(t *ticket, o offer, now time.Time) (Opening, string, error) {
	sealed, err := g.sealDemand(t.of(o))
	if err != nil {
		return Opening{}, "", fmt.Errorf("stepup: seal demand: %w", err)
	}
	c := Opening{
		Demand: sealed, ID: t.ID, Try: newTry(), Subject: g.ref(t), Decoy: t.Decoy, Binding: t.bindingRef(),
		Action: pseudonym(g.keys.action, t.Action), Network: g.place([]byte(t.Network)), Address: t.Address,
		Lane: t.Lane, Method: o.Method, Attempts: attempts(o.Method), Device: t.device(),
		Now: now, Issued: t.Issued, Expires: now.Add(g.config.CodeLife),
	}
	if o.Address == "" {
		if c.Caps = []Cap{g.unsent(t)}; o.Method == Passkey {
			c.Code = g.keys.code.Sum(t.codeParts(o.Method, "")...)
		}
		return c, "", nil
	}
	if c.Caps = g.caps(t, o); o.Method == Mobile4 {
		c.Caps = append(c.Caps, g.unanswered(&t.demand))
	}
	code, err := otp.Generate(digits(o.Method))
	if err != nil {
		return Opening{}, "", fmt.Errorf("stepup: %w", err)
	}
	c.Code = g.keys.code.Sum(t.codeParts(o.Method, code)...)
	return c, code, nil
}

func (g *Guard) open(ctx context.Context, c Opening) error {
	err := g.config.Store.Open(ctx, c)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrRefused):
		return ErrTicket // the ticket was used before
	case errors.Is(err, ErrBusy):
		return busy(err)
	}
	return unavailable("open", err)
}

func (g *Guard) send(ctx context.Context, t *ticket, o offer, id, code string, expires time.Time) error {
	sender := g.config.Senders[o.Kind]
	if sender == nil {
		return fmt.Errorf("%w: no sender for this contact", ErrDelivery)
	}
	e := g.event(&t.demand, journal.KindDelivery, "sent")
	e.Detail.Method, e.Detail.Via = o.Method.String(), o.Kind.String()
	if t.Decoy {
		e.Outcome, e.Detail.Reason = "failed", "decoy"
		return g.follow(ctx, &t.demand, e)
	}
	err := sender.Send(ctx, Message{
		To:       Contact{Kind: o.Kind, Address: o.Address},
		Language: t.Language,
		Text:     g.text(t, code, expires.Sub(g.config.Now())) + g.bound(t, o.Kind, code),
		Code:     code,
		ID:       id,
		Expires:  expires,
	})
	if err != nil {
		e.Outcome, e.Detail.Reason = "failed", "sender"
		return errors.Join(fmt.Errorf("%w: %w", ErrDelivery, err), g.follow(ctx, &t.demand, e))
	}
	return g.follow(ctx, &t.demand, e)
}

// undelivered ends a challenge that nobody can answer, or it would keep the next
// one waiting. A question that did not reach its mobile was not left unanswered.
func (g *Guard) undelivered(ctx context.Context, d *demand, c *Opening, why error) error {
	end := Change{ID: c.ID, Try: newTry(), Binding: c.Binding, Now: c.Now}
	if c.Method == Mobile4 && errors.Is(why, ErrDelivery) {
		end.Answered = []Ref{g.unanswered(d).Of}
	}
	if _, err := g.change(ctx, end); err != nil && !errors.Is(err, ErrRefused) { // refused: it ended
		return err
	}
	return nil
}

// formatID returns the challenge's name for the client. It says which method
// is awaited, so that malformed input needs no store (L13); a changed method
// names no challenge.
func formatID(id ID, m Method) string {
	return base64.RawURLEncoding.EncodeToString(append(id[:], byte(m)))
}

// parseID reads what formatID wrote.
func parseID(text string) (id ID, m Method, ok bool) {
	if len(text) > 64 {
		return ID{}, 0, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != len(id)+1 {
		return ID{}, 0, false
	}
	copy(id[:], b)
	return id, Method(b[len(id)]), true
}
