// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/proportion-go/proportion/policy"
)

// words are the general sentences of one language. They say what happens, and
// nothing of why (L25).
type words struct {
	challenge, notify, deny string
	// message has the code, the act, the minutes and one of the warnings: where
	// the customer types the code himself, and where an adviser does.
	message, typed, told string
	// question is what the app shows for mobile4: the act, the place and client
	// that asked, and the time.
	question        string
	absent, yes, no string
	colon           string // between the act and its facts
}

// wordsOf returns the words of a language tag, falling back to English.
func wordsOf(language string) words {
	if primary(language) == "fr" {
		return words{
			challenge: "Nous demandons une confirmation pour protéger votre compte.",
			notify:    "Nous vous signalons cette opération pour protéger votre compte.",
			deny:      "Cette opération n'est pas possible ainsi. Un conseiller peut vous aider.",
			message:   "%s est votre code pour %s. Valable %d minutes. %s",
			typed:     "Ne le donnez à personne : nul n'a le droit de vous le demander.",
			told: "Ne le dites qu'au conseiller que vous avez vous-même contacté : " +
				"si on vous a appelé, raccrochez.",
			question: "On demande %s, depuis %s, à %s UTC. Si c'est vous, tapez les quatre chiffres affichés là-bas. " +
				"Sinon, refusez. Nul n'a le droit de vous demander ces chiffres.",
			absent: "non indiqué", yes: "oui", no: "non", colon: " : ",
		}
	}
	return words{
		challenge: "We ask for a confirmation to protect your account.",
		notify:    "We tell you of this to protect your account.",
		deny:      "This cannot be done this way. A person can help you.",
		message:   "%s is your code for %s. Valid for %d minutes. %s",
		typed:     "Give it to nobody: nobody may ask you for it.",
		told: "Tell it only to the adviser you contacted yourself: " +
			"if somebody called you, hang up.",
		question: "Somebody asks for %s, from %s, at %s UTC. If it is you, type the four digits shown there. " +
			"If not, reject. Nobody may ask you for these digits.",
		absent: "not given", yes: "yes", no: "no", colon: ": ",
	}
}

// primary returns the primary subtag of a BCP 47 tag, in lower case.
func primary(tag string) string {
	tag, _, _ = strings.Cut(tag, "-")
	return strings.ToLower(tag)
}

// inLanguage returns the text for the tag, else for its primary language, else
// the English one.
func inLanguage(texts map[string]string, tag string) string {
	for _, key := range []string{tag, primary(tag), "en"} {
		if text, ok := texts[key]; ok {
			return text
		}
	}
	return ""
}

// reasons returns what the customer may read of a decision before any proof:
// on a trusted device the texts of at most two rules, on any other general
// words. An allowed request needs no explanation.
func (g *Guard) reasons(d *Decision, language string, trusted bool) []string {
	if d.Outcome == Allow {
		return nil
	}
	if trusted {
		if texts := d.Verdict.Reasons(language, 2); len(texts) > 0 {
			return texts
		}
	}
	w := wordsOf(language)
	switch d.Outcome {
	case Challenge:
		return []string{w.challenge}
	case Notify:
		return []string{w.notify}
	}
	return []string{w.deny}
}

// text returns the whole message that carries a code: it names the action and
// every bound fact, from the values that are hashed (L16).
func (g *Guard) text(t *ticket, code string, valid time.Duration) string {
	w := wordsOf(t.Language)
	act := g.label(t.Action, t.Language)
	for i, f := range t.Facts {
		sep := ", "
		if i == 0 {
			sep = w.colon
		}
		act += sep + g.label(f.Name, t.Language) + " " + w.value(f)
	}
	if code == "" {
		return fmt.Sprintf(w.question, act, t.origin(w), t.Issued.UTC().Format("15:04"))
	}
	warning := w.typed
	if t.Channel == Phone || t.Channel == Shop {
		warning = w.told
	}
	return fmt.Sprintf(w.message, code, act, int(valid.Round(time.Minute)/time.Minute), warning)
}

// bound returns the last line of an SMS that a browser reads, and fills in only
// on the site that it names (https://wicg.github.io/sms-one-time-codes).
func (g *Guard) bound(t *ticket, kind policy.ContactKind, code string) string {
	if g.config.Domain == "" || t.Channel != Web || kind != policy.SMS || code == "" {
		return ""
	}
	return "\n\n@" + g.config.Domain + " #" + code
}

// origin returns the place and client that asked, as the server saw them.
func (t *ticket) origin(w words) string {
	switch {
	case t.Where == "" && t.Client == "":
		return w.absent
	case t.Where == "":
		return t.Client
	case t.Client == "":
		return t.Where
	}
	return t.Where + ", " + t.Client
}

func (g *Guard) label(name, language string) string {
	if text := inLanguage(g.config.Labels[name], language); text != "" {
		return text
	}
	return name
}

// value returns a fact as a customer reads it.
func (w words) value(f policy.BoundFact) string {
	switch {
	case !f.Present:
		return w.absent
	case f.Type == policy.BoolFact && f.Value == "true":
		return w.yes
	case f.Type == policy.BoolFact:
		return w.no
	case f.Type == policy.StringFact || f.Type == policy.StringsFact:
		return quote(f.Value)
	case f.Unit != "":
		return f.Value + " " + f.Unit
	}
	return f.Value
}

// quote returns a text of somebody's choosing so that it cannot pass for
// another part of the message, or reorder it.
func quote(text string) string {
	return `"` + strings.Map(func(r rune) rune {
		switch {
		case r == '"':
			return '\''
		case !unicode.IsPrint(r):
			return unicode.ReplacementChar
		}
		return r
	}, text) + `"`
}
