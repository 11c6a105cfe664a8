// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"encoding/hex"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// tell adds what a store remembers beside the profile.
func (e *Export) tell(st *State) {
	e.Methods, e.Proofs, e.Failures = []ExportedMethod{}, []ExportedProof{}, []ExportedFailures{}
	for i := range st.Authenticators {
		if a := &st.Authenticators[i]; len(a.Sealed) > 0 {
			e.Methods = append(e.Methods, exportedMethod(a))
		}
	}
	for i := range st.Proofs {
		e.Proofs = append(e.Proofs, exportedProof(&st.Proofs[i]))
	}
	e.WrongAnswers = map[string]int{}
	for lane, used := range st.Guesses {
		if used.All > 0 {
			e.WrongAnswers[Lane(lane).String()] = used.All
		}
	}
	for _, f := range st.Failures {
		e.Failures = append(e.Failures, ExportedFailures{
			Lane: f.Lane.String(), Method: f.Method.String(), Count: f.Count, Last: f.Last,
		})
	}
	e.Limits = map[string]ExportedLimit{}
	for _, r := range st.Spent {
		e.Limits[r.Rule] = ExportedLimit{Count: r.Count, Sum: r.Sum.String()}
	}
}

// recall adds what the guard was told.
func (e *Export) recall(m *memo) {
	e.Consent, e.CautiousSince, e.Cautious = m.consent, m.since, m.until
	e.Reports24h = m.trusted.n + m.others.n
	e.Contacts, e.Changed = told(m.settles[:]), told(m.changed[:])
}

// told are the times of the kinds of contact that have one.
func told(times []time.Time) map[string]time.Time {
	all := map[string]time.Time{}
	for i, at := range times {
		if !at.IsZero() {
			all[(policy.SMS + policy.ContactKind(i)).String()] = at
		}
	}
	return all
}

// stepSeconds is the length of a step of totp, which is that of RFC 6238 s4.1.
const stepSeconds = 30

func exportedMethod(a *Authenticator) ExportedMethod {
	e := ExportedMethod{Method: a.Method.String(), Device: exportedKey(a.Device), Settles: a.Settles}
	if a.Method == TOTP {
		e.Last, e.Drift = time.Unix(a.LastStep*stepSeconds, 0).UTC(), a.Drift*stepSeconds
	}
	return e
}

func exportedProof(h *Held) ExportedProof {
	p := &h.Proof
	e := ExportedProof{
		Method: p.Method.String(), Action: p.Action, Time: p.Time, Band: p.Band.String(), Bound: p.Bound,
		ACR: h.ACR, Device: exportedKey(h.Device), Session: exportedKey(h.Session)[:8],
	}
	if p.Via != 0 {
		e.Via = p.Via.String()
	}
	return e
}

// exportedChallenges returns what the guard can open: the demands of its own
// deployment are all there should be.
func (g *Guard) exportedChallenges(all []Pending) []ExportedChallenge {
	told := make([]ExportedChallenge, 0, len(all))
	for _, p := range all {
		var d demand
		if !g.openDemand(p.ID, p.Demand, &d) {
			continue
		}
		e := ExportedChallenge{
			Method: p.Method.String(), Action: d.Action, Channel: d.Channel, Facts: map[string]string{},
			Expires: p.Expires, Lane: d.Lane.String(), Teaches: d.teaches(g.config.Now()),
		}
		if d.Via != 0 {
			e.Via = d.Via.String()
		}
		if d.Session != (Key{}) {
			e.Session = exportedKey(d.Session)[:8]
		}
		for _, f := range d.Facts {
			if f.Present {
				e.Facts[f.Name] = f.Value
			}
		}
		told = append(told, e)
	}
	return told
}

// teaches returns what a proof would add to a newcomer's profile.
func (d *demand) teaches(at time.Time) risk.Disclosure {
	var p risk.Profile
	p.Learn(d.Evidence, risk.Proof{ID: d.ID.reference(), Time: at})
	told := p.Disclose()
	told.Fields = []risk.DisclosedField{} // the whole profile says what they are for
	return told
}

// exportedKey is what Devices shows a device as; none is empty.
func exportedKey(k Key) string {
	if k == (Key{}) {
		return ""
	}
	return hex.EncodeToString(k[:])
}
