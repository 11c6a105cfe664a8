// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package browsertest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/proportion-go/proportion/internal/browsertest"
)

const small = `version: 1
facts: { amount: decimal }
ladder:
  - { step: none, do: allow }
  - { step: confirm, do: challenge, methods: [code6], fresh: 15m }
  - { step: refuse, do: deny }
bands: { medium: 30, high: 60, extreme: 85 }
matrix:
  trivial:   [none, none, confirm, confirm]
  normal:    [none, confirm, confirm, refuse]
  sensitive: [confirm, confirm, confirm, refuse]
  critical:  [confirm, confirm, refuse, refuse]
on_failure: { trivial: allow, normal: challenge, sensitive: challenge, critical: deny }
actions: { pay: { sensitivity: normal, bind: [amount] } }
prompts: { most: 3, per: 24h }
rules:
  - id: abroad
    when: geo.foreign
    unknown: fire
    score: 40
    because: { en: You are abroad., fr: Vous êtes à l'étranger. }
  - { id: fast, when: travel.speed_kmh > 900, unknown: skip, score: 30 }
  - { id: large, on: [pay], when: amount > 100, require: confirm, because: { en: That is a lot. } }
  - { id: tor, when: geo.tor, unknown: skip, deny: true }
`

const smallTests = `version: 1
given: { facts: { amount: 5 }, geo: { foreign: false } }
tests:
  - { name: at home, action: pay, expect: { outcome: allow } }
  - { name: abroad, action: pay, geo: { foreign: true }, expect: { outcome: challenge } }
`

func smallStudio(t *testing.T, arguments ...string) *desk {
	t.Helper()
	return studio(t, folderOf(t, map[string]string{"policy.yaml": small, "policy_test.yaml": smallTests}),
		arguments...)
}

// The page opens without an error in the console, by files of its own alone,
// and keeps no token in its address.
func TestStudioOpens(t *testing.T) {
	p := studio(t, telecom(t))
	for _, line := range p.Console() {
		t.Error("console:", line)
	}
	server, _, _ := strings.Cut(p.link, "#")
	requests := p.Requests()
	if len(requests) < 10 {
		t.Errorf("only %d requests: %v", len(requests), requests)
	}
	for _, address := range requests {
		if !strings.HasPrefix(address, server) {
			t.Errorf("a request leaves for %s", address)
		}
	}
	if got := browsertest.Evaluate[string](p.Page, "location.href"); got != server {
		t.Errorf("the address is %s, want %s", got, server)
	}
}

// A finding stands at its line as one types, the outcome says that it is of the
// text before, and mending the text ends both.
func TestStudioFindsErrors(t *testing.T) {
	p := smallStudio(t)
	p.replace("geo.foreign\n", "geo.foriegn\n")
	p.says("#status", "1 error")
	p.says(".numbers .error", "18")
	p.says(".drawing .mark.error", "foriegn")
	p.says(".findings li", "there is no signal geo.foriegn")
	p.says(".findings .hint", "did you mean geo.foreign?")
	p.says("#outcome .notice", "what it said before them")
	p.Shot("error")
	p.click(".findings button")
	at := browsertest.Evaluate[string](p.Page, `(() => {
		const area = document.activeElement;
		return area.value.slice(area.selectionStart).split("\n")[0];
	})()`)
	if at != "foriegn" {
		t.Errorf("the finding leads to %q", at)
	}
	p.replace("foriegn", "foreign")
	p.says("#status", "warnings")
	p.Wait(`document.querySelector("#outcome .notice, .drawing .error, .numbers .error") === null`)
	p.clean()
}

// Switches, sliders and the unknown change what is said at once.
func TestStudioTriesRequests(t *testing.T) {
	p := smallStudio(t)
	p.says(".headline h2", "Let through")
	p.click(`[data-name="geo.foreign"] label.yes`)
	p.says(".headline h2", "Ask for proof")
	p.says(".headline", "A code of six digits. A proof of the last 15 min may do.")
	p.says(".matrix td.here", "confirm")
	p.says(".ladder li.here", "confirm")
	p.says(".needle", "40")
	p.says(".reason [lang=fr]", "Vous êtes à l'étranger.")
	p.says(".rule.fired", "abroad")
	p.says(".otherwise", "none if geo.foreign were false")
	p.Wait(`document.querySelector(".numbers .fired")?.textContent === "17"`)

	p.click(`[data-name="geo.foreign"] label.unknown`)
	p.says(".rule.fired", "fired, being unknown")
	p.says(".otherwise .was", "unknown")
	p.click(".otherwise button")
	p.says(".headline h2", "Let through")
	p.Wait(`document.querySelector('[data-name="geo.foreign"] input:checked + label').textContent === "no"`)

	slide := `[data-name="travel.speed_kmh"] input[type=range]`
	p.Wait(`document.querySelector('[data-name="travel.speed_kmh"]').classList.contains("is-unknown")`)
	p.Do(chromedp.Focus(chromedp.CSS(slide)), chromedp.KeyEvent(kb.End))
	p.says(".needle", "30")
	p.Wait(`document.querySelector('[data-name="travel.speed_kmh"] input[type=number]').value === "2000"`)
	p.click(`[data-name="travel.speed_kmh"] button.unknown`)
	p.says(".needle", "0")
	p.click(`[data-name="geo.tor"] label.yes`)
	p.says(".headline h2", "Refuse")
	p.clean()
}

// A fact that is missing degrades the decision, and the page says so.
func TestStudioTellsWhatIsMissing(t *testing.T) {
	p := smallStudio(t)
	p.click(`[data-name="amount"] button.unknown`)
	p.says("#outcome .notice.bad", "fact amount")
	p.says(".headline h2", "Ask for proof")
}

func TestStudioHoldsProofs(t *testing.T) {
	p := smallStudio(t)
	p.click(`[data-name="geo.foreign"] label.yes`)
	p.says(".headline h2", "Ask for proof")
	p.replace(", bind: [amount]", "") // a bound action wants its own proof
	p.click(`[data-key="add proof"]`)
	p.Wait(`document.querySelector('[data-name="proof 0 band"] select') !== null`)
	p.press(`[data-name="proof 0 band"] select`, "m") // medium
	p.says(".headline", "A code of six digits of 2 min ago, for pay, is proof enough.")
	p.Shot("held")
}

// Tests run as one types, and lead to where they stand.
func TestStudioRunsTests(t *testing.T) {
	p := smallStudio(t)
	p.says("#tab-tests", "Tests 2/2")
	p.replace("score: 40", "score: 20")
	p.says("#tab-tests", "Tests 1/2")
	p.click("#tab-tests")
	p.says(".tests li", "want challenge, got allow")
	p.Shot("failed")
	p.click(".tests li > button")
	p.Wait(`document.querySelector("#tabs [aria-selected=true]").textContent === "policy_test.yaml"`)
	p.Wait(`document.activeElement.value.startsWith("version: 1\ngiven")`)
}

// A request that was tried becomes a test, which passes as it stands.
func TestStudioKeepsRequestsAsTests(t *testing.T) {
	p := smallStudio(t)
	p.click(`[data-name="geo.foreign"] label.unknown`)
	p.says(".headline h2", "Ask for proof")
	p.click(`[data-key="keep"]`)
	p.says("#tab-tests", "Tests 3/3")
	p.Shot("kept")
	p.click(`[data-key="keep"]`)
	p.says("#tab-tests", "Tests 4/4")
	p.click("#save")
	p.says("dialog .added", "+")
	p.click("dialog .primary")
	p.Wait(`document.querySelector("#save").disabled`)
	const want = `
  - name: "pay comes to confirm"
    action: "pay"
    geo: { foreign: unknown, tor: false }
    travel: { speed_kmh: unknown }
    facts: { amount: 20 }
    prompts: 0
    expect: { outcome: "challenge", step: "confirm", band: "medium" }
`
	if got := p.file("policy_test.yaml"); !strings.HasPrefix(got, smallTests+want) {
		t.Errorf("the tests have\n%s", got)
	}
}

// What saving changes is shown, and then saved.
func TestStudioSaves(t *testing.T) {
	p := smallStudio(t)
	p.replace("score: 40", "score: 20")
	p.says("#tabs", "●")
	p.click("#save")
	p.says("dialog[open] .changes", "weaker")
	p.says("dialog .changes", "rule abroad")
	p.says("dialog .removed", "-    score: 40")
	p.says("dialog .added", "+    score: 20")
	p.Shot("diff")
	if p.file("policy.yaml") != small {
		t.Error("the file was written before anybody said so")
	}
	p.click("dialog .primary")
	p.Wait(`!document.querySelector("dialog").open && document.querySelector("#save").disabled`)
	if want := strings.Replace(small, "score: 40", "score: 20", 1); p.file("policy.yaml") != want {
		t.Errorf("the file has\n%s", p.file("policy.yaml"))
	}
	if got := p.file("policy_test.yaml"); got != smallTests {
		t.Errorf("the tests have\n%s", got)
	}
	p.clean()
}

func TestStudioDoesNotSaveOverOthers(t *testing.T) {
	p := smallStudio(t)
	p.replace("score: 40", "score: 20")
	theirs := small + "# theirs\n"
	if err := os.WriteFile(filepath.Join(p.folder, "policy.yaml"), []byte(theirs), 0o600); err != nil {
		t.Fatal(err)
	}
	p.run(`dispatchEvent(new Event("focus"))`) // somebody comes back to the window
	p.says("#notices", "policy.yaml changed on disk")
	p.click("#save")
	p.says("dialog[open] .notice.bad", "policy.yaml changed on disk")
	p.Wait(`document.querySelector("dialog .primary").disabled`)
	if p.file("policy.yaml") != theirs {
		t.Error("their change was written over")
	}
}

// The editor indents by Tab, and can be left by the keyboard alone.
func TestStudioByKeyboard(t *testing.T) {
	p := smallStudio(t)
	const editor = "#editor textarea"
	p.press(editor, kb.Home, chromedp.ModifierCtrl)
	p.press(editor, kb.Tab)
	p.Wait(`document.querySelector("#editor textarea").value.startsWith("  version: 1")`)
	p.press(editor, kb.Tab, chromedp.ModifierShift)
	p.Wait(`document.querySelector("#editor textarea").value.startsWith("version: 1")`)
	p.press(editor, kb.Escape)
	p.Do(chromedp.KeyEvent(kb.Tab))
	p.Wait(`document.activeElement.id === "tab-findings"`)
	p.press("#tab-findings", kb.ArrowRight)
	p.Wait(`document.activeElement.id === "tab-tests" && document.activeElement.ariaSelected === "true"`)

	p.press(`[data-name="geo.foreign"] input:checked`, kb.ArrowRight)
	p.press(`[data-name="geo.foreign"] input:checked`, kb.ArrowRight)
	p.says(".headline h2", "Ask for proof")

	p.replace("score: 40", "score: 30")
	p.press(editor, "s", chromedp.ModifierCtrl)
	p.says("dialog[open]", "score 40 became 30")
	p.Do(chromedp.KeyEvent(kb.Escape))
	p.Wait(`!document.querySelector("dialog").open`)
}

// A link works once: whoever finds it later gets nothing. The tab that it
// opened stays open when it is read anew.
func TestStudioLinksWorkOnce(t *testing.T) {
	p := smallStudio(t)
	p.Do(chromedp.Reload())
	p.says(".headline h2", "Let through")
	p.run(`sessionStorage.clear()`)
	p.Do(chromedp.Navigate("about:blank"), chromedp.Navigate(p.link))
	p.says("#notices", "not signed in")
	if got := p.text("#editor"); strings.Contains(got, "version") {
		t.Errorf("the page shows %q", got)
	}
}

// Texts of the policy and of its tests are texts.
func TestStudioEscapes(t *testing.T) {
	const bad = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`
	yaml := "'" + strings.ReplaceAll(bad, "'", "''") + "'"
	p := studio(t, folderOf(t, map[string]string{
		"policy.yaml":      strings.Replace(small, "You are abroad.", yaml, 1),
		"policy_test.yaml": strings.Replace(smallTests, "name: abroad", "name: "+yaml, 1),
	}))
	p.click(`[data-name="geo.foreign"] label.yes`)
	p.says(".reason [lang=en]", bad)
	p.click("#tab-tests")
	p.says("#panel", bad)
	p.replace("require: confirm", `require: "<b>confirm</b>"`)
	p.click("#tab-findings")
	p.says(".findings", "<b>")
	if n := browsertest.Evaluate[int](p.Page,
		`document.querySelectorAll("main img, main script, .findings b").length`); n != 0 {
		t.Errorf("%d elements came out of texts", n)
	}
	p.clean()
}

// Were there a mistake in the page, the browser itself would refuse.
func TestStudioCannotRunTexts(t *testing.T) {
	p := smallStudio(t)
	for what, script := range map[string]string{
		"a text as HTML": `document.body.innerHTML = "<p id=owned></p>"`,
		"a text as a script": `const s = document.createElement("script");
			s.text = "document.body.id = 'owned'"; document.body.append(s)`,
		"an attribute": `document.body.setAttribute("onclick", "document.body.id = 'owned'");
			document.body.click()`,
	} {
		p.run(`(() => { try { ` + script + ` } catch {} })()`)
		if browsertest.Evaluate[bool](p.Page, `document.getElementById("owned") !== null`) {
			t.Errorf("the page takes %s", what)
		}
	}
	got := browsertest.Evaluate[string](p.Page, `new Promise((done) => {
		addEventListener("securitypolicyviolation", (e) => done(e.effectiveDirective));
		fetch("http://127.0.0.2:1/").catch(() => setTimeout(done, 1000, "nothing"));
	})`)
	if got != "connect-src" {
		t.Errorf("a request elsewhere is stopped by %s", got)
	}
}

// A policy with errors can be opened: it is here that they are mended.
func TestStudioOpensWhatIsBroken(t *testing.T) {
	p := openStudio(t, folderOf(t, map[string]string{"policy.yaml": strings.Replace(small,
		"version: 1", "version: 7", 1)}))
	p.says(".findings", "version")
	p.says("#outcome", "Nothing can be tried")
	p.replace("version: 7", "version: 1")
	p.says(".headline h2", "Let through")
	p.clean()
}
