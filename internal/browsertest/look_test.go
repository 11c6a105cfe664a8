// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package browsertest_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/proportion-go/proportion/internal/browsertest"
)

// At every size, in light and dark, nothing sticks out, all text can be read,
// and every control has a name.
func TestStudioOnScreens(t *testing.T) {
	p := studio(t, telecom(t))
	// All tests of the policy pass, however many they are.
	p.Wait(`/\b([1-9]\d*)\/\1\b/.test(document.querySelector("#tab-tests")?.textContent)`)
	p.click(`[data-key="scene Stranger"]`) // fires much, and leaves much unknown
	p.says(".headline h2", "Refuse")
	screens := append(browsertest.Screens(), browsertest.Screen{Name: "tablet", Width: 1024, Height: 768})
	for _, screen := range screens {
		p.Look(screen)
		for _, view := range []string{"policy", "request", "outcome"} {
			p.run(fmt.Sprintf(`document.querySelector(".views [data-view=%s]").click()`, view))
			p.Wait(`new Promise((done) => requestAnimationFrame(() => done(true)))`)
			p.Shot(screen.Name + "-" + view)
			for _, problem := range p.Problems() {
				t.Errorf("%s, %s: %s", screen.Name, view, problem)
			}
		}
	}
	p.clean()
}

// A journal that is named or loaded shows what the text would have made of it.
func TestStudioReplaysJournals(t *testing.T) {
	folder := t.TempDir()
	policy, err := os.ReadFile(root + "/examples/quickstart/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "policy.yaml"), policy, 0o600); err != nil {
		t.Fatal(err)
	}
	recorded := filepath.Join(folder, "journal.jsonl")
	play := exec.Command("go", "run", "./examples/quickstart", "-journal", recorded)
	play.Dir = root
	play.Env = append(os.Environ(), "GOFLAGS=-buildvcs=false")
	if out, err := play.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	p := studio(t, folder)
	p.click("#tab-journal")
	p.says("#panel-body", "Load a journal")
	p.Upload(`#panel-body input[type=file]`, recorded)
	p.says("#panel-body .figure", "by what was decided then")
	p.says("#panel-body .note", "0 stronger, 0 weaker")
	p.replace("normal:    [none,    notice,", "normal:    [confirm, confirm,")
	p.says("#panel-body .figure", "by the saved policy")
	p.says("#panel-body .examples", "stronger")
	p.Look(browsertest.Screen{Width: 1440, Height: 1200})
	p.Shot("journal")
	p.clean()
}

// A test of the test: what cannot be read, or has no name, is found.
func TestProblemsAreFound(t *testing.T) {
	p := browsertest.Open(t)
	page := filepath.Join(t.TempDir(), "page.html")
	const html = `<!doctype html><p style="color: #999">pale</p><p style="color: #222">clear</p>
<p style="background: #123"><b style="color: #333">dark</b></p><input><button aria-label="named"></button>
<div style="height: 9px">over<br>lapping</div><div style="width: 3000px">wide</div>`
	if err := os.WriteFile(page, []byte(html), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Do(chromedp.Navigate("file://" + page))
	got := strings.Join(p.Problems(), "\n")
	for _, want := range []string{"pale", "dark", "<input>", "sideways", "DIV  overlapping"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not found in\n%s", want, got)
		}
	}
	if strings.Contains(got, "clear") || strings.Contains(got, "named") {
		t.Errorf("what is well is found too:\n%s", got)
	}
}
