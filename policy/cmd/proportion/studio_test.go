// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// A policy with errors can be opened: the studio is where they are mended. The
// program says where its page is, gives another link for a line of input, and
// ends well when it is interrupted.
func TestStudioStartsAndStops(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signal that a test could send")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(path, []byte("version: 2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(self, "studio", path)
	command.Args[0] = "proportion" // which the test binary then is
	in, errIn := command.StdinPipe()
	out, errOut := command.StdoutPipe()
	log, errLog := command.StderrPipe()
	if err := command.Start(); err != nil || errIn != nil || errOut != nil || errLog != nil {
		t.Fatal(err, errIn, errOut, errLog)
	}
	first := linkIn(t, bufio.NewReader(out))
	if _, err := in.Write([]byte("\n")); err != nil {
		t.Fatal(err)
	}
	second := linkIn(t, bufio.NewReader(log))
	before, code, _ := strings.Cut(first, "#")
	if after, other, _ := strings.Cut(second, "#"); after != before || other == code {
		t.Errorf("links %q and %q", first, second)
	}
	answer, err := http.Get(before)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if err := command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		t.Errorf("the studio ended with %v", err)
	}
}

var linkPattern = regexp.MustCompile(`http://127\.0\.0\.1:\d+/#[A-Z2-7]{26}`)

func linkIn(t *testing.T, from *bufio.Reader) string {
	t.Helper()
	line, err := from.ReadString('\n')
	link := linkPattern.FindString(line)
	if link == "" {
		t.Fatalf("no link in %q (%v)", line, err)
	}
	return link
}

func TestStudioFiles(t *testing.T) {
	folder := t.TempDir()
	path := func(name string) string { return filepath.Join(folder, name) }
	for _, name := range []string{"a.yaml", "a_test.yaml", "b.yaml", "c_test.yaml"} {
		if err := os.WriteFile(path(name), []byte("version: 1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct{ args, want []string }{
		"tests beside":    {[]string{"a.yaml"}, []string{"a.yaml", "a_test.yaml"}},
		"none beside":     {[]string{"b.yaml"}, []string{"b.yaml"}},
		"named tests":     {[]string{"c_test.yaml", "b.yaml"}, []string{"b.yaml", "c_test.yaml"}},
		"once":            {[]string{"a.yaml", "a_test.yaml", "a.yaml"}, []string{"a.yaml", "a_test.yaml"}},
		"two of one":      {[]string{"a.yaml", "b.yaml"}, []string{"a.yaml", "b.yaml", "a_test.yaml"}},
		"all of a folder": {[]string{"."}, []string{"a.yaml", "b.yaml", "a_test.yaml", "c_test.yaml"}},
	} {
		t.Run(name, func(t *testing.T) {
			var args, want []string
			for _, a := range c.args {
				args = append(args, path(a))
			}
			for _, w := range c.want {
				want = append(want, path(w))
			}
			got, err := studioFiles(args)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("got %v (%v), want %v", got, err, want)
			}
		})
	}
}

// A port that is taken is reported, rather than another one chosen.
func TestStudioPortIsTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	path := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(path, []byte("version: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	var out, log bytes.Buffer
	code := run([]string{"studio", "--port", port, path}, world{&bytes.Buffer{}, &out, &log, time.Now})
	if code != exitUsage || !strings.Contains(log.String(), port) {
		t.Errorf("exit %d, want %d: %s", code, exitUsage, &log)
	}
}
