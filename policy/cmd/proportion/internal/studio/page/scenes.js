// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Requests to begin from. What a scene does not name is unknown.

const home = {
  "client.channel": "web",
  "client.language": "en",
  "session.age_s": 300,
  "session.idle_s": 20,
  "session.methods": ["password"],
  "time.hour": 14,
  "time.weekday": 3,
  "time.hour_utc": 13,
  "time.weekday_utc": 3,
  "geo.country": "FR",
  "geo.foreign": false,
  "geo.home": true,
  "geo.accuracy_km": 20,
  "geo.hosting": false,
  "geo.vpn": false,
  "geo.proxy": false,
  "geo.tor": false,
  "geo.residential_proxy": false,
  "geo.timezone_differs": false,
  "geo.new_country": false,
  "geo.new_asn": false,
  "device.known": true,
  "device.trusted": true,
  "device.age_days": 200,
  "device.drift": 0.02,
  "device.automated": false,
  "device.subjects_24h": 1,
  "velocity.failures_10m": 0,
  "velocity.failures_1h": 0,
  "velocity.failures_24h": 0,
  "velocity.ip_failures_1h": 0,
  "velocity.ip_subjects_1h": 1,
  "velocity.net_subjects_1h": 5,
  "velocity.prompts_24h": 0,
  "velocity.global_failures": 1,
  "history.logins": 40,
  "history.days": 400,
  "history.days_since_last": 1,
  "history.hour_share": 0.3,
  "familiarity.score": 15,
  "familiarity.network": -1,
  "familiarity.agent": -1,
};

const strange = {
  "device.known": false,
  "device.trusted": false,
  "device.age_days": undefined,
  "device.drift": undefined,
  "familiarity.score": 85,
  "familiarity.agent": 1.5,
};

const abroad = {
  "geo.country": "BR",
  "geo.foreign": true,
  "geo.home": false,
  "geo.new_country": true,
  "geo.new_asn": true,
  "geo.timezone_differs": true,
  "travel.km": 9000,
  "travel.hours": 6,
  "travel.speed_kmh": 1500,
  "familiarity.score": 90,
  "familiarity.network": 2,
};

const hidden = {
  "geo.tor": true,
  "geo.hosting": true,
  "geo.country": undefined,
  "geo.foreign": undefined,
  "geo.home": undefined,
  "geo.new_country": undefined,
  "geo.new_asn": true,
  "familiarity.score": 95,
};

export const scenes = [
  { name: "At home", what: "a known device, at home", signals: home },
  { name: "New device", what: "at home, on a device never seen before", signals: { ...home, ...strange } },
  { name: "Abroad", what: "a known device, suddenly far away", signals: { ...home, ...abroad } },
  {
    name: "Stranger",
    what: "a new device behind Tor",
    signals: { ...home, ...strange, ...hidden, "velocity.failures_1h": 4 },
  },
  { name: "Nothing known", what: "every signal unknown", signals: {} },
];
