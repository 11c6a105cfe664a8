// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Command mmdbgen writes the synthetic location databases that the tests and
// the quickstart use, from the one table world.tsv. Its output depends on
// nothing else: the same table gives the same bytes.
//
// Run it in the tools module, after a change of the table:
//
//	go run ./mmdbgen
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// outputs says which databases each folder gets, relative to this module.
var outputs = map[string][]string{
	"../risk/geoip/testdata": {
		"synthetic-city.mmdb", "synthetic-country.mmdb", "synthetic-enterprise.mmdb",
		"synthetic-asn.mmdb", "synthetic-isp.mmdb",
		"synthetic-anonymous-ip.mmdb", "synthetic-anonymous-plus.mmdb",
		"synthetic-anonymous-ip4.mmdb",
	},
	"../examples/quickstart/testdata": {
		"synthetic-city.mmdb", "synthetic-asn.mmdb", "synthetic-anonymous-ip.mmdb",
	},
}

func main() {
	if err := write(); err != nil {
		fmt.Fprintln(os.Stderr, "mmdbgen:", err)
		os.Exit(1)
	}
}

func write() error {
	files, err := generate()
	if err != nil {
		return err
	}
	for dir := range outputs {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		for name, data := range files[dir] {
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// generate returns the content of every file, by folder and name.
func generate() (map[string]map[string][]byte, error) {
	networks, err := parseWorld(world)
	if err != nil {
		return nil, err
	}
	files := make(map[string]map[string][]byte)
	for dir, names := range outputs {
		files[dir] = map[string][]byte{"README.md": readme(networks, names)}
		for _, name := range names {
			if files[dir][name], err = build(name, networks); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return files, nil
}
