// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCommittedFilesAreTheGeneratedOnes(t *testing.T) {
	files, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for dir, content := range files {
		for name, want := range content {
			got, err := os.ReadFile(filepath.Join("..", dir, name))
			if err != nil {
				t.Error(err)
				continue
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s/%s differs: run go run ./mmdbgen in tools", dir, name)
			}
			compared++
		}
	}
	if compared < 13 {
		t.Errorf("compared %d files, want at least 13", compared)
	}
}

func TestGenerateIsDeterministic(t *testing.T) {
	first, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	second, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	for dir := range first {
		for name := range first[dir] {
			if !bytes.Equal(first[dir][name], second[dir][name]) {
				t.Errorf("%s/%s differs from run to run", dir, name)
			}
		}
	}
}

func TestParseWorldNamesTheLine(t *testing.T) {
	good := "21.33.10.0/24\tFR\tIDF\tParis\t48.8\t2.3\t10\tEurope/Paris\t64496\tExample\t\thome"
	for name, tt := range map[string]struct{ text, want string }{
		"columns":  {"network\n", "world.tsv:1"},
		"fields":   {columns + "\nx\n", "want 12 fields, got 1"},
		"network":  {columns + "\n" + strings.Replace(good, "/24", "/99", 1) + "\n", "world.tsv:2"},
		"latitude": {columns + "\n" + strings.Replace(good, "48.8", "north", 1) + "\n", "north"},
		"radius":   {columns + "\n" + strings.Replace(good, "\t10\t", "\tten\t", 1) + "\n", "ten"},
		"asn":      {columns + "\n" + strings.Replace(good, "64496", "AS1", 1) + "\n", "AS1"},
		"flag":     {columns + "\n" + strings.Replace(good, "Example\t", "Example\tmoon", 1) + "\n", "moon"},
		"overlap":  {columns + "\n" + good + "\n" + good + "\n", "overlap"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseWorld(tt.text)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
}
