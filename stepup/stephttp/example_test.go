// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stephttp_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/stephttp"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// A service binds each browser by a cookie that no script and no other host can
// read, guards one handler, and lets a program go on by two endpoints of its
// own. A second cookie keeps the token of the device that a proof made known,
// without which every visit would be from a new one. The session, here a
// constant, is the service's, and so is the address behind its own proxy.
func Example() {
	p, err := policy.Load("../testdata/policy.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	bench := steptest.New(new(testing.T), p) // a guard with fakes around it
	server, err := host(bench.Guard)
	if err != nil {
		fmt.Println(err)
		return
	}
	browser := &browser{server: server}

	browser.get("/") // sets the cookie
	challenge := browser.post("/address.change", nil, "")
	fmt.Println(challenge.Status, challenge.Title)

	begun := browser.post("/challenge", url.Values{"ticket": {challenge.Ticket}, "method": {"code6"}}, "")
	sms, _ := bench.Sender.Last(steptest.AlicePhone)
	proof := browser.post("/challenge/finish", url.Values{"id": {begun.ID}, "code": {sms.Code}}, "")

	done := browser.post("/address.change", nil, proof.Grant)
	fmt.Println(done.Status, done.Title)
	again := browser.post("/address.change", nil, proof.Grant)
	fmt.Println(again.Status, again.Title)
	// Output:
	// 401 We ask for a confirmation to protect your account.
	// 200 Your address was changed.
	// 403 The proof does not count for this.
}

// The cookies have the prefix that ties them to this host, over TLS alone.
const (
	bindingCookie = "__Host-binding"
	deviceCookie  = "__Host-device"
)

// cookie returns the value of a cookie. The guard refuses an empty binding, and
// knows no device by an empty token.
func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

func setCookie(w http.ResponseWriter, name, value string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, MaxAge: int(life.Seconds()), Path: "/", Secure: true, HttpOnly: true,
		SameSite: http.SameSiteStrictMode,
	})
}

// host returns the service's handler.
func host(guard *stepup.Guard) (http.Handler, error) {
	stepUp, err := stephttp.New(guard, stephttp.Config{
		Request: func(r *http.Request, _ string) (stepup.Request, error) {
			from, err := netip.ParseAddrPort(r.RemoteAddr)
			return stepup.Request{
				Subject: steptest.Alice, Session: "fake-session",
				Binding: cookie(r, bindingCookie), Device: cookie(r, deviceCookie),
				Channel: stepup.Web, IP: from.Addr(), UserAgent: r.UserAgent(),
			}, err
		},
	})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		setCookie(w, bindingCookie, rand.Text(), 0) // until the browser is closed
	})
	mux.Handle("POST /address.change", stepUp.Require("address.change",
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"status": 200, "title": "Your address was changed."}`)
		})))
	mux.HandleFunc("POST /challenge", func(w http.ResponseWriter, r *http.Request) {
		method, _ := policy.ParseMethod(r.FormValue("method"))
		begun, err := guard.Begin(r.Context(), r.FormValue("ticket"), method)
		answer(w, map[string]any{"id": begun.ID, "digits": begun.Digits}, err)
	})
	mux.HandleFunc("POST /challenge/finish", func(w http.ResponseWriter, r *http.Request) {
		grant, err := guard.Finish(r.Context(), cookie(r, bindingCookie), r.FormValue("id"), r.FormValue("code"))
		if grant.Device != "" {
			setCookie(w, deviceCookie, grant.Device, 365*24*time.Hour)
		}
		answer(w, map[string]any{"grant": grant.Token}, err)
	})
	return mux, nil
}

// answer writes a value, or what an error is to the client.
func answer(w http.ResponseWriter, value map[string]any, err error) {
	if err != nil {
		stephttp.Problem(w, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(value)
}

// browser keeps its cookies, as browsers do.
type browser struct {
	server  http.Handler
	cookies []*http.Cookie
}

type reply struct {
	Status                   int
	Title, Ticket, ID, Grant string
}

func (b *browser) get(path string) {
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	b.cookies = w.Result().Cookies()
}

func (b *browser) post(path string, form url.Values, grant string) (out reply) {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set(stephttp.GrantHeader, grant)
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	b.cookies = append(b.cookies, w.Result().Cookies()...)
	_ = json.Unmarshal(w.Body.Bytes(), &out)
	return out
}
