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
	"strings"

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
func (s *Events) parseJSON(line []byte, r *row) (err error) {
	var j jsonRow
	if !j.flat(line) {
		if j, err = unmarshalRow(line); err != nil {
			return err
		}
	}
	r.id, r.subject = string(j.ID), j.Subject
	r.action, r.channel, r.language = j.Action, j.Channel, j.Language
	r.agent, r.device = j.UserAgent, []byte(j.Device)
	if len(j.Time) > 0 {
		if r.time, err = readTime(string(j.Time)); err != nil {
			return err
		}
	}
	if r.addr, err = readAddr(j.IP); err != nil {
		return err
	}
	if r.label, err = ParseLabel(j.Label); err != nil {
		return err
	}
	if j.Success != nil {
		r.success, r.failed = *j.Success, !*j.Success
	}
	if err := r.readFacts(j.Facts); err != nil {
		return err
	}
	return r.complete()
}

func unmarshalRow(line []byte) (j jsonRow, err error) {
	if err := json.Unmarshal(line, &j); err != nil {
		return j, fmt.Errorf("%w: %s", ErrRow, shape(err))
	}
	j.ID, j.Time, j.Subject = bare(j.ID), bare(j.Time), bare(j.Subject)
	return j, nil
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

// readFacts keeps the facts, in the order of their names.
func (r *row) readFacts(facts map[string]any) error {
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
					return fmt.Errorf("%w: facts: want a list of texts", ErrRow)
				}
				texts = append(texts, text)
			}
			raw = texts
		}
		value, ok := journal.ValueOf(raw)
		if !ok {
			return fmt.Errorf("%w: facts: want a boolean, a number, a text or a list of texts", ErrRow)
		}
		// The name is a part of the line's memory.
		r.facts = append(r.facts, journal.Fact{Name: strings.Clone(name), Mode: journal.Keep, Value: value})
	}
	return nil
}
