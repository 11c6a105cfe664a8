// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/policy/cmd/proportion/internal/report"
	"github.com/proportion-go/proportion/stepup/replay"
)

// screenshots is where what a browser shows is kept for a person to look at.
const screenshots = "testdata/screenshots"

// browser starts Chromium. Where it is not installed the test is skipped, and
// in CI it fails.
func browser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("Chromium is not installed: apt-get install chromium")
		}
		t.Skip("Chromium is not installed: apt-get install chromium")
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.Headless, chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.UserDataDir(t.TempDir()),
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// hostile is a text that would do harm wherever it is not escaped.
const hostile = `"><script>document.title='broken'</script><img src=http://198.51.100.1/x>`

// reportPage replays simulated life under the shipped policy, against one that asks
// at every new device or country, and returns the page.
func reportPage(t *testing.T) []byte {
	t.Helper()
	events := life(1, 200, 60)
	path := writeLife(t, events)
	hostileLines := fmt.Sprintf(`{"id":%q,"time":"2026-04-01T00:00:00Z","subject":"x","action":%q,"device":"d"}`+"\n", hostile, hostile)
	bad := save(t, "bad<b>.jsonl", hostileLines+"nonsense\n")
	p, err := policy.Load("../../../examples/policies/telecom/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	b, err := policy.Parse(policy.Source{Name: "reduced.yaml", Data: []byte(reduced(t))})
	if err != nil {
		t.Fatal(err)
	}
	src := replay.NewEvents(replay.EventsConfig{Files: []string{path, bad}, Locator: lifeLocator(events)})
	r, err := replay.Run(t.Context(), src, replay.Config{Policy: p, Baseline: b})
	if err != nil {
		t.Fatal(err)
	}
	var page strings.Builder
	if err := report.New(r).HTML(&page); err != nil {
		t.Fatal(err)
	}
	return []byte(page.String())
}

// reduced is the shipped telecom policy with its signals reduced to "new
// country or new device".
func reduced(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("../../../examples/policies/telecom/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	head, _, found := strings.Cut(string(text), "\nrules:")
	if !found {
		t.Fatal("the policy has no rules")
	}
	return head + "\nrules:\n  - { id: new, when: geo.new_country or not device.known, unknown: fire, score: 60 }\n"
}

// The page looks right at every width, in light and dark, and on paper; it asks
// for nothing but itself, and runs nothing.
func TestReportInABrowser(t *testing.T) {
	content := reportPage(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/report.html" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(content)
	}))
	defer server.Close()
	ctx := browser(t)
	var mu sync.Mutex
	var asked, said []string
	err := chromedp.Listen(ctx, func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			asked = append(asked, e.Request.URL)
		case *log.EventEntryAdded:
			said = append(said, e.Entry.Text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(screenshots, 0o750); err != nil {
		t.Fatal(err)
	}
	for _, width := range []int64{1280, 390} {
		for _, scheme := range []string{"light", "dark"} {
			name := fmt.Sprintf("report-%d-%s", width, scheme)
			t.Run(name, func(t *testing.T) { look(t, ctx, server.URL+"/report.html", width, scheme, name) })
		}
	}
	pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPrintBackground()))
	if err != nil || len(pdf) < 10_000 || !strings.HasPrefix(string(pdf), "%PDF-") {
		t.Errorf("printed %d bytes: %v", len(pdf), err)
	}
	keep(t, "report.pdf", pdf)
	mu.Lock()
	defer mu.Unlock()
	for _, url := range asked {
		if url != server.URL+"/report.html" && url != server.URL+"/favicon.ico" {
			t.Errorf("the page asked for %s", url)
		}
	}
	for _, text := range said {
		if !strings.Contains(text, "favicon") && !strings.Contains(text, "404") {
			t.Errorf("the console says %q", text)
		}
	}
	if len(asked) < 4 {
		t.Errorf("saw %d requests, want one for each look", len(asked))
	}
}

// look opens the page and keeps a picture of it.
func look(t *testing.T, ctx context.Context, url string, width int64, scheme, name string) {
	t.Helper()
	mobile := func(p *emulation.SetDeviceMetricsOverrideParams, _ *emulation.SetTouchEmulationEnabledParams) {
		p.Mobile = width < 600
	}
	err := chromedp.Do(ctx, command(log.Enable, cdp.Empty{}),
		chromedp.EmulateViewport(width, 900, mobile),
		command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		}),
		chromedp.Navigate(url))
	if err != nil {
		t.Fatal(err)
	}
	title := ask(t, ctx, chromedp.Title())
	overflow := ask(t, ctx, chromedp.Evaluate[int](
		`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
	scripts := ask(t, ctx, chromedp.Evaluate[int](`document.scripts.length`))
	images := ask(t, ctx, chromedp.Evaluate[int](`document.images.length`))
	background := ask(t, ctx, chromedp.Evaluate[string](`getComputedStyle(document.body).backgroundColor`))
	picture := ask(t, ctx, chromedp.FullScreenshot(100))
	keep(t, name+".png", picture)
	if overflow > 0 {
		t.Errorf("the page is %d pixels wider than the screen", overflow)
	}
	if scripts > 0 || images > 0 || !strings.HasPrefix(title, "Replay of ") {
		t.Errorf("title %q, %d scripts, %d images: something was not escaped", title, scripts, images)
	}
	if dark := strings.HasPrefix(background, "rgb(20,"); dark != (scheme == "dark") {
		t.Errorf("the background is %s in %s", background, scheme)
	}
}

// command is an action of the protocol that returns nothing.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (nothing chromedp.Void, err error) {
		_, err = cdp.Call(ctx, t, c, params)
		return nothing, err
	}
}

// ask returns what an action returns.
func ask[T any](t *testing.T, ctx context.Context, action chromedp.Action[T]) T {
	t.Helper()
	answer, err := chromedp.Run(ctx, action)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func keep(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(screenshots, name), content, 0o600); err != nil {
		t.Error(err)
	}
}
