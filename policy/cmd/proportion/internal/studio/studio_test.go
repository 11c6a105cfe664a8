// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package studio_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/policy/cmd/proportion/internal/studio"
	"github.com/proportion-go/proportion/risk"
)

const policyText = `version: 1
facts: { amount: decimal }
ladder:
  - { step: none, do: allow }
  - { step: confirm, do: challenge, methods: [code6], fresh: 15m }
  - { step: refuse, do: deny }
bands: { medium: 30, high: 60, extreme: 85 }
matrix:
  trivial:   [none, none, confirm, confirm]
  normal:    [none, confirm, confirm, refuse]
  sensitive: [confirm, confirm, confirm, refuse]
  critical:  [confirm, confirm, refuse, refuse]
on_failure: { trivial: allow, normal: challenge, sensitive: challenge, critical: deny }
actions: { view: { sensitivity: normal }, pay: { sensitivity: normal } }
rules:
  - id: abroad
    when: geo.foreign
    unknown: fire
    score: 40
    because: { en: You are abroad., fr: Vous êtes à l'étranger. }
  - id: large
    on: [pay]
    when: amount > 100
    require: confirm
    because: { en: That is a lot., fr: C'est beaucoup. }
`

const testText = `version: 1
tests:
  - name: at home
    action: view
    geo: { foreign: false }
    expect: { outcome: allow }
  - name: abroad
    action: view
    geo: { foreign: true }
    expect: { outcome: allow }
`

// bench is a studio over files of a folder of its own, and a page of it.
type bench struct {
	*studio.Studio
	t       *testing.T
	handler http.Handler
	policy  string // the paths
	tests   string
	token   string
}

var address = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}

const (
	host   = "127.0.0.1:8080"
	origin = "http://127.0.0.1:8080"
)

func newBench(t *testing.T, policyText string) *bench {
	t.Helper()
	folder := t.TempDir()
	b := &bench{t: t, policy: filepath.Join(folder, "p.yaml"), tests: filepath.Join(folder, "p_test.yaml")}
	b.put(b.policy, policyText)
	b.put(b.tests, testText)
	s, err := studio.New(studio.Config{
		Files: []string{b.policy, b.tests}, Request: request,
		Now: func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Studio, b.handler = s, s.Handler(address)
	b.token = b.enter()
	return b
}

// request reads requests of the tests: `proportion explain` has its own.
func request(line []byte, now time.Time) (policy.Input, error) {
	var r struct {
		Action  string
		Foreign *bool
		Amount  any
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return policy.Input{}, err
	}
	signals := new(risk.Signals)
	if r.Foreign != nil {
		signals.SetBool(risk.GeoForeign, risk.TruthOf(*r.Foreign))
	}
	return policy.Input{
		Action: r.Action, Time: now, Signals: signals, Facts: map[string]any{"amount": r.Amount},
	}, nil
}

func (b *bench) put(path, text string) {
	b.t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) read(path string) string {
	b.t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		b.t.Fatal(err)
	}
	return string(text)
}

// enter takes a new link for a token, as a page does.
func (b *bench) enter() string {
	b.t.Helper()
	var out struct{ Token string }
	_, code, _ := strings.Cut(b.Link(address), "#")
	b.call("start", map[string]string{"code": code}, http.StatusOK, &out)
	return out.Token
}

// send sends a request as a page does, changed as a test wants it.
func (b *bench) send(what string, body io.Reader, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/api/"+what, body)
	r.Host = host
	r.Header.Set("Origin", origin)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Proportion-Token", b.token)
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w
}

// call sends a value and reads the answer into another one.
func (b *bench) call(what string, in any, status int, out any) {
	b.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		b.t.Fatal(err)
	}
	w := b.send(what, bytes.NewReader(body), nil)
	if w.Code != status {
		b.t.Fatalf("%s: status %d, want %d: %s", what, w.Code, status, w.Body)
	}
	if out == nil {
		return
	}
	if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
		b.t.Fatalf("%s: %v: %s", what, err, w.Body)
	}
}

// object is any JSON object.
type object = map[string]any

// draft is what a page sends of its texts.
func (b *bench) draft(policyText string, more ...object) object {
	b.t.Helper()
	var opened struct{ Files []object }
	b.call("open", object{}, http.StatusOK, &opened)
	var files []object
	for _, f := range opened.Files {
		text := f["text"]
		if f["name"] == b.policy {
			text = policyText
		}
		files = append(files, object{"name": f["name"], "text": text, "version": f["version"]})
	}
	all := object{"files": files}
	for _, m := range more {
		for k, v := range m {
			all[k] = v
		}
	}
	return all
}

func TestNewReportsFilesThatCannotBeRead(t *testing.T) {
	folder := t.TempDir()
	binary, large := filepath.Join(folder, "b.yaml"), filepath.Join(folder, "l.yaml")
	for path, text := range map[string]string{binary: "\xff", large: strings.Repeat("#", 4<<20+1)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	good := filepath.Join(folder, "p.yaml")
	if err := os.WriteFile(good, []byte(policyText), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		config studio.Config
		want   string
	}{
		"nowhere":      {studio.Config{Files: []string{filepath.Join(folder, "nowhere.yaml")}}, "nowhere.yaml"},
		"not a text":   {studio.Config{Files: []string{binary}}, "is not UTF-8"},
		"too large":    {studio.Config{Files: []string{large}}, "more than 4194304 bytes"},
		"a folder":     {studio.Config{Files: []string{folder}}, "directory"},
		"all is there": {studio.Config{Files: []string{good}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := studio.New(c.config)
			if got := fmt.Sprint(err); (err == nil) != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("got error %v, want %q", err, c.want)
			}
		})
	}
}

// The server ends with its context, and answers until then.
func TestServe(t *testing.T) {
	b := newBench(t, policyText)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.Serve(ctx, l) }()
	link, _, _ := strings.Cut(b.Link(l.Addr()), "#")
	answer, err := http.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("status %d, want 200", answer.StatusCode)
	}
	rebound, err := http.NewRequest(http.MethodGet, link, nil)
	if err != nil {
		t.Fatal(err)
	}
	rebound.Host = "evil.example"
	answer, err = http.DefaultClient.Do(rebound)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("by another name: status %d, want 421", answer.StatusCode)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("the server ended with %v", err)
	}
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("somebody still listens")
	}
}
