// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// lineError is what is wrong with a line, and where.
type lineError struct {
	offset  int // in bytes
	message string
}

func (e *lineError) Error() string { return e.message }

// column returns where the error is in the line, from 1, in characters.
func (e *lineError) column(line []byte) int {
	return utf8.RuneCount(line[:min(e.offset, len(line))]) + 1
}

// tokens reads one JSON value and knows where it is. It never reads deeper
// than its callers do, so that no nesting is too deep.
type tokens struct {
	line []byte
	*json.Decoder
}

func newTokens(line []byte) *tokens {
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	return &tokens{line, d}
}

// offset returns where the next token begins.
func (t *tokens) offset() int {
	at := int(t.InputOffset())
	for at < len(t.line) && bytes.IndexByte([]byte(" \t\r\n:,"), t.line[at]) >= 0 {
		at++
	}
	return at
}

// fail returns an error at an offset.
func fail(offset int, format string, args ...any) error {
	return &lineError{offset, fmt.Sprintf(format, args...)}
}

// next returns the next token and where it begins.
func (t *tokens) next() (json.Token, int, error) {
	at := t.offset()
	token, err := t.Token()
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return nil, at, fail(len(t.line), "the line ends too early")
	case errors.As(err, &syntax):
		return nil, at, fail(max(int(syntax.Offset)-1, 0), "%v", syntax)
	case err != nil:
		return nil, at, fail(at, "%v", err)
	}
	return token, at, nil
}

// end reports what follows the value.
func (t *tokens) end() error {
	if at := t.offset(); at < len(t.line) {
		return fail(at, "something follows the object")
	}
	return nil
}

// object calls visit for every key of an object. Null is an object without
// keys; a key that is given twice is an error.
func (t *tokens) object(visit func(key string, at int) error) error {
	token, at, err := t.next()
	if err != nil || token == nil {
		return err
	}
	if token != json.Delim('{') {
		return fail(at, "want an object, got %s", kindOf(token))
	}
	seen := map[string]bool{}
	for t.More() {
		token, at, err := t.next()
		if err != nil {
			return err
		}
		key, _ := token.(string) // the decoder lets no other key through
		if seen[key] {
			return fail(at, "%q is given twice", key)
		}
		seen[key] = true
		if err := visit(key, at); err != nil {
			return err
		}
	}
	_, _, err = t.next()
	return err
}

// array calls visit for every element of an array. Null is an empty array.
func (t *tokens) array(visit func() error) error {
	token, at, err := t.next()
	if err != nil || token == nil {
		return err
	}
	if token != json.Delim('[') {
		return fail(at, "want a list, got %s", kindOf(token))
	}
	for t.More() {
		if err := visit(); err != nil {
			return err
		}
	}
	_, _, err = t.next()
	return err
}

// read reads a value of one type of token: string, json.Number or bool. It is
// not ok for null.
func read[T any](t *tokens, want string) (value T, at int, ok bool, err error) {
	token, at, err := t.next()
	if err != nil || token == nil {
		return value, at, false, err
	}
	if value, ok = token.(T); !ok {
		return value, at, false, fail(at, "want %s, got %s", want, kindOf(token))
	}
	return value, at, true, nil
}

// texts reads a list of strings, nil for null.
func (t *tokens) texts() ([]string, error) {
	token, at, err := t.next()
	if err != nil || token == nil {
		return nil, err
	}
	if token != json.Delim('[') {
		return nil, fail(at, "want a list, got %s", kindOf(token))
	}
	return t.rest()
}

// rest reads the strings of a list whose bracket is read.
func (t *tokens) rest() ([]string, error) {
	list := []string{}
	for t.More() {
		text, at, ok, err := read[string](t, "a string")
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, fail(at, "want a string, got null")
		}
		list = append(list, text)
	}
	_, _, err := t.next()
	return list, err
}

func kindOf(token json.Token) string {
	switch token := token.(type) {
	case string:
		return "a string"
	case json.Number:
		return "a number"
	case bool:
		return "true or false"
	case json.Delim:
		if token == '{' {
			return "an object"
		}
		return "a list"
	}
	return "null"
}
