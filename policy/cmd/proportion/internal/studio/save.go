// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package studio

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/policy/cmd/proportion/internal/replace"
)

type diffOut struct {
	Files    []fileDiff `json:"files"`
	Changes  []change   `json:"changes"`
	Compared bool       `json:"compared"` // both policies can be loaded
	Loads    bool       `json:"loads"`    // the new one can
	Changed  []string   `json:"changed"`  // files that changed on disk: saving would refuse
	Seal     string     `json:"seal"`     // of exactly what is shown
}

type fileDiff struct {
	Name  string   `json:"name"`
	Lines []string `json:"lines"` // as a unified diff has them
}

type change struct {
	Where     string `json:"where"`
	Direction string `json:"direction"`
	Text      string `json:"text"`
}

// diff says what saving a draft would change, in the texts and in what the
// policy asks for.
func (s *Studio) diff(ctx context.Context, in draft) (diffOut, error) {
	out := diffOut{Files: []fileDiff{}, Changes: []change{}, Seal: in.seal()}
	policies, _, err := s.desk.split(in)
	if err != nil {
		return out, err
	}
	out.Changed = s.desk.changed(in)
	for _, p := range s.desk.all() {
		if text := in.text(p.path); text != p.text {
			out.Files = append(out.Files, fileDiff{p.path, lines(p.text, text)})
		}
	}
	after, err := s.parsed.parse(ctx, policies)
	out.Loads = err == nil
	before, errBefore := s.parsed.parse(ctx, s.desk.saved())
	if out.Compared = out.Loads && errBefore == nil; !out.Compared {
		return out, nil
	}
	for _, c := range policy.Compare(before, after) {
		out.Changes = append(out.Changes, change{c.Where, c.Direction.String(), c.Text})
	}
	return out, nil
}

// lines returns a unified diff, less its header.
func lines(before, after string) []string {
	all := string(diff.Diff("", []byte(before), "", []byte(after)))
	_, body, _ := strings.Cut(all, "\n@@")
	return strings.Split(strings.TrimSuffix("@@"+body, "\n"), "\n")
}

// text returns the draft's text of a file that is one of its files.
func (d draft) text(name string) string {
	i := slices.IndexFunc(d.Files, func(f file) bool { return f.Name == name })
	return d.Files[i].Text
}

// seal is of what was shown: these texts in the place of those versions.
func (d draft) seal() string {
	var all strings.Builder
	for _, f := range d.Files {
		all.WriteString(versionOf(f.Name) + versionOf(f.Version) + versionOf(f.Text))
	}
	return versionOf(all.String())
}

type saveIn struct {
	draft
	Seal string `json:"seal"` // of the difference that was shown
}

type saveOut struct {
	Saved    []string          `json:"saved"`
	Versions map[string]string `json:"versions"` // of the files as they are now
}

// save writes the texts that differ, if they are the ones whose difference was
// shown and no file changed on disk. A change in the instant between the look
// and the writing is not seen: no system has a rename that looks.
func (s *Studio) save(_ context.Context, in saveIn) (saveOut, error) {
	out := saveOut{Saved: []string{}, Versions: map[string]string{}}
	if _, _, err := s.desk.split(in.draft); err != nil {
		return out, err
	}
	if !same(in.Seal, in.seal()) {
		return out, failure{http.StatusConflict, "this is not what the difference was shown of"}
	}
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	if changed := s.desk.changed(in.draft); len(changed) > 0 {
		return out, failure{http.StatusConflict, strings.Join(changed, ", ") + " changed on disk"}
	}
	for _, p := range s.desk.papers {
		if text := in.text(p.path); text != p.text {
			if err := replace.File(p.path, p.bytes(text)); err != nil {
				return out, fmt.Errorf("saving: %w", err)
			}
			p.text, p.version = text, versionOf(p.bytes(text))
			out.Saved = append(out.Saved, p.path)
		}
		out.Versions[p.path] = p.version
	}
	return out, nil
}
