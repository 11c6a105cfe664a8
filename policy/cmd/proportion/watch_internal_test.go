// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

const watchedTest = `version: 1
tests:
  - { name: one, action: login, expect: { step: STEP } }
`

// watched returns a folder with a policy and a test of it.
func watched(t *testing.T, step string) string {
	t.Helper()
	folder := t.TempDir()
	base, err := os.ReadFile("../../testdata/base.yaml")
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(folder, "policy.yaml"), string(base)+"actions: { login: { sensitivity: normal } }\n")
	writeFile(t, filepath.Join(folder, "policy_test.yaml"), strings.Replace(watchedTest, "STEP", step, 1))
	return folder
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestWatch: the tests run again when a file changes, comes or goes, and not
// otherwise; mistakes do not end it, and nothing clears what is no terminal.
func TestWatch(t *testing.T) {
	folder := watched(t, "none")
	path := filepath.Join(folder, "policy_test.yaml")
	more := filepath.Join(folder, "more_test.yaml")
	var all bytes.Buffer // of stdout and stderr
	w := world{stdin: &bytes.Buffer{}, stdout: &all, stderr: &all, now: time.Now}
	waits, looks, done := make(chan bool), make(chan bool), make(chan error)
	go func() {
		done <- w.watch([]string{folder}, testOptions{format: &choice{value: "text"}}, func() bool {
			waits <- true
			return <-looks
		})
	}()
	<-waits
	runs := func(want int, last string) {
		t.Helper()
		looks <- true
		<-waits
		each := strings.SplitAfter(all.String(), "waiting for a change; Ctrl-C ends\n")
		if got := len(each) - 1; got != want || !strings.Contains(each[got-1], last) {
			t.Fatalf("%d runs, want %d, the last with %q:\n%s", got, want, last, &all)
		}
	}
	runs(1, "1 of 1 tests passed")
	runs(1, "1 of 1 tests passed")
	writeFile(t, path, strings.Replace(watchedTest, "STEP", "strong", 1))
	runs(2, "0 of 1 tests passed")
	writeFile(t, more, strings.NewReplacer("STEP", "none", "name: one", "name: two").Replace(watchedTest))
	runs(3, "1 of 2 tests passed")
	if err := os.Remove(more); err != nil {
		t.Fatal(err)
	}
	runs(4, "0 of 1 tests passed")
	writeFile(t, path, "version: 1\ntests: [\n")
	runs(5, "syntax")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	runs(6, "no test file is given")
	writeFile(t, path, strings.Replace(watchedTest, "STEP", "none", 1))
	runs(7, "1 of 1 tests passed")
	looks <- false
	if err := <-done; err != nil {
		t.Errorf("the last run passed, and the error is %v", err)
	}
	if strings.Contains(all.String(), "\x1b") {
		t.Error("it clears what is no terminal")
	}
}

// TestWatchInterrupted: Ctrl-C ends it, with the exit code of the last run.
func TestWatchInterrupted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot interrupt itself there")
	}
	for step, want := range map[string]int{"none": exitOK, "strong": exitFindings} {
		read, write := io.Pipe()
		code := make(chan int)
		go func() {
			code <- run([]string{"test", "--watch", watched(t, step)},
				world{&bytes.Buffer{}, io.Discard, write, time.Now})
		}()
		if _, err := bufio.NewReader(read).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		self, err := os.FindProcess(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		if err := self.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		if got := <-code; got != want {
			t.Errorf("expecting %s: exit code %d, want %d", step, got, want)
		}
	}
}

func TestWatchRefuses(t *testing.T) {
	for text, args := range map[string][]string{
		"as text":        {"test", "--watch", "--format", "json", "."},
		"standard input": {"test", "--watch", "-"},
		"--run":          {"test", "--watch", "--run", "(", "."},
	} {
		var log bytes.Buffer
		code := run(args, world{&bytes.Buffer{}, io.Discard, &log, time.Now})
		if code != exitUsage || !strings.Contains(log.String(), text) {
			t.Errorf("%v: exit code %d, %s", args, code, &log)
		}
	}
}

func TestIsTerminal(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	for _, out := range []io.Writer{io.Discard, file, &checkedWriter{to: file}} {
		if isTerminal(out) {
			t.Errorf("%T is a terminal", out)
		}
	}
}
