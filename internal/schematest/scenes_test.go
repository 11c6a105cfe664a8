// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package schematest_test

var testCompletions = []scene{
	{"sections", "¦", []string{"given", "tests", "no version"}},
	{"keys of a test", "tests:\n  - name: a\n    ¦", []string{
		"action", "at", "cases", "client", "device", "expect", "facts", "geo", "proofs", "spent",
		"store", "travel", "velocity", "no name", "no version",
	}},
	{"signals", "tests:\n  - name: a\n    geo:\n      ¦",
		[]string{"country", "foreign", "tor", "no km", "no geo.tor"}},
	{"signals that follow from the time", "tests:\n  - name: a\n    time:\n      ¦",
		[]string{"hour", "no hour_utc"}},
	{"values of a signal", "tests:\n  - name: a\n    geo: { foreign: ¦}",
		[]string{"true", "false", "unknown"}},
	{"expectations", "tests:\n  - name: a\n    expect:\n      ¦", []string{
		"outcome", "step", "band", "score", "fired", "not_fired", "unknown", "shadow", "degraded",
		"reasons",
	}},
	{"outcomes", "tests:\n  - name: a\n    expect: { outcome: ¦}",
		[]string{"allow", "notify", "challenge", "deny"}},
}

var testDiagnostics = []scene{
	{"nothing", "tests:\n  - name: a\n    action: b\n    expect: { outcome: allow }\n", nil},
	{"unknown signal", "tests:\n  - name: a\n    geo: { contry: FR }\n",
		[]string{"4:12-18: Property contry is not allowed."}},
	{"a country in small letters", "tests:\n  - name: a\n    geo: { country: fr }\n",
		[]string{"4:21-23: Write two capital letters, as FR, or unknown."}},
	{"a signal of another type", "tests:\n  - name: a\n    geo: { foreign: yes }\n",
		[]string{`4:21-24: Value is not accepted. Valid values: true, false, "unknown".`}},
	{"not a time", "tests:\n  - name: a\n    at: noon\n",
		[]string{"4:9-13: Write 2026-11-21 12:00, in UTC, or 2026-11-21T12:00:00+01:00."}},
	{"unknown outcome", "tests:\n  - name: a\n    expect:\n      outcome: block\n", []string{
		`5:16-21: Value is not accepted. Valid values: "allow", "notify", "challenge", "deny".`,
	}},
	{"no name", "tests:\n  - { action: b }\n", []string{`3:5-6: Missing property "name".`}},
}

var testHovers = []scene{
	{"a signal", "tests:\n  - name: a\n    travel: { speed_k¦mh: 950 }",
		[]string{"travel.speed_kmh (number, km/h)"}},
	{"a group", "tests:\n  - name: a\n    ge¦o: unknown", []string{"Signals of the group geo."}},
	{"an expectation", "tests:\n  - name: a\n    expect: { not_f¦ired: [b] }",
		[]string{"Rules that did not fire."}},
}
