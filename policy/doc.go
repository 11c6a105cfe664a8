// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package policy decides how much proof an action deserves.
//
// A policy is YAML that a platform team and a journey owner can read together.
// [Load] reads and checks its files, [Policy.Needs] says which signals matter
// for an action, [Policy.Evaluate] decides, and [Verdict.Explain] says why. A
// policy never changes after it is loaded; a decision is a pure function of
// its [Input], reads no clock and starts no goroutine. What is outside of a
// decision, such as sending codes and counting attempts, is package stepup's.
//
// Most callers use package stepup, which calls this one.
//
// # The files
//
// One file, or several that form one policy: names are unique over all of
// them, and their order does not matter. These keys stand in one file only:
// ladder, bands, matrix, methods, on_failure and prompts. Facts, lists,
// actions and rules may stand in any. Every file has version: 1.
//
//   - ladder: the steps, weakest first. Each has a name (step) and does (do)
//     one of allow, notify, challenge, deny. A challenge has methods, and may
//     have fresh, how old a held proof may be (without it none counts), and
//     acr. The last step, and no other, denies.
//   - bands: the scores at which medium, high and extreme begin.
//   - matrix: for each sensitivity the step of each band.
//   - actions: sensitivity, and if they apply: bind (facts that a proof is
//     bound to), touches (contacts that the action changes), without (methods
//     that do not prove it), session: none. "*" stands for all that are not
//     listed, but for the built-in ones, and is never trivial; without it these
//     are critical, and degrade the decision. Built in are method.enrol,
//     method.remove and contact.change, which are critical and may be made
//     sensitive; and device.trust, device.revoke, consent.change,
//     profile.export and profile.erase, which are sensitive and may be made
//     normal.
//   - facts: values that the host passes, each of type number, decimal, bool,
//     string or strings, with a `?` if it may be absent. In full a fact has
//     type, and may have unit, min, max, and journal, which says what a journal
//     holds of it: keep, round, hash or drop. Without it texts are dropped and
//     all else is kept. A replay cannot read what was hashed or dropped.
//   - lists: named lists of texts or numbers, for conditions.
//   - methods: the channels and contacts by which methods work, as in
//     code6: { channels: [web, app], via: [sms] }. A step that lists its
//     methods as a mapping of that form narrows them for itself. See
//     [Step.Way] for what holds otherwise.
//   - prompts: how many prompts a customer should see, at most: most, per 1h,
//     24h or 7d.
//   - on_failure: for each sensitivity the least that is asked when something
//     is missing: allow, challenge or deny. There challenge is the strongest
//     one of the ladder, and a deny where its attempts cannot be counted.
//     Without on_failure that is deny.
//   - rules: see below.
//
// # Rules
//
// A rule has an id and exactly one effect: score (points), require (a step),
// at_most (a step), or deny: true. It applies to the actions in on (names, or
// beginnings of names with a star), or to all. It fires when its condition,
// when, is true; a rule without one always does. What an unknown condition
// does is written in unknown: skip or fire. An at_most may have up_to, the
// highest band in which it caps (medium unless given), and a limit: how often,
// as { count: 5 }, how much of a decimal fact, as { sum: amount, most: 100 }, or
// both, until a proof of what it spared starts it anew. Of the positive scores
// of one group only the largest counts. With mode: shadow a rule is evaluated
// and reported, and never acted on. because holds texts for the customer by
// language; review, a date, and note are for the policy's authors.
//
// A condition is an expression over signals (package risk lists them), facts
// and lists: comparisons, arithmetic, and or not, in, matches with a literal
// pattern, contains startsWith endsWith, c ? a : b, x ?? y, known(x), len
// lower upper abs min max round, and any all none count over a list, in which
// # is the element. Everything else of the expr language is refused.
//
// What is not known is unknown, never false (Kleene's logic): so is whatever
// is computed from it, unless the rest decides. Division by zero, overflow
// and an index out of range are unknown too.
//
// # A decision
//
// The scores of the rules that fired add up, within 0 and 100, and fall in a
// band. The matrix gives the base; a spent prompt budget softens it. Require
// and deny raise, at_most lowers:
//
//	step = max(floor, min(base, cap))
//
// A proof that the session holds may then satisfy a challenge. Something that
// is missing and needed, such as a fact or the store, makes every unknown
// count against the request, and raises the step to the floor of on_failure:
// see [Verdict.Degraded].
//
// # Findings
//
// [Load] reports all that is wrong with a policy at once, each with file, line
// and column, the line itself and a hint: see [LoadError] and CHECKS.md. [Lint]
// says what is probably not meant in a policy that can be loaded: see LINTS.md.
//
// # Limits
//
// What loading and deciding cost is known before a request comes. The files of
// a policy have at most 4 MiB together, 250,000 values each, nested 16 deep; a
// ladder 32 steps; an action 64 bound facts; a rule 256 names in on; a
// condition 4 KiB, 64 levels and a million steps over the longest values that
// a host may pass; the rules for one action 16 million. A [LoadError] has at
// most 100 findings, of which 20 of one condition.
package policy
