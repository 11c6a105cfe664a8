// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"encoding/base64"
	"time"
)

// member is one member of the JSON object of a line, or of its detail. The
// tables of members are the one place that names them: the encoder, the
// decoder, the schema and EVENTS.md are made from them.
type member struct {
	name     string
	schema   string // a JSON Schema
	required bool
	kinds    []Kind // those that carry it; nil: any
	doc      string

	// write appends the value; it appends nothing where there is none.
	write func(dst []byte, e *Event) []byte
	// read reads the value.
	read func(d *Decoder, e *Event)
}

// table is the members of one object, in the order of writing.
type table struct {
	number   int // among the tables
	members  []member
	leads    []lead
	index    map[string]int
	required uint64 // bit i: every object has member i
}

func newTable(number int, members ...member) *table {
	t := &table{number: number, members: members, index: make(map[string]int, len(members))}
	for i := range members {
		t.leads = append(t.leads, leadOf(i, members[i].name))
		t.index[members[i].name] = i
		if members[i].required {
			t.required |= 1 << i
		}
	}
	return t
}

// mostMembers bounds a table: one bit stands for each member.
const mostMembers = 64

// followed is which member followed each the last time: the next one is mostly
// the same again.
type followed [mostMembers + 1]uint8

// find returns the place of a member, and -1 for an unknown one.
func (t *table) find(name []byte) int {
	if i, ok := t.index[string(name)]; ok {
		return i
	}
	return -1
}

// lineTable is the object of a line. What stands before `detail` is in clear
// even where the detail is sealed.
var lineTable = newTable(0,
	member{
		name: "v", schema: `{"const":1}`, required: true, doc: "The version of the format.",
		write: func(dst []byte, _ *Event) []byte { return appendInt(dst, Version) },
		read:  (*Decoder).version,
	},
	needed(moment("time", nil, "When it happened, in UTC.", func(e *Event) *time.Time { return &e.Time })),
	needed(word("kind", nil, "What happened.", func(e *Event) *string { return (*string)(&e.Kind) })),
	needed(free("id", nil, "The decision that the event belongs to, shared by all that follows from it; "+
		"outside any decision, an id of the event's own.", func(e *Event) *string { return &e.ID })),
	who("alias", nil, "The keyed pseudonym of the subject. Absent: the event is nobody's.",
		func(e *Event) *Pseudonym { return &e.Alias }),
	word("action", nil, "What was attempted.", func(e *Event) *string { return &e.Action }),
	word("step", nil, "The step of the ladder that was asked for.",
		func(e *Event) *string { return &e.Step }),
	word("outcome", nil, "How it ended: a word of the kind's.", func(e *Event) *string { return &e.Outcome }),
	word("policy", nil, "The hash of the policy that decided.", func(e *Event) *string { return &e.Policy }),
	member{
		name: "detail", doc: "What the kind adds: see below.", schema: `{"$ref":"#/definitions/detail"}`,
		write: writeDetail, read: (*Decoder).detail,
	},
	member{
		name: "sealed", schema: `{"type":"string","contentEncoding":"base64"}`,
		doc:   "The detail, sealed under the subject's key, in base64. It stands instead of `detail`.",
		write: writeSealed, read: (*Decoder).sealed,
	},
)

var (
	ofChallenge = []Kind{
		KindChallenge, KindDelivery, KindAttempt, KindProof, KindFailure, KindExpiry, KindAbandon,
	}
	ofLane   = append([]Kind{KindDecision, KindUnlock}, ofChallenge...)
	ofMethod = append([]Kind{KindEnrol, KindUnlock, KindRedeem}, ofChallenge...)
)

// detailTable is the object of a detail: what events of most kinds share, then
// what is a decision's own.
var detailTable = newTable(1, append([]member{
	word("sensitivity", nil, "How much harm the action can do: `trivial`, `normal`, `sensitive`, `critical`.",
		func(e *Event) *string { return &e.Detail.Sensitivity }),
	who("session", nil, "The keyed pseudonym of the session.",
		func(e *Event) *Pseudonym { return &e.Detail.Session }),
	who("device", nil, "The keyed pseudonym of the device.",
		func(e *Event) *Pseudonym { return &e.Detail.Device }),
	word("channel", nil, "Where the customer acts: `web`, `app`, `phone`, `shop`, `api`.",
		func(e *Event) *string { return &e.Detail.Channel }),
	word("lane", ofLane, "Whose guess budget is drawn on: `trusted`, `stranger`, `first-factor`.",
		func(e *Event) *string { return &e.Detail.Lane }),
	word("method", ofMethod, "The method: `code4`, `code6`, `mobile4`, `totp`, `recovery`, `passkey`.",
		func(e *Event) *string { return &e.Detail.Method }),
	word("via", []Kind{KindChallenge, KindDelivery, KindProof, KindNotice, KindEnrol},
		"The kind of contact: `sms`, `email`, `app`. Never the contact.",
		func(e *Event) *string { return &e.Detail.Via }),
	word("acr", []Kind{KindProof}, "The authentication context class that the proof reached.",
		func(e *Event) *string { return &e.Detail.ACR }),
	word("band", []Kind{KindDecision, KindProof},
		"The band of the score: `low`, `medium`, `high`, `extreme`. Of a proof, that of its decision.",
		func(e *Event) *string { return &e.Detail.Band }),
	yes("bound", []Kind{KindProof, KindRedeem}, "The proof is for exact facts.",
		func(e *Event) *bool { return &e.Detail.Bound }),
	whole("attempt", []Kind{KindAttempt}, "Which attempt at the challenge, from 1.",
		func(e *Event) *int64 { return &e.Detail.Attempt }),
	whole("cost_ppm", []Kind{KindAttempt, KindUnlock},
		"What it takes from, or gives back to, the guess budget, in parts per million.",
		func(e *Event) *int64 { return &e.Detail.Cost }),
	moment("expires", []Kind{KindChallenge, KindProof}, "When the challenge, or the grant, ends.",
		func(e *Event) *time.Time { return &e.Detail.Expires }),
	word("reason", nil, "One word for the operator, such as `busy`, `exhausted`, `binding`, `timeout`.",
		func(e *Event) *string { return &e.Detail.Reason }),
	word("field", []Kind{KindRedeem}, "In what the request is not what was proven, as `Facts.amount`.",
		func(e *Event) *string { return &e.Detail.Field }),
	who("by", []Kind{KindNotice, KindLabel, KindUnlock, KindPolicy, KindErase, KindDevice, KindEnrol},
		"The keyed pseudonym of the operator or service that acted.",
		func(e *Event) *Pseudonym { return &e.Detail.By }),
	word("purpose", []Kind{KindConsent}, "What the consent is to.",
		func(e *Event) *string { return &e.Detail.Purpose }),
	word("previous", []Kind{KindPolicy}, "The hash of the policy before.",
		func(e *Event) *string { return &e.Detail.Previous }),
	whole("keys", []Kind{KindErase}, "How many keys of sealed events were destroyed.",
		func(e *Event) *int64 { return &e.Detail.Keys }),
	whole("lost", []Kind{KindGap}, "How many events are missing.",
		func(e *Event) *int64 { return &e.Detail.Lost }),
	moment("since", []Kind{KindGap}, "When the first of them happened.",
		func(e *Event) *time.Time { return &e.Detail.Since }),
	moment("until", []Kind{KindGap}, "When the last of them happened.",
		func(e *Event) *time.Time { return &e.Detail.Until }),
}, decisionMembers()...)...)

// promptsAt is the place of the prompts in a detail.
const promptsAt = 26

const (
	textSchema   = `{"type":"string"}`
	wholeSchema  = `{"type":"integer"}`
	yesSchema    = `{"const":true}`
	momentSchema = `{"type":"string","pattern":"^[0-9]{4}-[0-9]{2}-[0-9]{2}T` +
		`[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?Z$"}`
	pseudonymSchema = `{"type":"string","pattern":"^[A-Za-z0-9_-]{22}$"}`
)

// needed makes a member that every line has.
func needed(m member) member {
	m.required = true
	return m
}

// word is a text that comes again and again.
func word(name string, kinds []Kind, doc string, at func(*Event) *string) member {
	m := free(name, kinds, doc, at)
	m.read = func(d *Decoder, e *Event) { *at(e) = d.text() }
	return m
}

// free is a text that is not likely to come again.
func free(name string, kinds []Kind, doc string, at func(*Event) *string) member {
	return member{
		name: name, kinds: kinds, doc: doc, schema: textSchema,
		write: func(dst []byte, e *Event) []byte {
			if *at(e) == "" {
				return dst
			}
			return appendText(dst, *at(e))
		},
		read: func(d *Decoder, e *Event) { *at(e) = d.own() },
	}
}

func who(name string, kinds []Kind, doc string, at func(*Event) *Pseudonym) member {
	return member{
		name: name, kinds: kinds, doc: doc, schema: pseudonymSchema,
		write: func(dst []byte, e *Event) []byte {
			if at(e).IsZero() {
				return dst
			}
			dst = base64.RawURLEncoding.AppendEncode(append(dst, '"'), at(e)[:])
			return append(dst, '"')
		},
		read: func(d *Decoder, e *Event) { *at(e) = d.pseudonym() },
	}
}

func whole(name string, kinds []Kind, doc string, at func(*Event) *int64) member {
	return member{
		name: name, kinds: kinds, doc: doc, schema: wholeSchema,
		write: func(dst []byte, e *Event) []byte {
			if *at(e) == 0 {
				return dst
			}
			return appendInt(dst, *at(e))
		},
		read: func(d *Decoder, e *Event) { *at(e) = d.int() },
	}
}

// yes is a boolean that is written only when it is true.
func yes(name string, kinds []Kind, doc string, at func(*Event) *bool) member {
	return member{
		name: name, kinds: kinds, doc: doc, schema: yesSchema,
		write: func(dst []byte, e *Event) []byte {
			if !*at(e) {
				return dst
			}
			return append(dst, "true"...)
		},
		read: func(d *Decoder, e *Event) { *at(e) = d.bool() },
	}
}

func moment(name string, kinds []Kind, doc string, at func(*Event) *time.Time) member {
	return member{
		name: name, kinds: kinds, doc: doc, schema: momentSchema,
		write: func(dst []byte, e *Event) []byte {
			if at(e).IsZero() {
				return dst
			}
			return appendTime(dst, *at(e))
		},
		read: func(d *Decoder, e *Event) { *at(e) = d.time() },
	}
}
