// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// situation is one request on its way to a decision.
type situation struct {
	id      ID
	req     Request
	policy  *policy.Policy
	action  policy.Action // as the policy has it
	now     time.Time
	subject Ref
	session Ref
	binding Ref
	address Key
	state   State
	device  risk.DeviceID
	profile *risk.Profile // nil: could not be read
	memo    memo
	seen    risk.Observation
	gaps    []policy.Gap

	contacts []Contact // of the subject, if asked
	asked    bool
	nobody   Ref  // stands in for the subject where there may be none
	decoy    bool // and does, since it has no means of proving

	// Memory that is used again.
	past  recollection // what profile points to
	reach []Contact    // what reachable returns
	tombs [len(fewSums{})]Key
	token tokenRoom
}

// situation returns an empty situation. Most of what a decision allocates would
// be this and what it holds: [Guard.release] has it used again.
func (g *Guard) situation() *situation {
	if s, ok := g.situations.Get().(*situation); ok {
		return s
	}
	return new(situation)
}

// release empties a situation, of which nothing is in use any more: what a
// decision keeps is its own.
func (g *Guard) release(s *situation) {
	s.past.Profile.Reset()
	clear(s.reach)
	*s = situation{past: recollection{Profile: s.past.Profile}, reach: s.reach[:0]}
	g.situations.Put(s)
}

// Decide says what the request deserves. The decision is usable whatever the
// error: it denies when there is one. The error is a [*RequestError] for a
// malformed request, or the context's when it is cancelled. What fails beside
// that, such as the store, makes the decision stricter and is listed in
// [Decision.Degraded].
func (g *Guard) Decide(ctx context.Context, req Request) (Decision, error) {
	return g.judge(ctx, req, !builtIn(req.Action))
}

// judge decides. A limit that allows is used up by who acts: a built-in action is
// done by a call of the guard's, which decides again.
func (g *Guard) judge(ctx context.Context, req Request, acts bool) (Decision, error) {
	if err := req.check(); err != nil {
		return g.denial(&req), err
	}
	if err := ctx.Err(); err != nil {
		return g.denial(&req), err
	}
	s := g.observe(ctx, &req)
	defer g.release(s)
	signals := new(risk.Signals)
	risk.Assess(&s.seen, s.policy.Needs(req.Action)|g.config.Record, signals)
	in := s.input(signals)
	var d Decision
	s.policy.EvaluateInto(&d.Verdict, &in)
	if acts || d.Verdict.Outcome == Challenge {
		g.spend(ctx, s, &in, &d.Verdict)
	}
	g.decide(ctx, s, signals, &d)
	if err := g.recordDecision(ctx, s, &in, &d); err != nil {
		// What was not recorded did not happen: decide without the journal, as
		// without a store.
		in.Gaps = append(in.Gaps, policy.Gap{Kind: policy.StoreGap, Name: "journal", Text: "cannot be written"})
		d = Decision{Verdict: s.policy.Evaluate(in)}
		g.decide(ctx, s, signals, &d)
	}
	if err := ctx.Err(); err != nil {
		return g.denial(&req), err
	}
	g.refresh(ctx, s, &d)
	return d, nil
}

// refresh renews, after an allowed action, what a proof once taught of the
// device (L21): else one that is never challenged would be forgotten. It
// changes something once a day at most, and nothing depends on it at once: a
// store that fails, or learns of a proof meanwhile, is left alone.
func (g *Guard) refresh(ctx context.Context, s *situation, d *Decision) {
	if d.Outcome != Allow && d.Outcome != Notify || s.storeFailed() || !s.profile.Refresh(s.device, s.now) {
		return
	}
	encoded, err := (&recollection{*s.profile, s.memo}).MarshalBinary()
	if err != nil {
		return
	}
	_ = g.config.Store.Update(ctx, Update{
		Subject: s.subject, Profile: encoded, Version: s.state.Version, Now: s.now,
	})
}

// observe gathers what is known of the request: one store round trip, one
// look-up of the address.
func (g *Guard) observe(ctx context.Context, req *Request) *situation {
	s := g.situation()
	s.req, s.policy, s.now = *req, g.Policy(), g.config.Now()
	s.action = s.policy.Action(req.Action)
	s.subject = g.subjectRefIn(s.tombs[:0], req.Subject)
	s.id = newID(s.subject.Key)
	s.session = pseudonym(g.keys.session, req.Session)
	s.binding = pseudonym(g.keys.binding, req.Binding)
	token := g.openDevice(req.Device, req.Subject, &s.token)
	g.recall(ctx, s, token)
	if s.action.NoSession {
		g.disguise(ctx, s)
	}
	g.recognise(ctx, s, token)
	s.seen = risk.Observation{
		Time:     s.now,
		Action:   req.Action,
		Channel:  string(req.Channel),
		Language: req.language(),
		Session:  s.heldSession(),
		Addr:     req.IP,
		Location: g.locate(s),
		Client:   risk.Client{UserAgent: req.userAgent(), Hints: req.Hints},
		Device:   s.device,
		Profile:  s.profile,

		Familiarity: g.habits.model.Load(),

		Consented: !s.memo.consent.IsZero(), Asked: g.config.Consent,
	}
	s.seen.Sensitivity = s.action.Sensitivity.String()
	if !s.storeFailed() {
		s.seen.Counts = s.counters()
	}
	return s
}

// recall reads the subject from the store. A failure leaves the profile nil.
func (g *Guard) recall(ctx context.Context, s *situation, token deviceToken) {
	_, per := s.policy.PromptWindow()
	if s.action.NoSession {
		s.nobody = g.decoyRef(s.req.Subject, s.subject)
	}
	s.address = g.address(s.req.IP)
	state, err := g.config.Store.Subject(ctx, Query{
		Subject: s.subject, Session: s.session, Device: token.ID, Counter: token.Counter, Now: s.now, PromptsSince: s.now.Add(-per),
		Address: s.address,
		Network: g.network(s.req.IP),
		Client:  s.binding.Key, Decoy: s.nobody,
	})
	if err != nil {
		s.gap(policy.StoreGap, "subject", "cannot be read")
		return
	}
	r := &s.past
	if len(state.Profile) > 0 { // else it is empty as it is
		if err := r.UnmarshalBinary(state.Profile); err != nil {
			s.gap(policy.StoreGap, "profile", "cannot be decoded")
			return
		}
	}
	r.Expire(s.now)
	s.state, s.profile, s.memo = state, &r.Profile, r.memo
}

// locate places the request: where the host knows it to be, else by address.
func (g *Guard) locate(s *situation) risk.Location {
	if s.req.Place != nil {
		return *s.req.Place
	}
	if g.config.Locator == nil || !s.req.IP.IsValid() {
		return risk.Location{}
	}
	location, err := g.config.Locator.Locate(s.req.IP)
	if err != nil {
		s.gap(policy.SignalGap, "locator", "failed") // what it knows all the same stays known
	}
	return location
}

func (s *situation) gap(kind policy.GapKind, name, text string) {
	s.gaps = append(s.gaps, policy.Gap{Kind: kind, Name: name, Text: text})
}

func (s *situation) storeFailed() bool { return s.profile == nil }

// heldSession returns what is known of the session for its signals.
func (s *situation) heldSession() risk.Session {
	if s.req.Session == "" {
		return risk.Session{}
	}
	session := risk.Session{Started: s.req.SessionStart, LastUsed: s.req.SessionLastUsed}
	if s.storeFailed() {
		return session
	}
	session.Methods = append([]string{}, s.req.SessionMethods...)
	for _, h := range s.state.Proofs {
		if m := h.Proof.Method.String(); !slices.Contains(session.Methods, m) {
			session.Methods = append(session.Methods, m)
		}
	}
	session.ACR = s.reached()
	return session
}

// reached returns the authentication context class of the session: that of the
// strongest proof given in it, on this device, that reached one (L6).
func (s *situation) reached() (acr string) {
	strongest := -1
	for _, h := range s.state.Proofs {
		if n := h.Proof.Method.Strength(); n >= strongest && h.ACR != "" && s.counts(&h) {
			acr, strongest = h.ACR, n
		}
	}
	return acr
}

// counts reports whether a held proof counts here: it was given on this same
// device (L18), and not before a report (L21).
func (s *situation) counts(h *Held) bool {
	return h.Device == Key(s.device) && h.Proof.Time.After(s.memo.since)
}

// counters are those that the store keeps.
func (s *situation) counters() risk.Counts {
	st := &s.state
	c := risk.Counts{
		DeviceSubjects24h: risk.KnownCount(float64(st.ClientSubjects)), GlobalFailures: st.Everybody,
		Prompts24h:  risk.KnownCount(float64(st.Prompts24h)),
		Failures10m: risk.KnownCount(float64(st.Wrong.Minutes10)),
		Failures1h:  risk.KnownCount(float64(st.Wrong.Hour)),
		Failures24h: risk.KnownCount(float64(st.Wrong.Day)),
	}
	if s.req.IP.IsValid() {
		c.IPSubjects1h = risk.KnownCount(float64(st.AddressSubjects))
		c.NetSubjects1h = risk.KnownCount(float64(st.NetworkSubjects))
		c.IPFailures1h = risk.KnownCount(math.Round(st.AddressWrong))
	}
	return c
}

// input is the situation as the policy sees it.
func (s *situation) input(signals *risk.Signals) policy.Input {
	in := policy.Input{
		Action: s.req.Action, Time: s.now, Signals: signals, Facts: s.req.Facts, Gaps: s.gaps,
	}
	if s.storeFailed() {
		return in
	}
	in.Prompts = policy.Count{N: s.state.Prompts, Known: true}
	if !s.action.NoSession { // there it would tell who is a customer
		in.Spent = policy.Spent{Rules: s.state.Spent, Known: true}
	}
	in.Caution = s.memo.cautious()
	for _, h := range s.state.Proofs {
		if s.counts(&h) {
			in.Proofs = append(in.Proofs, h.Proof)
		}
	}
	return in
}

// spend counts what the verdict takes from the limits of at_most rules, whether
// or not a weaker challenge is then passed: a request that was decided by a
// limit has used it. Where
// a limit was used up meanwhile, or cannot be counted, the rule no longer caps
// and the policy is asked again.
func (g *Guard) spend(ctx context.Context, s *situation, in *policy.Input, v *policy.Verdict) {
	for len(v.Charges) > 0 && v.Outcome != Deny {
		err := g.config.Store.Spend(context.WithoutCancel(ctx), Spending{
			Subject: s.subject, Try: newTry(), Charges: v.Charges, Now: s.now,
		})
		if err == nil {
			return
		}
		if !errors.Is(err, ErrRefused) {
			in.Gaps = append(in.Gaps, policy.Gap{Kind: policy.StoreGap, Name: "spend", Text: "cannot be counted"})
		}
		in.Spent = policy.Spent{}   // unknown: caps nothing
		*v = s.policy.Evaluate(*in) // in memory of its own: the store may hold the charges
	}
}

// decide makes a decision of its verdict: it finds the methods that the subject
// can use, and the words that the customer may read.
func (g *Guard) decide(ctx context.Context, s *situation, signals *risk.Signals, d *Decision) {
	d.Outcome, d.Action, d.Signals = d.Verdict.Outcome, s.req.Action, signals
	d.Degraded, d.happening = d.Verdict.Degraded, g.happening(s)
	trusted := signals.Bool(risk.DeviceTrusted) == risk.True
	if d.Outcome == Challenge {
		g.offer(ctx, s, d, trusted)
	}
	language := s.req.language()
	d.Reasons = g.reasons(d, language, trusted)
	if d.Outcome == Deny {
		d.Reference = s.id.reference()[:quoted]
		d.Route = inLanguage(g.config.Route, language)
	}
}

// denial is the decision for a request that cannot be looked at.
func (g *Guard) denial(req *Request) Decision {
	d := Decision{Action: req.Action, Reference: newID(Key{}).reference()[:quoted]}
	d.Route = inLanguage(g.config.Route, req.language())
	d.Reasons = g.reasons(&d, req.language(), false)
	return d
}
