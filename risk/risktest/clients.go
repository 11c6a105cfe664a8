// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risktest

import (
	"crypto/sha256"

	"github.com/proportion-go/proportion/risk"
)

// Desktop is Firefox 144 on Linux, in French.
func Desktop() risk.Client { return firefox("144.0") }

// DesktopUpgraded is [Desktop] two versions later.
func DesktopUpgraded() risk.Client { return firefox("146.0") }

func firefox(version string) risk.Client {
	return risk.Client{
		UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:" + version +
			") Gecko/20100101 Firefox/" + version,
		Hints: risk.Hints{Timezone: "Europe/Paris", AcceptLanguage: "fr-FR,fr;q=0.8,en;q=0.5"},
	}
}

// Phone is Chrome 141 on Android, in French.
func Phone() risk.Client { return chrome("141") }

// PhoneUpgraded is [Phone] two versions later.
func PhoneUpgraded() risk.Client { return chrome("143") }

func chrome(version string) risk.Client {
	return risk.Client{
		UserAgent: "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) " +
			"Chrome/" + version + ".0.0.0 Mobile Safari/537.36",
		Hints: risk.Hints{
			Platform: `"Android"`,
			Mobile:   risk.True,
			Brands: `"Google Chrome";v="` + version + `", "Chromium";v="` + version +
				`", "Not_A Brand";v="24"`,
			Timezone:       "Europe/Paris",
			AcceptLanguage: "fr-FR,fr;q=0.9",
		},
	}
}

// Script is a program without a person.
func Script() risk.Client { return risk.Client{UserAgent: "curl/8.17.0"} }

// Device returns the identifier of a device by the name that a test gives it:
// the same one for the same name, another for another. It ends in "fake".
func Device(name string) risk.DeviceID {
	sum := sha256.Sum256([]byte(name))
	id := risk.DeviceID(sum[:16])
	copy(id[12:], "fake")
	return id
}
