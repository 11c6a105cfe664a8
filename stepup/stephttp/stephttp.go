// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stephttp

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/proportion-go/proportion/stepup"
)

// GrantHeader carries the token of a grant in the request that was proven.
const GrantHeader = "Step-Up-Grant"

// Config says what the middleware cannot know. Request is required.
type Config struct {
	// Request makes the guard's request of an HTTP request for an action: the
	// subject, session and binding from the host's own cookies, the address
	// from proxies it trusts, the facts from the body. Its Action is set by the
	// middleware. The handler still has to read the body, so put back what is
	// read; what ParseForm reads stays in r. An error is answered with 400, and
	// its text is not shown: log it here.
	Request func(r *http.Request, action string) (stepup.Request, error)

	// Notify is called for an outcome of notify, before the handler runs. Nil:
	// nobody is told.
	Notify func(r *http.Request, d stepup.Decision)

	// Observe is called for every request before it is answered, so that the
	// host can log what clients are not told: what [stepup.Decision.Degraded]
	// lists, and why a request or a grant was refused. The decision is the zero
	// one for a request with a grant, the error nil where there was none. Nil:
	// nothing is called.
	Observe func(r *http.Request, d stepup.Decision, err error)
}

// Middleware guards handlers. It is safe for concurrent use.
type Middleware struct {
	guard  *stepup.Guard
	config Config
}

// New returns a middleware. A nil guard or Request is an error.
func New(guard *stepup.Guard, c Config) (*Middleware, error) {
	if guard == nil {
		return nil, errors.New("stephttp: no guard")
	}
	if c.Request == nil {
		return nil, errors.New("stephttp: config.Request: is nil")
	}
	if c.Notify == nil {
		c.Notify = func(*http.Request, stepup.Decision) {}
	}
	if c.Observe == nil {
		c.Observe = func(*http.Request, stepup.Decision, error) {}
	}
	return &Middleware{guard: guard, config: c}, nil
}

// Require returns a handler that runs next only when the guard allows the
// action, or accepts the grant that the request carries for exactly it. For a
// built-in action, whose grant is for a call of the guard, use [Middleware.Do]:
// here its requests are answered with 500, and [Config].Observe is told why.
func (m *Middleware) Require(action string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if builtIn(action) {
			m.misused(w, r, "stephttp: the guard redeems the grants of %q: use Do", action)
			return
		}
		req, ok := m.request(w, r, action)
		if !ok {
			return
		}
		if token := r.Header.Get(GrantHeader); token != "" {
			m.redeem(w, r, token, req, next)
			return
		}
		m.decide(w, r, req, next)
	})
}

// request makes the guard's request, or answers that it cannot.
func (m *Middleware) request(w http.ResponseWriter, r *http.Request, action string) (stepup.Request, bool) {
	req, err := m.config.Request(r, action)
	if err != nil {
		problem(w, http.StatusBadRequest, document{Title: "The request cannot be read."})
		return stepup.Request{}, false
	}
	req.Action = action
	return req, true
}

func (m *Middleware) redeem(w http.ResponseWriter, r *http.Request, token string, req stepup.Request, next http.Handler) {
	err := m.guard.Redeem(r.Context(), token, req)
	m.config.Observe(r, stepup.Decision{}, err)
	if err != nil {
		Problem(w, err)
		return
	}
	next.ServeHTTP(w, r)
}

func (m *Middleware) decide(w http.ResponseWriter, r *http.Request, req stepup.Request, next http.Handler) {
	d, err := m.guard.Decide(r.Context(), req)
	m.config.Observe(r, d, err)
	switch {
	case err != nil:
		Problem(w, err)
	case d.Outcome == stepup.Allow:
		next.ServeHTTP(w, r)
	case d.Outcome == stepup.Notify:
		m.config.Notify(r, d)
		next.ServeHTTP(w, r)
	case d.Outcome == stepup.Challenge:
		w.Header().Set("WWW-Authenticate", authenticate(&d))
		problem(w, http.StatusUnauthorized, challenged(&d))
	default:
		problem(w, http.StatusForbidden, document{
			Title: strings.Join(d.Reasons, " "), Reference: d.Reference, Route: d.Route,
		})
	}
}

// authenticate returns the challenge of RFC 9470 s3: which authentication
// context would do, and how old it may be.
func authenticate(d *stepup.Decision) string {
	b := `Bearer error="insufficient_user_authentication"`
	step := d.Verdict.Step
	if step.ACR != "" {
		b += fmt.Sprintf(", acr_values=%q", step.ACR)
	}
	if step.Fresh > 0 {
		b += `, max_age="` + strconv.Itoa(int(step.Fresh.Seconds())) + `"`
	}
	return b
}

// document is a problem document (RFC 9457 s3) and what a program needs to go
// on. It holds nothing that a customer may not see.
type document struct {
	Title     string  `json:"title"`
	Status    int     `json:"status"`
	Ticket    string  `json:"ticket,omitempty"`
	Methods   []offer `json:"methods,omitempty"`
	Reference string  `json:"reference,omitempty"`
	Route     string  `json:"route,omitempty"`
}

type offer struct {
	Method string `json:"method"`
	To     string `json:"to,omitempty"`
}

func challenged(d *stepup.Decision) document {
	doc := document{Title: strings.Join(d.Reasons, " "), Ticket: d.Ticket()}
	for _, o := range d.Offers {
		doc.Methods = append(doc.Methods, offer{o.Method.String(), o.To})
	}
	return doc
}

// problem answers with a problem document, which no cache may keep: it can
// hold a ticket.
func problem(w http.ResponseWriter, status int, doc document) {
	doc.Status = status
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(doc) // the client is gone
}
