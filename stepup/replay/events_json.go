// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/proportion-go/proportion/stepup/journal"
)

// jsonRow is a raw event as JSON. Other members are passed over: logs have
// many.
type jsonRow struct {
	ID        json.RawMessage `json:"id"`
	Time      json.RawMessage `json:"time"`
	Subject   json.RawMessage `json:"subject"`
	Action    string          `json:"action"`
	IP        string          `json:"ip"`
	UserAgent string          `json:"user_agent"`
	Device    string          `json:"device"`
	Success   *bool           `json:"success"`
	Label     string          `json:"label"`
	Channel   string          `json:"channel"`
	Language  string          `json:"language"`
	Facts     map[string]any  `json:"facts"`
}

// parseJSON reads a raw event.
func (s *Events) parseJSON(_ *file, line []byte, r *row) error {
	if !s.flat.read(line, s.words) {
		if err := s.flat.unmarshal(line); err != nil {
			return err
		}
	}
	r.facts = append(r.facts, s.flat.facts...)
	if err := r.read(&s.flat.texts, s.words); err != nil {
		return err
	}
	return r.complete()
}

// unmarshal reads any line.
func (f *flat) unmarshal(line []byte) (err error) {
	var j jsonRow
	if err := json.Unmarshal(line, &j); err != nil {
		return fmt.Errorf("%w: %s", ErrRow, shape(err))
	}
	f.texts = texts{
		idText: bare(j.ID), timeText: bare(j.Time), subjectText: bare(j.Subject),
		actionText: []byte(j.Action), ipText: []byte(j.IP), agentText: []byte(j.UserAgent),
		deviceText: []byte(j.Device), labelText: []byte(j.Label), channelText: []byte(j.Channel),
		languageText: []byte(j.Language),
	}
	if j.Success != nil {
		f.texts[successText] = strconv.AppendBool(nil, *j.Success)
	}
	f.facts, err = appendFacts(f.facts[:0], j.Facts)
	return err
}

// shape says what is wrong with a line of JSON, without what stands there.
func shape(err error) string {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Field != "" {
		return wrong.Field + ": of another type"
	}
	return "not JSON"
}

// bare returns a text without its quotes, a number as it stands, and nothing
// for null.
func bare(raw json.RawMessage) []byte {
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return nil
	}
	if raw[0] != '"' {
		return raw
	}
	if !bytes.ContainsRune(raw, '\\') {
		return raw[1 : len(raw)-1]
	}
	var text string
	_ = json.Unmarshal(raw, &text) // it was read once
	return []byte(text)
}

// appendFacts appends the facts, in the order of their names.
func appendFacts(to []journal.Fact, facts map[string]any) ([]journal.Fact, error) {
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		raw := facts[name]
		if raw == nil {
			continue // absent
		}
		if list, ok := raw.([]any); ok {
			texts := make([]string, 0, len(list))
			for _, element := range list {
				text, ok := element.(string)
				if !ok {
					return to, fmt.Errorf("%w: facts: want a list of texts", ErrRow)
				}
				texts = append(texts, text)
			}
			raw = texts
		}
		value, ok := journal.ValueOf(raw)
		if !ok {
			return to, fmt.Errorf("%w: facts: want a boolean, a number, a text or a list of texts", ErrRow)
		}
		to = append(to, journal.Fact{Name: name, Mode: journal.Keep, Value: value})
	}
	return to, nil
}
