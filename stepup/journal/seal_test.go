// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/stepup/journal"
)

func sealed(t testing.TB, keys journal.KeyStore, e *journal.Event) []byte {
	t.Helper()
	b, err := journal.Encoder{Keys: keys}.AppendLine(t.Context(), nil, e)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSealAndOpen(t *testing.T) {
	keys := new(journal.MemoryKeys)
	c := journal.Encoder{Keys: keys}
	var d journal.Decoder
	rapid.Check(t, func(t *rapid.T) {
		want := anEvent().Draw(t, "event")
		text, err := c.AppendLine(context.Background(), nil, want)
		if err != nil {
			t.Fatal(err)
		}
		var got journal.Event
		if err := d.Decode(text, &got); err != nil {
			t.Fatal(err)
		}
		if sealed := !want.Alias.IsZero() && want.Kind != journal.KindErase; len(got.Sealed) > 0 != sealed {
			t.Fatalf("sealed: %v, alias: %v", len(got.Sealed) > 0, want.Alias)
		}
		if err := d.Open(context.Background(), &got, keys); err != nil {
			t.Fatal(err)
		}
		if err := equal(&got, want); err != nil {
			t.Fatal(err)
		}
	})
}

// A sealed line shows what DESIGN section 9 lists, and nothing more.
func TestSealedLineHidesTheDetail(t *testing.T) {
	var members map[string]any
	text := sealed(t, new(journal.MemoryKeys), decision())
	if err := json.Unmarshal(text, &members); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"v", "time", "kind", "id", "alias", "action", "step", "outcome",
		"policy", "sealed"} {
		if members[name] == nil {
			t.Errorf("has no %s", name)
		}
		delete(members, name)
	}
	if len(members) > 0 || bytes.Contains(text, []byte("249.90")) || bytes.Contains(text,
		[]byte("foreign")) {
		t.Errorf("shows %v: %s", members, text)
	}
}

func TestTampering(t *testing.T) {
	keys := new(journal.MemoryKeys)
	text := string(sealed(t, keys, decision()))
	other := decision()
	other.ID = "another"
	foreign := string(sealed(t, keys, other))
	box := func(line string) string { return line[strings.Index(line, `"sealed"`):] }
	for name, changed := range map[string]string{
		"outcome":             strings.Replace(text, `"challenge"`, `"allow"`, 1),
		"time":                strings.Replace(text, "2026-06-01", "2026-06-02", 1),
		"policy left out":     strings.Replace(text, `,"policy":"9f86d081884c7d65"`, "", 1),
		"a member added":      strings.Replace(text, `,"sealed"`, `,"tenant":"x","sealed"`, 1),
		"a detail moved":      strings.Replace(text, box(text), box(foreign), 1),
		"the last byte of it": text[:len(text)-8] + "AAAA" + text[len(text)-4:],
		"a detail of 3 bytes": strings.Replace(text, box(text), `"sealed":"AQID"}`+"\n", 1),
	} {
		t.Run(name, func(t *testing.T) {
			var d journal.Decoder
			var e journal.Event
			if err := d.Decode([]byte(changed), &e); err != nil {
				t.Fatal(err)
			}
			if err := d.Open(t.Context(), &e, keys); !errors.Is(err, journal.ErrTampered) {
				t.Errorf("got %v, want ErrTampered", err)
			}
			if e.Decision != nil || e.Sealed == nil {
				t.Error("the event was opened")
			}
		})
	}
	var m map[string]json.RawMessage // which sorts the members
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	sorted, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	var d journal.Decoder
	var e journal.Event
	if err := d.Decode(bytes.ReplaceAll(sorted, []byte("\n"), nil), &e); err != nil {
		t.Fatal(err)
	}
	if err := d.Open(t.Context(), &e, keys); err != nil {
		t.Errorf("another order, and spaces: %v", err)
	}
}

// Erasing a subject leaves his lines, and nobody can read their details; a new
// key opens none of them.
func TestErase(t *testing.T) {
	keys := new(journal.MemoryKeys)
	before := sealed(t, keys, decision())
	if err := keys.Destroy(t.Context(), decision().Alias); err != nil {
		t.Fatal(err)
	}
	open := func() error {
		var d journal.Decoder
		var e journal.Event
		if err := d.Decode(before, &e); err != nil {
			t.Fatal(err)
		}
		return d.Open(t.Context(), &e, keys)
	}
	if err := open(); !errors.Is(err, journal.ErrNoKey) {
		t.Errorf("without a key: got %v, want ErrNoKey", err)
	}
	sealed(t, keys, decision())
	if err := open(); !errors.Is(err, journal.ErrNoKey) {
		t.Errorf("with a new key: got %v, want ErrNoKey", err)
	}
}

var errStore = errors.New("store is down")

// brokenKeys fails, or returns the zero key.
type brokenKeys struct{ err error }

func (b brokenKeys) Key(context.Context, journal.Pseudonym) (journal.SubjectKey, error) {
	return journal.SubjectKey{}, b.err
}

func (b brokenKeys) Add(context.Context, journal.Pseudonym,
	journal.SubjectKey) (journal.SubjectKey, error) {
	return journal.SubjectKey{}, b.err
}

func (b brokenKeys) Destroy(context.Context, journal.Pseudonym) error { return b.err }

var _ journal.KeyStore = brokenKeys{}

// What cannot be sealed is not written in clear.
func TestSealFailsClosed(t *testing.T) {
	for name, c := range map[string]struct{ err, want error }{
		"store fails":         {errStore, errStore},
		"store has zero keys": {nil, journal.ErrKey},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := journal.Encoder{Keys: brokenKeys{c.err}}.AppendLine(t.Context(), nil, decision())
			if !errors.Is(err, c.want) || len(got) > 0 {
				t.Errorf("got %v and %d bytes, want %v", err, len(got), c.want)
			}
		})
	}
	var d journal.Decoder
	var e journal.Event
	if err := d.Decode(sealed(t, new(journal.MemoryKeys), decision()), &e); err != nil {
		t.Fatal(err)
	}
	if err := d.Open(t.Context(), &e, brokenKeys{errStore}); !errors.Is(err, errStore) {
		t.Errorf("open: got %v", err)
	}
}

func TestKeyAtRest(t *testing.T) {
	s := ring(t).Sealer("shop", "journal")
	key, err := journal.GenerateSubjectKey()
	if err != nil {
		t.Fatal(err)
	}
	stored, err := key.Seal(s, pseudonym(1))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := journal.OpenSubjectKey(s, stored, pseudonym(1)); err != nil || got.IsZero() {
		t.Errorf("got %v", err)
	}
	for name, open := range map[string]func() (journal.SubjectKey, error){
		"another alias": func() (journal.SubjectKey, error) {
			return journal.OpenSubjectKey(s,
				stored, pseudonym(2))
		},
		"another purpose": func() (journal.SubjectKey, error) {
			return journal.OpenSubjectKey(ring(t).Sealer("shop", "seal"), stored, pseudonym(1))
		},
		"nothing": func() (journal.SubjectKey, error) {
			return journal.OpenSubjectKey(s, nil,
				pseudonym(1))
		},
	} {
		if got, err := open(); !errors.Is(err, journal.ErrKey) || !got.IsZero() {
			t.Errorf("%s: got %v, want ErrKey", name, err)
		}
	}
	if _, err := (journal.SubjectKey{}).Seal(s, pseudonym(1)); !errors.Is(err, journal.ErrKey) {
		t.Errorf("zero key: got %v, want ErrKey", err)
	}
}

// stores make each store anew over what the one before kept.
func TestKeyStores(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.jsonl")
	memory := new(journal.MemoryKeys)
	for name, open := range map[string]func(t *testing.T) journal.KeyStore{
		"memory": func(*testing.T) journal.KeyStore { return memory },
		"file":   func(t *testing.T) journal.KeyStore { return openKeys(t, path) },
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			if _, err := open(t).Key(ctx, pseudonym(1)); !errors.Is(err, journal.ErrNoKey) {
				t.Fatalf("unknown alias: got %v, want ErrNoKey", err)
			}
			text := sealed(t, open(t), decision())
			sealed(t, open(t), decision()) // does not make another key
			other := decision()
			other.Alias = pseudonym(9)
			kept := sealed(t, open(t), other)
			opens := func(text []byte) error {
				var d journal.Decoder
				var e journal.Event
				if err := d.Decode(text, &e); err != nil {
					t.Fatal(err)
				}
				return d.Open(ctx, &e, open(t))
			}
			if err := opens(text); err != nil {
				t.Errorf("another process cannot open: %v", err)
			}
			first, err := journal.GenerateSubjectKey()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := open(t).Add(ctx, decision().Alias, first); err != nil || opens(text) != nil {
				t.Errorf("adding where there is a key: %v", err)
			}
			if _, err := open(t).Add(ctx, pseudonym(7), journal.SubjectKey{}); !errors.Is(err,
				journal.ErrKey) {
				t.Errorf("adding the zero key: got %v, want ErrKey", err)
			}
			if err := errors.Join(open(t).Destroy(ctx, decision().Alias), open(t).Destroy(ctx,
				pseudonym(200))); err != nil {
				t.Fatal(err)
			}
			if err := opens(text); !errors.Is(err, journal.ErrNoKey) {
				t.Errorf("after Destroy: got %v, want ErrNoKey", err)
			}
			if err := opens(kept); err != nil {
				t.Errorf("another subject: %v", err)
			}
		})
	}
}

func openKeys(t testing.TB, path string) *journal.FileKeys {
	t.Helper()
	k, err := journal.OpenKeys(path, ring(t).Sealer("shop", "journal"))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.jsonl")
	text := sealed(t, openKeys(t, path), decision())
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the keys: %v, %v", info.Mode(), err)
	}
	// A torn last line is a key that was never used; the next takes its place.
	if err := os.WriteFile(path, append(content, content[:len(content)/2]...), 0o600); err != nil {
		t.Fatal(err)
	}
	other := decision()
	other.Alias = pseudonym(9)
	sealed(t, openKeys(t, path), other)
	var d journal.Decoder
	var e journal.Event
	if err := d.Decode(text, &e); err != nil {
		t.Fatal(err)
	}
	if err := d.Open(t.Context(), &e, openKeys(t, path)); err != nil {
		t.Errorf("after a torn line: %v", err)
	}
	if err := os.WriteFile(path, append([]byte("{}\n"), content...), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = journal.OpenKeys(path, ring(t).Sealer("shop", "journal"))
	var at *journal.LineError
	if !errors.Is(err, journal.ErrKey) || !errors.As(err, &at) || at.Line != 1 || at.File != path {
		t.Errorf("a bad line: got %v", err)
	}
	if _, err := journal.OpenKeys(t.TempDir(), ring(t).Sealer("shop", "journal")); err == nil {
		t.Error("a folder is a key file")
	}
}

// knownKey has the material 0x81, 0x82, … 0xa0, which a test can look for.
func knownKey(t *testing.T) journal.SubjectKey {
	t.Helper()
	s, alias := ring(t).Sealer("shop", "journal"), pseudonym(1)
	plain := make([]byte, 40)
	for i := range plain {
		plain[i] = byte(0x79 + i)
	}
	stored, err := s.Seal(plain, append([]byte("journal key\x00"), alias[:]...))
	if err != nil {
		t.Fatal(err)
	}
	key, err := journal.OpenSubjectKey(s, stored, alias)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// Nothing prints key material, however it is nested (L22).
func TestNothingPrintsKeys(t *testing.T) {
	key := knownKey(t)
	file, memory := openKeys(t, filepath.Join(t.TempDir(), "keys.jsonl")), new(journal.MemoryKeys)
	for _, s := range []journal.KeyStore{file, memory} {
		if _, err := s.Add(t.Context(), pseudonym(1), key); err != nil {
			t.Fatal(err)
		}
	}
	for name, v := range map[string]any{
		"key": key, "key pointer": &key, "memory": memory, "file": file, "nested": struct{ k any }{key},
		"hidden": struct{ k journal.SubjectKey }{key}, "encoder": journal.Encoder{Keys: file},
	} {
		text := fmt.Sprintf("%v %+v %#v %s %q %x %X %d", v, v, v, v, v, v, v, v)
		encoded, _ := json.Marshal(v)
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v)
		text += string(encoded) + log.String()
		for _, trace := range []string{"\x81\x82\x83", "129 130 131", "818283", "0x81, 0x82", "gYKD"} {
			if strings.Contains(text, trace) {
				t.Errorf("%s prints %q: %s", name, trace, text)
			}
		}
	}
}

// An event prints no more than its names (L22).
func TestEventsPrintTheirNames(t *testing.T) {
	e := decision()
	for _, text := range []string{fmt.Sprintf("%+v", e), fmt.Sprintf("%#v", *e), fmt.Sprint([]any{e})} {
		if strings.Contains(text, "249.90") || !strings.Contains(text, "decision QmF") {
			t.Errorf("an event prints %s", text)
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "event", *e)
	if strings.Contains(log.String(), "249.90") {
		t.Errorf("an event logs %s", log.String())
	}
	encoded, err := json.Marshal(e)
	if err != nil || !bytes.Equal(append(encoded, '\n'), line(t, e)) {
		t.Errorf("an event's JSON is not its line: %v %s", err, encoded)
	}
	if _, err := json.Marshal(journal.Event{Time: time.Time{}}); err == nil {
		t.Error("the zero event has a line")
	}
}
