// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what the scripts expect anew")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"proportion": main})
}

// TestScripts runs the scripts, which are the examples of README.md too. Run
// with -update after a change of words, and read the difference.
func TestScripts(t *testing.T) {
	examples, err := filepath.Abs("../../../examples/policies")
	if err != nil {
		t.Fatal(err)
	}
	journal, err := os.ReadFile("../../../stepup/replay/testdata/journal.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	labelled := labelledJournal(t)
	var zipped bytes.Buffer
	zip := gzip.NewWriter(&zipped)
	if _, err := zip.Write(journal); err != nil || zip.Close() != nil {
		t.Fatal("the journal cannot be compressed: ", err)
	}
	databases, err := filepath.Abs("../../../risk/geoip/testdata")
	if err != nil {
		t.Fatal(err)
	}
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(scripts) < 12 {
		t.Fatalf("%d scripts, want 12 or more (%v)", len(scripts), err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"exitcode": exitCode},
		Setup: func(env *testscript.Env) error {
			folder := filepath.Join(env.WorkDir, "examples")
			return errors.Join(os.CopyFS(folder, os.DirFS(examples)),
				os.CopyFS(filepath.Join(folder, "geo"), os.DirFS(databases)),
				os.WriteFile(filepath.Join(folder, "journal.jsonl"), journal, 0o600),
				os.WriteFile(filepath.Join(folder, "journal.jsonl.gz"), zipped.Bytes(), 0o600),
				os.WriteFile(filepath.Join(folder, "torn.jsonl.gz"), zipped.Bytes()[:zipped.Len()/2], 0o600),
				os.WriteFile(filepath.Join(folder, "labelled.jsonl"), labelled, 0o600))
		},
	})
}

// exitCode is the script command `exitcode N proportion ARGUMENT...`, which
// runs the program without a standard input.
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || args[1] != "proportion" {
		ts.Fatalf("usage: exitcode N proportion ARGUMENT...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	for i, arg := range args {
		if path := ts.MkAbs(arg); i > 1 && exists(path) {
			args[i] = path
		}
	}
	var out, log bytes.Buffer
	got := run(args[2:], world{&bytes.Buffer{}, &out, &log, time.Now})
	if got != want {
		ts.Fatalf("%q exits with %d, want %d\n%s%s", args[1:], got, want, &out, &log)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
