// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stephttp_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/stephttp"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// service is a host with one guarded handler for each action of the policy.
func service(t testing.TB, changes ...func(*stepup.Config)) (*steptest.Bench, *steptest.Client, http.Handler) {
	t.Helper()
	p, err := policy.Load("../testdata/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	bench, client := steptest.New(t, p, changes...), steptest.NewClient(steptest.Alice, "laptop")
	m, err := stephttp.New(bench.Guard, stephttp.Config{
		Request: func(r *http.Request, action string) (stepup.Request, error) {
			if r.URL.Query().Has("bad") {
				return stepup.Request{}, errors.New("secret detail")
			}
			return client.Request(action, nil), nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for _, action := range p.Actions() {
		mux.Handle("POST /"+action, m.Require(action, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "done")
		})))
	}
	return bench, client, mux
}

// post answers a request, with a grant if there is one.
func post(h http.Handler, path, grant string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, nil)
	if grant != "" {
		r.Header.Set(stephttp.GrantHeader, grant)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestAnswers(t *testing.T) {
	_, _, h := service(t)
	_, _, broken := service(t, func(c *stepup.Config) {
		store := steptest.NewFaulty(stepup.NewMemory(stepup.MemoryConfig{}))
		store.Fail("Subject", errors.New("store down"))
		c.Store = store
	})
	tests := map[string]struct {
		handler http.Handler
		path    string
		grant   string
		status  int
		body    string
	}{
		"allowed":            {h, "/invoice.view", "", 200, "done"},
		"challenged":         {h, "/address.change", "", 401, `"method":"code4"`},
		"denied":             {h, "/account.close", "", 403, `"reference":"`},
		"unreadable":         {h, "/invoice.view?bad", "", 400, "cannot be read"},
		"a grant of nobody":  {h, "/invoice.view", "nonsense", 403, "does not count"},
		"without the store":  {broken, "/address.change", "", 403, `"reference":"`},
		"trivial without it": {broken, "/invoice.view", "", 200, "done"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := post(tt.handler, tt.path, tt.grant)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.body) {
				t.Errorf("got %d %s, want %d with %s", w.Code, w.Body, tt.status, tt.body)
			}
			for _, secret := range []string{"secret detail", "store down"} {
				if strings.Contains(w.Body.String(), secret) {
					t.Errorf("the answer shows %q", secret)
				}
			}
			if w.Code != 200 && (w.Header().Get("Content-Type") != "application/problem+json" ||
				w.Header().Get("Cache-Control") != "no-store") {
				t.Errorf("got headers %v", w.Header())
			}
		})
	}
}

// A challenged request goes through once it carries its proof, and once only.
func TestChallengeAndGrant(t *testing.T) {
	b, c, h := service(t)
	w := post(h, "/address.change", "")
	want := `Bearer error="insufficient_user_authentication", max_age="900"`
	if got := w.Header().Get("WWW-Authenticate"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	var doc struct{ Ticket string }
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	begun, err := b.Guard.Begin(t.Context(), doc.Ticket, stepup.Code4)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := b.Sender.Last(steptest.AlicePhone)
	grant, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, m.Code)
	if err != nil {
		t.Fatal(err)
	}
	if w := post(h, "/email.change", grant.Token); w.Code != http.StatusForbidden {
		t.Errorf("another action: got %d %s, want 403", w.Code, w.Body)
	}
	if w := post(h, "/address.change", grant.Token); w.Code != http.StatusOK {
		t.Errorf("with its proof: got %d %s, want 200", w.Code, w.Body)
	}
	if w := post(h, "/address.change", grant.Token); w.Code != http.StatusForbidden {
		t.Errorf("again: got %d %s, want 403", w.Code, w.Body)
	}
}

// The host hears of every request what its client is not told.
func TestObserve(t *testing.T) {
	store := steptest.NewFaulty(stepup.NewMemory(stepup.MemoryConfig{}))
	p, err := policy.Load("../testdata/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	b := steptest.New(t, p, func(c *stepup.Config) { c.Store = store })
	var decided stepup.Decision
	var failed error
	m, err := stephttp.New(b.Guard, stephttp.Config{
		Request: func(_ *http.Request, action string) (stepup.Request, error) {
			return steptest.NewClient(steptest.Alice, "laptop").Request(action, nil), nil
		},
		Observe: func(_ *http.Request, d stepup.Decision, err error) { decided, failed = d, err },
	})
	if err != nil {
		t.Fatal(err)
	}
	h := m.Require("address.change", http.NotFoundHandler())
	if post(h, "/", "nonsense"); !errors.Is(failed, stepup.ErrRefused) {
		t.Errorf("a grant of nobody: got error %v, want ErrRefused", failed)
	}
	store.Fail("Subject", errors.New("store down"))
	if post(h, "/", ""); failed != nil || len(decided.Degraded) == 0 {
		t.Errorf("without the store: got %v, error %v, want what is degraded", &decided, failed)
	}
}

func TestNewRefuses(t *testing.T) {
	b, _, _ := service(t)
	if _, err := stephttp.New(nil, stephttp.Config{}); err == nil {
		t.Error("no guard: got no error")
	}
	if _, err := stephttp.New(b.Guard, stephttp.Config{}); err == nil {
		t.Error("no Request: got no error")
	}
}

func ExampleMiddleware_Require() {
	_, _, h := service(new(testing.T))
	for _, path := range []string{"/invoice.view", "/address.change"} {
		w := post(h, path, "")
		fmt.Println(path, w.Code, w.Header().Get("Content-Type"))
	}
	// Output:
	// /invoice.view 200 text/plain; charset=utf-8
	// /address.change 401 application/problem+json
}
