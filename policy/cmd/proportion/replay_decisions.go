// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/replay"
)

// decisionLines writes a line of JSON for each decision.
type decisionLines struct {
	file    *os.File
	buffer  *bufio.Writer
	written int64
	line    []byte
}

// openDecisions opens the file, and cuts it to what belongs to the run.
func openDecisions(path string, written int64) (*decisionLines, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Mode().IsRegular() {
		if info.Size() < written {
			err = fmt.Errorf("%s is shorter than when the run was interrupted", path)
		} else {
			err = f.Truncate(written)
		}
		if err == nil {
			_, err = f.Seek(written, io.SeekStart)
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &decisionLines{file: f, buffer: bufio.NewWriterSize(f, 1<<16), written: written}, nil
}

// write writes one line.
func (d *decisionLines) write(c *replay.Decided) error {
	d.line = appendDecision(d.line[:0], c)
	n, err := d.buffer.Write(d.line)
	d.written += int64(n)
	if err != nil {
		return diskError{err}
	}
	return nil
}

func (d *decisionLines) flush() error {
	if err := d.buffer.Flush(); err != nil {
		return diskError{err}
	}
	return nil
}

// sync returns how much is on the disk: all that was written.
func (d *decisionLines) sync() (int64, error) {
	if err := d.flush(); err != nil {
		return 0, err
	}
	if info, err := d.file.Stat(); err == nil && !info.Mode().IsRegular() {
		return 0, nil // a pipe is not gone on with
	}
	if err := d.file.Sync(); err != nil {
		return 0, diskError{err}
	}
	return d.written, nil
}

func (d *decisionLines) close() { _ = d.file.Close() } // what counts was flushed

// appendDecision appends the line. Its keys are a promise: more may be added.
func appendDecision(b []byte, d *replay.Decided) []byte {
	b = append(b, `{"id":`...)
	if b = appendText(b, d.Event.ID); d.Event.ID == "" {
		b = append(b[:len(b)-2], "null"...)
	}
	b = append(b, `,"file":`...)
	b = appendText(b, d.File)
	b = strconv.AppendInt(append(b, `,"row":`...), d.Line, 10)
	b = append(b, `,"time":"`...)
	b = d.Event.Time.UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","action":`...)
	b = appendText(b, d.Event.Action)
	b = appendResult(b, &d.After)
	b = append(b, `,"familiarity":`...)
	b = appendSignal(b, d, risk.FamiliarityScore)
	b = append(b, `,"familiarity_network":`...)
	b = appendSignal(b, d, risk.FamiliarityNetwork)
	b = append(b, `,"familiarity_agent":`...)
	b = appendSignal(b, d, risk.FamiliarityAgent)
	b = append(b, `,"label":`...)
	if b = appendText(b, d.Label.String()); d.Label == replay.Unlabelled {
		b = append(b[:len(b)-2], "null"...)
	}
	if d.Before.Comparable {
		b = append(b, `,"before":{"outcome":`...)
		b = appendText(b, d.Before.Outcome.String())
		b = append(b, `,"step":`...)
		b = append(appendText(b, d.Before.Step), '}')
	}
	return append(b, "}\n"...)
}

func appendResult(b []byte, r *replay.Result) []byte {
	if !r.Comparable {
		b = append(b, `,"score":null,"band":null,"step":null,"outcome":null,"rules":[],"lacks":`...)
		return appendText(b, r.Lacks)
	}
	b = strconv.AppendInt(append(b, `,"score":`...), int64(r.Score), 10)
	b = appendText(append(b, `,"band":`...), r.Band)
	b = appendText(append(b, `,"step":`...), r.Step)
	b = appendText(append(b, `,"outcome":`...), r.Outcome.String())
	b = append(b, `,"rules":[`...)
	for i, rule := range r.Rules {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, rule)
	}
	return append(b, ']')
}

func appendSignal(b []byte, d *replay.Decided, id risk.Signal) []byte {
	if d.Event.Decision != nil && d.Event.Decision.Signals != nil {
		if n, known := d.Event.Decision.Signals.Number(id); known {
			return strconv.AppendFloat(b, n, 'g', 6, 64)
		}
	}
	return append(b, "null"...)
}

// appendText appends a text as JSON.
func appendText(b []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < 0x20 || c == '"' || c == '\\' || c >= 0x7f {
			quoted, err := json.Marshal(text)
			if err != nil {
				return append(b, `""`...) // a string is always encoded
			}
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), text...), '"')
}
