// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risktest

import (
	"fmt"

	"github.com/proportion-go/proportion/risk"
)

// kind is a kind of client in the world of the simulator. A %d in its user
// agent is the version of the browser.
type kind struct {
	form                    form
	share                   float64 // of its form
	browser, system, device string
	userAgent, platform     string
}

type form uint8

const (
	phone form = iota
	desktop
	tablet
)

const (
	gecko  = "Gecko/20100101 Firefox/%d.0"
	webkit = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 "
	safari = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/%d.0 "
)

func kinds() []kind {
	return []kind{
		{phone, 0.45, "Chrome", "Android", "mobile",
			"Mozilla/5.0 (Linux; Android 10; K) " + webkit + "Mobile Safari/537.36", `"Android"`},
		{phone, 0.40, "Safari", "iOS", "mobile",
			"Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) " + safari + "Mobile/15E148 Safari/604.1", ""},
		{phone, 0.10, "Samsung Internet", "Android", "mobile",
			"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) " +
				"SamsungBrowser/%d.0 Chrome/136.0.0.0 Mobile Safari/537.36", `"Android"`},
		{phone, 0.05, "Firefox", "Android", "mobile",
			"Mozilla/5.0 (Android 15; Mobile; rv:140.0) " + gecko, ""},
		{desktop, 0.50, "Chrome", "Windows", "desktop",
			"Mozilla/5.0 (Windows NT 10.0; Win64; x64) " + webkit + "Safari/537.36", `"Windows"`},
		{desktop, 0.18, "Edge", "Windows", "desktop",
			"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) " +
				"Chrome/141.0.0.0 Safari/537.36 Edg/%d.0.0.0", `"Windows"`},
		{desktop, 0.12, "Safari", "macOS", "desktop",
			"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) " + safari + "Safari/605.1.15", ""},
		{desktop, 0.08, "Chrome", "macOS", "desktop",
			"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) " + webkit + "Safari/537.36", `"macOS"`},
		{desktop, 0.07, "Firefox", "Windows", "desktop",
			"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) " + gecko, ""},
		{desktop, 0.05, "Firefox", "Linux", "desktop",
			"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) " + gecko, ""},
		{tablet, 0.65, "Safari", "iPadOS", "tablet",
			"Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X) " + safari + "Mobile/15E148 Safari/604.1", ""},
		{tablet, 0.35, "Chrome", "Android", "tablet",
			"Mozilla/5.0 (Linux; Android 10; K) " + webkit + "Safari/537.36", `"Android"`},
	}
}

// Versions of a browser follow each other every four weeks, from the first.
const (
	firstVersion = 140
	versions     = 80
	releaseDays  = 28
)

// rendered returns the clients of each kind and version, ready to use, and the
// names of their browsers.
func rendered(all []kind) (out [][versions]risk.Client, names [][versions]string) {
	out, names = make([][versions]risk.Client, len(all)), make([][versions]string, len(all))
	for i, k := range all {
		for v := range out[i] {
			names[i][v] = fmt.Sprint(k.browser, " ", firstVersion+v)
			out[i][v] = risk.Client{
				UserAgent: fmt.Sprintf(k.userAgent, firstVersion+v),
				Hints:     risk.Hints{Platform: k.platform, Mobile: mobileHint(&all[i])},
			}
		}
	}
	return out, names
}

// mobileHint is Sec-CH-UA-Mobile, which only browsers with a platform hint send.
func mobileHint(k *kind) risk.Truth {
	if k.platform == "" {
		return risk.Unknown
	}
	return risk.TruthOf(k.form == phone)
}
