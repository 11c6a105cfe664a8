// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package browsertest opens pages in a real Chromium, for the tests of what
// people see: the studio and the report. It is a module of its own, so that
// nobody who installs the command downloads the driver of a browser.
//
// Without Chromium its tests are skipped, where CI=true they fail. With
//
//	go test -artifacts ./internal/browsertest
//
// the screenshots are kept below _artifacts, to be looked at.
package browsertest

import (
	"context"
	_ "embed" // the script that finds problems
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a page may take for anything.
const patience = 20 * time.Second

// Page is a page in a browser of its own, which ends with the test.
type Page struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	requests []string
	console  []string
}

// Open starts a browser, or skips the test.
func Open(t *testing.T) *Page {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium(t)),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	p := &Page{t: t}
	p.ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	p.Do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
		return err
	}))
	if err := chromedp.Listen(p.ctx, p.note); err != nil {
		t.Fatal(err)
	}
	return p
}

// chromium returns the path of the browser.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("Chromium is not installed")
	}
	t.Skip("Chromium is not installed: apt-get install chromium")
	return ""
}

// note keeps requests, and what a developer would find in the console.
func (p *Page) note(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		p.requests = append(p.requests, e.Request.URL)
	case *runtime.EventExceptionThrown:
		p.console = append(p.console, fmt.Sprintf("exception: %s %v", e.ExceptionDetails.Text,
			e.ExceptionDetails.Exception))
	case *runtime.EventConsoleAPICalled:
		p.console = append(p.console, fmt.Sprintf("%s: %v", e.Type, e.Args))
	case *log.EventEntryAdded:
		p.console = append(p.console, fmt.Sprintf("%s: %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL))
	}
}

// Requests returns the addresses of all that was asked for.
func (p *Page) Requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}

// Console returns the errors and all else that the page wrote to its console.
func (p *Page) Console() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.console)
}

// Do runs actions in turn.
func (p *Page) Do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx); err != nil { // the browser outlives this context
		p.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.t.Fatal(err)
	}
}

// Upload has a person choose files. A page that draws itself anew meanwhile has
// another input in the place of the one that was found, which is then tried.
func (p *Page) Upload(selector string, files ...string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	choose := chromedp.SetUploadFiles(chromedp.CSS(selector), files)
	err := chromedp.Do(ctx, choose)
	for err != nil && ctx.Err() == nil && strings.Contains(err.Error(), "Could not find node") {
		err = chromedp.Do(ctx, choose)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// Run runs an action that returns something, as [chromedp.PrintToPDF] does.
func Run[T any](p *Page, action chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		p.t.Fatal(err)
	}
	return value
}

// Evaluate returns the value of a JavaScript expression, or of its promise.
func Evaluate[T any](p *Page, expression string) T {
	p.t.Helper()
	return Run(p, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

//go:embed looks.js
var looks string

// Problems returns what of the page in view people would have trouble with:
// text of too little contrast, controls without a name, and that it is wider
// than its screen.
func (p *Page) Problems() []string {
	p.t.Helper()
	return Evaluate[[]string](p, looks)
}

// Wait waits until an expression is true.
func (p *Page) Wait(expression string) {
	p.t.Helper()
	_, err := chromedp.Run(p.ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(patience),
		chromedp.WithPollingInterval(20*time.Millisecond)))
	if err != nil {
		p.Shot("waiting")
		p.t.Fatalf("%s never became true: %v", expression, err)
	}
}

// Screen is what a page is looked at with.
type Screen struct {
	Name          string
	Width, Height int64
	Dark          bool
}

// Screens returns a desktop and a telephone, in light and in dark.
func Screens() []Screen {
	return []Screen{
		{"desktop-light", 1440, 900, false}, {"desktop-dark", 1440, 900, true},
		{"phone-light", 390, 844, false}, {"phone-dark", 390, 844, true},
	}
}

// Look gives the page a screen.
func (p *Page) Look(s Screen) {
	p.t.Helper()
	scheme := "light"
	if s.Dark {
		scheme = "dark"
	}
	p.Do(chromedp.EmulateViewport(s.Width, s.Height),
		chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			})
			return err
		}))
}

// Shot keeps a picture of what is in view, for a person to look at.
func (p *Page) Shot(name string) {
	p.t.Helper()
	picture := Run(p, chromedp.CaptureScreenshot())
	if err := os.WriteFile(filepath.Join(p.t.ArtifactDir(), name+".png"), picture, 0o600); err != nil {
		p.t.Fatal(err)
	}
}
