// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package evaluation

import "github.com/proportion-go/proportion/risk/risktest"

var titles = map[risktest.Attack]string{
	risktest.Naive:        "Naive: from anywhere, on anything",
	risktest.BehindVPN:    "VPN: an exit in the subject's country",
	risktest.Targeted:     "Targeted: the subject's city, browser and language",
	risktest.VeryTargeted: "Very targeted: his access provider too, and a stolen session",
}

const preface = `# Evaluation of familiarity

**Everything here is synthetic.** No person, address or login in it is real. It
tells how models compare in a world that was written down before they were
measured, and nothing of how many of your customers would be challenged: measure
that on your own journal. This page is printed by ` + "`go generate ./risk`" + `
(` + "`risk/internal/evaluation`" + `); do not edit it.

## Method

- Seed %d, population of package ` + "`risktest`" + `. %d subjects are measured. The first
  %d logins of %d others are part of what everybody shows, as are the stored
  logins of those measured.
- For each history size, that many logins of a subject are stored, each as a
  proof. His next %d logins are then scored, without being stored, and %d
  attacks of each kind, made when he himself logs in.
- For each model, attack, history size and target, the threshold is the highest
  at and above which that share of attacks scores. A login at or above it is
  challenged. Thresholds are one for all subjects.
- The number is the median, over subjects, of the share of a subject's own logins
  that is challenged, in percent; in brackets its Wilson interval at 95 %%: the
  values whose ranks are the Wilson interval of one half. Shares move in steps of
  one login.
- *rule* challenges a login from a new country or a new network (autonomous
  system). It has one threshold: where it stops fewer attacks than asked for, no
  choice is left but to challenge everybody, 100 %%.
- *published* is the model of Freeman et al. (NDSS 2016) in the form that Wiefling
  et al. (2022) published, exact on vectors; with full addresses and user agents
  and the published weights.
- *ours* is the sum of familiarity.network and familiarity.agent, with the default
  weights: no full address, no full user agent. The weights were chosen on
  populations of the seeds 7, 8 and 9, and rounded; the world was not changed
  after it was first measured.
- "fewer" means that ours lies below both others, outside the intervals; "more"
  that it lies above the better of them, outside the intervals.

The world: six countries of three cities, each with four access providers and
three mobile ones, VPNs of three brands with exits everywhere. An access provider
has 64 parts (a /24, or a /48) in a city; a home can get an address in four of
them, for a day, a month, half a year or a year, by provider. A mobile provider
has eight parts for a city, and each login may come out at any of them.

Naive attackers come from any country alike, so one in six from the subject's,
half of them from data centres, half from access lines. VPN attackers take a
brand's exit in the subject's country. Both use their own browsers. Targeted
attackers take an access line in his city, by market share, so that many sit on
his own provider, and send his user agent and language. Very targeted ones take a
line of his own provider, and have a stolen device token.

What this world is kind to: parts of networks that stay with a home. Where
customers roam over all of a provider's parts, ours loses what sets it apart from
a targeted attacker. What it is hard on: the published model, of which the authors
report 0.42 and 0.10 at 12 and 39 logins, for 99.5 %% of targeted attackers, on
their own set, read off their plot. With this few networks its ratio
separates subjects of small providers from those of large ones more than it
separates subjects from attackers, under one threshold for all.

Every test repeats a small run and compares it with the last section. The whole
page is compared with
` + "`PROPORTION_EVALUATION=full go test ./risk/internal/evaluation -run Evaluation`" + `,
which takes about a minute.
`

const goal = `
## Result

Without device tokens, against naive, VPN and targeted attackers, from 4 stored
logins on and for 98 %% of attacks and more, ours challenges fewer logins than the
better of the other two, outside the intervals, in %d of %d cases. The rule reaches
98 %% in %d of them; in the others it counts as challenging everybody, which is
much of the margin. Where the rule is asked only for what it can do, ours is not
always better: see the second table. And to stop nearly all targeted attackers
without device tokens costs, with any of the three, a large part of a subject's
own logins: no policy should ask for that; use the tokens.
`

const why = `
The table shows where it does not. A targeted attacker sends the subject's own
browser from the subject's own city. Some of them get a line in a part of a
network where the subject himself was seen before, more where the history is
longer, since it holds more parts. Where more of them do than may slip through,
stopping the rest is to challenge the subject at home: 0.5 % may, for 99.5 %.
Nothing that is stored sets such an attacker apart but how often the subject was
seen there. Full addresses would, for subjects whose address stays; they are not
stored. A device token does (below).
`

const weighed = `
Other weights do not change that. On populations of the seeds 7 and 8, of 300
subjects each, the share at 39 logins and 99.5 % of targeted attacks was 85 and
82.5 %; with a prior of 0.05 or 1, with a weight of the prefix of 3, of network
and country of 0.2 and 0.1, or with those of agents of 0.3 and 0.1, it was 65 to
90 %, never near the 48 % that it costs to stop 99 %. The best of these, a
heavier prefix and a lighter agent, cost two to three times as many challenges
against VPNs, so the weights are as they were.
`

const atTheRule = `
### At what the rule stops

The tables below are unkind to a rule that stops 97.9 % where 98 % is asked for.
So here the target is what the rule stops, whatever that is. Ours is better
against naive attackers, until the rule costs nothing either. Against VPNs it is
about level, and behind at one login: a network never seen says it all, and the
rest is noise.
Against targeted attackers the rule, where half to four fifths of them are to be
stopped, costs less than ours up to 4 stored logins: the parts of networks that
set the others apart are new for the subject too. A policy can have both: the
signals geo.new_asn and geo.new_country stand beside familiarity.
`

const withTokens = `
Each login comes with the token of its device. For all three models, a request
without the token of a device that the subject proved himself on is stranger than
any with one; among equals the model decides. From 4 logins on the token does
nearly all of the work, against everybody who has not stolen it. Against those
who have, it does none.
`

const repeated = `
## Repeated by every test

%d subjects and %d others, without device tokens; else as above. The intervals
are wide.
`
