// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package repo_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// may is what the packages of a folder, and of those below that have no entry
// of their own, may link: packages of this module, and modules of others.
type may struct {
	ours   []string
	others []string
}

const (
	exprModule   = "github.com/expr-lang/expr"
	yamlModule   = "go.yaml.in/yaml/v4"
	geoipModule  = "github.com/oschwald/geoip2-golang/v2"
	mmdbModule   = "github.com/oschwald/maxminddb-golang/v2"
	cryptoModule = "golang.org/x/crypto"
	systemModule = "golang.org/x/sys"

	everyOfOurs  = ""
	rootOfModule = "."
)

// allowed keeps the core small and its imports flowing one way.
var allowed = map[string]may{
	rootOfModule: {},
	"internal":   {},
	"otp": {
		ours:   []string{"otp", "internal"},
		others: []string{cryptoModule, systemModule},
	},
	"risk": {
		ours: []string{"risk", "internal"},
	},
	"risk/geoip": {
		ours:   []string{"risk", "internal"},
		others: []string{geoipModule, mmdbModule, systemModule},
	},
	"policy": {
		ours:   []string{"policy", "risk", "internal"},
		others: []string{exprModule, yamlModule},
	},
	"stepup": {
		ours:   []string{"stepup", "policy", "risk", "otp", "internal"},
		others: []string{exprModule, yamlModule, cryptoModule, systemModule},
	},
	"examples": {
		ours:   []string{everyOfOurs},
		others: []string{exprModule, yamlModule, geoipModule, mmdbModule, cryptoModule, systemModule},
	},
}

func TestPackagesLinkOnlyWhatIsAllowed(t *testing.T) {
	all := packages(t)
	checked := 0
	for _, path := range slices.Sorted(maps.Keys(all)) {
		name, ok := ours(path)
		if !ok {
			continue
		}
		checked++
		limit, ok := limitOf(name)
		if !ok {
			t.Errorf("%s: no entry says what it may link", path)
			continue
		}
		for _, dep := range all[path].Deps {
			if !all[dep].Standard && !limit.allows(dep) {
				t.Errorf("%s links %s", path, dep)
			}
		}
	}
	if checked < 8 {
		t.Errorf("checked %d packages, want at least 8", checked)
	}
}

func TestDependencyLimits(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     bool
	}{
		{"otp", cryptoModule + "/argon2", true},
		{"otp", module + "/risk", false},
		{"risk", module + "/otp", false},
		{"risk/risktest", mmdbModule, false},
		{"risk/geoip", mmdbModule, true},
		{"risk/geoip/internal/record", mmdbModule, true},
		{"risk/geoipother", mmdbModule, false},
		{"policy", exprModule + "/parser", true},
		{"policy/internal/expression", module + "/stepup", false},
		{"stepup", mmdbModule, false},
		{"stepup", exprModule + "x", false},
	} {
		limit, ok := limitOf(c.from)
		if got := ok && limit.allows(c.to); got != c.want {
			t.Errorf("%s may link %s: got %v, want %v", c.from, c.to, got, c.want)
		}
	}
	if _, ok := limitOf("novelty"); ok {
		t.Error("a new folder must have an entry of its own")
	}
}

// limitOf returns the entry of the package or of the nearest folder above it.
func limitOf(name string) (may, bool) {
	if name == "" {
		name = rootOfModule
	}
	for {
		if limit, ok := allowed[name]; ok {
			return limit, true
		}
		cut := strings.LastIndex(name, "/")
		if cut < 0 {
			return may{}, false
		}
		name = name[:cut]
	}
}

func (m may) allows(path string) bool {
	if name, ok := ours(path); ok {
		return slices.ContainsFunc(m.ours, func(folder string) bool {
			return folder == everyOfOurs || within(name, folder)
		})
	}
	return slices.ContainsFunc(m.others, func(folder string) bool { return within(path, folder) })
}

// within reports whether the path is the folder or below it.
func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}
