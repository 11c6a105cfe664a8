// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest

import (
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup"
)

func onceChecks() []check {
	return []check{
		{"a grant is redeemed once", redeemsOnce},
		{"what was issued before a store's memory is refused", epochRefuses},
		{"charges count against their limits", chargesCount},
		{"charges are counted all or none", chargesAllOrNone},
		{"charges hold at once", chargesHoldAtOnce},
	}
}

func (p *probe) redemption() stepup.Redemption {
	p.ids++
	return stepup.Redemption{
		ID: stepup.ID{0xa1, 0x1c, byte(p.ids >> 8), byte(p.ids)}, Now: p.now,
		Issued: p.now, Expires: p.now.Add(5 * time.Minute),
	}
}

func redeemsOnce(p *probe) {
	r := p.redemption()
	if n := atOnce(50, func() error { return p.store.Redeem(p.ctx, r) }); n != 1 {
		p.violated("of 50 redemptions of one grant at once, one is accepted: got %d", n)
	}
	p.want(nil, p.store.Redeem(p.ctx, p.redemption()), "another grant is redeemed")
	for _, before := range []time.Duration{time.Minute, time.Nanosecond, 0} {
		r.Now = r.Expires.Add(-before)
		p.want(stepup.ErrRedeemed, p.store.Redeem(p.ctx, r),
			"a grant is known to be redeemed as long as it lives")
	}
}

func epochRefuses(p *probe) {
	r := p.redemption()
	p.want(nil, p.store.Redeem(p.ctx, r), "what is issued when the store's memory begins is accepted")
	old := p.redemption()
	old.Issued = p.now.Add(-time.Nanosecond)
	p.want(stepup.ErrRedeemed, p.store.Redeem(p.ctx, old),
		"a grant issued before the store's memory begins")
	o := p.opening(func(o *stepup.Opening) { o.Issued = p.now.Add(-time.Nanosecond) })
	p.want(stepup.ErrRefused, p.store.Open(p.ctx, o), "a ticket issued before the store's memory begins")
	_, err := p.attempt(o)
	p.want(stepup.ErrRefused, err, "a challenge that was not opened")
	p.advance(time.Hour)
	p.want(nil, p.store.Redeem(p.ctx, p.redemption()), "a grant issued within the store's memory")
	p.open()
}

func (p *probe) decimal(text string) policy.Decimal {
	d, err := policy.ParseDecimal(text)
	p.want(nil, err, "the decimal "+text)
	return d
}

func (p *probe) spend(charges ...policy.Charge) error {
	return p.store.Spend(p.ctx, stepup.Spending{Subject: p.subject, Charges: charges, Now: p.now})
}

func (p *probe) sum(rule, amount, most string) policy.Charge {
	return policy.Charge{Rule: rule, Sum: p.decimal(amount), Summed: true, Most: p.decimal(most)}
}

func chargesCount(p *probe) {
	p.want(stepup.ErrRefused, p.spend(policy.Charge{Rule: "once", Count: 1}), "a charge to an unknown subject")
	p.newcomer(p.state(), "a charge to an unknown subject leaves nothing behind")
	p.update(func(*stepup.Update) {})
	twice := policy.Charge{Rule: "twice", Count: 2}
	for range 2 {
		p.want(nil, p.spend(twice), "a charge within its count")
	}
	p.want(stepup.ErrRefused, p.spend(twice), "a charge past its count")
	p.want(nil, p.spend(p.sum("fifty", "49.99", "50")), "a charge within its sum")
	p.want(stepup.ErrRefused, p.spend(p.sum("fifty", "0.02", "50")), "a charge past its sum by a cent")
	p.want(nil, p.spend(p.sum("fifty", "0.01", "50")), "a charge that makes its sum full")
	p.want(stepup.ErrRefused, p.spend(p.sum("fifty", "999999999999999999", "999999999999999999")),
		"a charge that overflows")
	p.advance(365 * 24 * time.Hour)
	p.want(stepup.ErrRefused, p.spend(twice), "a limit starts anew by a proof, not by time")
	want := map[string]string{"twice": "2 0", "fifty": "2 50"}
	for _, s := range p.state().Spent {
		got := policy.Decimal.String(s.Sum)
		if s.Rule == "fifty" && (s.Count != 2 || s.Sum.Compare(p.decimal("50")) != 0) || s.Rule == "twice" && s.Count != 2 {
			p.violated("what was spent is told: got %s %d %s", s.Rule, s.Count, got)
		}
		delete(want, s.Rule)
	}
	equal(p, 0, len(want), "rules whose spending is not told")
}

func chargesAllOrNone(p *probe) {
	p.update(func(*stepup.Update) {})
	p.want(nil, p.spend(policy.Charge{Rule: "once", Count: 1}), "a charge within its count")
	err := p.spend(policy.Charge{Rule: "ten", Count: 10}, policy.Charge{Rule: "once", Count: 1}, p.sum("fifty", "1", "50"))
	p.want(stepup.ErrRefused, err, "charges of which one does not fit")
	for _, s := range p.state().Spent {
		if s.Rule != "once" || s.Count != 1 {
			p.violated("charges of which one does not fit count nothing: got %s %d", s.Rule, s.Count)
		}
	}
	ten := policy.Charge{Rule: "ten", Count: 10}
	p.want(nil, p.spend(ten), "a charge within its count")
	err = p.spend(ten, policy.Charge{Rule: "once", Count: 1})
	p.want(stepup.ErrRefused, err, "charges of which the last does not fit")
	for _, s := range p.state().Spent {
		equal(p, 1, s.Count, "uses of "+s.Rule+", after charges of which the last does not fit")
	}
	err = p.spend(policy.Charge{Rule: "twin", Count: 1}, policy.Charge{Rule: "twin", Count: 1})
	p.want(stepup.ErrRefused, err, "charges that only together do not fit")
}

func chargesHoldAtOnce(p *probe) {
	p.update(func(*stepup.Update) {})
	charge := p.sum("fifty", "7", "50")
	if n := atOnce(50, func() error { return p.spend(charge) }); n != 7 {
		p.violated("of 50 charges of 7 at once a limit of 50 takes 7: got %d", n)
	}
}
