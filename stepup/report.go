// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"errors"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/journal"
)

// Claim is what a customer says of an event. The zero Claim is none.
type Claim uint8

// The claims.
const (
	// NotMine: the subject did not do this. See [Guard.Report].
	NotMine Claim = iota + 1

	// Mine: the subject did this. It is recorded, and undoes nothing: what
	// another said of the event stands until its time is over.
	Mine
)

// Report is what a customer says of something that was done in his name. It
// prints as "[redacted]".
type Report struct {
	redacted

	// Event names what was done: see [Decision.Event] and [Notice.Event].
	Event string

	Claim Claim

	// Grant is of the action [ActionRevoke], for the request that reports, and
	// is redeemed by the report. Empty: the claim is not proven, unless by a
	// proof that the session holds.
	Grant string
}

const (
	// caution is how long the guard is careful after a report (L21).
	caution = 72 * time.Hour

	// reportable is how long an event can be reported.
	reportable = 90 * 24 * time.Hour

	// mostUnproven reports within a window are taken without a proof, from
	// trusted devices and as many from others, so that whoever has a session of
	// the subject cannot wear him down.
	mostUnproven = 5
	reportWindow = 24 * time.Hour

	// trusting is how long before an event a device must have been trusted, to
	// be beyond what the event itself brought (L11).
	trusting = 24 * time.Hour
)

// Report takes what a customer says of an event (L21). The host has
// established that the request is the subject's; its Action is set here.
//
// That it was not him makes the guard cautious for 72 hours, on every device:
// no proof from before counts, nothing caps or softens what the policy asks,
// and every act takes a proof of its own where the policy wants one. The lanes
// stay as they are, so that nobody is locked out. Beyond that it ends what
// belongs to the event, which depends on who says so:
//
//   - Without a grant, on a device that was not trusted a day before the
//     event: the challenge is cancelled, the proofs that its session holds are
//     void, and its device is no longer known. Said from another device that
//     was trusted by then, what the event's proof taught is forgotten too.
//   - Without a grant, on a device that was trusted by then: nothing more,
//     since whoever holds a session of the subject could say so of the owner's
//     own.
//   - With a grant: all of it, whatever the device, and every other device but
//     the one that reports is no longer known. A grant that was proven before an
//     earlier report is refused.
//
// The fifth report in a day without a grant is the last that is taken, from
// devices that are trusted now and from others: neither uses up the other's.
//
// That it was him needs a device that was trusted a day before the event.
//
// Errors: a [*RequestError]; [ErrRefused] for an event that is forged, another
// subject's, or over 90 days old, and for a claim to it from a device that was
// not trusted; [ErrBusy]; [ErrUnavailable]; and those of [Guard.Redeem] for the
// grant.
func (g *Guard) Report(ctx context.Context, req Request, r Report) error {
	req.Action = ActionRevoke
	if err := req.check(); err != nil {
		return err
	}
	if r.Claim != NotMine && r.Claim != Mine {
		return &RequestError{"Claim", "is none"}
	}
	h, ok := g.openHappening(r.Event, req.Subject)
	if age := g.config.Now().Sub(h.time); !ok || age < -MostLeap || age > reportable {
		return ErrRefused
	}
	w, proven, err := g.provenFor(ctx, r.Grant, req)
	if err != nil {
		return err
	}
	s := g.observe(ctx, &req)
	if s.storeFailed() {
		return unavailable("subject", errors.New("cannot be read"))
	}
	c := claim{happening: h, guard: g, now: s.now, proven: proven, by: Key(s.device), warrant: w}
	c.trustedNow = s.trusted()
	c.trusted = c.trustedNow && trustedBefore(s.profile, Key(s.device), h.time)
	if r.Claim == Mine {
		return g.mine(ctx, &c)
	}
	return g.notMine(ctx, &c)
}

// provenFor reports whether the report is proven: by a grant, or by a proof that
// the session holds.
func (g *Guard) provenFor(ctx context.Context, grant string, req Request) (warrant, bool, error) {
	w, err := g.redeemFor(ctx, ActionRevoke, grant, req)
	if grant == "" && errors.Is(err, ErrRefused) {
		return warrant{}, false, nil
	}
	return w, err == nil && !w.bare, err
}

// claim is a report on its way.
type claim struct {
	happening
	guard      *Guard
	now        time.Time
	by         Key  // the device that reports
	trustedNow bool // it is
	trusted    bool // and was before the event
	proven     bool
	warrant    warrant // if it is
}

// trusted reports whether the request comes from a device that is (L11).
func (s *situation) trusted() bool {
	var signals risk.Signals
	risk.Assess(&s.seen, risk.DeviceGroup, &signals)
	return signals.Bool(risk.DeviceTrusted) == risk.True
}

// trustedBefore reports whether a device was trusted a day before t.
func trustedBefore(p *risk.Profile, device Key, t time.Time) bool {
	d, ok := p.Device(risk.DeviceID(device))
	return ok && !d.Trusted.IsZero() && t.Sub(d.Trusted) >= trusting
}

// mine records that an event was the subject's.
func (g *Guard) mine(ctx context.Context, c *claim) error {
	if !c.trusted {
		return ErrRefused
	}
	return g.reported(ctx, c, "mine")
}

// notMine ends what belongs to an event.
func (g *Guard) notMine(ctx context.Context, c *claim) error {
	touched := false
	err := g.update(ctx, c.subject, c.now, func(r *recollection, st *State, u *Update) error {
		if c.proven && !c.warrant.stands(r, st) {
			return ErrRefused // or who was reported could report the owner in turn
		}
		if taken := r.memo.taken(c); !c.proven && taken.n >= mostUnproven {
			return &BusyError{RetryAfter: taken.since.Add(reportWindow).Sub(c.now)}
		}
		r.memo.warn(c)
		if touched = c.proven || !trustedBefore(&r.Profile, c.device, c.time); touched {
			c.end(r, st, u)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if touched {
		_, err := g.change(ctx, Change{ID: c.id, Binding: Ref{Key: c.binding}, Now: c.now})
		if err != nil && !errors.Is(err, ErrRefused) { // refused: it is no longer pending
			return err
		}
	}
	return errors.Join(
		g.reported(ctx, c, "not-mine"), g.notify(ctx, Notice{Subject: c.subject, Kind: EventReported}))
}

// warn makes the guard cautious from now on. What was proven since an earlier
// report stays proven, or somebody who reports without end could void every
// proof of the owner's at once: unless this report is itself proven.
func (m *memo) warn(c *claim) {
	if c.proven || !m.cautious() {
		m.since = c.now
	}
	m.until = c.now.Add(caution)
	if !c.proven {
		m.taken(c).add(c.now)
	}
}

// taken are the unproven reports that one like this is counted with.
func (m *memo) taken(c *claim) *reports {
	if c.trustedNow {
		return &m.trusted
	}
	return &m.others
}

// end forgets what belongs to the event.
func (c *claim) end(r *recollection, st *State, u *Update) {
	ended := []Key{c.device}
	if c.proven || c.trusted && c.by != c.device {
		for m := policy.Code4; m <= policy.Passkey; m++ {
			r.Unlearn(formatID(c.id, m), c.now)
		}
	}
	if c.proven {
		for _, d := range st.Devices {
			ended = append(ended, d.ID)
		}
	}
	for _, id := range ended {
		if id != (Key{}) && (id != c.by || !c.proven) {
			r.RemoveDevice(risk.DeviceID(id), c.now)
			u.Revoke = append(u.Revoke, id)
		}
	}
	if c.session != "" {
		u.Rebind = Rebinding{From: pseudonym(c.guard.keys.session, c.session)}
	}
}

// Label is what an operator, or another system, found out about a decision. The
// zero Label is none.
type Label uint8

// The labels.
const (
	Legit Label = iota + 1
	Attack
)

// Label records what a decision turned out to be, for replay and tuning. It
// changes nothing else. The id is the one that the decision has in the journal;
// that there is such a decision is not checked. Errors: a [*RequestError],
// [ErrUnavailable].
func (g *Guard) Label(ctx context.Context, id string, l Label) error {
	if err := checkField("ID", id, 1, 64); err != nil {
		return err
	}
	e := &journal.Event{Kind: journal.KindLabel, ID: id, Outcome: "legit", Detail: journal.Detail{By: g.by(ctx)}}
	switch l {
	case Legit:
	case Attack:
		e.Outcome = "attack"
	default:
		return &RequestError{"Label", "is none"}
	}
	return g.follow(ctx, new(demand), e)
}

// reported records a report, under the event's own name.
func (g *Guard) reported(ctx context.Context, c *claim, outcome string) error {
	e := &journal.Event{
		Kind: journal.KindReport, ID: c.id.reference(), Outcome: outcome,
		Detail: journal.Detail{Device: g.alias("device", string(c.by[:]))},
	}
	if c.proven {
		e.Detail.Reason = "proven"
	}
	return g.follow(ctx, &demand{Subject: c.subject}, e)
}
