// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package browsertest_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/proportion-go/proportion/internal/browsertest"
)

const root = "../.."

// proportion builds the command as the workspace has it.
func proportion(t *testing.T) string {
	t.Helper()
	work, err := filepath.Abs(filepath.Join(root, "go.work"))
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "proportion")
	build := exec.Command("go", "build", "-o", program, "./policy/cmd/proportion")
	build.Dir = root
	build.Env = append(os.Environ(), "GOWORK="+work, "GOFLAGS=-buildvcs=false")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// started is a studio that runs on copies of a policy and its tests.
type started struct {
	folder, link string
}

var link = regexp.MustCompile(`http://127\.0\.0\.1:\d+/#\S+`)

// studio starts one, which ends with the test, and ends well.
func studio(t *testing.T, arguments ...string) started {
	t.Helper()
	s := started{folder: t.TempDir()}
	if err := os.CopyFS(s.folder, os.DirFS(root+"/examples/policies/telecom")); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(proportion(t), append([]string{"studio", "policy.yaml"}, arguments...)...)
	command.Dir = s.folder
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	command.Stderr = &log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := command.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		if err := command.Wait(); err != nil {
			t.Errorf("the studio ended with %v\n%s", err, &log)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if s.link = link.FindString(line); s.link == "" {
		t.Fatalf("no link in %q (%v)", line, err)
	}
	return s
}

// open opens the page of a studio, and waits for its first verdict.
func (s started) open(t *testing.T) *browsertest.Page {
	t.Helper()
	p := browsertest.Open(t)
	p.Look(browsertest.Screens()[0])
	p.Do(chromedp.Navigate(s.link))
	p.Wait(`document.querySelector(".headline") !== null`)
	return p
}

// The page opens without an error in the console, by files of its own alone,
// and keeps no token in its address.
func TestStudioOpens(t *testing.T) {
	s := studio(t)
	p := s.open(t)
	p.Shot("open")
	for _, line := range p.Console() {
		t.Error("console:", line)
	}
	server, _, _ := strings.Cut(s.link, "#")
	requests := p.Requests()
	if len(requests) < 10 {
		t.Errorf("only %d requests: %v", len(requests), requests)
	}
	for _, address := range requests {
		if !strings.HasPrefix(address, server) {
			t.Errorf("a request leaves for %s", address)
		}
	}
	if got := browsertest.Evaluate[string](p, "location.href"); got != server {
		t.Errorf("the address is %s, want %s", got, server)
	}
}
