// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import "slices"

// Lints returns every kind of finding that [Lint] can make, in the order of
// LINTS.md. The slice is the caller's.
func Lints() []Check { return slices.Clone(lints[:]) }

// The ids of findings about the comments that accept findings. These cannot
// be accepted.
const (
	allowReason  = "allow-reason"
	allowUnknown = "allow-unknown"
	allowUnused  = "allow-unused"
)

// lints is the one table of what is probably not meant. Each has a file in
// testdata/lint.
var lints = [...]Check{
	{"shadowed-rule", "Another rule always asks for at least as much.",
		"Wherever the rule fires the other fires too, for the same actions and with at least " +
			"the same effect: the rule changes no step. Equal and stricter parts of the two " +
			"conditions are compared, nothing else is guessed."},
	{"no-change", "The rule never changes a step.",
		"The matrix already asks at least what is required, or at most what an at_most " +
			"allows, in every band and for every action that the rule is for; or a score moves " +
			"requests between bands that all have one step; or all scores of an action together do " +
			"not reach the medium band."},
	{"code4-critical", "Four digits are enough for a critical action.",
		"A code of four digits holds 13 bits, and NIST SP 800-63B-4 wants six digits. Take " +
			"code4 out of the step, or give the action `without: [code4]`."},
	{"code4-no-session", "Four digits are enough for an action without a session.",
		"Before a first factor anybody may guess for anybody, and a guess is right once in " +
			"10,000. Give the action `without: [code4]`."},
	{"eases-critical", "A rule for all actions asks for less of critical ones.",
		"An at_most or a negative score without `on` is for the critical actions too, and for " +
			"those that are built in, such as method.enrol and contact.change: what spares a " +
			"customer on a page must not make it easier to take the account over. Name the " +
			"actions, or say why not."},
	{"limit-no-session", "The limit of an at_most is for an action without a session.",
		"Before a first factor, what is left of a limit would tell who is a customer, so that a " +
			"guard takes it for unknown and the rule caps nothing there. Name the rule's actions " +
			"in `on`, without this one."},
	{"because-missing", "A rule can ask for more, and has no text that says why.",
		"A customer who is asked for proof has a right to a reason. Rules in shadow need none."},
	{"review-past", "The date of review has passed.",
		"Somebody meant to look at the rule again. Do, and write the next date."},
	{"language-missing", "The text lacks a language that other rules have.",
		"The customer would read English among texts of another language. A text in fr also " +
			"serves fr-BE."},
	{"costly", "The rules for one action can take very long together.",
		"More than a million steps, each some nanoseconds, over the longest texts and lists a " +
			"host may pass: a caller who can choose them could slow every decision down."},
	{"unusual-number", "A number is far from what others use.",
		"Most often a unit is mistaken, or a digit too many. The table below says what is " +
			"usual, and whose defaults that is taken from."},
	{"impossible-value", "A signal is compared with what it never is.",
		"The comparison is the same for every request, so that a rule never fires, or a part of " +
			"it says nothing. The ranges are those of risk/SIGNALS.md; capitals count."},
	{"text-order", "A signal that is a text is compared by `<` or `>`.",
		"Texts are in the order of their letters: critical comes before normal and sensitive. " +
			"Name the values: `action.sensitivity in [\"sensitive\", \"critical\"]`."},
	{"unknown-skipped", "A rule skips what is unknown, and no other fires on it.",
		"Whoever hides the signal evades the rule. Add a rule that fires where the group is " +
			"unknown, for example `not known(geo.country)`, or write `unknown: fire`."},
	{"sensitive-skips", "A require or deny on a sensitive action skips what is unknown.",
		"The strictest rules, on the acts that do the most harm, are not applied to who hides " +
			"what they read. Write `unknown: fire`, or say why not."},
	{allowReason, "A comment accepts a finding and does not say why.",
		"The next reader must be able to judge it: `# proportion:allow id: reason`."},
	{allowUnknown, "A comment accepts what is not the id of a warning.",
		"A misspelt id accepts nothing, and errors cannot be accepted."},
	{allowUnused, "A comment accepts a finding that is not there.",
		"What was accepted has been mended. Remove the comment, so that it does not accept " +
			"the same mistake later."},
}
