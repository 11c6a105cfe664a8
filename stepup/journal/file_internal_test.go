// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func internalEvent(id string) *Event {
	return &Event{Time: time.Unix(1, 0), Kind: KindProof, ID: id, Outcome: "passed"}
}

// A disk that fails to keep what was written is not trusted again. A read-only
// handle stands for it: it refuses the write, and a closed one the request to
// keep.
func TestDiskFailures(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	f, err := OpenFile(FileConfig{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	good := f.file
	if f.file, err = os.Open(path); err != nil {
		t.Fatal(err)
	}
	if err := f.Append(t.Context(), internalEvent("a")); err == nil {
		t.Error("wrote to a file that cannot be written")
	}
	_ = f.file.Close()
	f.file = good
	if err := f.Append(t.Context(), internalEvent("b")); err != nil {
		t.Errorf("after a write that failed: %v", err)
	}
	if err := f.keep(f.file, f.written); err != nil {
		t.Fatal(err)
	}
	if err := good.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.keep(good, f.written); err == nil {
		t.Fatal("a closed file was kept")
	}
	if f.file, err = os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.Append(t.Context(), internalEvent("c")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("after the disk failed: got %v, want its error", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	want, _ := AppendLine(nil, internalEvent("b"))
	if err != nil || string(content) != string(want) {
		t.Errorf("got %q, %v", content, err)
	}
}

// Where even taking back half a line fails, the next write ends it.
func TestHalfALineIsEnded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	f, err := OpenFile(FileConfig{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if _, err := f.file.WriteString(`{"v":1,"ti`); err != nil {
		t.Fatal(err)
	}
	f.size, f.cut = 10, true
	if err := f.Append(t.Context(), internalEvent("a")); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	want, _ := AppendLine([]byte("{\"v\":1,\"ti\n"), internalEvent("a"))
	if err != nil || string(content) != string(want) {
		t.Errorf("got %q, %v", content, err)
	}
	if f.size != int64(len(want)) {
		t.Errorf("got size %d, want %d", f.size, len(want))
	}
}

// Events that come while the disk is busy share the next request to it.
func TestOneRequestServesAll(t *testing.T) {
	f, err := OpenFile(FileConfig{Path: filepath.Join(t.TempDir(), "journal.jsonl")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for range 3 {
		if _, err := f.write([]byte("x\n"), 1, time.Unix(1, 0)); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.flush(1); err != nil || f.synced != 3 {
		t.Errorf("asked for write 1: got %v, the disk has %d", err, f.synced)
	}
	f.failed = errors.New("the disk must not be asked")
	if err := f.flush(3); err != nil {
		t.Errorf("asked for write 3, which the disk has: %v", err)
	}
	f.failed = nil
}
