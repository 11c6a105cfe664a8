// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package stephttp asks, before a net/http handler runs, for the proof that its
// action deserves.
//
// [New] takes a guard and how to make a [stepup.Request] of an HTTP request;
// [Middleware.Require] wraps a handler, and [Middleware.Do] what a built-in
// action does. A program that is challenged reads a problem document (RFC 9457)
// with the ticket and the methods on offer, goes on with the host's own
// endpoints for [stepup.Guard.Begin] and [stepup.Guard.Finish], and repeats its
// request with the grant in the header [GrantHeader]. The answer to a challenge
// is 401 with the WWW-Authenticate of RFC 9470, to a deny 403. [Problem] says
// of the guard's errors what they are to a client.
//
// A problem document has title and status; of a challenge also ticket, and
// methods, a list of {"method": "code6", "to": "+33 6 •• •• •• 42"} in which to
// may be absent; of a deny also reference, and route if there is one. The
// titles of decisions are for customers, in the request's language; those of
// errors are English. A 403 without a reference refuses the grant: the client
// repeats its request without one, and is told what to prove.
//
// There are no pages for browsers yet. No token is ever put in a URL.
package stephttp
