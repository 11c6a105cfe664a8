// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest

import (
	"errors"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup"
)

func settlingChecks() []check {
	return []check{
		{"parallel right answers give one proof", parallelRight},
		{"a proof takes its own cost back", refunds},
		{"a proof from an old profile conflicts", settleConflicts},
		{"a refused proof records nothing", refusedProofRecordsNothing},
		{"a TOTP step is accepted once", stepOnce},
		{"a TOTP step is accepted once at the same moment", stepOnceAtOnce},
		{"an authenticator that changed proves nothing", changedAuthenticator},
		{"a session holds its proofs", holdsProofs},
		{"held proofs are bounded", heldBounded},
		{"a device's counter moves with every proof", deviceCounters},
		{"known devices are bounded", devicesBounded},
		{"passed prompts are counted", promptsCounted},
		{"a proof starts limits anew", proofStartsLimits},
	}
}

func parallelRight(p *probe) {
	o := p.open()
	s := p.settlement(o, p.attempted(o))
	s.Profile, s.Held.Session, s.Held.Device = []byte("fake"), stepup.Key{1}, stepup.Key{2}
	if n := atOnce(50, func() error { _, err := p.store.Settle(p.ctx, s); return err }); n != 1 {
		p.violated("of 50 right answers at once one is a proof: got %d", n)
	}
	_, err := p.store.Settle(p.ctx, s)
	p.want(stepup.ErrRefused, err, "a passed challenge cannot be settled")
	st := p.state(func(q *stepup.Query) { q.Session.Key = stepup.Key{1} })
	if len(st.Proofs) != 1 || len(st.Devices) != 1 || st.Devices[0].Counter != 1 || st.Prompts != 1 {
		p.violated("one proof is recorded once: got %d held, %v, %d prompts", len(st.Proofs), st.Devices, st.Prompts)
	}
}

func refunds(p *probe) {
	o := p.open(by(stepup.Code4), in(stepup.TrustedLane))
	p.attempted(o)
	p.pass(o)
	st := p.state(func(q *stepup.Query) { q.Device = o.Device })
	one := stepup.Guesses{All: cost, Code4: cost}
	equal(p, one, st.Guesses[stepup.TrustedLane], "a proof takes back its own attempt's cost, and no other")
	equal(p, one, st.DeviceGuesses, "as for its device")
	equal(p, stepup.Spray{Day: 1, Month: 1}, st.Spray, "as for everyone's")
	free := p.open(in(stepup.TrustedLane))
	p.update(func(u *stepup.Update) { u.Unlock = []stepup.Lane{stepup.TrustedLane} })
	p.pass(free)
	p.pass(p.open(in(stepup.TrustedLane)))
	equal(p, stepup.Guesses{}, p.state().Guesses[stepup.TrustedLane], "a proof leaves no debt")
	unlocked := p.open(in(stepup.TrustedLane))
	a := p.attempted(unlocked)
	p.update(func(u *stepup.Update) { u.Unlock = []stepup.Lane{stepup.TrustedLane} })
	s := p.settlement(unlocked, a)
	s.Version = p.state().Version
	_, err := p.store.Settle(p.ctx, s)
	p.want(nil, err, "a challenge attempted before an unlocking can be settled")
	equal(p, stepup.Guesses{}, p.state().Guesses[stepup.TrustedLane],
		"a refund of what was forgotten gives no credit")
}

func settleConflicts(p *probe) {
	o := p.open()
	s := p.settlement(o, p.attempted(o))
	s.Profile, s.Held.Session = []byte("fake, of the proof"), stepup.Key{1}
	p.update(func(u *stepup.Update) { u.Profile = []byte("fake, of an update") })
	_, err := p.store.Settle(p.ctx, s)
	p.want(stepup.ErrConflict, err, "a proof that was made from an old profile conflicts")
	st := p.state(func(q *stepup.Query) { q.Session.Key = stepup.Key{1} })
	equal(p, "fake, of an update", string(st.Profile), "a conflict changes no profile")
	equal(p, 0, len(st.Proofs), "a conflict holds no proof")
	equal(p, cost, st.Guesses[o.Lane].All, "a conflict takes nothing back")
	s.Version = st.Version
	_, err = p.store.Settle(p.ctx, s)
	p.want(nil, err, "a proof made again from the profile as it stands")
	st = p.state()
	equal(p, "fake, of the proof", string(st.Profile), "a proof replaces the profile")
	if st.Version == s.Version {
		p.violated("a proof changes the profile's version: got %d again", st.Version)
	}
}

// enrol gives the subject an authenticator.
func (p *probe) enrol(a stepup.Authenticator) {
	p.update(func(u *stepup.Update) { u.Add = []stepup.Authenticator{a} })
}

func step(n int64) stepup.Authenticator {
	return stepup.Authenticator{Method: stepup.TOTP, Sealed: []byte("fake"), LastStep: n}
}

// using is a proof by an authenticator as its use leaves it.
func using(a stepup.Authenticator, was string) func(*stepup.Settlement) {
	return func(s *stepup.Settlement) { s.Used, s.Was = a, []byte(was) }
}

// settle settles a challenge that is attempted first.
func (p *probe) settle(o stepup.Opening, changes ...func(*stepup.Settlement)) error {
	s := p.settlement(o, p.attempted(o))
	for _, change := range changes {
		change(&s)
	}
	_, err := p.store.Settle(p.ctx, s)
	return err
}

func refusedProofRecordsNothing(p *probe) {
	p.enrol(step(5))
	o := p.open(by(stepup.TOTP))
	version := p.state().Version
	err := p.settle(o, using(step(5), "fake"), func(s *stepup.Settlement) {
		s.Profile, s.Held = []byte("fake, of a replay"), stepup.Held{Session: stepup.Key{1}, Device: stepup.Key{2}}
	})
	p.want(stepup.ErrRefused, err, "a step that was accepted before is refused")
	st := p.state(func(q *stepup.Query) { q.Session.Key = stepup.Key{1} })
	equal(p, "", string(st.Profile), "a refused proof changes no profile")
	equal(p, version, st.Version, "nor its version")
	equal(p, 0, len(st.Proofs)+len(st.Devices)+st.Prompts, "nor does it leave proofs, devices or prompts")
	equal(p, cost, st.Guesses[o.Lane].All, "nor is its cost taken back")
	equal(p, 1, p.failures(o.Lane, stepup.TOTP), "nor does it end the run of wrong answers")
	seen, err := p.look(o)
	p.want(nil, err, "its challenge can be looked at")
	equal(p, true, seen.Pending, "its challenge is still pending")
}

func stepOnce(p *probe) {
	p.enrol(step(5))
	for _, s := range []struct {
		step int64
		want error
	}{{4, stepup.ErrRefused}, {5, stepup.ErrRefused}, {6, nil}, {6, stepup.ErrRefused}, {9, nil}, {8, stepup.ErrRefused}} {
		err := p.settle(p.open(by(stepup.TOTP)), using(step(s.step), "fake"))
		p.want(s.want, err, "a TOTP step is accepted if it is later than the last one")
		p.advance(2 * time.Hour)
	}
	st := p.state()
	if len(st.Authenticators) != 1 || st.Authenticators[0].LastStep != 9 {
		p.violated("the last step accepted is kept: got %v", st.Authenticators)
	}
}

func stepOnceAtOnce(p *probe) {
	p.enrol(step(5))
	proofs := make(chan stepup.Settlement, 2)
	for i := range cap(proofs) {
		o := p.open(by(stepup.TOTP), from(byte(i+1)))
		s := p.settlement(o, p.attempted(o))
		using(step(6), "fake")(&s)
		proofs <- s
	}
	n := atOnce(2, func() error {
		s := <-proofs
		_, err := p.store.Settle(p.ctx, s)
		if errors.Is(err, stepup.ErrConflict) { // read again, as a guard does
			s.Version = p.state().Version
			_, err = p.store.Settle(p.ctx, s)
		}
		return err
	})
	equal(p, 1, n, "of two challenges answered by one TOTP step at once, the number proven")
}

func changedAuthenticator(p *probe) {
	p.enrol(stepup.Authenticator{Method: stepup.Recovery, Sealed: []byte("ten codes")})
	nine := stepup.Authenticator{Method: stepup.Recovery, Sealed: []byte("nine codes")}
	first, second := p.open(by(stepup.Recovery), from(1)), p.open(by(stepup.Recovery), from(2))
	p.want(nil, p.settle(first, using(nine, "ten codes")), "a recovery code is spent")
	p.want(stepup.ErrRefused, p.settle(second, using(nine, "ten codes")),
		"an authenticator that changed proves nothing")
	st := p.state()
	if len(st.Authenticators) != 1 || string(st.Authenticators[0].Sealed) != "nine codes" {
		p.violated("an authenticator is kept as a proof left it: got %d", len(st.Authenticators))
	}
	p.update(func(u *stepup.Update) { u.Remove = []stepup.Method{stepup.Recovery} })
	p.advance(2 * time.Hour)
	third := p.open(by(stepup.Recovery))
	p.want(stepup.ErrRefused, p.settle(third, using(nine, "nine codes")),
		"an authenticator that was removed proves nothing")
	equal(p, 0, len(p.state().Authenticators), "a refused proof brings no authenticator back")
}

// held is a proof kept by a session and a device.
func held(session, device byte) func(*stepup.Settlement) {
	return func(s *stepup.Settlement) {
		s.Held = stepup.Held{Session: stepup.Key{session}, Device: stepup.Key{device}, Proof: policy.Proof{
			Method: stepup.Code6, Action: "fake action", Time: s.Now, Band: policy.Medium, Bound: true,
		}}
	}
}

// proofs returns what a session holds.
func (p *probe) proofs(session stepup.Ref) []stepup.Held {
	return p.state(func(q *stepup.Query) { q.Session = session }).Proofs
}

func holdsProofs(p *probe) {
	p.pass(p.open(), held(1, 2))
	for _, session := range []stepup.Ref{
		{Key: stepup.Key{1}}, {Key: stepup.Key{8}, Former: []stepup.Key{{9}, {1}}},
	} {
		got := p.proofs(session)
		if len(got) != 1 {
			p.violated("a session holds its proof: got %d", len(got))
			return
		}
		h := got[0]
		if h.Device != (stepup.Key{2}) || h.Proof.Method != stepup.Code6 || h.Proof.Action != "fake action" ||
			!h.Proof.Time.Equal(p.now) || h.Proof.Band != policy.Medium || !h.Proof.Bound {
			p.violated("a held proof is kept as it was: got %+v", h.Proof)
		}
	}
	equal(p, 0, len(p.proofs(stepup.Ref{Key: stepup.Key{3}})), "proofs of another session")
	p.pass(p.open(), held(0, 2))
	equal(p, 0, len(p.proofs(stepup.Ref{})), "proofs of no session")
}

// mostKept is far above what one customer needs.
const mostKept = 64

func heldBounded(p *probe) {
	for range 2 * mostKept {
		p.advance(time.Minute)
		p.pass(p.open(), held(1, 2))
	}
	got := p.proofs(stepup.Ref{Key: stepup.Key{1}})
	if len(got) == 0 || len(got) > mostKept {
		p.violated("a subject's held proofs are bounded: got %d of %d", len(got), 2*mostKept)
		return
	}
	latest := false
	for _, h := range got {
		latest = latest || h.Proof.Time.Equal(p.now)
	}
	equal(p, true, latest, "the latest proof is held, whatever is let go")
}

func deviceCounters(p *probe) {
	for n := uint32(1); n <= 3; n++ {
		p.advance(time.Minute)
		equal(p, n, p.pass(p.open(), held(1, 2)).Counter,
			"a device's counter starts at 1 and moves with every proof")
	}
	equal(p, 1, p.pass(p.open(), held(1, 3)).Counter, "another device has a counter of its own")
	equal(p, 0, p.pass(p.open(), held(1, 0)).Counter, "a proof without a device has no counter")
	p.attempted(p.open(on(2)))
	for _, d := range p.state().Devices {
		if d.ID == (stepup.Key{2}) && (d.Counter != 3 || !d.Rotated.Equal(p.now)) {
			p.violated("nothing but a proof moves a device's counter: got %d at %v", d.Counter, d.Rotated)
		}
	}
	equal(p, 2, len(p.state().Devices), "devices that were proven on are known, and they alone")
}

func devicesBounded(p *probe) {
	for i := range 2 * mostKept {
		p.advance(time.Minute)
		p.pass(p.open(), held(1, byte(i+1)))
	}
	got := p.state().Devices
	if len(got) == 0 || len(got) > mostKept {
		p.violated("a subject's known devices are bounded: got %d of %d", len(got), 2*mostKept)
		return
	}
	latest := false
	for _, d := range got {
		latest = latest || d.ID == stepup.Key{2 * mostKept}
	}
	equal(p, true, latest, "the latest device is known, whichever is let go")
}

func promptsCounted(p *probe) {
	p.pass(p.open())
	p.attempted(p.open()) // failed
	p.cancel(p.open())    // given up
	equal(p, 1, p.state().Prompts24h, "prompts that were passed are counted, and they alone")
	passed := p.now
	p.until(passed.Add(24*time.Hour - time.Nanosecond))
	equal(p, 1, p.state().Prompts24h, "a prompt of not quite a day ago")
	p.until(passed.Add(24 * time.Hour))
	equal(p, 0, p.state().Prompts24h, "a prompt of a day ago")
	since := func(t time.Time) int { return p.state(func(q *stepup.Query) { q.PromptsSince = t }).Prompts }
	equal(p, 1, since(passed.Add(-time.Nanosecond)), "a prompt within the window asked for")
	equal(p, 0, since(passed.Add(time.Nanosecond)), "a prompt before the window asked for")
}

func proofStartsLimits(p *probe) {
	p.update(func(*stepup.Update) {})
	spend := func(rule string, uncapped int) {
		err := p.store.Spend(p.ctx, stepup.Spending{Subject: p.subject, Now: p.now, Charges: []policy.Charge{
			{Rule: rule, Count: 5, Uncapped: policy.Step{Index: uncapped}},
		}})
		p.want(nil, err, "a charge within its limit")
	}
	spend("low", 2)
	spend("high", 3)
	spend("mixed", 2)
	spend("mixed", 3)
	left := func() (rules string) {
		for _, s := range p.state().Spent {
			rules += s.Rule + " "
		}
		return rules
	}
	p.pass(p.open(), func(s *stepup.Settlement) { s.Reset = 1 })
	equal(p, "low high mixed ", left(), "a weaker proof than a limit spared starts nothing anew")
	p.pass(p.open(), func(s *stepup.Settlement) { s.Reset = 2 })
	equal(p, "high mixed ", left(), "a proof starts the limits anew that spared it, and no stronger ones")
	p.pass(p.open(), func(s *stepup.Settlement) { s.Reset = 3 })
	equal(p, "", left(), "the strongest proof starts all anew")
}
