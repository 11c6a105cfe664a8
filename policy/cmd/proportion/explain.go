// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/proportion-go/proportion/policy"
)

// maxLine is the longest request, in bytes.
const maxLine = 1 << 20

const byteOrderMark = "\uFEFF"

// errLines is the error after lines that could not be read.
var errLines = errors.New("some requests could not be read")

func newExplain(w world) *cobra.Command {
	var policies []string
	cmd := &cobra.Command{
		Use:   "explain --policy POLICY [REQUEST.jsonl|-]",
		Short: "Explain what a policy says of requests",
		Long: `Explain what a policy says of requests, one JSON object a line. README.md
describes the lines that are read and those that --format json writes. A signal
or fact that is not given is unknown.

A line that cannot be read is reported as file:line:column, the others are
explained, and the exit code is 2.`,
		Args: cobra.MaximumNArgs(1),
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&policies, "policy", nil, "a `file` or folder of the policy; may be repeated")
	format := addChoice(cmd, "format", "how to print explanations", "text", "json")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if len(policies) == 0 {
			return usageError{errors.New("--policy is missing")}
		}
		sources, err := w.readPolicy(policies)
		if err != nil {
			return err
		}
		p, err := policy.Parse(sources...)
		if err != nil {
			return w.refuse(err)
		}
		e := explainer{world: w, policy: p, print: printText}
		if format.value == "json" {
			e.print = printVerdict
		}
		return e.explain(append(args, stdinPath)[0])
	}
	return cmd
}

// refuse prints the findings of a policy that cannot be loaded.
func (w world) refuse(err error) error {
	for _, f := range findingsOf(err) {
		writeFinding(w.stderr, f)
		_, _ = fmt.Fprintln(w.stderr)
	}
	return usageError{errors.New("the policy cannot be loaded")}
}

// explainer explains a stream of requests.
type explainer struct {
	world
	policy *policy.Policy
	print  func(io.Writer, *request, *policy.Verdict, string) error
	bad    int
}

func (e *explainer) explain(path string) error {
	from, name := e.stdin, stdinName
	if path != stdinPath {
		f, err := os.Open(path)
		if err != nil {
			return usageError{err}
		}
		defer func() { _ = f.Close() }() // it was only read
		from, name = f, path
	}
	out := bufio.NewWriter(e.stdout)
	err := e.lines(from, name, out)
	_ = out.Flush() // the writer below keeps the error
	if err == nil && e.bad > 0 {
		return usageError{errLines}
	}
	return err
}

// lines explains every line, and reports those it cannot read.
func (e *explainer) lines(from io.Reader, name string, out *bufio.Writer) error {
	in := bufio.NewReader(from)
	if mark, _ := in.Peek(len(byteOrderMark)); string(mark) == byteOrderMark {
		_, _ = in.Discard(len(mark)) // some editors write one; it was peeked at
	}
	for number := 1; ; number++ {
		line, err := readLine(in)
		if err != nil && !errors.Is(err, io.EOF) {
			return usageError{fmt.Errorf("%s: %w", name, err)}
		}
		if bad := e.line(line, out); bad != nil {
			e.bad++
			_, _ = fmt.Fprintf(e.stderr, "%s:%d:%d: %s\n", visible(name), number, bad.column(line),
				visible(bad.message))
		}
		if err != nil {
			return nil
		}
		if in.Buffered() == 0 { // whoever waits for answers gets them
			if err := out.Flush(); err != nil {
				return err
			}
		}
	}
}

// readLine reads a line, of which it keeps a byte more than a request may
// have.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part[:min(len(part), maxLine+1-len(line))]...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// line explains one line; a blank one is none.
func (e *explainer) line(line []byte, out io.Writer) *lineError {
	if len(line) > maxLine {
		return &lineError{maxLine, fmt.Sprintf("the line has more than %d bytes", maxLine)}
	}
	if len(bytes.TrimSpace(line)) == 0 {
		return nil
	}
	r, err := parseRequest(line)
	var bad *lineError
	if errors.As(err, &bad) {
		return bad
	}
	v := e.policy.Evaluate(r.input(e.now()))
	_ = e.print(out, r, &v, e.policy.Hash()) // the writer keeps the error
	return nil
}

// printText writes the derivation for people.
func printText(out io.Writer, r *request, v *policy.Verdict, _ string) error {
	if string(r.id) != "null" {
		_, _ = fmt.Fprintf(out, "request %s\n", visible(string(r.id)))
	}
	_, err := fmt.Fprintf(out, "%s\n", visible(v.Explain().String()))
	return err
}

// verdictJSON is a line of --format json. Its names and meanings are a
// promise.
type verdictJSON struct {
	ID       json.RawMessage     `json:"id"`
	Outcome  string              `json:"outcome"` // after held proofs
	Step     string              `json:"step"`    // before them
	Score    int                 `json:"score"`
	Band     string              `json:"band"`
	Base     string              `json:"base"`
	Floor    *string             `json:"floor"`   // null: no rule set one
	Cap      *string             `json:"cap"`     // null: no rule set one
	Prompts  *promptsJSON        `json:"prompts"` // null: the policy has no budget
	Rules    []string            `json:"rules"`   // enforced ones that fired
	Unknown  []string            `json:"unknown"` // enforced ones that were unknown
	Degraded []string            `json:"degraded"`
	Shadow   shadowJSON          `json:"shadow"`
	Reasons  map[string][]string `json:"reasons"` // what a customer is shown, by language
	Policy   string              `json:"policy"`  // its hash
}

type promptsJSON struct {
	Used     *int `json:"used"` // null: unknown
	Most     int  `json:"most"`
	Softened bool `json:"softened"`
}

type shadowJSON struct {
	Step  string   `json:"step"`
	Rules []string `json:"rules"` // shadow ones that fired
}

// printVerdict writes one line.
func printVerdict(out io.Writer, r *request, v *policy.Verdict, hash string) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(verdictJSON{
		ID: r.id, Outcome: v.Outcome.String(), Step: v.Step.Name, Score: v.Score,
		Band: v.Band.String(), Base: v.Base().Name, Floor: nameOf(v.Floor()), Cap: nameOf(v.Cap()),
		Prompts: promptsOf(v.Prompts), Rules: idsOf(v.Fired()),
		Unknown: append([]string{}, v.Unknown()...), Degraded: gapsOf(v.Degraded),
		Shadow:  shadowJSON{v.Shadow().Step.Name, append([]string{}, v.Shadow().Rules...)},
		Reasons: reasonsOf(v), Policy: hash,
	})
}

func nameOf(s policy.Step) *string {
	if s.Name == "" {
		return nil
	}
	return &s.Name
}

func promptsOf(b policy.Budget) *promptsJSON {
	if b.Most == 0 {
		return nil
	}
	p := &promptsJSON{Most: b.Most, Softened: b.Softened}
	if b.Used.Known {
		p.Used = &b.Used.N
	}
	return p
}

func idsOf(fired []policy.Fired) []string {
	ids := make([]string, 0, len(fired))
	for _, f := range fired {
		ids = append(ids, f.ID)
	}
	return ids
}

// gapsOf names what a decision lacked, as policy tests do: "store", "fact
// amount".
func gapsOf(gaps []policy.Gap) []string {
	texts := make([]string, 0, len(gaps))
	for _, g := range gaps {
		text := g.Kind.String()
		if g.Kind == policy.FactGap {
			text += " " + g.Name
		}
		texts = append(texts, text)
	}
	return texts
}

// mostReasons is how many a customer is shown (L25).
const mostReasons = 2

func reasonsOf(v *policy.Verdict) map[string][]string {
	reasons := map[string][]string{}
	for _, f := range v.Fired() {
		for language := range f.Because {
			if reasons[language] == nil {
				reasons[language] = append([]string{}, v.Reasons(language, mostReasons)...)
			}
		}
	}
	return reasons
}
