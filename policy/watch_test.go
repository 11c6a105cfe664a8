// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/proportion-go/proportion/policy"
)

// A watch is a running Watch over one folder, in a bubble of time.
type watch struct {
	t      *testing.T
	folder string
	calls  chan call // of onChange
	last   error     // of the last call that was expected
}

type call struct {
	policy *policy.Policy
	err    error
}

const every = time.Minute

// keys signs what the tests sign. The other one is a stranger's.
var keys, otherKeys = key(1), key(2)

func key(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(slices.Repeat([]byte{seed}, ed25519.SeedSize))
}

func publicKey(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }

// watching runs a test in a bubble, where time passes only when all wait, and
// which no goroutine may outlive.
func watching(t *testing.T, c policy.WatchConfig, start string, test func(w *watch),
	names ...string) {
	t.Helper()
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := &watch{t: t, folder: folder, calls: make(chan call, 100)}
		var current *policy.Policy
		if start != "" {
			w.write("policy.yaml", start)
			current = parseText(t, start)
		}
		var paths []string
		for _, name := range append([]string{"policy.yaml"}, names...) {
			paths = append(paths, filepath.Join(folder, name))
		}
		c.Every = every
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- policy.Watch(ctx, current, c, w.hear, paths...) }()
		synctest.Wait()
		test(w)
		canceled := time.Now()
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) || time.Since(canceled) > 0 {
			t.Errorf("Watch returned %v after %v, want at once that the context was canceled",
				err, time.Since(canceled))
		}
	})
}

func parseText(t *testing.T, text string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse(policy.Source{Name: "policy.yaml", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (w *watch) hear(p *policy.Policy, err error) {
	if (p == nil) == (err == nil) {
		w.t.Errorf("onChange(%v, %v), want one of them", p, err)
	}
	w.calls <- call{p, err}
}

// after lets Watch look so many times.
func (w *watch) after(looks int) {
	<-time.After(time.Duration(looks) * every)
	synctest.Wait()
}

// expect wants these calls of onChange since the last time: hashes of
// policies, or "refused".
func (w *watch) expect(want ...string) {
	w.t.Helper()
	var got []string
	for len(w.calls) > 0 {
		c := <-w.calls
		if w.last = c.err; c.err != nil {
			got = append(got, "refused")
		} else {
			got = append(got, c.policy.Hash())
		}
	}
	if !slices.Equal(got, want) {
		w.t.Fatalf("onChange was called with %q, want %q; last error %v", got, want, w.last)
	}
}

func (w *watch) write(name, text string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.folder, name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *watch) remove(name string) {
	w.t.Helper()
	if err := os.Remove(filepath.Join(w.folder, name)); err != nil {
		w.t.Fatal(err)
	}
}

// The second policy is stronger than the first.
var (
	policyA = frameYAML + "  - { id: a, score: 1 }\n"
	policyB = frameYAML + "  - { id: a, score: 1 }\n  - { id: b, when: geo.tor, unknown: fire, deny: true }\n"
	broken  = strings.Replace(policyA, "score: 1", "score: 1000", 1)
)

func hash(t *testing.T, text string) string { t.Helper(); return parseText(t, text).Hash() }

func TestWatchReportsNothingWithoutChange(t *testing.T) {
	watching(t, policy.WatchConfig{}, policyA, func(w *watch) {
		w.after(10)
		w.expect()
	})
}

func TestWatchAdopts(t *testing.T) {
	watching(t, policy.WatchConfig{}, policyA, func(w *watch) {
		w.write("policy.yaml", policyB)
		w.after(1)
		w.expect() // it may be half written
		w.after(1)
		w.expect(hash(t, policyB))
		w.after(10)
		w.expect()
	})
}

func approved(t *testing.T, texts ...string) policy.WatchConfig {
	t.Helper()
	var c policy.WatchConfig
	for _, text := range texts {
		c.Approved = append(c.Approved, hash(t, text))
	}
	return c
}

func TestWatchAdoptsCommentsToo(t *testing.T) {
	watching(t, policy.WatchConfig{}, policyA, func(w *watch) {
		w.after(1)
		w.write("policy.yaml", "# Lines have moved, and explanations name them.\n"+policyA)
		w.after(2)
		w.expect(hash(t, policyA))
	})
}

func TestWatchKeepsTheLastGoodPolicy(t *testing.T) {
	watching(t, policy.WatchConfig{}, policyA, func(w *watch) {
		w.write("policy.yaml", broken)
		w.after(5)
		w.expect("refused") // once
		var load *policy.LoadError
		if !errors.As(w.last, &load) {
			t.Errorf("error = %v, want a *LoadError", w.last)
		}
		w.write("policy.yaml", broken+"# Broken in another way.\n")
		w.after(5)
		w.expect("refused")
		w.write("policy.yaml", policyB)
		w.after(5)
		w.expect(hash(t, policyB))
	})
}

// A file put back as it was is news: the failure is over.
func TestWatchReportsThatAFailureIsOver(t *testing.T) {
	watching(t, policy.WatchConfig{}, policyA, func(w *watch) {
		w.after(1)
		w.remove("policy.yaml")
		w.after(5)
		w.expect("refused")
		if !errors.Is(w.last, fs.ErrNotExist) {
			t.Errorf("error = %v, want one that says the file does not exist", w.last)
		}
		w.write("policy.yaml", policyA)
		w.after(5)
		w.expect(hash(t, policyA))
	})
}

// What is read between two writes must not count, were it even a policy: the
// first half of this one lacks the rule that denies.
func TestWatchHalfWritten(t *testing.T) {
	half := policyB[:strings.Index(policyB, "  - { id: b")]
	watching(t, approved(t, half), policyA+"# then", func(w *watch) {
		w.after(1)
		w.write("policy.yaml", half)
		w.after(1)
		w.write("policy.yaml", policyB)
		w.after(2)
		w.expect(hash(t, policyB))
	})
}

func TestWatchHalfWrittenForGood(t *testing.T) {
	watching(t, policy.WatchConfig{}, policyA, func(w *watch) {
		w.write("policy.yaml", policyB[:len(policyB)-10])
		w.after(5)
		w.expect("refused")
	})
}

// TestWatchConfigMap replaces files as Kubernetes does: a new folder, and a
// symbolic link to it that is swapped in one step.
func TestWatchConfigMap(t *testing.T) {
	watching(t, approved(t, policyA), "", func(w *watch) {
		w.swap("2026_11_20", policyA)
		for _, name := range []string{"policy.yaml", "more.yaml"} {
			if err := os.Symlink(filepath.Join("..data", name), filepath.Join(w.folder,
				name)); err != nil {
				w.t.Fatal(err)
			}
		}
		w.after(3)
		w.expect(hash(t, policyA))
		w.swap("2026_11_21", policyB)
		w.after(3)
		w.expect(hash(t, policyB))
		w.swap("2026_11_22", policyB)
		w.after(3)
		w.expect() // another folder, the same content
	}, "more.yaml")
}

func (w *watch) swap(version, text string) {
	w.t.Helper()
	if err := os.Mkdir(filepath.Join(w.folder, version), 0o700); err != nil {
		w.t.Fatal(err)
	}
	w.write(filepath.Join(version, "policy.yaml"), text)
	w.write(filepath.Join(version, "more.yaml"), "version: 1\n")
	temporary := filepath.Join(w.folder, "..data_tmp")
	if err := os.Symlink(version, temporary); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Rename(temporary, filepath.Join(w.folder, "..data")); err != nil {
		w.t.Fatal(err)
	}
}

// weakened is policyB less the rule that denies.
var weakened = policyA

func TestWatchRefusesWeaker(t *testing.T) {
	watching(t, policy.WatchConfig{}, policyB, func(w *watch) {
		w.write("policy.yaml", weakened)
		w.after(5)
		w.expect("refused")
		var e *policy.WeakerError
		if !errors.As(w.last, &e) || e.Hash != hash(t,
			weakened) || len(e.Weaker) == 0 || e.Signature != nil {
			t.Errorf("error = %#v, want a *WeakerError of the policy found", w.last)
		}
		for _, want := range []string{e.Hash, e.Weaker[0].String()} {
			if !strings.Contains(w.last.Error(), want) {
				t.Errorf("%q does not say %q", w.last, want)
			}
		}
	})
}

func TestWatchAdoptsWeakerByHash(t *testing.T) {
	watching(t, approved(t, weakened), policyB, func(w *watch) {
		w.write("policy.yaml", weakened)
		w.after(2)
		w.expect(hash(t, weakened))
	})
}

// What was adopted is what the next policy is compared with.
func TestWatchComparesWithWhatIsInForce(t *testing.T) {
	watching(t, policy.WatchConfig{}, policyA, func(w *watch) {
		w.after(1)
		w.write("policy.yaml", policyB)
		w.after(2)
		w.expect(hash(t, policyB))
		w.write("policy.yaml", policyA)
		w.after(2)
		w.expect("refused")
	})
}

func (w *watch) sign(k ed25519.PrivateKey, text string) {
	w.t.Helper()
	signature, err := policy.Sign(k, parseText(w.t, text))
	if err != nil {
		w.t.Fatal(err)
	}
	w.write("policy.yaml.sig", string(signature))
}

func TestWatchAdoptsWeakerBySignature(t *testing.T) {
	watching(t, policy.WatchConfig{PublicKey: publicKey(keys)}, policyB, func(w *watch) {
		w.write("policy.yaml", weakened)
		w.after(5)
		w.expect("refused")
		if !errors.Is(w.last, fs.ErrNotExist) {
			t.Errorf("error = %v, want one that says there is no signature", w.last)
		}
		w.sign(keys, weakened) // the policy is as it was
		w.after(5)
		w.expect(hash(t, weakened))
	})
}

func TestWatchRefusesOtherSignatures(t *testing.T) {
	signed := string(sign(t, keys, weakened))
	for name, signature := range map[string]string{
		"of another key":     string(sign(t, otherKeys, weakened)),
		"of another policy":  string(sign(t, keys, policyB)),
		"of the hash alone":  encode(ed25519.Sign(keys, []byte(hash(t, weakened)))),
		"of the file":        encode(ed25519.Sign(keys, []byte(weakened))),
		"cut short":          signed[:40],
		"not base64":         "?" + signed,
		"empty":              "",
		"with more after it": signed + signed,
	} {
		t.Run(name, func(t *testing.T) {
			watching(t, policy.WatchConfig{PublicKey: publicKey(keys)}, policyB, func(w *watch) {
				w.write("policy.yaml.sig", signature)
				w.write("policy.yaml", weakened)
				w.after(5)
				w.expect("refused")
				var e *policy.WeakerError
				if !errors.Is(w.last, policy.ErrSignature) || !errors.As(w.last, &e) {
					t.Errorf("error = %v, want a *WeakerError that wraps ErrSignature", w.last)
				}
			})
		})
	}
}

// A signature counts only where the host gave the key for it.
func TestWatchWithoutKeyTakesNoSignature(t *testing.T) {
	watching(t, policy.WatchConfig{}, policyB, func(w *watch) {
		w.sign(keys, weakened)
		w.write("policy.yaml", weakened)
		w.after(5)
		w.expect("refused")
	})
}

// With nothing in force, even the first policy needs an approval.
func TestWatchFromNothing(t *testing.T) {
	watching(t, policy.WatchConfig{PublicKey: publicKey(keys)}, "", func(w *watch) {
		w.after(1)
		w.expect("refused")
		w.write("policy.yaml", policyA)
		w.after(2)
		w.expect("refused")
		w.sign(keys, policyA)
		w.after(2)
		w.expect(hash(t, policyA))
	})
}

func TestWatchArguments(t *testing.T) {
	ignore := func(*policy.Policy, error) {}
	for name, err := range map[string]error{
		"no file":     policy.Watch(t.Context(), nil, policy.WatchConfig{}, ignore),
		"no onChange": policy.Watch(t.Context(), nil, policy.WatchConfig{}, nil, "a"),
		"negative":    policy.Watch(t.Context(), nil, policy.WatchConfig{Every: -1}, ignore, "a"),
		"short key": policy.Watch(t.Context(), nil, policy.WatchConfig{PublicKey: []byte("key")},
			ignore, "a"),
		"not a hash": policy.Watch(t.Context(), nil,
			policy.WatchConfig{Approved: []string{"abc"}}, ignore, "a"),
		"capital hash": policy.Watch(t.Context(), nil,
			policy.WatchConfig{Approved: []string{strings.Repeat("A", 64)}}, ignore, "a"),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "policy: watch: ") {
			t.Errorf("%s: error = %v, want one of the arguments", name, err)
		}
	}
}

// A change that Compare cannot judge is as bad as a weaker one.
func TestWatchRefusesWhatIsUnclear(t *testing.T) {
	watching(t, policy.WatchConfig{}, policyB, func(w *watch) {
		w.write("policy.yaml", strings.Replace(policyB, "when: geo.tor", "when: geo.vpn", 1))
		w.after(5)
		w.expect("refused")
		var e *policy.WeakerError
		if !errors.As(w.last, &e) || e.Weaker[0].Direction != policy.Unclear {
			t.Errorf("error = %v, want one that says what is unclear", w.last)
		}
	})
}

// A policy that denies everything is not weakened by accident either.
func TestWatchFromTheZeroPolicy(t *testing.T) {
	file := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(file, []byte(policyB), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		err := policy.Watch(ctx, &policy.Policy{}, policy.WatchConfig{}, func(p *policy.Policy, err error) {
			var e *policy.WeakerError
			if p != nil || !errors.As(err, &e) {
				t.Errorf("onChange(%v, %v), want a *WeakerError", p, err)
			}
			cancel()
		}, file)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error = %v, want that the context was canceled", err)
		}
	})
}

// A folder in the place of a file must not stop the watch.
func TestWatchNotAFile(t *testing.T) {
	watching(t, policy.WatchConfig{}, policyA, func(w *watch) {
		w.remove("policy.yaml")
		if err := os.Mkdir(filepath.Join(w.folder, "policy.yaml"), 0o700); err != nil {
			w.t.Fatal(err)
		}
		w.after(5)
		w.expect("refused")
		if !strings.HasSuffix(w.last.Error(), "is not a regular file") {
			t.Errorf("error = %v", w.last)
		}
	})
}

func TestWatchTooLarge(t *testing.T) {
	watching(t, policy.WatchConfig{}, policyA, func(w *watch) {
		w.write("policy.yaml", policyA+"# "+strings.Repeat("x", 5<<20))
		w.after(5)
		w.expect("refused")
		var load *policy.LoadError
		if !errors.As(w.last, &load) || load.Findings[0].ID != "too-large" {
			t.Errorf("error = %v, want too-large", w.last)
		}
	})
}

func ExampleWatch() {
	folder, err := os.MkdirTemp("", "policy")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "policy.yaml")
	before, _ := os.ReadFile("testdata/base.yaml")
	after := strings.Replace(string(before), "[none, none, notice, confirm]",
		"[none, none, none, none]", 1)
	_ = os.WriteFile(file, []byte(after), 0o600)

	current, err := policy.Parse(policy.Source{Name: file, Data: before})
	if err != nil {
		fmt.Println(err)
		return
	}
	// A service watches until it ends, and hands each policy to its guard:
	// this one ends at the first news.
	ctx, stop := context.WithCancel(context.Background())
	onChange := func(p *policy.Policy, err error) {
		var weaker *policy.WeakerError
		fmt.Println(p == nil, errors.As(err, &weaker))
		stop()
	}
	config := policy.WatchConfig{Every: time.Millisecond}
	fmt.Println(policy.Watch(ctx, current, config, onChange, file))
	// Output:
	// true true
	// context canceled
}
