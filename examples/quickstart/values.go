// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// problemError is a value that is of the right type and still not right.
type problemError string

func (e problemError) Error() string { return string(e) }

func problem(format string, args ...any) error { return problemError(fmt.Sprintf(format, args...)) }

// choose sets a text to one of a few words.
func choose(into *string, text string, words ...string) error {
	if !slices.Contains(words, text) {
		return problem("%q is none of %s", text, strings.Join(words, ", "))
	}
	*into = text
	return nil
}

// decode sets the fields of one line from its members. Everything that is
// wrong is reported; nothing is guessed, and nothing is left aside.
func (r *reader) decode(l *line, all []member, fields map[string]any, required ...string) {
	for _, m := range all {
		into, known := fields[m.name]
		_, twice := l.places[m.name]
		switch {
		case !known:
			r.report(l, m.at.name, "unknown-field", "no field %q here, want one of %s",
				m.name, strings.Join(slices.Sorted(maps.Keys(fields)), ", "))
			continue
		case twice:
			r.report(l, m.at.name, "duplicate", "%q is given twice", m.name)
			continue
		}
		l.places[m.name] = m.at
		r.locate(l, &m)
		if message := set(into, m.value); message != "" {
			r.report(l, m.at.value, "wrong-value", "%s: %s", m.name, message)
		}
	}
	for _, name := range required {
		if _, ok := l.places[name]; !ok {
			r.report(l, 0, "missing-field", "%q is missing", name)
		}
	}
}

// locate notes where the members of an object stand, and which are there
// twice.
func (r *reader) locate(l *line, m *member) {
	for _, inner := range members(l.text, m.at.value) {
		name := m.name + "." + inner.name
		if _, twice := l.places[name]; twice {
			r.report(l, inner.at.name, "duplicate", "%q is given twice", inner.name)
		}
		l.places[name] = inner.at
	}
}

// set sets one field and returns what is wrong with the value.
func set(into any, value json.RawMessage) string {
	if v := string(value); v == "null" || v == `""` {
		return "want a value, or leave the field out"
	}
	err := json.Unmarshal(value, into)
	var mistyped *json.UnmarshalTypeError
	var text problemError
	switch {
	case err == nil && tooLong(into):
		return fmt.Sprintf("want at most %d bytes", maxText)
	case err == nil:
		return ""
	case errors.As(err, &text):
		return text.Error()
	case errors.As(err, &mistyped):
		return fmt.Sprintf("want %s, got %s", typeName(into), mistyped.Value)
	}
	return err.Error()
}

// maxText bounds names and identifiers: what a guard takes of the shortest.
const maxText = 128

func tooLong(field any) bool {
	text, ok := field.(*string)
	return ok && len(*text) > maxText
}

// typeName returns what a field wants, in the words of JSON.
func typeName(into any) string {
	switch into.(type) {
	case *bool:
		return "true or false"
	case *[]country, *answers:
		return "a list of texts"
	case *map[string]string:
		return "an object of texts"
	case *facts:
		return "an object"
	}
	return "a text"
}
