// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stephttp

import (
	"fmt"
	"net/http"

	"github.com/proportion-go/proportion/stepup"
)

// Act does what a built-in action is for, and answers. The grant is not checked
// yet: any text in the header comes here. So do nothing before the call of the
// guard that redeems it, as [stepup.Guard.ExportProfile], returned no error. The
// grant is empty where none was needed. An error that is returned is answered as
// [Problem] does; then nothing may have been written.
type Act func(w http.ResponseWriter, r *http.Request, grant string, req stepup.Request) error

// Do returns a handler for a built-in action, or for one that touches a contact:
// it calls act only when the guard allows the action, or the request carries
// what may be a grant. Unlike [Middleware.Require] it redeems none, since the
// guard's own call does; so [Config].Observe hears of one when act is done. For
// any other action no call of the guard does, so that act would be open to
// everybody: its requests are answered with 500, and Observe is told why.
func (m *Middleware) Do(action string, act Act) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !builtIn(action) && len(m.guard.Policy().Action(action).Touches) == 0 {
			m.misused(w, r, "stephttp: %q is not built in and touches no contact: use Require", action)
			return
		}
		req, ok := m.request(w, r, action)
		if !ok {
			return
		}
		if grant := r.Header.Get(GrantHeader); grant != "" {
			err := act(w, r, grant, req)
			m.config.Observe(r, stepup.Decision{}, err)
			refuse(w, err)
			return
		}
		m.decide(w, r, req, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			err := act(w, r, "", req)
			if err != nil {
				m.config.Observe(r, stepup.Decision{}, err)
			}
			refuse(w, err)
		}))
	})
}

// builtIn reports whether the grants of an action are for a call of the guard.
func builtIn(action string) bool {
	switch action {
	case stepup.ActionEnrol, stepup.ActionRemove, stepup.ActionContact, stepup.ActionTrust,
		stepup.ActionRevoke, stepup.ActionConsent, stepup.ActionExport, stepup.ActionErase:
		return true
	}
	return false
}

// misused answers a request whose handler was made for an action that it is not
// for. It depends on the policy, which may change, so it is found out here.
func (m *Middleware) misused(w http.ResponseWriter, r *http.Request, format, action string) {
	err := fmt.Errorf(format, action)
	m.config.Observe(r, stepup.Decision{}, err)
	problem(w, http.StatusInternalServerError, document{Title: "This cannot be done here."})
}

// refuse answers with an error, if there is one.
func refuse(w http.ResponseWriter, err error) {
	if err != nil {
		Problem(w, err)
	}
}
