// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stephttp_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/stephttp"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// desk is a host with a page of Alice's data, and what it observed.
type desk struct {
	bench    *steptest.Bench
	client   *steptest.Client
	pages    http.Handler
	observed []error
}

func newDesk(t testing.TB, changes ...func(*stepup.Config)) *desk {
	t.Helper()
	d := new(desk)
	d.bench, d.client, _ = service(t, changes...)
	m, err := stephttp.New(d.bench.Guard, stephttp.Config{
		Request: func(r *http.Request, action string) (stepup.Request, error) {
			if r.URL.Query().Has("bad") {
				return stepup.Request{}, errors.New("secret detail")
			}
			return d.client.Request(action, nil), nil
		},
		Observe: func(_ *http.Request, _ stepup.Decision, err error) { d.observed = append(d.observed, err) },
	})
	if err != nil {
		t.Fatal(err)
	}
	d.pages = m.Do(stepup.ActionExport, func(
		w http.ResponseWriter, r *http.Request, grant string, req stepup.Request,
	) error {
		told, err := d.bench.Guard.ExportProfile(r.Context(), grant, req)
		if err != nil {
			return err
		}
		return json.NewEncoder(w).Encode(told)
	})
	return d
}

// A built-in action is challenged, done once by its grant, and done again by
// the proof that the session holds while it is fresh.
func TestDo(t *testing.T) {
	d := newDesk(t)
	if w := post(d.pages, "/?bad", ""); w.Code != http.StatusBadRequest {
		t.Errorf("unreadable: got %d %s, want 400", w.Code, w.Body)
	}
	if w := post(d.pages, "/", ""); w.Code != http.StatusUnauthorized {
		t.Errorf("unproven: got %d %s, want 401", w.Code, w.Body)
	}
	grant := d.bench.Prove(d.client, stepup.ActionExport, nil, stepup.Code6)
	for _, step := range []struct {
		name, grant string
		after       time.Duration
		status      int
	}{
		{"with its proof", grant.Token, 0, http.StatusOK},
		{"with the same again", grant.Token, 0, http.StatusForbidden},
		{"with nobody's", "nonsense", 0, http.StatusForbidden},
		{"by what the session holds", "", time.Minute, http.StatusOK},
		{"once that is stale", "", 15 * time.Minute, http.StatusUnauthorized},
	} {
		d.bench.Clock.Advance(step.after)
		d.observed = nil
		if w := post(d.pages, "/", step.grant); w.Code != step.status {
			t.Errorf("%s: got %d %s, want %d", step.name, w.Code, w.Body, step.status)
		}
		if len(d.observed) != 1 || errors.Is(d.observed[0], stepup.ErrRefused) != (step.status == http.StatusForbidden) {
			t.Errorf("%s: got observed %v", step.name, d.observed)
		}
	}
}

// What fails while it is done is answered as a failure, and observed.
func TestDoFails(t *testing.T) {
	store := steptest.NewFaulty(stepup.NewMemory(stepup.MemoryConfig{}))
	d := newDesk(t, func(c *stepup.Config) { c.Store = store })
	grant := d.bench.Prove(d.client, stepup.ActionExport, nil, stepup.Code6)
	store.Fail("Redeem", errors.New("store down"))
	w := post(d.pages, "/", grant.Token)
	if w.Code != http.StatusServiceUnavailable || !errors.Is(d.observed[0], stepup.ErrUnavailable) {
		t.Errorf("got %d %s, observed %v, want 503", w.Code, w.Body, d.observed)
	}
}

func ExampleMiddleware_Do() {
	d := newDesk(new(testing.T))
	fmt.Println(post(d.pages, "/", "").Code)

	grant := d.bench.Prove(d.client, stepup.ActionExport, nil, stepup.Code6)
	fmt.Println(post(d.pages, "/", grant.Token).Code)
	fmt.Println(post(d.pages, "/", grant.Token).Code)
	// Output:
	// 401
	// 200
	// 403
}

// A handler for an action that it is not for runs nothing: neither an act that
// nobody would redeem the grant of, nor one whose grant is used up before.
func TestMisusedHandlersRunNothing(t *testing.T) {
	d := newDesk(t)
	var seen error
	m, err := stephttp.New(d.bench.Guard, stephttp.Config{
		Request: func(_ *http.Request, action string) (stepup.Request, error) {
			return d.client.Request(action, nil), nil
		},
		Observe: func(_ *http.Request, _ stepup.Decision, err error) { seen = err },
	})
	if err != nil {
		t.Fatal(err)
	}
	grant := d.bench.Prove(d.client, stepup.ActionExport, nil, stepup.Code6)
	for _, test := range []struct {
		name    string
		handler http.Handler
		grant   string
	}{
		{"Do of an ordinary action", m.Do("address.change", func(
			http.ResponseWriter, *http.Request, string, stepup.Request,
		) error {
			t.Error("the act ran")
			return nil
		}), "nonsense"},
		{"Require of a built-in one", m.Require(stepup.ActionExport, http.HandlerFunc(
			func(http.ResponseWriter, *http.Request) { t.Error("the handler ran") })), grant.Token},
	} {
		seen = nil
		if w := post(test.handler, "/", test.grant); w.Code != http.StatusInternalServerError || seen == nil {
			t.Errorf("%s: got %d and observed %v, want 500 and an error", test.name, w.Code, seen)
		}
	}
	if w := post(d.pages, "/", grant.Token); w.Code != http.StatusOK {
		t.Errorf("the grant, afterwards: got %d %s, want 200", w.Code, w.Body)
	}
}
