// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package browsertest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/proportion-go/proportion/internal/browsertest"
)

// At every size, in light and dark, nothing sticks out, all text can be read,
// and every control has a name.
func TestStudioOnScreens(t *testing.T) {
	p := studio(t, telecom(t))
	p.says("#tab-tests", "72/72")
	for _, screen := range browsertest.Screens() {
		p.Look(screen)
		for _, view := range []string{"policy", "request", "outcome"} {
			browsertest.Evaluate[bool](p.Page, `(document.querySelector(".views [data-view=`+view+`]").click(), true)`)
			p.Wait(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`)
			p.Shot(screen.Name + "-" + view)
			for _, problem := range browsertest.Evaluate[[]string](p.Page, looks) {
				t.Errorf("%s, %s: %s", screen.Name, view, problem)
			}
		}
	}
	p.clean()
}

// looks returns what is wrong with what is in view: the contrast that WCAG 2.2
// asks for (1.4.3), names (4.1.2), and no scrolling sideways (1.4.10).
const looks = `(() => {
	const problems = [];
	const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest(".unseen");
	if (document.documentElement.scrollWidth > innerWidth) problems.push("the page scrolls sideways");
	for (const e of document.querySelectorAll("button, input, select, textarea, summary")) {
		const name = e.ariaLabel || e.textContent.trim() || [...e.labels ?? []].map((l) => l.textContent).join("").trim();
		if (seen(e) && !name) problems.push("no name: " + e.outerHTML.slice(0, 90));
	}
	const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
	const rgba = (colour) => {
		canvas.clearRect(0, 0, 1, 1);
		canvas.fillStyle = colour;
		canvas.fillRect(0, 0, 1, 1);
		return [...canvas.getImageData(0, 0, 1, 1).data];
	};
	const behind = (e) => {
		const layers = [];
		for (; e; e = e.parentElement) {
			const [r, g, b, a] = rgba(getComputedStyle(e).backgroundColor);
			layers.push([r, g, b, a / 255]);
			if (a === 255) break;
		}
		return layers.reverse().reduce((under, [r, g, b, a]) => [r, g, b].map((c, i) => c * a + under[i] * (1 - a)), [255, 255, 255]);
	};
	const light = (rgb) => {
		const [r, g, b] = rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	for (const e of document.querySelectorAll("body *")) {
		const own = [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
		if (!own || !seen(e) || e.disabled || e.matches("textarea, option")) continue;
		const style = getComputedStyle(e);
		const [a, b] = [light(rgba(style.color).slice(0, 3)), light(behind(e))].sort((x, y) => y - x);
		const size = parseFloat(style.fontSize);
		const large = size >= 24 || (size >= 18.5 && style.fontWeight >= 700);
		const ratio = (a + 0.05) / (b + 0.05);
		if (ratio < (large ? 3 : 4.5)) problems.push("contrast " + ratio.toFixed(2) + ": " + e.className + " " + e.textContent.slice(0, 40));
	}
	return [...new Set(problems)];
})()`

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
	p.Do(chromedp.SetUploadFiles(chromedp.CSS(`#panel-body input[type=file]`), []string{recorded}))
	p.says("#panel-body .figure", "by what was decided then")
	p.says("#panel-body .note", "0 stronger, 0 weaker")
	p.replace("normal:    [none,    notice,", "normal:    [confirm, confirm,")
	p.says("#panel-body .figure", "by the saved policy")
	p.says("#panel-body .examples", "stronger")
	p.Look(browsertest.Screen{Width: 1440, Height: 1200})
	p.Shot("journal")
	p.clean()
}
