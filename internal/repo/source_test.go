// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package repo_test

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const header = `// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

`

func TestEveryGoFileHasTheLicenceHeader(t *testing.T) {
	for name, content := range files(t) {
		if strings.HasSuffix(name, ".go") && !isTestdata(name) && !bytes.HasPrefix(content, []byte(header)) {
			t.Errorf("%s: does not begin with the two SPDX lines and an empty one", name)
		}
	}
}

func TestEveryPackageHasADocFile(t *testing.T) {
	all := files(t)
	for _, folder := range publicFolders(all) {
		name := path.Join(folder, "doc.go")
		if err := checkDoc(name, all[name]); err != nil {
			t.Error(err)
		}
	}
}

// checkDoc says what is wrong with a package's doc.go.
func checkDoc(name string, content []byte) error {
	if content == nil {
		return fmt.Errorf("%s: does not exist", name)
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, content, parser.ParseComments)
	if err != nil {
		return err
	}
	if want := "Package " + file.Name.Name + " "; !strings.HasPrefix(file.Doc.Text(), want) {
		return fmt.Errorf("%s: want a package comment that begins with %q", name, want)
	}
	return nil
}

// publicFolders returns the folders of the core's packages that users can
// import.
func publicFolders(all map[string][]byte) []string {
	folders := map[string]bool{".": true}
	for name := range all {
		folder := path.Dir(name)
		if strings.HasSuffix(name, ".go") && !isPrivate(folder) && !isTestdata(name) && !isNested(all, folder) {
			folders[folder] = true
		}
	}
	return slices.Sorted(maps.Keys(folders))
}

// isNested reports whether the folder belongs to another module than the core.
func isNested(all map[string][]byte, folder string) bool {
	for ; folder != "."; folder = path.Dir(folder) {
		if all[path.Join(folder, "go.mod")] != nil {
			return true
		}
	}
	return false
}

func TestEveryModuleIsInTheWorkspace(t *testing.T) {
	all := files(t)
	used := strings.Fields(string(all["go.work"]))
	for name := range all {
		folder := path.Dir(name)
		if path.Base(name) != "go.mod" || isTestdata(name) {
			continue
		}
		if folder != "." {
			folder = "./" + folder
		}
		if !slices.Contains(used, folder) {
			t.Errorf("go.work does not use %s", folder)
		}
	}
}

// machinePath matches what is only true on one machine. It is put together so
// as not to match itself.
var machinePath = regexp.MustCompile(`(^|[^\w.*/-])/` + `(work|root|home)/`)

func TestNoFileNamesAPathOfAMachine(t *testing.T) {
	for name, content := range files(t) {
		if bytes.ContainsRune(content, 0) {
			continue // not text
		}
		if found := machinePath.Find(content); found != nil {
			t.Errorf("%s: contains %q", name, found)
		}
	}
}

func TestMachinePath(t *testing.T) {
	for text, want := range map[string]bool{
		"cd /" + "work/x":                  true,
		"/" + "home/me":                    true,
		"\"/" + "root/.cache\"":            true,
		"https://example.com/" + "home/":   false,
		"./" + "work/":                     false,
		"the network/" + "root/ of a tree": false,
	} {
		if got := machinePath.MatchString(text); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
