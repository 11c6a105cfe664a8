// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package studio serves a page on which a policy is read, edited and tried: an
// editor with findings as one types, a request made of sliders and switches,
// what the policy says of it and why, the tests beside the policy, and what it
// would have made of a journal.
//
// It is for one person on one machine. It answers on the loopback interface
// alone, only to pages that it served itself (the Host and the Origin of a
// request are checked, which also keeps a rebound DNS name out), and only with
// a token that a link gives once. The token travels in a header: a cookie would
// be sent to every other port of the machine, and an address is kept in
// histories. The page loads nothing from elsewhere, and its content security
// policy lets it neither run text as code nor turn text into HTML.
//
// It reads and writes the files it was started with and no others, writes only
// what it has shown as a difference before, and never over a file that changed
// since it was read.
package studio

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup/replay"
)

// Config says what a studio works on.
type Config struct {
	// Files are the paths of the policy and of its tests. At least one is of
	// the policy.
	Files []string

	// Journal opens what the policy is tried on, from its beginning, and
	// JournalName says what it is called. Nil: the page offers to load one.
	Journal     func() (replay.Source, error)
	JournalName string

	// Request reads a request as `proportion explain` does.
	Request func(line []byte, now time.Time) (policy.Input, error)

	// Now is the clock.
	Now func() time.Time
}

// Studio is a policy that is being worked on. It is safe for concurrent use.
type Studio struct {
	config  Config
	door    door
	desk    *desk
	parsed  cache
	journal shelf
}

// New returns a studio. The error is that of a file that cannot be read.
func New(c Config) (*Studio, error) {
	d, err := openDesk(c.Files)
	if err != nil {
		return nil, err
	}
	return &Studio{config: c, desk: d, journal: shelf{open: c.Journal, label: c.JournalName}}, nil
}

// Link returns an address that opens the page once, where the studio listens
// on addr. It must not be logged.
func (s *Studio) Link(addr net.Addr) string {
	// A fragment is not sent with requests, and the page removes it at once.
	return "http://" + addr.String() + "/#" + s.door.invite()
}

// Patience of the server. A replay may take its time, a request may not.
const (
	readTime  = 30 * time.Second
	idleTime  = 2 * time.Minute
	closeTime = 2 * time.Second
	maxHeader = 16 << 10
)

// Serve answers on the listener, which must be one of the loopback interface,
// until the context ends.
func (s *Studio) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler:           s.Handler(l.Addr()),
		ReadHeaderTimeout: readTime,
		ReadTimeout:       readTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    maxHeader,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
		defer cancel()
		stopped <- server.Shutdown(patience)
	}()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	if err := <-stopped; err != nil {
		return server.Close() // whoever was still being answered is cut off
	}
	return nil
}

// Handler answers requests to the address.
func (s *Studio) Handler(addr net.Addr) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /", page())
	mux.Handle("POST /api/start", answer(s.start))
	for path, handle := range map[string]http.Handler{
		"POST /api/open":    answer(s.open),
		"POST /api/check":   answer(s.check),
		"POST /api/try":     answer(s.try),
		"POST /api/test":    answer(s.test),
		"POST /api/replay":  answer(s.replay),
		"POST /api/diff":    answer(s.diff),
		"POST /api/save":    answer(s.save),
		"POST /api/journal": http.HandlerFunc(s.upload),
	} {
		mux.Handle(path, s.door.guard(handle))
	}
	return sealed(local(addr, mux))
}
