// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"time"
)

// WatchConfig says how [Watch] looks, and what may replace the policy in
// force. The zero value looks every ten seconds, and adopts nothing weaker.
type WatchConfig struct {
	// Every is the time between two looks at the files. 0 is ten seconds.
	Every time.Duration

	// Approved are the hashes ([Policy.Hash]) of policies that may be adopted
	// although they are weaker.
	Approved []string

	// PublicKey verifies the signature that may approve a weaker policy: see
	// [Sign]. It is read from a file beside the first one watched, whose name
	// has ".sig" added: policy.yaml.sig. Without a key no signature counts.
	PublicKey ed25519.PublicKey
}

const defaultEvery = 10 * time.Second

// Watch follows policy files, which together form one policy, until the
// context is done, whose error it then returns. Any other error is one of its
// arguments, and is returned at once. Watch blocks: call it in a goroutine of
// its own. It starts none, and calls onChange from the one it runs in.
//
// The files are read anew at every look, and compared by their content: it
// does not matter how they are replaced, and a Kubernetes ConfigMap, of which
// a symbolic link is swapped, is followed like a file that is edited. What is
// found counts once two looks in a row have found the same, so that a file
// half written, or one file of several, is not taken for a policy.
//
// For each content found, onChange is called once: with the policy that is
// now in force, also if only a comment changed; or with nil and the reason
// why the last good one stays in force. That is a [*LoadError], a
// [*WeakerError], or an error that says which file cannot be read. What is in
// force when Watch is called is not reported.
//
// A policy that is not stronger in all that [Compare] finds, than current or
// than the one adopted since, is adopted only if WatchConfig approves it. An approval is of a
// policy, not of a moment: whoever can write the files can also bring back an
// older policy that was approved, until its hash is removed or the key is
// changed.
//
// Watch cannot know what a process starts with: that is current, which
// [Load] does not compare with anything. With nil for current nothing is in
// force yet, and the first policy needs an approval as well.
func Watch(ctx context.Context, current *Policy, c WatchConfig,
	onChange func(*Policy, error), paths ...string,
) error {
	if err := c.check(onChange, paths); err != nil {
		return err
	}
	every := c.Every
	if every == 0 {
		every = defaultEvery
	}
	w := watcher{config: c, current: current, onChange: onChange, paths: paths}
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	for ctx.Err() == nil {
		w.look()
		select {
		case <-ctx.Done():
		case <-ticks.C:
		}
	}
	return ctx.Err()
}

var hashForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (c *WatchConfig) check(onChange func(*Policy, error), paths []string) error {
	switch {
	case onChange == nil:
		return errors.New("policy: watch: onChange is nil")
	case len(paths) == 0:
		return errors.New("policy: watch: no file is given")
	case c.Every < 0:
		return fmt.Errorf("policy: watch: want a positive time between looks, got %v", c.Every)
	case c.PublicKey != nil && len(c.PublicKey) != ed25519.PublicKeySize:
		return fmt.Errorf("policy: watch: want a public key of %d bytes, got %d",
			ed25519.PublicKeySize, len(c.PublicKey))
	}
	// A misspelt hash would approve nothing, and nobody would know.
	for _, hash := range c.Approved {
		if !hashForm.MatchString(hash) {
			return fmt.Errorf("policy: watch: approved: want 64 hexadecimal digits, got %q", hash)
		}
	}
	return nil
}

type watcher struct {
	config   WatchConfig
	current  *Policy
	onChange func(*Policy, error)
	paths    []string
	seen     [sha256.Size]byte // at the last look
	told     [sha256.Size]byte // when onChange was last called; zero: never
}

// files is what one look finds.
type files struct {
	sources        []Source
	err            error // of the first that cannot be read
	signature      []byte
	signatureError error
}

// look reads the files, and acts on what is new and settled.
func (w *watcher) look() {
	f := w.read()
	digest := f.digest()
	settled := digest == w.seen
	w.seen = digest
	if !settled || digest == w.told {
		return
	}
	first := w.told == [sha256.Size]byte{}
	w.told = digest
	p, err := w.judge(&f)
	if err != nil {
		w.onChange(nil, err)
		return
	}
	known := first && w.current != nil && p.hash == w.current.hash
	w.current = p
	if !known {
		w.onChange(p, nil)
	}
}

func (w *watcher) read() files {
	var f files
	left := int64(maxSize)
	for _, path := range w.paths {
		data, err := readBounded(path, left)
		if err != nil {
			f.err = fmt.Errorf("policy: %w", err)
			return f
		}
		left = max(0, left-int64(len(data)))
		f.sources = append(f.sources, Source{path, data})
	}
	if w.config.PublicKey != nil {
		f.signature, f.signatureError = readBounded(w.paths[0]+".sig", maxSignature)
	}
	return f
}

// readBounded reads a file, and of one that is longer than limit one byte
// more, which is enough to know.
func readBounded(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	// To open a pipe would wait for whoever writes to it.
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	return readUpTo(path, limit)
}

// readUpTo reads a file that may have no end. What says how long it is does not
// matter: a device has no size.
func readUpTo(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, limit+1))
}

// digest tells two findings apart.
func (f *files) digest() [sha256.Size]byte {
	c := canon{sha256.New()}
	for _, s := range f.sources {
		c.put(s.Name, string(s.Data))
	}
	c.put(f.err, string(f.signature), f.signatureError)
	return [sha256.Size]byte(c.Sum(nil))
}

// judge returns the policy if it may be adopted.
func (w *watcher) judge(f *files) (*Policy, error) {
	if f.err != nil {
		return nil, f.err
	}
	p, err := Parse(f.sources...)
	if err != nil {
		return nil, err
	}
	lost := weaker(w.current, p)
	if len(lost) == 0 || slices.Contains(w.config.Approved, p.hash) {
		return p, nil
	}
	refusal := &WeakerError{Hash: p.hash, Weaker: lost}
	if w.config.PublicKey == nil {
		return nil, refusal
	}
	if refusal.Signature = f.signatureError; refusal.Signature == nil {
		refusal.Signature = verify(w.config.PublicKey, p, f.signature)
	}
	if refusal.Signature != nil {
		return nil, refusal
	}
	return p, nil
}
