// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// traffic is enough raw events for several calls of progress, and a policy.
func traffic(t *testing.T) (events, policy string) {
	t.Helper()
	var b strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&b,
			`{"id":"%d","time":%q,"subject":"%d","action":"login","device":"%d","success":true}`+"\n", i,
			time.Date(2026, 3, 2, 0, 0, i, 0, time.UTC).Format(time.RFC3339), i%97, i%131)
	}
	rules := strings.Replace(reduced(t), "geo.new_country or not device.known", "not device.known", 1)
	return save(t, "events.jsonl", b.String()), save(t, "policy.yaml", rules)
}

// replayed runs the command in a folder, and returns what it prints and writes.
func replayed(t *testing.T, ctx context.Context, w world, o replayOptions) (summary string, err error) {
	t.Helper()
	var out, log bytes.Buffer
	w.stdin, w.stdout, w.stderr = strings.NewReader(""), &out, &log
	if w.now == nil {
		w.now = time.Now
	}
	o.from, o.format = &choice{value: "events"}, &choice{value: "json"}
	o.mostPrompts, o.mostWeaker = -1, -1
	err = w.replay(ctx, &o)
	return out.String(), err
}

func contentOf(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// after is a context that is cancelled after so many looks at it: Ctrl-C, at a
// place that is the same every time.
type after struct {
	context.Context
	left int
}

func (a *after) Err() error {
	if a.left--; a.left < 0 {
		return context.Canceled
	}
	return nil
}

// Interrupted as often as one likes, a run that is gone on with prints and
// writes what an unbroken one does.
func TestInterruptedRunsLoseNothing(t *testing.T) {
	events, policy := traffic(t)
	folder := t.TempDir()
	base := replayOptions{input: input{files: []string{events}}, policies: []string{policy}}
	whole := base
	whole.decisions = filepath.Join(folder, "whole.jsonl")
	want, err := replayed(t, t.Context(), world{}, whole)
	if err != nil {
		t.Fatal(err)
	}
	broken := base
	broken.decisions, broken.resume = filepath.Join(folder, "broken.jsonl"), filepath.Join(folder,
		"checkpoint")
	for range 3 {
		_, err := replayed(t, &after{t.Context(), 5500}, world{}, broken)
		if err == nil || !strings.Contains(err.Error(), "interrupted after") || exitOf(err) != exitInternal {
			t.Fatalf("got %v, want an interruption", err)
		}
		// What a crash leaves beyond the checkpoint is cut off.
		f, err := os.OpenFile(broken.decisions, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.WriteString(`{"id":"half a li`)
		_ = f.Close()
	}
	got, err := replayed(t, t.Context(), world{}, broken)
	if err != nil {
		t.Fatal(err)
	}
	if sizeless(got) != sizeless(want) {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if contentOf(t, broken.decisions) != contentOf(t, whole.decisions) {
		t.Error("the decisions differ")
	}
	if _, err := os.Stat(broken.resume); !os.IsNotExist(err) {
		t.Errorf("the checkpoint is still there: %v", err)
	}
}

// sizeless leaves out how many bytes were read, which depends on buffers.
func sizeless(summary string) string {
	before, rest, _ := strings.Cut(summary, `"bytes"`)
	_, rest, _ = strings.Cut(rest, "\n")
	return before + rest
}

func exitOf(err error) int {
	if _, ok := err.(internalError); ok {
		return exitInternal
	}
	return exitUsage
}

// A disk that fills ends the run; after room was made it goes on from the last
// checkpoint.
func TestFullDiskLosesNothing(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("there is no /dev/full here")
	}
	events, policy := traffic(t)
	o := replayOptions{input: input{files: []string{events}}, policies: []string{policy}}
	o.decisions, o.resume = filepath.Join(t.TempDir(), "out.jsonl"), filepath.Join(t.TempDir(), "checkpoint")
	if err := os.Symlink("/dev/full", o.decisions); err != nil {
		t.Fatal(err)
	}
	_, err := replayed(t, t.Context(), world{}, o)
	if err == nil || !strings.Contains(err.Error(), "no space left") || exitOf(err) != exitInternal {
		t.Fatalf("got %v, want a full disk", err)
	}
	if err := os.Remove(o.decisions); err != nil {
		t.Fatal(err)
	}
	if _, err := replayed(t, t.Context(), world{}, o); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(contentOf(t, o.decisions), "\n"); lines != 20_000 {
		t.Errorf("%d decisions were written, want 20,000", lines)
	}
	o.page = "/dev/full/report.html"
	if _, err := replayed(t, t.Context(), world{}, o); exitOf(err) != exitInternal {
		t.Errorf("a page that cannot be written: got %v", err)
	}
}

// A checkpoint is kept every ten seconds by the clock.
func TestCheckpointsAreKept(t *testing.T) {
	events, policy := traffic(t)
	o := replayOptions{input: input{files: []string{events}}, policies: []string{policy}}
	o.resume = filepath.Join(t.TempDir(), "checkpoint")
	at, kept := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), 0
	now := func() time.Time {
		if _, err := os.Stat(o.resume); err == nil {
			kept++
		}
		at = at.Add(6 * time.Second)
		return at
	}
	if _, err := replayed(t, t.Context(), world{now: now}, o); err != nil {
		t.Fatal(err)
	}
	if kept == 0 {
		t.Error("no checkpoint was kept")
	}
}

func TestProgressLine(t *testing.T) {
	begun := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	p := &progress{size: 1000, begun: begun, from: 100, read: 100}
	if got, want := p.line(begun.Add(10*time.Second), 2100, 550),
		"2100 decisions, 200 a second, 55 %, 10s left"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	p.size = 0
	if got, want := p.line(begun.Add(10*time.Second), 2100, 550),
		"2100 decisions, 200 a second"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
