// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

func TestDecideOutcomes(t *testing.T) {
	abroad := func(b *steptest.Bench, c *steptest.Client) {
		home := risk.Home{Countries: []string{"FR"}}
		if err := b.Guard.Seed(t.Context(), c.Subject, stepup.Identity{Home: home}); err != nil {
			t.Fatal(err)
		}
		c.From(risktest.LondonAddr)
	}
	tests := []struct {
		name, action string
		facts        map[string]any
		arrange      func(*steptest.Bench, *steptest.Client)
		outcome      stepup.Outcome
		step         string
	}{
		{"trivial act", "invoice.view", nil, nil, stepup.Allow, "none"},
		{"normal act", "profile.view", nil, nil, stepup.Allow, "none"},
		{"sensitive act", "address.change", nil, nil, stepup.Challenge, "confirm"},
		{"trivial act from abroad", "invoice.view", nil, abroad, stepup.Notify, "notice"},
		{"normal act from abroad", "profile.view", nil, abroad, stepup.Challenge, "confirm"},
		{"strong step without an authenticator", "address.change", nil, abroad, stepup.Deny, "strong"},
		{"refused step", "account.close", nil, abroad, stepup.Deny, "refuse"},
		{
			"small transfer to a trusted payee", "transfer",
			map[string]any{"amount": "12.50", "payee": "FR76", "payee_trusted": true}, known,
			stepup.Notify, "notice",
		},
		{
			"small transfer by someone unknown", "transfer",
			map[string]any{"amount": "12.50", "payee": "FR76", "payee_trusted": true}, nil,
			stepup.Challenge, "confirm",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, c := newBench(t), alice("laptop")
			if tt.arrange != nil {
				tt.arrange(b, c)
			}
			d := b.Decide(c, tt.action, tt.facts)
			if d.Outcome != tt.outcome || d.Verdict.Step.Name != tt.step {
				t.Errorf("got %v, want %v(%s)", &d, tt.outcome, tt.step)
			}
			if len(d.Degraded) > 0 {
				t.Errorf("got degraded %v, want none", d.Degraded)
			}
			if (d.Ticket() != "") != (d.Outcome == stepup.Challenge) {
				t.Errorf("got ticket %t for %v", d.Ticket() != "", d.Outcome)
			}
			if d.Outcome == stepup.Deny && d.Reference == "" {
				t.Error("got a deny without a support reference")
			}
		})
	}
}

func TestDecideRefusesMalformedRequests(t *testing.T) {
	b := newBench(t)
	tests := []struct {
		field  string
		change func(*stepup.Request)
	}{
		{"Subject", func(r *stepup.Request) { r.Subject = "" }},
		{"Subject", func(r *stepup.Request) { r.Subject = strings.Repeat("s", 257) }},
		{"Subject", func(r *stepup.Request) { r.Subject = "\xff" }},
		{"Session", func(r *stepup.Request) { r.Session = strings.Repeat("s", 513) }},
		{"Binding", func(r *stepup.Request) { r.Binding = "" }},
		{"Binding", func(r *stepup.Request) { r.Binding = "short" }},
		{"Action", func(r *stepup.Request) { r.Action = "" }},
		{"Channel", func(r *stepup.Request) { r.Channel = "" }},
		{"Channel", func(r *stepup.Request) { r.Channel = "carrier pigeon" }},
		{"Place", func(r *stepup.Request) { r.Place = &risk.Location{City: strings.Repeat("L", 257)} }},
	}
	for _, tt := range tests {
		t.Run(tt.field, func(t *testing.T) {
			req := alice("laptop").Request("invoice.view", nil)
			tt.change(&req)
			d, err := b.Guard.Decide(t.Context(), req)
			var malformed *stepup.RequestError
			if !errors.As(err, &malformed) || malformed.Field != tt.field {
				t.Errorf("got error %v, want a RequestError for %s", err, tt.field)
			}
			if d.Outcome != stepup.Deny || d.Reference == "" {
				t.Errorf("got %v, want a deny with a reference", &d)
			}
		})
	}
}

func TestDecideZeroValueDenies(t *testing.T) {
	var d stepup.Decision
	if d.Outcome != stepup.Deny || d.Ticket() != "" {
		t.Errorf("got %v with ticket %q, want a deny without one", &d, d.Ticket())
	}
}

func TestDecideCancelledDenies(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d, err := newBench(t).Guard.Decide(ctx, alice("laptop").Request("invoice.view", nil))
	if !errors.Is(err, context.Canceled) || d.Outcome != stepup.Deny {
		t.Errorf("got %v and error %v, want a deny and %v", &d, err, context.Canceled)
	}
}

// With the store down nothing can be counted, so nothing is challenged: what
// on_failure does not allow is denied, every unknown is taken strictly, and the
// decision says so (L2).
func TestDecideWithoutStore(t *testing.T) {
	b := newBench(t, func(c *stepup.Config) { c.Store = faulty("Subject") })
	for action, want := range map[string]stepup.Outcome{
		"invoice.view": stepup.Notify, "profile.view": stepup.Deny,
		"address.change": stepup.Deny, "account.close": stepup.Deny,
	} {
		d := b.Decide(alice("laptop"), action, nil)
		if d.Outcome != want {
			t.Errorf("%s: got %v, want %v", action, &d, want)
		}
		if len(d.Degraded) == 0 || d.Degraded[0].Kind != policy.StoreGap {
			t.Errorf("%s: got degraded %v, want the store", action, d.Degraded)
		}
	}
}

// A failed locator only makes its signals unknown (L2).
func TestDecideWithoutLocator(t *testing.T) {
	b := newBench(t)
	b.Locator.Fail(errors.New("database closed"))
	d := b.Decide(alice("laptop").From(risktest.LondonAddr), "invoice.view", nil)
	if d.Outcome != stepup.Allow || d.Signals.Known(risk.GeoCountry) || d.Signals.Known(risk.GeoForeign) {
		t.Errorf("got %v, want an allow with the place unknown", &d)
	}
	if len(d.Degraded) != 1 || d.Degraded[0].Kind != policy.SignalGap {
		t.Errorf("got degraded %v, want the locator", d.Degraded)
	}
}

// A request without an address is valid: a call has none.
func TestDecideWithoutAddress(t *testing.T) {
	c := alice("phone")
	c.Channel = stepup.Phone
	d := newBench(t).Decide(c, "invoice.view", nil)
	if d.Outcome != stepup.Allow || len(d.Degraded) > 0 || d.Signals.Known(risk.GeoCountry) {
		t.Errorf("got %v degraded %v, want a plain allow", &d, d.Degraded)
	}
}

func TestDecideDegraded(t *testing.T) {
	facts := func(change string, value any) map[string]any {
		f := transfer("250")
		if f[change] = value; value == nil {
			delete(f, change)
		}
		return f
	}
	tests := []struct {
		name, action string
		facts        map[string]any
		gap          string
	}{
		{"unlisted action", "invoice.veiw", nil, "invoice.veiw"},
		{"missing fact", "transfer", facts("payee_trusted", nil), "payee_trusted"},
		{"mistyped fact", "transfer", facts("payee_trusted", "yes"), "payee_trusted"},
		{"missing bound fact", "transfer", facts("amount", nil), "amount"},
		{"mistyped bound fact", "transfer", facts("amount", []string{"1"}), "amount"},
		{"amount below its minimum", "transfer", facts("amount", "-1"), "amount"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newBench(t).Decide(alice("laptop"), tt.action, tt.facts)
			if d.Outcome == stepup.Allow || d.Outcome == stepup.Notify {
				t.Errorf("got %v, want it stopped", &d)
			}
			for _, gap := range d.Degraded {
				if gap.Name == tt.gap {
					return
				}
			}
			t.Errorf("got degraded %v, want it to name %s", d.Degraded, tt.gap)
		})
	}
}

// Before a proof, a stranger's device reads general words and sees no contact;
// a trusted one reads the rules' texts (L25).
func TestReasonsAreForTrustedDevices(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	c.Language = "fr-BE"
	d := b.Decide(c, "address.change", nil)
	if got := strings.Join(d.Reasons,
		" "); got != "Nous demandons une confirmation pour protéger votre compte." {
		t.Errorf("got reasons %q on an unknown device", got)
	}
	for _, o := range d.Offers {
		if o.To != "" {
			t.Errorf("got contact %q shown on an unknown device", o.To)
		}
	}
	if got := d.Verdict.Reasons("fr-BE", 2); len(got) != 1 ||
		got[0] != "Nous ne connaissons pas encore cet appareil." {
		t.Errorf("got the operator's reasons %q", got)
	}
}

func TestOffersLeaveOutTouchedAndFreshContacts(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	d := b.Decide(c, "phone.change", nil)
	if d.Outcome != stepup.Deny || len(d.Enrol) == 0 {
		t.Errorf("contact proving its own change: got %v enrol %v, want a deny that says what to "+
			"enrol", &d, d.Enrol)
	}
	b.Contacts[steptest.Alice] = []stepup.Contact{
		{Kind: policy.SMS, Address: steptest.AlicePhone, Since: b.Clock.Now().Add(-71 * time.Hour)},
	}
	if d := b.Decide(c, "address.change", nil); d.Outcome != stepup.Deny {
		t.Errorf("contact changed 71 h ago: got %v, want a deny", &d)
	}
	b.Clock.Advance(time.Hour)
	if d := b.Decide(c, "address.change", nil); d.Outcome != stepup.Challenge {
		t.Errorf("contact changed 72 h ago: got %v, want a challenge", &d)
	}
}

// The limit of a rule that caps is counted at once: of ten transfers at the
// same moment no more than the limit go through unproven.
func TestLimitHoldsInParallel(t *testing.T) {
	b := newBench(t)
	known(b, nil)
	through := each(10, func() error {
		facts := map[string]any{"amount": "20", "payee": "FR76", "payee_trusted": true}
		d, err := b.Guard.Decide(t.Context(), alice("laptop").Request("transfer", facts))
		if err == nil && d.Outcome == stepup.Challenge {
			return errors.New("challenged")
		}
		return err
	})
	if through != 2 { // 3 would be 60, above the limit of 50
		t.Errorf("got %d transfers of 20 unproven, want 2", through)
	}
}

func TestSetPolicy(t *testing.T) {
	b := newBench(t)
	if err := b.Guard.SetPolicy(nil); err == nil || b.Guard.Policy() == nil {
		t.Errorf("nil policy: got error %v, want one, and the old policy kept", err)
	}
	strict, err := policy.Parse(policy.Source{Name: "strict.yaml", Data: []byte(`
version: 1
ladder: [{ step: none, do: allow }, { step: refuse, do: deny }]
bands: { medium: 30, high: 60, extreme: 85 }
matrix:
  trivial: [refuse, refuse, refuse, refuse]
  normal: [refuse, refuse, refuse, refuse]
  sensitive: [refuse, refuse, refuse, refuse]
  critical: [refuse, refuse, refuse, refuse]
on_failure: { trivial: deny, normal: deny, sensitive: deny, critical: deny }
actions: { invoice.view: { sensitivity: trivial } }
`)})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Guard.SetPolicy(strict); err != nil {
		t.Fatal(err)
	}
	if d := b.Decide(alice("laptop"), "invoice.view", nil); d.Outcome != stepup.Deny {
		t.Errorf("got %v under the strict policy, want a deny", &d)
	}
}
