// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// settling is how long a changed contact proves nothing sensitive (L19).
const settling = 72 * time.Hour

// offer finds what the subject can prove the verdict's step with, and seals it
// in a ticket. Without any usable method the decision becomes a deny that says
// what to enrol: never a weaker method.
func (g *Guard) offer(ctx context.Context, s *situation, d *Decision, trusted bool) {
	facts, gaps := s.policy.Bound(s.req.Action, s.req.Facts)
	if len(gaps) > 0 || s.storeFailed() {
		d.Outcome = Deny // what cannot be named or counted cannot be proven
		return
	}
	lane := s.lane(trusted)
	offers := g.usable(ctx, s, d, lane)
	if len(offers) == 0 {
		d.Outcome, d.Enrol = Deny, g.enrollable(s, d.Verdict.Step.Methods)
		return
	}
	d.Offers = make([]Offer, len(offers))
	for i := range offers {
		if o := &offers[i]; trusted && o.Address != "" { // L25
			o.Shown = Contact{Kind: o.Kind, Address: o.Address}.Masked()
		}
		d.Offers[i] = Offer{Method: offers[i].Method, To: offers[i].Shown, After: offers[i].After}
	}
	// The situation will be another request's: the ticket takes what it needs.
	c := &candidate{ticket: g.newTicket(s, d, lane), seen: s.seen}
	c.seen.Device, c.seen.Profile = s.provable(), nil
	c.ticket.Renewal = s.device == c.seen.Device && s.device != (risk.DeviceID{})
	c.ticket.Facts, c.ticket.Offers = facts, offers
	d.happening.device = Key(c.seen.Device)
	d.ticket = func() string { return g.sealCandidate(c) }
}

// candidate is a ticket that is made only if it is asked for: describing and
// sealing it takes longer than the decision.
type candidate struct {
	ticket ticket
	seen   risk.Observation
}

// sealCandidate returns the ticket, or nothing: Begin then answers ErrTicket.
func (g *Guard) sealCandidate(c *candidate) string {
	full := c.ticket
	full.describe(&c.seen)
	text, err := g.sealTicket(&full)
	if err != nil {
		return ""
	}
	return text
}

// enrollable returns the methods that the subject could enrol and has not.
func (g *Guard) enrollable(s *situation, methods []Method) []Method {
	return slices.DeleteFunc(slices.Clone(methods), func(m Method) bool {
		switch m {
		case TOTP, Recovery, Mobile4, Passkey:
			return enrolled(s.state.Authenticators, m) != nil || !g.has(m) || !s.suits(m)
		}
		return true
	})
}

// has reports whether the guard can offer the method at all.
func (g *Guard) has(m Method) bool { return m != Passkey || g.config.Passkeys != nil }

// lane returns whose guess budget the request draws on (L11).
func (s *situation) lane(trusted bool) Lane {
	switch {
	case trusted:
		return TrustedLane
	case s.action.NoSession:
		return FirstFactorLane
	}
	return StrangerLane
}

func (g *Guard) newTicket(s *situation, d *Decision, lane Lane) ticket {
	t := ticket{
		demand: demand{
			ID:          s.id,
			Subject:     s.req.Subject,
			Decoy:       s.decoy,
			Session:     s.session.Key,
			Binding:     s.binding.Key,
			Lane:        lane,
			Channel:     s.req.Channel,
			Audience:    g.audience(&s.req),
			Action:      s.req.Action,
			Sensitivity: s.action.Sensitivity,
			Band:        d.Verdict.Band,
			Step:        d.Verdict.Step.Index,
			ACR:         d.Verdict.Step.ACR,
			Reasons:     d.Verdict.Reasons(s.req.language(), 2),
		},
		Issued:   s.now,
		Formerly: s.binding.Former,
		Language: s.req.language(),
		Address:  s.address,
	}
	return t
}

// describe adds to a ticket what takes long to find, and is only needed once
// the ticket is: what a proof would teach, and what a mobile shows.
func (t *ticket) describe(seen *risk.Observation) {
	t.Evidence = seen.Evidence()
	t.Network = network(seen.Addr)
	t.Where = strings.Join(slices.DeleteFunc([]string{seen.Location.City, seen.Location.Country}, isEmpty), ", ")
	t.Client = seen.Client.Family()
}

func isEmpty(s string) bool { return s == "" }

// provable returns the device that a proof of this request would make known:
// the one presented, or a new one where the client can keep a token.
func (s *situation) provable() risk.DeviceID {
	device := s.seen.Device
	if device == (risk.DeviceID{}) && (s.req.Channel == Web || s.req.Channel == App) {
		_, _ = rand.Read(device[:]) // never fails
	}
	return device
}

// usable returns the methods of the step that the subject can use here and
// now, in the policy's order.
func (g *Guard) usable(ctx context.Context, s *situation, d *Decision, lane Lane) []offer {
	contacts := g.reachable(ctx, s, d.Verdict.Sensitivity)
	offers := make([]offer, 0, len(d.Verdict.Step.Methods))
	for _, m := range d.Verdict.Step.Methods {
		way, _ := d.Verdict.Step.Way(m)
		if !g.has(m) || !s.suits(m) || !slices.Contains(way.Channels, string(s.req.Channel)) {
			continue
		}
		o, ok := s.tryMethod(m, way.Via, lane, contacts)
		if !ok && m == Code4 {
			o, ok = s.tryMethod(Code6, way.Via, lane, contacts) // L10: six digits stand in
		}
		if ok && !slices.ContainsFunc(offers, func(x offer) bool { return x.Method == o.Method }) {
			offers = append(offers, o)
		}
	}
	return offers
}

// tryMethod returns how the subject can use the method, if at all: what it
// needs is enrolled, and its attempts fit the guess budget.
func (s *situation) tryMethod(
	m Method, via []policy.ContactKind, lane Lane, contacts []Contact,
) (offer, bool) {
	after, ok := s.room(m, lane)
	if !ok {
		return offer{}, false
	}
	switch m {
	case TOTP, Recovery, Passkey:
		a := enrolled(s.state.Authenticators, m)
		return offer{Method: m, After: after}, a != nil && !s.settling(a)
	case Mobile4:
		a := enrolled(s.state.Authenticators, m)
		if a == nil || s.settling(a) || a.Device == Key(s.device) {
			return offer{}, false // never answered on the device that asks
		}
		return contactOffer(m, via, after, contacts)
	case Code4, Code6:
		return contactOffer(m, via, after, contacts)
	}
	return offer{}, false
}

// suits reports whether a proof by the method can do what the action is for: no
// code has [Guard.TrustDevice] trust a device (L11).
func (s *situation) suits(m Method) bool { return s.req.Action != ActionTrust || strong(m) }

// strong reports whether proofs by the method are, once it has settled.
func strong(m Method) bool { return m.Strength() >= TOTP.Strength() }

// settling reports whether the authenticator is too new to prove this action:
// anything sensitive, and what takes a strong proof whatever the policy says.
func (s *situation) settling(a *Authenticator) bool {
	strict := s.action.Sensitivity.AtLeast(policy.Sensitive) || s.req.Action == ActionTrust
	return strict && s.now.Before(a.Settles)
}

// contactOffer returns the method by the first contact that may carry it.
func contactOffer(m Method, via []policy.ContactKind, after time.Time, contacts []Contact) (offer, bool) {
	for _, c := range contacts {
		if slices.Contains(via, c.Kind) {
			return offer{Method: m, After: after, Kind: c.Kind, Address: c.Address}, true
		}
	}
	return offer{}, false
}

// room reports whether one more guess by the method fits the budgets, and from
// when on its authenticator takes one (L10, L11, L29).
func (s *situation) room(m Method, lane Lane) (after time.Time, ok bool) {
	if m == Code4 && lane != TrustedLane && s.state.Spray.Spraying() {
		return time.Time{}, false
	}
	if lane == FirstFactorLane && s.state.Forgot {
		return time.Time{}, true // or whoever is still remembered is a customer
	}
	limit, one := limits[lane], cost(m)
	if lane == TrustedLane && !s.state.DeviceGuesses.Add(m, one).Within(limit.half()) {
		return time.Time{}, false
	}
	if !s.state.Guesses[lane].Add(m, one).Within(limit) {
		return time.Time{}, false
	}
	if lane == TrustedLane && slices.ContainsFunc(s.state.DeviceFailures, func(f Failures) bool {
		return f.Method == authenticator(m) && f.Count >= MostFailures/2
	}) {
		return time.Time{}, false
	}
	for _, f := range s.state.Failures {
		if f.Lane == lane && f.Method == authenticator(m) {
			r := run{n: int32(f.Count), last: f.Last.UnixNano()}
			if after = r.after(); !s.now.Before(after) {
				after = time.Time{} // a wait that is over tells of guesses long ago
			}
			return after, !r.shut()
		}
	}
	return time.Time{}, true
}

// reachable returns the contacts that may carry a code for this action: a
// contact never proves its own change, and a fresh one nothing sensitive
// (L19).
func (g *Guard) reachable(ctx context.Context, s *situation, sensitivity policy.Sensitivity) []Contact {
	all, err := g.contacts(ctx, s)
	if err != nil {
		return nil
	}
	touches := s.action.Touches
	s.reach = slices.DeleteFunc(append(s.reach[:0], all...), func(c Contact) bool {
		return g.config.Senders[c.Kind] == nil || slices.Contains(touches, c.Kind) ||
			sensitivity.AtLeast(policy.Sensitive) && s.fresh(&c)
	})
	return s.reach
}
