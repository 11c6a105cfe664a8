// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package journal is the append-only stream of events: what was decided and
// what became of it. It holds the event types, the codec, and the files.
//
// # What most callers want
//
// A service gives its guard a [Sink]: a [File], with an [Async] before it so
// that trivial decisions cost no input or output. Close the Async first, then
// the File.
//
// A program that looks at a journal ranges over [Reader.Events]: plain files,
// gzip, standard input, one after the other, in memory that does not grow. A
// line that cannot be read is a [LineError] with its file and number, and the
// next event follows. [Segments] lists the files of a journal that was rotated.
//
// # Events
//
// An [Event] has nine clear fields and a detail. Of a decision the detail has
// everything that a policy needs to decide again without a database, a profile
// or a clock: a [Decision]. EVENTS.md describes every member, [Schema] is the
// same as a JSON Schema, and both are made from the tables that the codec uses.
//
// A signal in a line has a value or null, which is unknown. One that is not
// there was not computed: [Decision.Has] tells the two apart, and a decision
// that needs such a signal cannot be compared.
//
// # What is kept of a person
//
// No event has room for a raw subject, session, device or address: a
// [Pseudonym] is a keyed hash. The policy says of each fact whether the journal
// may keep, round, hash or drop it, and [Keeper] does so.
//
// With a [KeyStore] the details are sealed, under a random key for each
// subject. Destroying the key erases the subject from every copy of the
// journal; the clear fields stay, for counting. [FileKeys] is a store for one
// process, [MemoryKeys] one for tests.
//
// # What may be lost
//
// [Event.Class] says it: proofs, redemptions, and whatever is sensitive or
// above, are on disk before the answer; other events outlive the process; only
// trivial decisions to allow may be dropped, under load, and an event of
// [KindGap] counts them. Whatever is not known to be harmless is durable.
//
// # When a writer stops in the middle
//
// A last line without an end is never joined with the next event. [OpenFile]
// ends it, reports it by [File.Torn], and writes a gap; a reader reports it as
// [ErrTorn] and goes on.
//
// # Newer and older versions
//
// Within [Version] 1 the name, type and meaning of a member never change. A
// reader keeps the members of a line and of its detail that it does not know,
// as they stand, and they are written back; deeper ones it skips. It refuses a
// line of another version, and one in which a name stands twice.
//
// # What it does not do
//
// It decides nothing and replays nothing: see packages policy and
// stepup/replay. It does not ship lines elsewhere; write a [Sink] for that,
// with [Encoder]. A file belongs to one process.
package journal
