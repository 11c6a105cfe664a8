// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/proportion-go/proportion/stepup/journal"
)

// header says in which column of a CSV file each value stands.
type header struct {
	line   string         // as it stands
	at     [textCount]int // the column of each value, from 1; 0: there is none
	facts  []factColumn
	width  int
	cells  [][]byte // of the line at hand
	joined []byte   // cells that had doubled quotes
}

type factColumn struct {
	name string
	at   int
}

// The columns of the public RBA data set (Wiefling, Jørgensen, Thunem and Lo
// Iacono, Pump Up Password Security!, ACM TOPS 2022) that are read.
var rbaNames = [...]string{
	idText: "index", timeText: "Login Timestamp", subjectText: "User ID", ipText: "IP Address",
	agentText: "User Agent String", successText: "Login Successful",
	countryText: "Country", cityText: "City", asnText: "ASN",
	attackText: "Is Attack IP", takeoverText: "Is Account Takeover",
}

// The columns without which a file cannot be read.
var (
	csvNeeded = []int{timeText, actionText}
	rbaNeeded = []int{timeText, subjectText, ipText}
)

// newHeader reads the first line of a CSV file.
func newHeader(f Format, line []byte) (*header, error) {
	h := &header{line: string(line)}
	if err := h.split(bytes.TrimPrefix(line, []byte("\ufeff"))); err != nil { // a byte order mark
		return nil, fmt.Errorf("%w: %w", ErrHeader, err)
	}
	h.width = len(h.cells)
	names, needed := textNames[:], csvNeeded
	if f == RBACSV {
		names, needed = rbaNames[:], rbaNeeded
	}
	seen := map[string]bool{}
	for i, cell := range h.cells {
		name := strings.TrimSpace(string(cell))
		known := name
		if f == CSV {
			known = strings.ToLower(name)
		}
		if seen[known] {
			return nil, fmt.Errorf("%w: column %q stands twice", ErrHeader, known)
		}
		seen[known] = true
		switch at := slices.Index(names, known); {
		case known == "":
		case at >= 0:
			h.at[at] = i + 1
		case f == CSV: // any other is a fact of its name
			h.facts = append(h.facts, factColumn{strings.TrimPrefix(name, "facts."), i})
		}
	}
	return h, h.complete(names, needed)
}

// complete returns the error of a header that lacks a column that is needed.
// It names all of them, and what else there may be.
func (h *header) complete(names []string, needed []int) error {
	var lacks, known []string
	for at, name := range names {
		switch {
		case h.at[at] > 0 || name == "":
		case slices.Contains(needed, at):
			lacks = append(lacks, strconv.Quote(name))
		default:
			known = append(known, name)
		}
	}
	if len(lacks) == 0 {
		return nil
	}
	column := "a column "
	if len(lacks) > 1 {
		column = "columns "
	}
	return fmt.Errorf("%w: want %s; there may be %s", ErrHeader, column+strings.Join(lacks, ", "),
		strings.Join(known, ", "))
}

var (
	errQuote = errors.New("a quote does not end in its line")
	errComma = errors.New("want a comma after a quote")
)

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
			return errQuote
		}
		h.cells = append(h.cells, cell)
		if len(rest) == 0 {
			return nil
		}
		if rest[0] != ',' {
			return errComma
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

// read splits a line of as many cells as the header has into the values of a
// row.
func (h *header) read(line []byte, t *texts) error {
	if err := h.split(line); err != nil {
		return fmt.Errorf("%w: %w", ErrRow, err)
	}
	if len(h.cells) != h.width {
		return fmt.Errorf("%w: want %d columns, got %d", ErrRow, h.width, len(h.cells))
	}
	for i, at := range h.at {
		t[i] = nil
		if at > 0 {
			t[i] = bytes.TrimSpace(h.cells[at-1])
		}
	}
	return nil
}

// maxFacts is how many columns that are facts are named.
const maxFacts = 100

// note remembers the columns of a file that are facts.
func (c *Counts) note(h *header) {
	for _, f := range h.facts {
		if len(c.Facts) < maxFacts && !slices.Contains(c.Facts, f.name) {
			c.Facts = append(c.Facts, f.name)
		}
	}
}

// parseCSV reads a raw event.
func (s *Events) parseCSV(f *file, line []byte, r *row) error {
	h, t := f.header, &s.texts
	if err := h.read(line, t); err != nil {
		return err
	}
	if err := r.read(t, s.words); err != nil {
		return err
	}
	if text := t[factsText]; len(text) > 0 {
		var facts map[string]any
		if json.Unmarshal(text, &facts) != nil {
			return fmt.Errorf("%w: facts: want an object of JSON", ErrRow)
		}
		var err error
		if r.facts, err = appendFacts(r.facts, facts); err != nil {
			return err
		}
	}
	for _, c := range h.facts {
		if text := bytes.TrimSpace(h.cells[c.at]); len(text) > 0 {
			value, _ := journal.ValueOf(string(text))
			r.facts = append(r.facts, journal.Fact{Name: c.name, Mode: journal.Keep, Value: value})
		}
	}
	return r.complete()
}

// parseRBA reads a row of the public RBA data set. A login is an attack where
// it is an account takeover or comes from an address known for attacks, as the
// authors count them, and legitimate otherwise.
func (s *Events) parseRBA(f *file, line []byte, r *row) error {
	h, t := f.header, &s.texts
	if err := h.read(line, t); err != nil {
		return err
	}
	if err := r.read(t, s.words); err != nil {
		return err
	}
	r.action = "login"
	r.readPlace(t, s.words)
	for _, i := range [...]int{attackText, takeoverText} {
		if len(t[i]) == 0 {
			continue
		}
		is, err := strconv.ParseBool(string(t[i]))
		if err != nil {
			return fmt.Errorf("%w: %s: want True or False", ErrRow, rbaNames[i])
		}
		if is {
			r.label = Attack
		} else if r.label == Unlabelled {
			r.label = Legit
		}
	}
	return r.complete()
}

// readPlace reads what the row says of its place.
func (r *row) readPlace(t *texts, words interned) {
	r.located = true
	if country := t[countryText]; len(country) == 2 {
		r.country = words.of(country)
	}
	if city := words.of(t[cityText]); city != "-" {
		r.city = city
	}
	if asn, err := strconv.ParseUint(string(t[asnText]), 10, 32); err == nil {
		r.asn = uint32(asn)
	}
}
