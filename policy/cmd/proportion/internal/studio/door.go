// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package studio

import (
	"crypto/rand"
	"crypto/subtle"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// tokenHeader carries the token of a page. No other site can send it, since a
// browser would ask first whether it may, and nobody answers.
const tokenHeader = "Proportion-Token"

// mostTokens bounds the invitations that wait, and the pages that are open.
const mostTokens = 16

// door knows who may come in. The zero door lets nobody in.
type door struct {
	mu      sync.Mutex
	invited []string // codes of links, each good for one page
	inside  []string // tokens of pages
}

// invite returns the code of a new link. The oldest of too many ends.
func (d *door) invite() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return add(&d.invited)
}

func add(tokens *[]string) string {
	token := rand.Text()
	*tokens = append((*tokens)[max(0, len(*tokens)-mostTokens+1):], token)
	return token
}

// enter takes the code of a link, which then ends, for the token of a page.
func (d *door) enter(code string) (token string, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.IndexFunc(d.invited, func(t string) bool { return same(t, code) })
	if i < 0 {
		return "", false
	}
	d.invited = slices.Delete(d.invited, i, i+1)
	return add(&d.inside), true
}

// knows reports whether the token is one of an open page.
func (d *door) knows(token string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(d.inside, func(t string) bool { return same(t, token) })
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// guard lets only open pages through.
func (d *door) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !d.knows(r.Header.Get(tokenHeader)) {
			refuse(w, http.StatusUnauthorized, "this page is not signed in")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// local refuses what was not addressed to this very server, by name and port:
// a name that somebody else owns may point here (DNS rebinding). What can
// change or reveal anything must come from a page of this server.
func local(addr net.Addr, next http.Handler) http.Handler {
	hosts := []string{addr.String()}
	if _, port, err := net.SplitHostPort(addr.String()); err == nil {
		hosts = append(hosts, net.JoinHostPort("localhost", port))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !slices.Contains(hosts, r.Host):
			refuse(w, http.StatusMisdirectedRequest, "this server has another name")
		case r.Method != http.MethodGet && !fromOurPage(r):
			refuse(w, http.StatusForbidden, "the request comes from another page")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// fromOurPage reports whether a browser says that one of our pages sent this.
// The host is checked already.
func fromOurPage(r *http.Request) bool {
	origin, err := url.Parse(r.Header.Get("Origin"))
	site := r.Header.Get("Sec-Fetch-Site")
	return err == nil && origin.Scheme == "http" && strings.EqualFold(origin.Host, r.Host) &&
		(site == "" || site == "same-origin")
}

// contentPolicy lets a page load its own files and talk to its own server, and
// no more. Trusted Types without a policy make innerHTML and its like throw.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'"

// sealed gives every answer its headers.
func sealed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}
