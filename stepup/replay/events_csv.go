// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/journal"
)

// header says in which column of a CSV file each value stands.
type header struct {
	file    int            // index of the file
	line    string         // as it stands
	columns map[string]int // by the names of the format
	facts   []factColumn
	width   int
	cells   [][]byte // of the line at hand
	joined  []byte   // cells that had doubled quotes
}

type factColumn struct {
	name string
	at   int
}

// The columns of raw events; any other is a fact of its name, with or without
// `facts.` before it.
var (
	csvColumns = []string{
		"id", "time", "subject", "action", "ip", "user_agent", "device", "success", "label", "channel", "language",
		"facts",
	}
	csvNeeded = []string{"time", "action"}
)

// The columns of the public RBA data set (Wiefling, Jørgensen, Thunem and Lo
// Iacono, Pump Up Password Security!, ACM TOPS 2022) that are read, and those
// that are not needed.
const (
	rbaIndex    = "index"
	rbaTime     = "Login Timestamp"
	rbaUser     = "User ID"
	rbaIP       = "IP Address"
	rbaCountry  = "Country"
	rbaCity     = "City"
	rbaASN      = "ASN"
	rbaAgent    = "User Agent String"
	rbaSuccess  = "Login Successful"
	rbaAttackIP = "Is Attack IP"
	rbaTakeover = "Is Account Takeover"
)

var rbaNeeded = []string{rbaTime, rbaUser, rbaIP}

// readHeader reads the first line of a CSV file.
func (s *Events) readHeader(c *Case, line []byte) error {
	h, err := newHeader(s.config.Format, s.lines.Position().File, line)
	if err != nil {
		return fmt.Errorf("%s:%d: %w", c.File, c.Line, err)
	}
	s.header = h
	return nil
}

func newHeader(f Format, file int, line []byte) (*header, error) {
	h := &header{file: file, line: string(line), columns: map[string]int{}}
	if err := h.split(bytes.TrimPrefix(line, []byte("\ufeff"))); err != nil { // a byte order mark
		return nil, fmt.Errorf("%w: %w", ErrHeader, err)
	}
	h.width = len(h.cells)
	for i, cell := range h.cells {
		name := strings.TrimSpace(string(cell))
		if f == CSV {
			name = strings.ToLower(name)
		}
		if _, twice := h.columns[name]; twice {
			return nil, fmt.Errorf("%w: column %q stands twice", ErrHeader, name)
		}
		h.columns[name] = i
		if f == CSV && !slices.Contains(csvColumns, name) && name != "" {
			fact := strings.TrimPrefix(strings.TrimSpace(string(cell)), "facts.")
			h.facts = append(h.facts, factColumn{fact, i})
		}
	}
	needed := csvNeeded
	if f == RBACSV {
		needed = rbaNeeded
	}
	for _, name := range needed {
		if _, ok := h.columns[name]; !ok {
			return nil, fmt.Errorf("%w: want a column %q", ErrHeader, name)
		}
	}
	return h, nil
}

// split splits a line into cells (RFC 4180), which are valid until the next
// one. A cell with a line break in it is not read: one line is one event.
func (h *header) split(line []byte) error {
	line = bytes.TrimSuffix(line, []byte("\r"))
	h.cells, h.joined = h.cells[:0], h.joined[:0]
	for {
		var cell []byte
		if len(line) == 0 || line[0] != '"' {
			end := bytes.IndexByte(line, ',')
			if end < 0 {
				h.cells = append(h.cells, line)
				return nil
			}
			cell, line = line[:end], line[end+1:]
			h.cells = append(h.cells, cell)
			continue
		}
		cell, rest, ok := h.quoted(line[1:])
		if !ok {
			return fmt.Errorf("%w: a quote does not end in its line", ErrRow)
		}
		h.cells = append(h.cells, cell)
		if len(rest) == 0 {
			return nil
		}
		if rest[0] != ',' {
			return fmt.Errorf("%w: want a comma after a quote", ErrRow)
		}
		line = rest[1:]
	}
}

// quoted reads a cell after its first quote.
func (h *header) quoted(line []byte) (cell, rest []byte, ok bool) {
	end := bytes.IndexByte(line, '"')
	if end < 0 {
		return nil, nil, false
	}
	if end+1 == len(line) || line[end+1] != '"' {
		return line[:end], line[end+1:], true
	}
	from := len(h.joined)
	for {
		h.joined = append(h.joined, line[:end]...)
		line = line[end+1:]
		if len(line) == 0 || line[0] != '"' {
			return h.joined[from:len(h.joined):len(h.joined)], line, true
		}
		h.joined = append(h.joined, '"')
		line = line[1:]
		if end = bytes.IndexByte(line, '"'); end < 0 {
			return nil, nil, false
		}
	}
}

// cell returns the cell of a column, and nothing where there is none.
func (h *header) cell(column string) []byte {
	i, ok := h.columns[column]
	if !ok {
		return nil
	}
	return bytes.TrimSpace(h.cells[i])
}

func (h *header) text(column string) string { return string(h.cell(column)) }

// read splits a line of as many cells as the header has.
func (h *header) read(line []byte) error {
	if err := h.split(line); err != nil {
		return err
	}
	if len(h.cells) != h.width {
		return fmt.Errorf("%w: want %d columns, got %d", ErrRow, h.width, len(h.cells))
	}
	return nil
}

// parseCSV reads a raw event.
func (s *Events) parseCSV(line []byte, r *row) (err error) {
	h := s.header
	if err := h.read(line); err != nil {
		return err
	}
	r.id, r.subject, r.action = h.text("id"), h.cell("subject"), h.text("action")
	r.agent, r.device = h.text("user_agent"), h.cell("device")
	r.channel, r.language = h.text("channel"), h.text("language")
	if r.time, err = readTime(h.text("time")); err != nil {
		return err
	}
	if r.addr, err = readAddr(h.text("ip")); err != nil {
		return err
	}
	if r.label, err = ParseLabel(h.text("label")); err != nil {
		return err
	}
	if err = r.readSuccess(h.text("success")); err != nil {
		return err
	}
	if text := h.cell("facts"); len(text) > 0 {
		var facts map[string]any
		if json.Unmarshal(text, &facts) != nil {
			return fmt.Errorf("%w: facts: want an object of JSON", ErrRow)
		}
		if err := r.readFacts(facts); err != nil {
			return err
		}
	}
	for _, f := range h.facts {
		if text := string(bytes.TrimSpace(h.cells[f.at])); text != "" {
			value, _ := journal.ValueOf(text)
			r.facts = append(r.facts, journal.Fact{Name: f.name, Mode: journal.Keep, Value: value})
		}
	}
	return r.complete()
}

// parseRBA reads a row of the public RBA data set. A login is an attack where
// it is an account takeover or comes from an address known for attacks, as the
// authors count them, and legitimate otherwise.
func (s *Events) parseRBA(line []byte, r *row) (err error) {
	h := s.header
	if err := h.read(line); err != nil {
		return err
	}
	r.id, r.subject, r.action = h.text(rbaIndex), h.cell(rbaUser), "login"
	r.agent = h.text(rbaAgent)
	if r.time, err = readTime(h.text(rbaTime)); err != nil {
		return err
	}
	if r.addr, err = readAddr(h.text(rbaIP)); err != nil {
		return err
	}
	r.location, r.located = h.location(), true
	if err = r.readSuccess(h.text(rbaSuccess)); err != nil {
		return err
	}
	for _, column := range [...]string{rbaAttackIP, rbaTakeover} {
		text := h.text(column)
		if text == "" {
			continue
		}
		is, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("%w: %s: want True or False", ErrRow, column)
		}
		if is {
			r.label = Attack
		} else if r.label == Unlabelled {
			r.label = Legit
		}
	}
	return r.complete()
}

// location is what the row says of its place. There are no coordinates in it.
func (h *header) location() (l risk.Location) {
	if country := h.text(rbaCountry); len(country) == 2 {
		l.Country = country
	}
	if city := h.text(rbaCity); city != "-" {
		l.City = city
	}
	if asn, err := strconv.ParseUint(h.text(rbaASN), 10, 32); err == nil {
		l.ASN = uint32(asn)
	}
	return l
}
