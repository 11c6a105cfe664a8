// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
)

// TestFindingsFitATerminal: text for people has 80 columns and nothing that
// steers a terminal, and the caret stays below its column.
func TestFindingsFitATerminal(t *testing.T) {
	long := strings.Repeat("word ", 60)
	for column := 1; column <= len(long)+1; column += 7 {
		var out bytes.Buffer
		source := []rune(long)
		if column <= len(source) {
			source[column-1] = 'X'
		}
		writeFinding(&out, finding{policy.Finding{
			File: "policy.yaml", Line: 3, Column: column, ID: "syntax",
			Message: "\x1b[31m" + long, Source: string(source), Hint: long + "\u202e",
		}, severityError})
		lines := strings.Split(out.String(), "\n")
		for i, line := range lines {
			if n := len([]rune(line)); n > textWidth {
				t.Errorf("%d columns: %s", n, line)
			}
			if at := strings.IndexByte(line, '^'); at >= 0 && column <= len(source)-1 &&
				lines[i-1][at] != 'X' {
				t.Errorf("column %d: the caret is at %q", column, lines[i-1][at])
			}
		}
		if strings.ContainsAny(out.String(), "\x1b\u202e") {
			t.Errorf("control characters in %q", &out)
		}
	}
}

// TestInternalFailure: what cannot be written is no mistake of the user.
func TestInternalFailure(t *testing.T) {
	var log bytes.Buffer
	args := []string{"check", "--format", "json", "../../testdata/base.yaml"}
	w := world{strings.NewReader(""), broken{}, &log, nil}
	w.now = func() time.Time { panic("no clock") }
	if code := run(args, w); code != exitInternal {
		t.Errorf("a panic exits with %d, want %d: %s", code, exitInternal, &log)
	}
	w.now = func() time.Time { return time.Unix(0, 0) }
	if code := run(args, w); code != exitInternal {
		t.Errorf("a full disk exits with %d, want %d: %s", code, exitInternal, &log)
	}
}

// broken is a file on a disk that is full.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no space left") }
