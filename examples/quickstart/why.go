// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup"
)

// reasons say why a request was decided as it was, from the verdict and
// nothing else. This is the operator's view: the customer may read less, see
// [stepup.Decision].
func (p *printer) reasons(r *result) []string {
	v := &r.decision.Verdict
	var all []string
	for _, f := range v.Fired() {
		all = append(all, p.fired(&f))
	}
	if failure := v.Failure().Name; failure != "" && failure == v.Step.Name {
		all = append(all, p.say("incomplete"))
	}
	// What is asked of a request without any risk is asked of every one.
	if v.Band == policy.Low && v.Base().Do == stepup.Challenge && v.Step.Name == v.Base().Name {
		all = append(all, p.say("base."+v.Sensitivity.String()))
	}
	if v.Prompts.Softened {
		all = append(all, p.say("softened"))
	}
	if v.HeldOK {
		ago := r.at.time().Sub(v.Held.Time).Round(time.Minute)
		all = append(all, p.say("held", int(ago/time.Minute)))
	}
	if r.decision.Outcome == stepup.Deny && len(r.decision.Enrol) > 0 {
		all = append(all, p.say("no-method", methods(r.decision.Enrol)))
	}
	if len(all) == 0 {
		all = append(all, p.say("usual"))
	}
	return all
}

// fired is the text of a rule, and its name for whoever wants to change it.
// That of a rule that fired because nothing was known would say too much.
func (p *printer) fired(f *policy.Fired) string {
	text := pick(f.Because, p.lang)
	if f.ByUnknown {
		text = p.say("unchecked")
	}
	return strings.TrimSpace(text + " [" + f.ID + "]")
}

func methods(list []policy.Method) string {
	names := make([]string, len(list))
	for i, m := range list {
		names[i] = m.String()
	}
	return strings.Join(names, ", ")
}
