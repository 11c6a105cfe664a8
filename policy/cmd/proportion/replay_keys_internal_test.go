// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/stepup/journal"
)

// The folder with a journal in clear, and the policy it was made under but for
// one score.
const clearJournal = "../../../stepup/replay/testdata"

// fakeRing is the ring of a deployment that does not exist.
func fakeRing() string {
	return "fake:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
}

// sealJournal writes the journal anew with its details sealed, and the keys
// that open them.
func sealJournal(t *testing.T) (sealed, keys string) {
	t.Helper()
	ring, err := otp.ParseRing(fakeRing())
	if err != nil {
		t.Fatal(err)
	}
	keys = filepath.Join(t.TempDir(), "keys.jsonl")
	store, err := journal.OpenKeys(keys, ring.Sealer("fake-shop", "journal"))
	if err != nil {
		t.Fatal(err)
	}
	reader := journal.NewReader(journal.ReaderConfig{
		Files: []string{filepath.Join(clearJournal, "journal.jsonl")},
	})
	var content []byte
	for e, err := range reader.Events(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		content, err = journal.Encoder{Keys: store}.AppendLine(t.Context(), content, e)
		if err != nil {
			t.Fatal(err)
		}
	}
	if bytes.Contains(content, []byte(`"signals"`)) || !bytes.Contains(content, []byte(`"sealed"`)) {
		t.Fatal("the journal is not sealed")
	}
	return save(t, "sealed.jsonl", string(content)), keys
}

// summaryOf is what these tests read of what replay prints.
type summaryOf struct {
	Source struct{ Sealed, Unopened int }
	After  struct{ Comparable int }
}

// replayJSON runs the command as from a terminal.
func replayJSON(t *testing.T, arguments ...string) (s summaryOf, said string, code int) {
	t.Helper()
	var out, log bytes.Buffer
	command := []string{"replay", "--policy", filepath.Join(clearJournal, "policy.yaml"), "--format", "json"}
	code = run(append(command, arguments...), world{strings.NewReader(""), &out, &log, time.Now})
	if code == exitOK {
		if err := json.Unmarshal(out.Bytes(), &s); err != nil {
			t.Fatalf("%v in %s", err, &out)
		}
	}
	return s, log.String(), code
}

// With the keys of the deployment a sealed journal is as good as one in clear.
func TestReplayOpensSealedJournals(t *testing.T) {
	sealed, keys := sealJournal(t)
	t.Setenv(ringVariable, fakeRing())
	t.Setenv(namespaceVariable, "fake-shop")
	got, said, code := replayJSON(t, "--keys", keys, sealed)
	if code != exitOK || got.Source.Sealed != 192 || got.Source.Unopened != 0 || got.After.Comparable != 96 {
		t.Errorf("exit %d, %+v, want 96 decisions and their labels, each opened\n%s", code, got, said)
	}
	clear, said, code := replayJSON(t, filepath.Join(clearJournal, "journal.jsonl"))
	if code != exitOK || clear.Source.Sealed != 0 || clear.After != got.After {
		t.Errorf("in clear: exit %d, %+v, want %+v\n%s", code, clear, got.After, said)
	}
}

// Without them its decisions are counted, and the run goes on.
func TestReplayCountsWhatIsNotOpened(t *testing.T) {
	sealed, keys := sealJournal(t)
	t.Setenv(ringVariable, fakeRing())
	t.Setenv(namespaceVariable, "fake-shop")
	empty := save(t, "empty.jsonl", "")
	for name, arguments := range map[string][]string{
		"no keys":         {sealed},
		"no key of these": {"--keys", empty, sealed},
	} {
		got, said, code := replayJSON(t, arguments...)
		if code != exitOK || got.Source.Unopened != 96 || got.After.Comparable != 0 {
			t.Errorf("%s: exit %d, %+v, want 96 decisions that were not opened\n%s", name, code, got, said)
		}
	}
	t.Setenv(namespaceVariable, "another-shop")
	if _, said, code := replayJSON(t, "--keys", keys, sealed); code != exitUsage {
		t.Errorf("keys of another deployment: exit %d, want %d\n%s", code, exitUsage, said)
	} else if strings.Contains(said, fakeRing()[5:]) {
		t.Errorf("the ring is printed: %s", said)
	}
}
