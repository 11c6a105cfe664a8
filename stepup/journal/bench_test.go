// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"bytes"
	"encoding/json"
	"io"
	"path/filepath"
	"testing"

	"github.com/proportion-go/proportion/stepup/journal"
)

func BenchmarkAppendLine(b *testing.B) {
	e := decision()
	buffer := make([]byte, 0, 4096)
	b.ReportAllocs()
	for b.Loop() {
		buffer, _ = journal.AppendLine(buffer[:0], e)
	}
	b.SetBytes(int64(len(buffer)))
}

func BenchmarkDecode(b *testing.B) {
	text := line(b, decision())
	var d journal.Decoder
	var e journal.Event
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if err := d.Decode(text, &e); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecodeByEncodingJSON is what a generic reader of the same line
// costs.
func BenchmarkDecodeByEncodingJSON(b *testing.B) {
	text := line(b, decision())
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		var v any
		if err := json.Unmarshal(text, &v); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReader reads a file of varied decisions, as replay does.
func BenchmarkReader(b *testing.B) {
	const lines = 20_000
	var content bytes.Buffer
	for i := range lines {
		content.Write(line(b, varied(i)))
	}
	stdin := bytes.NewReader(content.Bytes())
	b.SetBytes(int64(content.Len()))
	b.ReportAllocs()
	events := 0
	for b.Loop() {
		_, _ = stdin.Seek(0, io.SeekStart)
		r := journal.NewReader(journal.ReaderConfig{Files: []string{"-"}, Stdin: stdin})
		for _, err := range r.Events(b.Context()) {
			if err != nil {
				b.Fatal(err)
			}
			events++
		}
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "decisions/s")
}

func BenchmarkSeal(b *testing.B) {
	c := journal.Encoder{Keys: new(journal.MemoryKeys)}
	e := decision()
	buffer := make([]byte, 0, 4096)
	b.ReportAllocs()
	for b.Loop() {
		buffer, _ = c.AppendLine(b.Context(), buffer[:0], e)
	}
}

func BenchmarkOpen(b *testing.B) {
	keys := new(journal.MemoryKeys)
	text, err := journal.Encoder{Keys: keys}.AppendLine(b.Context(), nil, decision())
	if err != nil {
		b.Fatal(err)
	}
	var d journal.Decoder
	var e journal.Event
	b.ReportAllocs()
	for b.Loop() {
		if d.Decode(text, &e) != nil || d.Open(b.Context(), &e, keys) != nil {
			b.Fatal("did not open")
		}
	}
}

// BenchmarkAsyncTrivial is what a trivial decision costs its caller.
func BenchmarkAsyncTrivial(b *testing.B) {
	a := journal.NewAsync(discard{}, journal.AsyncConfig{})
	e := trivial()
	b.ReportAllocs()
	for b.Loop() {
		_ = a.Append(b.Context(), e)
	}
	if err := a.Close(); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkFile(b *testing.B) {
	for _, c := range []struct {
		name string
		e    *journal.Event
	}{{"trivial", trivial()}, {"durable", decision()}} {
		b.Run(c.name, func(b *testing.B) {
			f := openFile(b, journal.FileConfig{Path: filepath.Join(b.TempDir(), "journal.jsonl")})
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := f.Append(b.Context(), c.e); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
