// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stephttp

import (
	"net/http"

	"github.com/proportion-go/proportion/stepup"
)

// Act does what a built-in action is for, and answers: it passes the grant and
// the request on to the call of the guard that redeems them, as
// [stepup.Guard.ExportProfile]. The grant is empty where none was needed. An
// error that is returned is answered as [Problem] does; then nothing may have
// been written.
type Act func(w http.ResponseWriter, r *http.Request, grant string, req stepup.Request) error

// Do returns a handler for a built-in action, or for one that changes a contact:
// it calls act only when the guard allows the action, or the request carries a
// grant. Unlike [Middleware.Require] it redeems no grant, since the guard's own
// call does; so [Config].Observe hears of one when act is done.
func (m *Middleware) Do(action string, act Act) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
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

// refuse answers with an error, if there is one.
func refuse(w http.ResponseWriter, err error) {
	if err != nil {
		Problem(w, err)
	}
}
