// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import "slices"

// Check is one kind of finding. CHECKS.md is made from the same table.
type Check struct {
	ID   string
	What string // what is wrong, in one sentence
	Why  string // why it is refused, and what to do
}

// Checks returns every kind of finding a [LoadError] can hold, in the order
// of CHECKS.md. The slice is the caller's.
func Checks() []Check { return slices.Clone(checks[:]) }

// checks is the one table of findings. Each has a file in testdata/bad.
var checks = [...]Check{
	{"too-large", "The files have more than 4 MiB together, or one has more than 250,000 values.",
		"The time and memory that loading takes are bounded. Ten thousand rules have about " +
			"half of that."},
	{"encoding", "The file is not UTF-8, or holds a character that no editor shows.",
		"Control and direction characters can make a reviewer read another policy than the " +
			"one that is loaded."},
	{"empty", "There is nothing in the file, or no file.",
		"An empty policy would be one by mistake. A policy begins with `version: 1`."},
	{"syntax", "The file is not well-formed YAML.",
		"Most often a text needs quotes: one with `: ` or ` #` in it, such as `a ? b : c`, or " +
			"one that begins with a sign that YAML uses. Lines are indented by spaces, never by " +
			"tabs."},
	{"tag", "A value has a YAML tag.",
		"`when: !device.known` is a tag and an empty value to YAML, so that the condition " +
			"would vanish. Write `not device.known`, or put it in quotes."},
	{"alias", "The file uses an anchor, an alias or a merge key.",
		"A few lines of aliases can stand for gigabytes, and a reader has to look elsewhere " +
			"for what a rule says."},
	{"too-deep", "Values are nested deeper than any policy needs.",
		"Bounded nesting keeps the loader's memory bounded."},
	{"several-documents", "A `---` begins a second document.",
		"The second would be ignored. Put it in a file of its own."},
	{"duplicate-key", "A key is given twice in one mapping.",
		"YAML would keep only one of the two values."},
	{"version", "The version of the language is not one that this build supports.",
		"A policy for a later version may mean something else. This build supports version 1."},
	{"unknown-key", "There is no such key here.",
		"A misspelt key would otherwise be a rule that does less than it says. Nothing is said " +
			"of the absence of the key that it is most like."},
	{"missing-key", "A key, or a section, that must be there is missing.",
		"Every file has `version`; one has `ladder`, `bands` and `matrix`."},
	{"wrong-type", "The value is of another type than the key takes.",
		"YAML guesses types: `yes` is a text, `1.0` a number, and an empty value nothing. Use " +
			"quotes for texts, `true` and `false` for booleans, brackets for lists. What some " +
			"readers of YAML take for a number, a boolean or a date and others for a text, such " +
			"as `017`, `0x1F`, `1_000`, `1e3`, `12:30`, `.inf`, `True` and `2026-01-01`, is a " +
			"text only in quotes, and never a number. `review: 2026-01-01` is a date."},
	{"wrong-value", "The value is not one that the key can have.",
		"The message says which it can."},
	{"misplaced-key", "The key does not belong to what it stands with.",
		"It would have no effect: `limit` is for `at_most`, `group` for positive scores, " +
			"`methods` for challenges."},
	{"bad-name", "The text is not a name, or not one that is free.",
		"Facts and lists are names in conditions: they cannot be words of the language or " +
			"groups of signals."},
	{"duplicate-name", "The name is already given, in this file or another.",
		"Names are unique over all files, so that the order of files does not matter."},
	{"section-twice", "Two files have a section of which a policy has one.",
		"`ladder`, `bands`, `matrix`, `methods`, `on_failure` and `prompts` stand in one " +
			"file; facts, lists, actions and rules in any."},
	{"unknown-step", "The ladder has no such step.", "Name a step of `ladder`."},
	{"unknown-fact", "No such fact is declared.", "Declare it under `facts`."},
	{"ladder-order", "A step stands above one that is stronger.",
		"The order of the ladder is what \"stronger\" means everywhere else: allow, notify, " +
			"challenge, deny."},
	{"ladder-deny", "The last step, and no other, must deny.",
		"`deny: true` means the last step of the ladder."},
	{"ladder-methods", "A challenge accepts a method that a weaker challenge does not.",
		"Whoever can pass the stronger step must be able to pass the weaker one."},
	{"ladder-fresh", "A challenge accepts older proofs than a weaker challenge.",
		"A stronger step would be easier to satisfy with a proof already held."},
	{"ladder-email", "The strongest challenge accepts a code sent by email.",
		"A mailbox is often what the attacker has, and NIST SP 800-63B-4 forbids it as an " +
			"out-of-band channel."},
	{"band-order", "A band does not begin above the one before it.",
		"Bands are intervals of the score, from low to extreme."},
	{"matrix-monotone", "A higher band or sensitivity gets a weaker step.",
		"More risk, or more harm, never asks for less proof (law L4)."},
	{"bound-fact", "A proof cannot be bound to this fact.",
		"Bound facts are exact and always there: no `?`, and `decimal` rather than `number` " +
			"(law L16)."},
	{"built-in-weak", "A built-in action is made less sensitive than it may be.",
		"These guard the account itself. Enrolling and removing methods and changing contacts " +
			"guard every other proof too: they are critical, or sensitive at the least. The others " +
			"are sensitive, or normal at the least (law L20)."},
	{"star-trivial", "\"*\" is made trivial.",
		"An action that nobody listed would be harmless, whatever a new release does. List the " +
			"harmless ones by name (law L20)."},
	{"failure-allow", "An action that is not trivial would be allowed when something fails.",
		"An attacker would make it fail (law L2)."},
	{"failure-order",
		"A more sensitive action gets less than a less sensitive one when something fails.",
		"Floors do not decrease with sensitivity (law L2)."},
	{"one-effect", "A rule has no effect, or more than one.",
		"A rule has exactly one of `score`, `require`, `at_most` and `deny: true`."},
	{"no-effect", "The rule can do nothing.",
		"A score of 0, `deny: false`, at least the weakest step, at most the strongest: one " +
			"of them is a mistake."},
	{"unknown-unwritten", "The condition can be unknown, and the rule does not say what then.",
		"A signal may be missing at any time. Write `unknown: skip` or `unknown: fire`; a " +
			"score, require or deny that hides from missing data can be evaded by hiding it."},
	{"unknown-fires", "A rule that weakens a decision would fire on what is unknown.",
		"An attacker would make it unknown. An `at_most` or a negative score skips."},
	{"unreachable", "No action can ever meet the rule.",
		"`on` names no listed action, and there is no \"*\" that would cover it: most often a " +
			"misspelt name."},
	{"constant", "A part of the condition is the same for every request.",
		"It names no signal and no fact. Leave it out; a rule without `when` always applies."},
	{"limit", "The limit of an at_most does not limit.",
		"A limit has `count`, or `sum` and `most`, or all three; the sum is of a decimal " +
			"fact, since only decimals add up exactly."},
	{"because-english", "The reasons lack an English text.",
		"English is what a customer sees whose language is not listed."},
	{"condition-syntax", "The condition cannot be parsed.",
		"Often YAML has cut it: ` #` begins a comment, and `: ` a mapping. Put the condition " +
			"in quotes."},
	{"condition-type", "A part of the condition has another type than its place needs.",
		"`not a == b` compares `not a`: write `not (a == b)`. `%` and indexes take whole numbers."},
	{"condition-name", "The condition names what is neither a signal, nor a fact, nor a list.",
		"A misspelt name would otherwise be unknown for ever. risk/SIGNALS.md lists the signals."},
	{"condition-refused", "The condition uses a part of the expr language that is left out.",
		"What is left in always ends, quickly, and has no side effects (law L26)."},
	{"condition-size", "The condition is longer, deeper or dearer than a condition may be.",
		"At most 4 KiB, 64 levels, patterns of 1,000 steps, and a million steps over the " +
			"longest texts and lists a host may pass, so that the cost of a decision is known " +
			"when the policy is loaded (law L26)."},
	{"cost", "The rules for one action are too dear together.",
		"A decision takes at most 16 million steps, each some nanoseconds, over the longest " +
			"texts and lists a host may pass (law L26)."},
}
