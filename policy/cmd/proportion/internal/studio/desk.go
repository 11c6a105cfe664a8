// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package studio

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/proportion-go/proportion/policy"
)

// maxFile is the longest file that is read: no policy may have more.
const maxFile = 4 << 20

// paper is one file that is being worked on.
type paper struct {
	path    string // as it was given, and as findings call it
	test    bool
	text    string // as it was last read or written here, with lines that end in \n
	crlf    bool   // the file's end in \r\n; a browser's editor would lose that
	version string // of the file
}

// bytes returns the text as its file has it.
func (p *paper) bytes(text string) string {
	if p.crlf {
		return strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

// desk holds the files. Those that lie on it never change, their texts do.
type desk struct {
	mu     sync.Mutex
	papers []*paper
}

// openDesk reads the files.
func openDesk(paths []string) (*desk, error) {
	d := new(desk)
	for _, path := range paths {
		p := &paper{path: path, test: isTest(path)}
		if err := p.read(); err != nil {
			return nil, err
		}
		d.papers = append(d.papers, p)
	}
	return d, nil
}

// isTest reports whether a file holds tests of a policy.
func isTest(path string) bool {
	return strings.HasSuffix(path, "_test.yaml") || strings.HasSuffix(path, "_test.yml")
}

// read reads the file anew. What a browser would not give back as it was is
// not taken.
func (p *paper) read() error {
	data, err := readFile(p.path)
	if err != nil {
		return err
	}
	switch {
	case len(data) > maxFile:
		return fmt.Errorf("%s: has more than %d bytes", p.path, maxFile)
	case !utf8.Valid(data):
		return fmt.Errorf("%s: is not UTF-8", p.path)
	}
	text := string(data)
	p.version, p.crlf = versionOf(text), strings.Contains(text, "\r\n")
	p.text = strings.ReplaceAll(text, "\r\n", "\n")
	return nil
}

// readFile reads a byte more than a file may have.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	return io.ReadAll(io.LimitReader(f, maxFile+1))
}

func versionOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// file is a text that a page holds of a file, and the version that it began
// from.
type file struct {
	Name    string `json:"name"`
	Text    string `json:"text"`
	Version string `json:"version"`
}

// draft is the texts that a page holds, one for every file of the desk.
type draft struct {
	Files []file `json:"files"`
}

// split returns the policy and its tests, in the order of the desk. A page
// names no file but those.
func (d *desk) split(in draft) (policies, tests []policy.Source, err error) {
	texts := map[string]string{}
	for _, f := range in.Files {
		texts[f.Name] = f.Text
	}
	for _, p := range d.papers {
		text, ok := texts[p.path]
		if !ok {
			return nil, nil, failure{http.StatusBadRequest, "the file " + p.path + " is missing"}
		}
		delete(texts, p.path)
		s := policy.Source{Name: p.path, Data: []byte(text)}
		if p.test {
			tests = append(tests, s)
		} else {
			policies = append(policies, s)
		}
	}
	if len(texts) > 0 {
		return nil, nil, failure{http.StatusBadRequest, "there is a file that the studio was not started with"}
	}
	return policies, tests, nil
}

// saved returns the policy as it was last read or written here.
func (d *desk) saved() []policy.Source {
	d.mu.Lock()
	defer d.mu.Unlock()
	var sources []policy.Source
	for _, p := range d.papers {
		if !p.test {
			sources = append(sources, policy.Source{Name: p.path, Data: []byte(p.text)})
		}
	}
	return sources
}

// all returns the files as they are now.
func (d *desk) all() []paper {
	d.mu.Lock()
	defer d.mu.Unlock()
	papers := make([]paper, 0, len(d.papers))
	for _, p := range d.papers {
		papers = append(papers, *p)
	}
	return papers
}

// changed returns the files that are not what the page began from.
func (d *desk) changed(in draft) []string {
	names := []string{}
	for _, f := range in.Files {
		data, err := readFile(f.Name)
		if err != nil || versionOf(string(data)) != f.Version {
			names = append(names, f.Name)
		}
	}
	return names
}

// reread reads every file anew.
func (d *desk) reread() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.papers {
		if err := p.read(); err != nil {
			return err
		}
	}
	return nil
}
