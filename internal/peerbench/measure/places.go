// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"path/filepath"
)

// testdata returns the path of a synthetic database, from the folder of this
// module.
func testdata(name string) string {
	return filepath.Join("..", "..", "risk", "geoip", "testdata", name)
}

// The networks of the synthetic databases that requests come from: see the
// README beside them.
var (
	homes   = []string{"21.33.10", "21.33.11", "21.33.12", "21.33.13", "21.33.20", "21.33.21"}
	mobiles = []string{"21.33.30", "21.33.31"}
	others  = []string{
		"21.1.10", "21.1.88", "21.31.77", "21.32.10", "21.33.40", "21.33.77", "21.34.10",
		"21.34.11", "21.41.10", "21.44.10", "21.49.66", "21.55.10", "21.65.10", "21.212.10",
		"21.221.10",
	}
)

// home is the person's line.
func home(person int) netip.Addr { return host(homes[person%len(homes)], person) }

// mobile is where the person's phone comes from.
func mobile(person int) netip.Addr { return host(mobiles[person%len(mobiles)], person) }

// anywhere is mostly home.
func anywhere(person int, rng *rand.Rand) netip.Addr {
	switch r := rng.Float64(); {
	case r < 0.7:
		return home(person)
	case r < 0.85:
		return mobile(person)
	}
	return host(others[rng.IntN(len(others))], rng.IntN(256))
}

func host(network string, n int) netip.Addr {
	return netip.MustParseAddr(fmt.Sprintf("%s.%d", network, n%256))
}
