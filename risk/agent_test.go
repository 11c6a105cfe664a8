// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk_test

import (
	"math"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
)

// The user agents of common clients.
const (
	edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) " +
		"Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0"
	opera = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) " +
		"Chrome/139.0.0.0 Safari/537.36 OPR/123.0.0.0"
	chrome = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like " +
		"Gecko) Chrome/141.0.0.0 Safari/537.36"
	safari = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like " +
		"Gecko) Version/18.6 Safari/605.1.15"
	iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 " +
		"(KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1"
	ipad = "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like " +
		"Gecko) CriOS/141.0.7390.41 Mobile/15E148 Safari/604.1"
	samsung = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) " +
		"SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36"
	cros = "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) " +
		"Chrome/141.0.0.0 Safari/537.36"
)

func family(c risk.Client) string {
	var p risk.Profile
	o := at(start(), risktest.ParisAddr, &p)
	o.Client = c
	prove(&p, o)
	return p.Disclose().Devices[0].Kind
}

func TestFamilies(t *testing.T) {
	brands := risk.Hints{
		Platform: `"Windows"`, Mobile: risk.False,
		Brands: `"Chromium";v="141", "Microsoft Edge";v="141", "Not?A_Brand";v="8"`,
	}
	for want, c := range map[string]risk.Client{
		"Edge on Windows (desktop)":           {UserAgent: edge},
		"Opera on Windows (desktop)":          {UserAgent: opera},
		"Chrome on macOS (desktop)":           {UserAgent: chrome},
		"Safari on macOS (desktop)":           {UserAgent: safari},
		"Safari on iOS (phone)":               {UserAgent: iphone},
		"Chrome on iOS (tablet)":              {UserAgent: ipad},
		"Samsung Internet on Android (phone)": {UserAgent: samsung},
		"Chrome on Chrome OS (desktop)":       {UserAgent: cros},
		"Firefox on Linux (desktop)":          risktest.Desktop(),
		"Chrome on Android (phone)":           risktest.Phone(),
		"iOS (phone)":                         {UserAgent: "OperatorApp/7.3 (iPhone; iOS 18.6; Mobile)"},
		"":                                    {UserAgent: "OperatorApp/7.3"},
	} {
		if got := family(c); got != want {
			t.Errorf("%q: got %q, want %q", c.UserAgent, got, want)
		}
	}
	// Without a user agent the client hints are enough.
	if got := family(risk.Client{Hints: brands}); got != "Edge on Windows (desktop)" {
		t.Errorf("hints alone: got %q", got)
	}
}

func TestDrift(t *testing.T) {
	french := risk.Hints{AcceptLanguage: "fr-FR,fr;q=0.9"}
	frenchEdge := risk.Client{UserAgent: edge, Hints: french}
	frenchOpera := risk.Client{UserAgent: opera, Hints: french}
	older := risktest.Desktop()
	older.UserAgent = strings.ReplaceAll(older.UserAgent, "144.0", "139.0")
	portuguese := risk.Client{UserAgent: iphone, Hints: risk.Hints{AcceptLanguage: "pt"}}
	english := risktest.Desktop()
	english.Hints.AcceptLanguage = "en-GB"
	olderEnglish := older
	olderEnglish.Hints.AcceptLanguage = "en-GB"
	for name, tt := range map[string]struct {
		learnt, now risk.Client
		want        float64 // -1: unknown
		trusted     risk.Truth
	}{
		"unchanged":        {risktest.Desktop(), risktest.Desktop(), 0, risk.True},
		"upgraded":         {risktest.Desktop(), risktest.DesktopUpgraded(), 0, risk.True},
		"phone upgraded":   {risktest.Phone(), risktest.PhoneUpgraded(), 0, risk.True},
		"never said much":  {risk.Client{}, risk.Client{}, 0, risk.True},
		"older browser":    {risktest.Desktop(), older, 0.1, risk.True},
		"another language": {risktest.Desktop(), english, 0.05, risk.True},
		"both of these":    {risktest.Desktop(), olderEnglish, 0.15, risk.True},
		"another browser":  {frenchEdge, frenchOpera, 30. / 90, risk.False},
		"another system": {risk.Client{UserAgent: chrome}, risk.Client{UserAgent: cros},
			35. / 95, risk.False},
		"another device":    {risktest.Desktop(), portuguese, 1, risk.False},
		"says nothing now":  {risktest.Desktop(), risk.Client{}, -1, risk.Unknown},
		"said nothing then": {risk.Client{}, risktest.Desktop(), -1, risk.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			var p risk.Profile
			o := at(start(), risktest.ParisAddr, &p)
			o.Client = tt.learnt
			prove(&p, o)
			o = at(start().Add(days(2)), risktest.ParisAddr, &p)
			o.Client = tt.now
			s := assess(o)
			drift, known := s.Number(risk.DeviceDrift)
			if known != (tt.want >= 0) || known && math.Abs(drift-tt.want) > 1e-12 {
				t.Errorf("drift is %v, %v, want %v", drift, known, tt.want)
			}
			wantTruth(t, s, map[risk.Signal]risk.Truth{risk.DeviceTrusted: tt.trusted})
		})
	}
}

// TestUpgradeIsLearntByProof: what changed on a device is learnt when the
// subject proves himself on it.
func TestUpgradeIsLearntByProof(t *testing.T) {
	var p risk.Profile
	prove(&p, at(start(), risktest.ParisAddr, &p))
	o := at(start().Add(days(2)), risktest.ParisAddr, &p)
	o.Client = risk.Client{UserAgent: chrome}
	if drift, _ := assess(o).Number(risk.DeviceDrift); drift < 0.5 {
		t.Fatalf("drift is %v", drift)
	}
	prove(&p, o)
	if drift, known := assess(o).Number(risk.DeviceDrift); drift != 0 || !known {
		t.Errorf("after a proof: %v, %v", drift, known)
	}
}

func TestAutomated(t *testing.T) {
	for name, tt := range map[string]struct {
		client risk.Client
		want   risk.Truth
	}{
		"nothing said": {risk.Client{}, risk.Unknown},
		"browser":      {risktest.Desktop(), risk.False},
		"script":       {risktest.Script(), risk.True},
		"headless": {risk.Client{UserAgent: strings.Replace(chrome, "Chrome/",
			"HeadlessChrome/", 1)}, risk.True},
		"webdriver": {risk.Client{UserAgent: chrome, Hints: risk.Hints{Automated: risk.True}}, risk.True},
		"denies it": {risk.Client{UserAgent: "curl/8",
			Hints: risk.Hints{Automated: risk.False}}, risk.True},
		"hint alone":    {risk.Client{Hints: risk.Hints{Automated: risk.False}}, risk.False},
		"endless agent": {risk.Client{UserAgent: strings.Repeat("x", 1<<20) + "curl/"}, risk.False},
	} {
		o := at(start(), risktest.ParisAddr, nil)
		o.Client = tt.client
		if got := assess(o).Bool(risk.DeviceAutomated); got != tt.want {
			t.Errorf("%s: got %s, want %s", name, got, tt.want)
		}
	}
}
