// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// stage is a guard on whose store anything can be made to fail: Alice's laptop
// is trusted, her mobile is enrolled, and a challenge of each waits.
type stage struct {
	*steptest.Bench
	t             *testing.T
	store         *steptest.Faulty
	laptop        *steptest.Client
	phone         *mobile
	secret        otp.Secret
	ticket        string
	begun, asked  stepup.Begun
	code          string
	event, device string
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{t: t, store: faulty()}
	s.Bench, s.laptop, s.phone = withMobile(t, func(c *stepup.Config) { c.Store = s.store })
	s.secret = otpSecret(t)
	d := s.Decide(s.laptop, "transfer", transfer("250"))
	s.ticket, s.event = d.Ticket(), d.Event()
	s.begun, s.code = s.Begin(d, stepup.Code6)
	tab := *s.laptop
	tab.Binding += "-of-another-tab"
	s.asked = ask(t, s.Bench, &tab)
	devices, err := s.Guard.Devices(t.Context(), steptest.Alice)
	if err != nil || len(devices) == 0 {
		t.Fatalf("got %d devices, error %v", len(devices), err)
	}
	s.device = devices[0].ID
	return s
}

// otpSecret is Alice's.
func otpSecret(t testing.TB) otp.Secret {
	t.Helper()
	secret, err := otp.NewSecret(bytes.Repeat([]byte{9}, 20))
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// granted proves an action, and returns its grant and request.
func (s *stage) granted(action string) (string, stepup.Request) {
	return proveTOTP(s.t, s.Bench, s.laptop, action, s.secret).Token, s.laptop.Request(action, nil)
}

// degraded returns the failure that a decision tells of.
func degraded(d stepup.Decision, err error) error {
	for _, gap := range d.Degraded {
		if d.Outcome == stepup.Deny && gap.Kind == policy.StoreGap || gap.Kind == policy.SignalGap {
			return errStore
		}
	}
	return err
}

// acts are all that a guard does with its store, each made ready to be done.
func acts() map[string]func(*stage) func() error {
	finish := func(s *stage, code string) func() error {
		return func() error {
			_, err := s.Guard.Finish(s.t.Context(), s.laptop.Binding, s.begun.ID, code)
			return err
		}
	}
	begin := func(s *stage, m stepup.Method) func() error {
		d := s.Decide(s.phone.Client, "address.change", nil)
		if m == stepup.Mobile4 {
			s.Clock.Set(s.asked.Expires)
			d = s.Decide(s.laptop, "address.change", nil)
		}
		return func() error { _, err := s.Guard.Begin(s.t.Context(), d.Ticket(), m); return err }
	}
	confirm := func(s *stage, approve bool) func() error {
		return func() error {
			a := s.phone.answer(s.asked.ID, approve, s.asked.Show)
			return s.Guard.Confirm(s.t.Context(), s.asked.ID, a)
		}
	}
	return map[string]func(*stage) func() error{
		"decide": func(s *stage) func() error {
			return func() error {
				return degraded(s.Guard.Decide(s.t.Context(), s.laptop.Request("transfer", transfer("9"))))
			}
		},
		"decide by a limit": func(s *stage) func() error {
			s.Decide(s.laptop, "invoice.view", nil) // renews the device, which may fail unheard
			facts := transfer("9")
			facts["payee_trusted"] = true
			return func() error {
				return degraded(s.Guard.Decide(s.t.Context(), s.laptop.Request("transfer", facts)))
			}
		},
		"decide on a copied device": func(s *stage) func() error {
			stale := *s.laptop
			s.Prove(s.laptop, "transfer", transfer("9"), stepup.Code6)
			s.Decide(s.laptop, "profile.view", nil)
			s.Clock.Advance(3 * time.Minute)
			return func() error {
				return degraded(s.Guard.Decide(s.t.Context(), stale.Request("address.change", nil)))
			}
		},
		"begin":         func(s *stage) func() error { return begin(s, stepup.Code6) },
		"begin mobile4": func(s *stage) func() error { return begin(s, stepup.Mobile4) },
		"resend": func(s *stage) func() error {
			return func() error {
				return s.Guard.Resend(s.t.Context(), s.laptop.Binding, s.begun.ID, s.ticket)
			}
		},
		"cancel": func(s *stage) func() error {
			return func() error {
				return s.Guard.Cancel(s.t.Context(), s.laptop.Binding, s.begun.ID)
			}
		},
		"finish":       func(s *stage) func() error { return finish(s, s.code) },
		"finish wrong": func(s *stage) func() error { return finish(s, wrong(s.code)) },
		"confirm":      func(s *stage) func() error { return confirm(s, true) },
		"reject":       func(s *stage) func() error { return confirm(s, false) },
		"await": func(s *stage) func() error {
			if err := confirm(s, true)(); err != nil {
				s.t.Fatal(err)
			}
			return func() error {
				_, err := s.Guard.Await(s.t.Context(), s.laptop.Binding+"-of-another-tab", s.asked.ID)
				return err
			}
		},
		"redeem": func(s *stage) func() error {
			grant, req := s.granted("account.close")
			return func() error { return s.Guard.Redeem(s.t.Context(), grant, req) }
		},
		"enrol an app": func(s *stage) func() error {
			grant, req := s.granted(stepup.ActionEnrol)
			return func() error { _, err := s.Guard.EnrolTOTP(s.t.Context(), grant, req); return err }
		},
		"confirm an app": func(s *stage) func() error {
			grant, req := s.granted(stepup.ActionEnrol)
			e, err := s.Guard.EnrolTOTP(s.t.Context(), grant, req)
			if err != nil {
				s.t.Fatal(err)
			}
			code, err := otp.TOTP{}.Code(e.Secret, s.Clock.Now())
			if err != nil {
				s.t.Fatal(err)
			}
			return func() error {
				return s.Guard.ConfirmTOTP(s.t.Context(), s.laptop.Binding, e.Pending, code)
			}
		},
		"enrol a mobile": func(s *stage) func() error {
			grant, req := s.granted(stepup.ActionEnrol)
			signed := ed25519.Sign(s.phone.key, stepup.EnrolmentMessage(grant))
			public := s.phone.key.Public().(ed25519.PublicKey)
			return func() error {
				return s.Guard.EnrolMobile(s.t.Context(), grant, req, public, signed)
			}
		},
		"remove a method": func(s *stage) func() error {
			grant, req := s.granted(stepup.ActionRemove)
			return func() error {
				return s.Guard.RemoveMethod(s.t.Context(), grant, req, stepup.TOTP)
			}
		},
		"consent": func(s *stage) func() error {
			grant, req := s.granted(stepup.ActionConsent)
			return func() error {
				return s.Guard.ChangeConsent(s.t.Context(), grant, req, stepup.Given)
			}
		},
		"report": func(s *stage) func() error {
			grant, req := s.granted(stepup.ActionRevoke)
			r := stepup.Report{Event: s.event, Claim: stepup.NotMine, Grant: grant}
			return func() error { return s.Guard.Report(s.t.Context(), req, r) }
		},
		"change a contact": func(s *stage) func() error {
			grant, req := s.granted(stepup.ActionContact)
			former := s.Contacts[steptest.Alice][0]
			return func() error { return s.Guard.ChangeContact(s.t.Context(), grant, req, former) }
		},
		"trust a device": func(s *stage) func() error {
			grant, req := s.granted(stepup.ActionTrust)
			return func() error { return s.Guard.TrustDevice(s.t.Context(), grant, req) }
		},
		"revoke a device": func(s *stage) func() error {
			grant, req := s.granted(stepup.ActionRevoke)
			return func() error { return s.Guard.RevokeDevice(s.t.Context(), grant, req, s.device) }
		},
		"revoke other devices": func(s *stage) func() error {
			grant, req := s.granted(stepup.ActionRevoke)
			return func() error { return s.Guard.RevokeOtherDevices(s.t.Context(), grant, req) }
		},
		"export": func(s *stage) func() error {
			grant, req := s.granted(stepup.ActionExport)
			return func() error { _, err := s.Guard.ExportProfile(s.t.Context(), grant, req); return err }
		},
		"erase": func(s *stage) func() error {
			grant, req := s.granted(stepup.ActionErase)
			return func() error { return s.Guard.EraseProfile(s.t.Context(), grant, req) }
		},
		"list devices": func(s *stage) func() error {
			return func() error { _, err := s.Guard.Devices(s.t.Context(), steptest.Alice); return err }
		},
		"rename a device": func(s *stage) func() error {
			return func() error {
				return s.Guard.RenameDevice(s.t.Context(), steptest.Alice, s.device, "Kitchen")
			}
		},
		"rebind": func(s *stage) func() error {
			return func() error {
				return s.Guard.Rebind(s.t.Context(), steptest.Alice, s.laptop.Session, "fake-next")
			}
		},
		"revoke": func(s *stage) func() error {
			return func() error { return s.Guard.Revoke(s.t.Context(), steptest.Alice) }
		},
		"unlock": func(s *stage) func() error {
			return func() error {
				return s.Guard.Unlock(s.t.Context(), steptest.Alice, stepup.StrangerLane)
			}
		},
		"seed": func(s *stage) func() error {
			return func() error {
				return s.Guard.Seed(s.t.Context(), steptest.Alice, stepup.Identity{TOTP: s.secret})
			}
		},
	}
}

// calls returns how often the store was called, whatever for.
func (s *stage) calls() (n int) {
	for _, operation := range []string{
		"Subject", "Open", "Attempt", "Settle", "Change", "Look", "Redeem", "Spend", "Update", "Erase",
	} {
		n += s.store.Calls(operation)
	}
	return n
}

// Whatever a guard does, each of the calls of its store that it takes is made to
// fail, and to lose its reply, one at a time: the failure is told every time,
// and nothing is given (L2).
func TestStoreFailingAtEachCallOfEachAct(t *testing.T) {
	for name, ready := range acts() {
		t.Run(name, func(t *testing.T) {
			healthy := newStage(t)
			act := ready(healthy)
			before := healthy.calls()
			if err := act(); err != nil && name != "finish wrong" {
				t.Fatalf("with a store that works: got error %v", err)
			}
			took := healthy.calls() - before
			if took == 0 {
				t.Fatal("the store was not asked")
			}
			for n := 1; n <= took; n++ {
				for fault, set := range map[string]func(*steptest.Faulty, int, error){
					"fails": (*steptest.Faulty).FailEvery, "loses its reply": (*steptest.Faulty).LoseEvery,
				} {
					s := newStage(t)
					act := ready(s)
					set(s.store, n, errStore)
					if err := act(); !errors.Is(err, errStore) && !errors.Is(err, stepup.ErrUnavailable) {
						t.Errorf("call %d of %d %s: got error %v, want the store's", n, took, fault, err)
					}
				}
			}
		})
	}
}
