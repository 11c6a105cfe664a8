// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/proportion-go/proportion/stepup"
)

// brokenStores are stores that break one promise each.
func brokenStores() []broken {
	return slices.Concat(brokenPromises(), brokenClocks(), brokenRepetitions(), brokenRotations())
}

// broken is a store, by what it does wrong and the check that has to catch it.
type broken struct {
	name, check string
	bend        func(*bent)
}

func brokenPromises() []broken {
	return []broken{
		// Challenges.
		{"forgets the code", "a challenge is kept as it was opened",
			opening(func(o *stepup.Opening) { o.Code = [32]byte{} })},
		{"opens a challenge twice", "a challenge's name is good for one opening", opensTwice},
		{"takes one attempt too many", "attempts end a challenge",
			opening(func(o *stepup.Opening) { o.Attempts++ })},
		{"takes one attempt too few", "attempts end a challenge",
			opening(func(o *stepup.Opening) { o.Attempts-- })},
		{"lives 1 ns too long", "a challenge expires",
			opening(func(o *stepup.Opening) { o.Expires = o.Expires.Add(1) })},
		{"dies 1 ns too soon", "a challenge expires",
			opening(func(o *stepup.Opening) { o.Expires = o.Expires.Add(-1) })},
		{"revives what expired", "what expired stays expired", revives},
		{"asks no binding", "another binding attempts nothing", asksNoBinding},
		{"counts what another binding attempts", "another binding attempts nothing",
			countsBeforeBinding},
		{"asks no method", "another method attempts nothing", asksNoMethod},
		{"asks mobile4 for the binding", "mobile4 is answered without the binding",
			asksMobileForBinding},
		{"remembers who guessed at nothing", "a challenge that is not there", remembersGuessers},
		{"supersedes nothing", "a later challenge supersedes",
			opening(func(o *stepup.Opening) { copy(o.Action.Key[:], o.ID[:]) })},
		{"supersedes other actions", "a later challenge supersedes",
			opening(func(o *stepup.Opening) { o.Action.Key = stepup.Key{5} })},
		{"supersedes other bindings", "a later challenge supersedes",
			opening(func(o *stepup.Opening) { o.Binding.Key = stepup.Key{9} })},
		{"cancels nothing", "cancelling ends a challenge", cancelsNothing},
		{"settles what was cancelled", "cancelling ends a challenge", settlesAnything},
		{"keeps the old code", "a new code replaces the one before", keepsOldCode},
		{"prolongs by a new code", "a new code replaces the one before", prolongs},
		{"never sees that it passed", "looking tells where a challenge is", neverPassed},

		// What is issued.
		{"opens whatever is pending", "pending challenges are bounded", opensWhenBusy},
		{"asks a mobile twice", "one question by mobile4 at a time", opensWhenBusy},
		{"ignores caps", "caps count what is issued",
			opening(func(o *stepup.Opening) { o.Caps = nil })},
		{"allows one above the cap", "caps hold at once",
			opening(func(o *stepup.Opening) { oneMore(o.Caps) })},
		{"counts what it refused", "a refused opening counts nothing", countsRefused},
		{"gives new codes without a cap", "a new code counts against its caps", changesUncapped},
		{"counts answered questions", "an answered question is taken back",
			settling(func(s *stepup.Settlement) { s.Answered = nil })},
		{"takes back two questions", "an answered question is taken back",
			settling(func(s *stepup.Settlement) {
				s.Answered = append(s.Answered, s.Answered...)
			})},

		// What is counted around.
		{"sees nobody", "subjects are counted where they are seen",
			telling(func(_ stepup.Query, st *stepup.State) { st.Around = stepup.Around{} })},
		{"takes one address for another", "subjects are counted where they are seen",
			querying(func(q *stepup.Query) { q.Address = stepup.Key{1} })},
		{"knows no address that asked", "wrong answers count at the address",
			opening(func(o *stepup.Opening) { o.Address = stepup.Key{} })},
		{"takes all addresses for one", "wrong answers count at the address",
			opening(func(o *stepup.Opening) { o.Address = stepup.Key{1, 1} })},
		{"knows no decoys", "guesses at a decoy are told beside its subject",
			telling(func(_ stepup.Query, st *stepup.State) { st.Decoy = stepup.Guessed{} })},
		{"takes a decoy for its subject", "guesses at a decoy are told beside its subject",
			opening(func(o *stepup.Opening) { o.Subject.Key[2] &^= 1 })},
		{"forgets a decoy", "guesses at a decoy are told beside its subject",
			telling(func(_ stepup.Query, st *stepup.State) { st.Forgot = true })},
		{"knows at once what is usual", "wrong answers of everybody are compared",
			telling(func(_ stepup.Query, st *stepup.State) { st.Everybody.Known = true })},

		// What is told where all is asked for.
		{"tells the proofs of no session", "all proofs are told where all is asked for",
			querying(func(q *stepup.Query) { q.All = false })},
		{"tells the proofs of all sessions to each", "all proofs are told where all is asked for",
			querying(func(q *stepup.Query) { q.All = true })},
		{"tells of no challenge", "challenges under way are told where all is asked for",
			telling(func(_ stepup.Query, st *stepup.State) { st.Pending = nil })},
		{"tells of challenges too soon over", "challenges under way are told where all is asked for",
			telling(func(_ stepup.Query, st *stepup.State) {
				for i := range st.Pending {
					st.Pending[i].Expires = st.Pending[i].Expires.Add(-1)
				}
			})},
		{"tells of challenges that ended", "challenges under way are told where all is asked for", tellsEnded},

		// Guesses.
		{"counts a guess at no cost", "attempts end a challenge",
			attempting(func(_ *bent, a *stepup.Attempt) { a.Cost = 0 })},
		{"takes four guesses at once", "parallel wrong answers are all counted",
			opening(func(o *stepup.Opening) { o.Attempts *= 2 })},
		{"counts guesses twice", "parallel wrong answers are all counted",
			attempting(func(_ *bent, a *stepup.Attempt) { a.Cost *= 2 })},
		{"knows no budget", "a budget is shared by all challenges of a lane",
			attempting(func(_ *bent, a *stepup.Attempt) { a.Limits = wide() })},
		{"has one lane", "a budget is shared by all challenges of a lane",
			opening(func(o *stepup.Opening) { o.Lane = 0 })},
		{"knows no part for four digits", "four-digit codes have a part of the budget",
			attempting(noPart)},
		{"looks before it counts", "a budget holds at once across challenges",
			attempting(func(_ *bent, a *stepup.Attempt) { a.Limits[0].All += cost })},
		{"knows no device's half", "one device has half of the trusted lane",
			opening(func(o *stepup.Opening) { copy(o.Device[:], o.ID[:]) })},
		{"forgets a guess a day early", "a wrong guess counts for thirty days",
			asking(25 * time.Hour)},
		{"keeps a guess two days too long", "a wrong guess counts for thirty days",
			asking(-48 * time.Hour)},
		{"forgives when the clock goes back", "a clock that goes back forgives nothing",
			forgivesBackwards},
		{"never says that it shut", "an attempt says when it shut its method", saysNothing},
		{"counts six digits as spraying", "wrong four-digit codes of everyone are counted",
			telling(func(_ stepup.Query, st *stepup.State) { st.Spray.Day++ })},

		// Waits.
		{"does not wait", "waits grow with wrong answers in a row", doesNotWait},
		{"tells each run as one more", "a run is one authenticator's in one lane",
			telling(moreFailures)},
		{"forgets all runs at a right answer", "a right answer ends the run of its lane",
			forgetsRuns},
		{"opens again what was shut", "wrong answers in a row shut an authenticator", opensAgain},

		// Proofs.
		{"proves twice", "parallel right answers give one proof", provesTwice},
		{"takes no cost back", "a proof takes its own cost back",
			settling(func(s *stepup.Settlement) { s.Refund = 0 })},
		{"takes back twice the cost", "a proof takes its own cost back",
			settling(func(s *stepup.Settlement) { s.Refund *= 2 })},
		{"overwrites a newer profile", "a proof from an old profile conflicts", settlesAnyVersion},
		{"keeps part of a refused proof", "a refused proof records nothing", keepsPart},
		{"accepts a step twice", "a TOTP step is accepted once",
			settling(func(s *stepup.Settlement) { s.Used = stepup.Authenticator{} })},
		{"accepts a step twice at once", "a TOTP step is accepted once at the same moment",
			settling(func(s *stepup.Settlement) { s.Used = stepup.Authenticator{} })},
		{"accepts what has changed", "an authenticator that changed proves nothing", acceptsChanged},
		{"holds no proof", "a session holds its proofs",
			settling(func(s *stepup.Settlement) { s.Held.Session = stepup.Key{} })},
		{"holds proofs without a session", "a session holds its proofs", telling(holdsForAll)},
		{"holds proofs without bound", "held proofs are bounded", holdsAll},
		{"leaves a device's counter", "a device's counter moves with every proof", leavesCounter},
		{"divides no run by device", "one device has half of the answers in a row",
			opening(func(o *stepup.Opening) { o.Device = stepup.Key{o.ID[3]} })},
		{"knows every device", "known devices are bounded", knowsAll},
		{"counts prompts that were not passed", "passed prompts are counted",
			telling(func(_ stepup.Query, st *stepup.State) { st.Prompts24h++ })},
		{"starts no limit anew", "a proof starts limits anew",
			settling(func(s *stepup.Settlement) { s.Reset = -1 })},
		{"starts every limit anew", "a proof starts limits anew",
			settling(func(s *stepup.Settlement) { s.Reset = 1 << 30 })},

		// Once.
		{"redeems twice", "a grant is redeemed once", redeemsTwice},
		{"forgets what was redeemed", "a grant is redeemed once", forgetsRedeemed},
		{"has no memory of its beginning", "what was issued before a store's memory is refused",
			hasNoEpoch},
		{"charges nothing", "charges count against their limits", func(b *bent) {
			b.spend = func(context.Context, stepup.Spending) error { return nil }
		}},
		{"charges one by one", "charges are counted all or none", chargesOneByOne},
		{"charges less at once", "charges hold at once", chargesLess},

		// Subjects.
		{"remembers who was asked for", "an unknown subject gains no memory by being asked for",
			remembersAsked},
		{"adds no authenticator", "an update has its parts",
			updating(func(u *stepup.Update) { u.Add = nil })},
		{"removes no authenticator", "an update has its parts",
			updating(func(u *stepup.Update) { u.Remove = nil })},
		{"renames no device", "an update has its parts",
			updating(func(u *stepup.Update) { u.Rename = nil })},
		{"keeps no profile", "an update has its parts",
			updating(func(u *stepup.Update) { u.Profile = nil })},
		{"updates any version", "an update of an old profile conflicts", updatesAnyVersion},
		{"loses the first of two updates", "concurrent updates lose nothing", updatesAnyVersion},
		{"rebinds nothing", "sessions are rebound",
			updating(func(u *stepup.Update) { u.Rebind = stepup.Rebinding{} })},
		{"revokes nothing", "revoking a device ends its proofs",
			updating(func(u *stepup.Update) { u.Revoke = nil })},
		{"leaves the proofs of no device", "revoking a device ends its proofs",
			updating(func(u *stepup.Update) {
				u.Revoke = slices.DeleteFunc(u.Revoke, func(k stepup.Key) bool { return k == stepup.Key{} })
			})},
		{"unlocks nothing", "wrong answers in a row shut an authenticator",
			updating(func(u *stepup.Update) { u.Unlock = nil })},
		{"unlocks every lane", "wrong answers in a row shut an authenticator", updating(unlocksAll)},
		{"knows no former pseudonym", "a subject moves to its new pseudonym", knowsNoFormer},
		{"stays under the former pseudonym", "a subject moves to its new pseudonym",
			updating(staysFormer)},
		{"gives its own memory away", "what is returned is a copy", sharesMemory},
		{"works for who hung up", "a cancelled context does nothing", ignoresContext},

		// Erasure.
		{"erases nothing", "erasing forgets a subject", func(b *bent) {
			b.erase = func(context.Context, stepup.Erasure) error { return nil }
		}},
		{"leaves the challenges of who was erased", "erasing ends a subject's challenges",
			erasesNothing},
		{"forgets the guesses of who was erased", "erasing buys no guesses", forgetsGuesses},
		{"forgets the steps of who was erased", "erasing buys no second use of a TOTP step",
			forgetsGuesses},
		{"keeps a tomb for nobody", "erasing an unknown subject leaves nothing", keepsEmptyTomb},
	}
}

// Every broken store is caught by its check, and every check catches one: a
// suite that cannot fail would prove nothing.
func TestBrokenStoresAreCaught(t *testing.T) {
	idle := map[string]bool{}
	for _, c := range checks() {
		idle[c.name] = true
	}
	for _, broken := range brokenStores() {
		t.Run(broken.name, func(t *testing.T) {
			i := slices.IndexFunc(checks(), func(c check) bool { return c.name == broken.check })
			if i < 0 {
				t.Fatalf("there is no check %q", broken.check)
			}
			clock := newProbeClock()
			if found := checks()[i].violations(t, newBent(broken.bend, clock), clock); len(found) == 0 {
				t.Errorf("%q did not catch it", broken.check)
			}
		})
		delete(idle, broken.check)
	}
	for name := range idle {
		t.Errorf("no broken store is caught by %q", name)
	}
}

// A store that is bent nowhere is caught by nothing, so that it is the bending
// that is caught.
func TestUnbrokenStoreIsNotCaught(t *testing.T) {
	for _, c := range checks() {
		clock := newProbeClock()
		for _, violation := range c.violations(t, newBent(func(*bent) {}, clock), clock) {
			t.Errorf("%s: %s", c.name, violation)
		}
	}
}
