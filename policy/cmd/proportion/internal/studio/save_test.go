// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package studio_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

type difference struct {
	Files []struct {
		Name  string
		Lines []string
	}
	Changes         []struct{ Where, Direction, Text string }
	Compared, Loads bool
	Changed         []string
	Seal            string
}

func (b *bench) diff(draft object) (d difference) {
	b.t.Helper()
	b.call("diff", draft, http.StatusOK, &d)
	draft["seal"] = d.Seal
	return d
}

func TestDiff(t *testing.T) {
	b := newBench(t, policyText)
	d := b.diff(b.draft(strings.Replace(policyText, "score: 40", "score: 20", 1)))
	if len(d.Files) != 1 || !slices.Contains(d.Files[0].Lines, "-    score: 40") ||
		!slices.Contains(d.Files[0].Lines, "+    score: 20") {
		t.Errorf("files: %+v", d.Files)
	}
	if !d.Compared || !d.Loads || len(d.Changes) != 1 || d.Changes[0].Direction != "weaker" ||
		d.Changes[0].Where != "rule abroad" {
		t.Errorf("changes: %+v", d.Changes)
	}
	if d := b.diff(b.draft(policyText)); len(d.Files) != 0 || len(d.Changes) != 0 {
		t.Errorf("without a change: %+v", d)
	}
	if d := b.diff(b.draft("version: 2\n")); d.Compared || d.Loads || len(d.Files) != 1 {
		t.Errorf("of a policy with errors: %+v", d)
	}
}

// What is written is what was shown, in the same file with the same mode.
func TestSave(t *testing.T) {
	b := newBench(t, policyText)
	text := policyText + "# a remark\n"
	draft := b.draft(text)
	b.diff(draft)
	var out struct {
		Saved    []string
		Versions map[string]string
	}
	b.call("save", draft, http.StatusOK, &out)
	if got := b.read(b.policy); got != text {
		t.Errorf("the file has\n%s", got)
	}
	if !slices.Equal(out.Saved, []string{b.policy}) || out.Versions[b.policy] == "" {
		t.Errorf("got %+v", out)
	}
	info, err := os.Stat(b.policy)
	if err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v (%v)", info.Mode(), err)
	}
	left, err := os.ReadDir(filepath.Dir(b.policy))
	if err != nil || len(left) != 2 {
		t.Errorf("the folder has %v (%v)", left, err)
	}
	b.call("save", draft, http.StatusConflict, nil) // the page has an old version now
}

func TestSaveRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*bench, object)
	}{
		"nothing was shown": {func(_ *bench, draft object) { delete(draft, "seal") }},
		"another text was shown": {func(b *bench, draft object) {
			draft["files"].([]object)[0]["text"] = policyText + "# other\n"
		}},
		"the file changed on disk":  {func(b *bench, _ object) { b.put(b.policy, "version: 1 # theirs\n") }},
		"the tests changed on disk": {func(b *bench, _ object) { b.put(b.tests, "version: 1 # theirs\n") }},
		"the file is gone": {func(b *bench, _ object) {
			if err := os.Remove(b.policy); err != nil {
				b.t.Fatal(err)
			}
			b.put(b.policy+".other", "")
		}},
		"another page read the change": {func(b *bench, _ object) {
			b.put(b.policy, "version: 1 # theirs\n")
			b.call("open", object{}, http.StatusOK, nil)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, policyText)
			draft := b.draft(policyText + "# mine\n")
			b.diff(draft)
			c.change(b, draft)
			b.call("save", draft, http.StatusConflict, nil)
			if text, err := os.ReadFile(b.policy); err == nil && strings.Contains(string(text), "# mine") {
				t.Error("the file was written over")
			}
		})
	}
}

// Lines that end in CR LF stay such, though an editor in a browser has none.
func TestSaveKeepsTheEndsOfLines(t *testing.T) {
	b := newBench(t, strings.ReplaceAll(policyText, "\n", "\r\n"))
	draft := b.draft(policyText + "# a remark\n")
	if d := b.diff(draft); len(d.Files) != 1 || len(d.Files[0].Lines) > 6 {
		t.Errorf("the difference is of more than one line: %v", d.Files)
	}
	b.call("save", draft, http.StatusOK, nil)
	want := strings.ReplaceAll(policyText+"# a remark\n", "\n", "\r\n")
	if got := b.read(b.policy); got != want {
		t.Errorf("got %q", got)
	}
	again := b.draft(policyText + "# a remark\n# another\n")
	b.diff(again)
	b.call("save", again, http.StatusOK, nil)
}

func TestSaveFollowsLinks(t *testing.T) {
	b := newBench(t, policyText)
	target := filepath.Join(t.TempDir(), "target.yaml")
	b.put(target, policyText)
	if err := os.Remove(b.policy); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, b.policy); err != nil {
		t.Skipf("no links here: %v", err)
	}
	draft := b.draft(policyText + "# a remark\n")
	b.diff(draft)
	b.call("save", draft, http.StatusOK, nil)
	if got := b.read(target); got != policyText+"# a remark\n" {
		t.Errorf("the target has %q", got)
	}
	if info, err := os.Lstat(b.policy); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone (%v)", err)
	}
}
