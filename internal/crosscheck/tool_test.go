// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package crosscheck_test

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// tool returns where a program is. Without it the test is skipped, or fails
// where CI=true, and names the Debian package to install.
func tool(t *testing.T, program, debian string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err == nil {
		return path
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed: apt-get install %s", program, debian)
	}
	t.Skipf("%s is not installed: apt-get install %s", program, debian)
	return ""
}

// run returns what a program prints. A secret goes to its standard input, since
// arguments can be read by everyone on the machine.
func run(t *testing.T, stdin, path string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Stdin = strings.NewReader(stdin)
	cmd.Env = append(os.Environ(), "TZ=UTC", "LC_ALL=C")
	var problem bytes.Buffer
	cmd.Stderr = &problem
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v: %s", path, strings.Join(args, " "), err, problem.String())
	}
	return strings.TrimSpace(string(out))
}
