// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package studio

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
)

// maxBody is the most that a page may send but for a journal: a policy and its
// tests have 4 MiB each, and JSON may write a byte as several.
const maxBody = 32 << 20

//go:embed page
var files embed.FS

// page serves the page's own files, which hold nothing of the policy.
func page() http.Handler {
	own, err := fs.Sub(files, "page")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return http.FileServerFS(own)
}

// failure is an error with the status that says it.
type failure struct {
	status int
	text   string
}

func (f failure) Error() string { return f.text }

// answer serves a function of a JSON body as JSON.
func answer[In, Out any](f func(context.Context, In) (Out, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in In
		decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&in); err != nil {
			refuse(w, http.StatusBadRequest, "the request cannot be read")
			return
		}
		out, err := f(r.Context(), in)
		if err != nil {
			fail(w, err)
			return
		}
		send(w, http.StatusOK, out)
	})
}

// fail sends an error. One that nobody foresaw is told in full: whoever reads
// it started the server.
func fail(w http.ResponseWriter, err error) {
	var f failure
	if !errors.As(err, &f) {
		f = failure{http.StatusInternalServerError, err.Error()}
	}
	refuse(w, f.status, f.text)
}

func refuse(w http.ResponseWriter, status int, text string) {
	send(w, status, struct {
		Error string `json:"error"`
	}{text})
}

func send(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // whoever asked has gone
}

type startIn struct {
	Code string `json:"code"`
}

type startOut struct {
	Token string `json:"token"`
}

// start takes the code of a link for the token of a page.
func (s *Studio) start(_ context.Context, in startIn) (startOut, error) {
	token, ok := s.door.enter(in.Code)
	if !ok {
		return startOut{}, failure{http.StatusUnauthorized, "the link was used before"}
	}
	return startOut{token}, nil
}
