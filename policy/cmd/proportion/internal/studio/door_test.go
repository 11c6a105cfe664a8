// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package studio_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
)

// Only a page of this very server, with a token, is answered.
func TestStrangersAreRefused(t *testing.T) {
	b := newBench(t, policyText)
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for name, c := range map[string]struct {
		change func(*http.Request)
		want   int
	}{
		"our page":         {nil, http.StatusOK},
		"an older browser": {func(r *http.Request) { r.Header.Del("Sec-Fetch-Site") }, http.StatusOK},
		"by the name localhost": {func(r *http.Request) {
			r.Host = "localhost:8080"
			r.Header.Set("Origin", "http://localhost:8080")
		}, http.StatusOK},
		"a rebound name": {func(r *http.Request) {
			r.Host = "evil.example:8080"
			r.Header.Set("Origin", "http://evil.example:8080")
		}, http.StatusMisdirectedRequest},
		"another port": {func(r *http.Request) { r.Host = "127.0.0.1:8081" },
			http.StatusMisdirectedRequest},
		"no port": {func(r *http.Request) { r.Host = "127.0.0.1" },
			http.StatusMisdirectedRequest},
		"no host":             {func(r *http.Request) { r.Host = "" }, http.StatusMisdirectedRequest},
		"another origin":      {header("Origin", "http://evil.example"), http.StatusForbidden},
		"another port's page": {header("Origin", "http://127.0.0.1:8081"), http.StatusForbidden},
		"the other name":      {header("Origin", "http://localhost:8080"), http.StatusForbidden},
		"over TLS":            {header("Origin", "https://127.0.0.1:8080"), http.StatusForbidden},
		"a sandboxed page":    {header("Origin", "null"), http.StatusForbidden},
		"no origin":           {func(r *http.Request) { r.Header.Del("Origin") }, http.StatusForbidden},
		"another site":        {header("Sec-Fetch-Site", "cross-site"), http.StatusForbidden},
		"the same site":       {header("Sec-Fetch-Site", "same-site"), http.StatusForbidden},
		"no token": {func(r *http.Request) { r.Header.Del("Proportion-Token") },
			http.StatusUnauthorized},
		"another token": {header("Proportion-Token", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
			http.StatusUnauthorized},
		"a read": {func(r *http.Request) { r.Method = http.MethodGet }, http.StatusNotFound},
		"a method": {func(r *http.Request) { r.Method = http.MethodPut },
			http.StatusMethodNotAllowed},
	} {
		t.Run(name, func(t *testing.T) {
			w := b.send("open", strings.NewReader("{}"), c.change)
			if w.Code != c.want {
				t.Errorf("status %d, want %d: %s", w.Code, c.want, w.Body)
			}
			if told := strings.Contains(w.Body.String(), "version: 1"); told != (c.want == http.StatusOK) {
				t.Errorf("the answer tells the policy: %v", told)
			}
		})
	}
}

func TestEveryCallNeedsAToken(t *testing.T) {
	b := newBench(t, policyText)
	b.token = ""
	for _, what := range []string{"open", "check", "try", "test", "replay", "diff", "save", "journal"} {
		if w := b.send(what, strings.NewReader("{}"), nil); w.Code != http.StatusUnauthorized {
			t.Errorf("%s: status %d, want 401", what, w.Code)
		}
	}
}

func TestLinksWorkOnce(t *testing.T) {
	b := newBench(t, policyText)
	_, code, _ := strings.Cut(b.Link(address), "#")
	start := map[string]string{"code": code}
	b.call("start", start, http.StatusOK, nil)
	b.call("start", start, http.StatusUnauthorized, nil)
	b.call("start", map[string]string{"code": ""}, http.StatusUnauthorized, nil)
}

// Links that nobody followed do not pile up, nor do pages.
func TestOldestLinksEnd(t *testing.T) {
	b := newBench(t, policyText)
	_, first, _ := strings.Cut(b.Link(address), "#")
	for range 16 {
		b.Link(address)
	}
	b.call("start", map[string]string{"code": first}, http.StatusUnauthorized, nil)
	oldest := b.token
	for range 16 {
		b.enter()
	}
	b.token = oldest
	b.call("open", object{}, http.StatusUnauthorized, nil)
}

func TestPageIsSealed(t *testing.T) {
	b := newBench(t, policyText)
	for _, path := range []string{"/", "/main.js", "/look.css", "/icon.svg", "/nowhere"} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Host = host
		w := httptest.NewRecorder()
		b.handler.ServeHTTP(w, r)
		if want := http.StatusOK; path != "/nowhere" && w.Code != want {
			t.Errorf("%s: status %d, want %d", path, w.Code, want)
		}
		csp := w.Header().Get("Content-Security-Policy")
		for _, part := range []string{
			"default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'",
			"require-trusted-types-for 'script'",
		} {
			if !strings.Contains(csp, part) {
				t.Errorf("%s: no %s in %q", path, part, csp)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %q", path, csp)
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Cross-Origin-Opener-Policy":   "same-origin", "X-Frame-Options": "DENY",
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
}

// What would read a text as HTML or code, or load something from elsewhere, is
// not in the page at all. The browser's tests show that it would not work.
func TestPageTreatsTextsAsTexts(t *testing.T) {
	traps := regexp.MustCompile(`(?i)innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|` +
		`new Function|DOMParser|srcdoc|javascript:|<script>|<style>|\sstyle=|\son[a-z]+="|@import|url\(`)
	elsewhere := regexp.MustCompile(`https?://[^\s"']+`)
	entries, err := os.ReadDir("page")
	if err != nil || len(entries) < 15 {
		t.Fatalf("%d files (%v)", len(entries), err)
	}
	for _, e := range entries {
		text, err := os.ReadFile("page/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if found := traps.Find(text); found != nil {
			t.Errorf("%s has %q", e.Name(), found)
		}
		for _, address := range elsewhere.FindAll(text, -1) {
			if string(address) != "http://www.w3.org/2000/svg" { // a name, not an address
				t.Errorf("%s names %s", e.Name(), address)
			}
		}
	}
}
