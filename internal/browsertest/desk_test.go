// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package browsertest_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"github.com/proportion-go/proportion/internal/browsertest"
)

const root = "../.."

// program is the command as the workspace has it, built once.
var program = sync.OnceValues(func() (string, error) {
	work, err := filepath.Abs(filepath.Join(root, "go.work"))
	if err != nil {
		return "", err
	}
	path := filepath.Join(os.Getenv(programFolder), "proportion")
	build := exec.Command("go", "build", "-o", path, "./policy/cmd/proportion")
	build.Dir = root
	build.Env = append(os.Environ(), "GOWORK="+work, "GOFLAGS=-buildvcs=false")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, nil
})

// programFolder names the folder that the program is built in.
const programFolder = "PROPORTION_TEST_PROGRAM"

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "proportion-")
	if err == nil {
		err = os.Setenv(programFolder, folder)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(folder) // the system would, some day
	os.Exit(code)
}

// desk is a folder with a studio that works on it.
type desk struct {
	*browsertest.Page
	t            *testing.T
	folder, link string
}

var link = regexp.MustCompile(`http://127\.0\.0\.1:\d+/#\S+`)

// telecom copies the worked policy of a telecom operator and its tests.
func telecom(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(root+"/examples/policies/telecom")); err != nil {
		t.Fatal(err)
	}
	return folder
}

// studio opens a studio, and waits for what its policy says.
func studio(t *testing.T, folder string, arguments ...string) *desk {
	t.Helper()
	d := openStudio(t, folder, arguments...)
	d.Wait(`document.querySelector(".headline") !== null`)
	return d
}

// openStudio starts a studio in a folder, and opens its page. It ends with the
// test, and must end well.
func openStudio(t *testing.T, folder string, arguments ...string) *desk {
	t.Helper()
	d := &desk{Page: browsertest.Open(t), t: t, folder: folder}
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(path, append([]string{"studio", "policy.yaml"}, arguments...)...)
	command.Dir = folder
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
	if d.link = link.FindString(line); d.link == "" {
		t.Fatalf("no link in %q (%v)", line, err)
	}
	d.Look(browsertest.Screens()[0])
	d.Do(chromedp.Navigate(d.link))
	return d
}

// folderOf makes a folder of files.
func folderOf(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// file returns what a file of the folder holds.
func (d *desk) file(name string) string {
	d.t.Helper()
	text, err := os.ReadFile(filepath.Join(d.folder, name))
	if err != nil {
		d.t.Fatal(err)
	}
	return string(text)
}

// text returns the text of the first element of a selector.
func (d *desk) text(selector string) string {
	d.t.Helper()
	return browsertest.Evaluate[string](d.Page,
		fmt.Sprintf(`document.querySelector(%q)?.textContent ?? "(no such element)"`, selector))
}

// says waits until an element has a text in it.
func (d *desk) says(selector, text string) {
	d.t.Helper()
	d.Wait(fmt.Sprintf(`document.querySelector(%q)?.textContent.includes(%q)`, selector, text))
}

// run runs a script.
func (d *desk) run(script string) {
	d.t.Helper()
	browsertest.Evaluate[bool](d.Page, "("+script+", true)")
}

// press presses a key on an element, with the modifiers that are held.
func (d *desk) press(selector, key string, held ...chromedp.Modifier) {
	d.t.Helper()
	d.Do(chromedp.Focus(chromedp.CSS(selector)), chromedp.KeyEvent(key, chromedp.KeyModifiers(held...)))
}

// click clicks where the first element of a selector is, once nothing covers
// it. The page may draw it anew meanwhile, at the same place.
func (d *desk) click(selector string) {
	d.t.Helper()
	at := browsertest.Run(d.Page, chromedp.Poll[[]float64](fmt.Sprintf(`(() => {
		const e = document.querySelector(%q);
		e?.scrollIntoView({ block: "center" });
		const r = e?.getBoundingClientRect();
		const at = r && [r.x + r.width / 2, r.y + r.height / 2];
		return at && e.contains(document.elementFromPoint(...at)) && at;
	})()`, selector)))
	d.Do(chromedp.MouseClickXY(at[0], at[1]))
}

// replace selects a text in the editor, and types another one over it.
func (d *desk) replace(text, with string) {
	d.t.Helper()
	found := browsertest.Evaluate[bool](d.Page, fmt.Sprintf(`(() => {
		const area = document.querySelector("#editor textarea");
		const at = area.value.indexOf(%[1]q);
		area.focus();
		area.setSelectionRange(at, at + %[1]q.length);
		return at >= 0;
	})()`, text))
	if !found {
		d.t.Fatalf("the text has no %q", text)
	}
	d.Do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: with})
		return err
	}))
}

// clean reports what a developer would find in the console.
func (d *desk) clean() {
	d.t.Helper()
	for _, line := range d.Console() {
		d.t.Error("console:", line)
	}
}
