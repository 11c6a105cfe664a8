// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/proportion-go/proportion/stepup/replay"
)

// progress shows, on a terminal, how far a run came.
type progress struct {
	to         io.Writer // nil: nowhere
	size       int64     // of all files; 0: not known
	begun      time.Time
	shown      time.Time
	from, read int64 // decisions and bytes that were there when it began
}

func newProgress(w world, files []string) *progress {
	p := &progress{}
	if f, ok := w.stderr.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			p.to = f
		}
	}
	for _, path := range files {
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() {
			p.size = 0
			break
		}
		p.size += info.Size()
	}
	return p
}

// show writes a line over the last one, a few times a second.
func (p *progress) show(now time.Time, r *replay.Replay) {
	if p.to == nil || now.Sub(p.shown) < time.Second/4 {
		return
	}
	decisions, bytes := r.Progress()
	if p.begun.IsZero() {
		p.begun, p.from, p.read = now, decisions, bytes
	}
	p.shown = now
	_, _ = fmt.Fprintf(p.to, "\r\x1b[K%s", p.line(now, decisions, bytes))
}

// line is what is shown.
func (p *progress) line(now time.Time, decisions, bytes int64) string {
	line := fmt.Sprintf("%d decisions", decisions)
	took := now.Sub(p.begun).Seconds()
	if took < 1 || decisions == p.from {
		return line
	}
	line += fmt.Sprintf(", %.0f a second", float64(decisions-p.from)/took)
	if p.size == 0 || bytes <= p.read {
		return line
	}
	left := float64(p.size-bytes) / (float64(bytes-p.read) / took)
	return line + fmt.Sprintf(", %.0f %%, %s left", 100*float64(bytes)/float64(p.size),
		time.Duration(max(left, 0)*float64(time.Second)).Round(time.Second))
}

// end clears the line.
func (p *progress) end() {
	if p.to != nil && !p.shown.IsZero() {
		_, _ = fmt.Fprint(p.to, "\r\x1b[K")
	}
}
