// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/journal"
)

// A journal is written through a queue, and read back.
func Example() {
	folder, err := os.MkdirTemp("", "journal")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path := filepath.Join(folder, "journal.jsonl")

	file, err := journal.OpenFile(journal.FileConfig{Path: path, Daily: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	sink := journal.NewAsync(file, journal.AsyncConfig{})
	err = sink.Append(context.Background(), &journal.Event{
		Time: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), Kind: journal.KindProof, ID: "fake-1",
		Action: "transfer", Outcome: "passed", Detail: journal.Detail{Method: "totp",
			Sensitivity: "sensitive"},
	})
	if err := errors.Join(err, sink.Close(), file.Close()); err != nil {
		fmt.Println(err)
		return
	}

	files, err := journal.Segments(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	r := journal.NewReader(journal.ReaderConfig{Files: files})
	for e, err := range r.Events(context.Background()) {
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(e.Kind, e.Action, e.Outcome, "by", e.Detail.Method)
	}
	// Output: proof transfer passed by totp
}

func ExampleAppendLine() {
	signals := new(risk.Signals)
	signals.SetText(risk.ClientChannel, "web")
	line, err := journal.AppendLine(nil, &journal.Event{
		Time: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), Kind: journal.KindDecision, ID: "fake-1",
		Action: "invoice.view", Step: "none", Outcome: "allow",
		Decision: &journal.Decision{Signals: signals, Base: "none"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(strings.ReplaceAll(string(line), `,"detail"`, ",\n\"detail\""))
	// Output:
	// {"v":1,"time":"2026-06-01T12:00:00Z","kind":"decision","id":"fake-1","action":"invoice.view","step":"none","outcome":"allow",
	// "detail":{"signals":{"client":{"channel":"web","language":null}},"prompts":{"used":null,"most":0,"softened":false},"spent":null,"score":0,"base":"none","floor":null,"cap":null}}
}

// Absent is not unknown: the country was looked for and not found, the device
// was not looked at.
func ExampleDecoder_Decode() {
	line := []byte(`{"v":1,"time":"2026-06-01T12:00:00Z","kind":"decision","id":"fake-1","detail":{"signals":{"geo":{"country":null}}}}`)
	var d journal.Decoder
	var e journal.Event
	if err := d.Decode(line, &e); err != nil {
		fmt.Println(err)
		return
	}
	for _, id := range []risk.Signal{risk.GeoCountry, risk.DeviceKnown} {
		fmt.Println(id, e.Decision.Has(id), e.Decision.Signals.Known(id))
	}
	// Output:
	// geo.country true false
	// device.known false false
}

func ExampleReader_Events() {
	text := `{"v":1,"time":"2026-06-01T12:00:00Z","kind":"label","id":"fake-1","outcome":"attack"}
{"v":1,"time":"2026-06-01T12:00:0
{"v":1,"time":"2026-06-01T12:00:01Z","kind":"label","id":"fake-2","outcome":"legit"}
`
	r := journal.NewReader(journal.ReaderConfig{Files: []string{"-"}, Stdin: strings.NewReader(text)})
	for e, err := range r.Events(context.Background()) {
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(e.ID, e.Outcome)
	}
	fmt.Println(r.Counts().Bad, "bad line")
	// Output:
	// fake-1 attack
	// stdin:2: journal: not a line of a journal: torn: byte 34: string without an end
	// fake-2 legit
	// 1 bad line
}

func ExampleKeeper_Keep() {
	var k journal.Keeper // without a key, what should be hashed is dropped
	for _, f := range []struct {
		name string
		mode journal.Mode
		raw  any
	}{
		{"amount", journal.Keep, 1249.9}, {"amount", journal.Round, 1249.9}, {"payee",
			journal.Hash, "BE68539007547034"},
	} {
		kept, ok := k.Keep(f.name, f.mode, f.raw)
		fmt.Println(kept.Name, kept.Mode, kept.Value.Any(), ok)
	}
	// Output:
	// amount keep 1249.9 true
	// amount round 1200 true
	// payee drop <nil> true
}

// Erasing a subject destroys his key: the line stays, its detail is gone.
func ExampleEncoder_AppendLine() {
	ctx, keys := context.Background(), new(journal.MemoryKeys)
	alias := journal.Pseudonym{1}
	line, err := journal.Encoder{Keys: keys}.AppendLine(ctx, nil, &journal.Event{
		Time: time.Date(2026, 6, 1, 12, 0, 0, 0,
			time.UTC), Kind: journal.KindProof, ID: "fake-1", Alias: alias,
		Outcome: "passed", Detail: journal.Detail{Method: "totp"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var d journal.Decoder
	var e journal.Event
	fmt.Println(d.Decode(line, &e), d.Open(ctx, &e, keys), e.Outcome, e.Detail.Method)
	_ = keys.Destroy(ctx, alias)
	fmt.Println(d.Decode(line, &e), errors.Is(d.Open(ctx, &e, keys), journal.ErrNoKey), e.Outcome,
		e.Detail.Method == "")
	// Output:
	// <nil> <nil> passed totp
	// <nil> true passed true
}
