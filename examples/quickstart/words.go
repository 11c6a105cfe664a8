// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"maps"
)

// words is the language that the program speaks.
type words struct {
	lang    string
	phrases map[string]map[string]string
}

func newWords(lang string) words { return words{lang, phrases()} }

// say returns a phrase with its values.
func (w words) say(phrase string, args ...any) string {
	text := pick(w.phrases[phrase], w.lang)
	if text == "" {
		return phrase
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// pick returns the text in a language, else in English.
func pick(texts map[string]string, lang string) string {
	if text := texts[lang]; text != "" {
		return text
	}
	return texts["en"]
}

func both(en, fr string) map[string]string { return map[string]string{"en": en, "fr": fr} }

// labels are the words for acts and facts in the messages that carry a code.
func labels() map[string]map[string]string {
	return map[string]map[string]string{
		"login":        both("a login", "une connexion"),
		"plan.change":  both("a change of plan", "un changement de forfait"),
		"email.change": both("a change of e-mail", "un changement d'e-mail"),
		"transfer":     both("a transfer", "un virement"),
		"sim.swap":     both("a new SIM card", "une nouvelle carte SIM"),
		"amount":       both("amount", "montant"),
		"payee":        both("payee", "bénéficiaire"),
		"new_email":    both("new address", "nouvelle adresse"),
		"iccid":        both("card", "carte"),
	}
}

// route is the way to a human, told with every refusal.
func route() map[string]string {
	return both("Call 700, or bring an identity card to one of our shops.",
		"Appelez le 700, ou venez en boutique avec une pièce d'identité.")
}

// phrases are everything that the program says, by name and language.
func phrases() map[string]map[string]string {
	all := layoutPhrases()
	maps.Copy(all, reasonPhrases())
	maps.Copy(all, endingPhrases())
	return all
}

// layoutPhrases are the names of things.
func layoutPhrases() map[string]map[string]string {
	return map[string]map[string]string{
		"intro": both("The history of %d customers was played first: %d requests, %d of them proven.",
			"L'histoire de %d clients a d'abord été jouée\u00a0: %d requêtes, dont %d prouvées."),

		"row.decided":   both("decided", "décision"),
		"row.missing":   both("missing", "manque"),
		"row.why":       both("why", "pourquoi"),
		"row.rehearsed": both("rehearsed", "à l'essai"),
		"row.told":      both("told", "annonce"),
		"row.asked":     both("asked", "demandé"),
		"row.message":   both("message", "message"),
		"row.answer":    both("answer", "réponse"),
		"row.result":    both("result", "résultat"),

		"channel.web":   both("web", "web"),
		"channel.app":   both("app", "appli"),
		"channel.phone": both("phone call", "appel"),
		"channel.shop":  both("shop", "boutique"),
		"channel.api":   both("API", "API"),

		"device.trusted": both("trusted device", "appareil de confiance"),
		"device.known":   both("known device", "appareil connu"),
		"device.unknown": both("unknown device", "appareil inconnu"),
		"no-address":     both("no address", "sans adresse"),
		"no-place":       both("unknown place", "lieu inconnu"),
		"attack-on":      both("attack on %s", "attaque contre %s"),

		"sum.title":    both("The day in short", "La journée en bref"),
		"sum.requests": both("requests", "requêtes"),
		"sum.legit":    both("from customers", "des clients"),
		"sum.success":  both("went through", "ont abouti"),
		"sum.friction": both("felt any friction", "ont senti une friction"),
		"sum.told":     both("told afterwards", "prévenus après coup"),
		"sum.asked":    both("asked for a proof", "preuve demandée"),
		"sum.denied":   both("refused", "refusées"),
		"sum.attack":   both("attacks", "attaques"),
		"sum.stopped":  both("stopped", "arrêtées"),
		"sum.through":  both("let through", "passées"),
	}
}

// reasonPhrases say what was decided, and why.
func reasonPhrases() map[string]map[string]string {
	return map[string]map[string]string{
		"outcome.allow":     both("allow", "autoriser"),
		"outcome.notify":    both("allow and tell", "autoriser et prévenir"),
		"outcome.challenge": both("ask for a proof", "demander une preuve"),
		"outcome.deny":      both("refuse", "refuser"),
		"decision": both("%s; step %s, risk %d/100 (%s)",
			"%s\u00a0; palier %s, risque %d/100 (%s)"),
		"band.low":     both("low", "faible"),
		"band.medium":  both("medium", "moyen"),
		"band.high":    both("high", "élevé"),
		"band.extreme": both("extreme", "extrême"),

		"usual": both("No rule asked for anything.", "Aucune règle n'a rien demandé."),
		"held": both("A proof given %d minutes ago still counts.",
			"Une preuve donnée il y a %d minutes compte encore."),
		"base.trivial":   both("This act needs a proof.", "Cet acte demande une preuve."),
		"base.normal":    both("This act needs a proof.", "Cet acte demande une preuve."),
		"base.sensitive": both("A sensitive act needs a proof.", "Un acte sensible demande une preuve."),
		"base.critical":  both("A critical act needs a proof.", "Un acte critique demande une preuve."),
		"softened": both("This customer was asked often enough.",
			"Ce client a été assez sollicité."),
		"unchecked": both("This could not be checked, so caution holds.",
			"Ceci n'a pu être vérifié, donc prudence."),
		"incomplete": both("Something is missing, so caution holds.",
			"Il manque quelque chose, donc prudence."),
		"no-method": both("The customer has no means to prove it: %s would be accepted.",
			"Le client n'a pas de quoi le prouver\u00a0: il faudrait %s."),

		"shadow.same": both("%s fires; the step stays %s", "%s se déclenche\u00a0; le palier reste %s"),
		"shadow.would": both("%s fires; the step would be %s",
			"%s se déclenche\u00a0; le palier serait %s"),
	}
}

// endingPhrases say what was asked, and what became of it.
func endingPhrases() map[string]map[string]string {
	return map[string]map[string]string{
		"nothing":    both("nothing", "rien"),
		"ask.code":   both("%d digits, sent by %s %s", "%d chiffres, envoyés par %s %s"),
		"ask.totp":   both("the code of an authenticator", "le code d'un authentificateur"),
		"via.sms":    both("SMS to", "SMS au"),
		"via.email":  both("e-mail to", "e-mail à"),
		"try.right":  both("right code", "bon code"),
		"try.wrong":  both("wrong code", "mauvais code"),
		"try.replay": both("a code that was used before", "un code déjà utilisé"),
		"try.none":   both("none", "aucune"),
		"accepted":   both("%s: accepted", "%s\u00a0: accepté"),
		"refused":    both("%s: refused", "%s\u00a0: refusé"),

		"done":       both("done", "fait"),
		"told":       both("done; the customer is told", "fait\u00a0; le client est prévenu"),
		"proven":     both("proven, redeemed, done", "prouvé, validé, fait"),
		"not-proven": both("not proven: nothing is done", "pas prouvé\u00a0: rien n'est fait"),
		"denied": both("nothing is done; reference %s. %s",
			"rien n'est fait\u00a0; référence %s. %s"),
		"mismatch": both("proven, but %s is not what was proven: refused",
			"prouvé, mais %s n'est pas ce qui a été prouvé\u00a0: refusé"),
		"not-done": both("nothing is done: %v", "rien n'est fait\u00a0: %v"),
		"stopped":  both("attack stopped; %s", "attaque arrêtée\u00a0; %s"),
		"through":  both("ATTACK LET THROUGH; %s", "ATTAQUE PASSÉE\u00a0; %s"),
	}
}
