// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/policy/cmd/proportion/internal/replace"
	"github.com/proportion-go/proportion/policy/cmd/proportion/internal/report"
	"github.com/proportion-go/proportion/stepup/replay"
)

// replayOptions are the flags of replay.
type replayOptions struct {
	input
	policies, baselines []string
	resume              string // the checkpoint's file; empty: not asked for
	page                string
	decisions           string
	format              *choice
	mostPrompts         float64 // below 0: no gate
	mostWeaker          int64   // likewise
	mostUncompared      float64 // percent; below 0: defaultUncompared where there is another gate
}

// defaultUncompared is the percentage of decisions that may be left out of a
// comparison for a gate to pass all the same.
const defaultUncompared = 1

// resumePath is the checkpoint of a run that names none.
const resumePath = "proportion-replay.checkpoint"

const replayHelp = `Run a journal or raw events through a policy, to see what it would have done.

Files may be compressed by gzip; "-" is the standard input. A decision that lacks
something the policy reads is not comparable: it is counted apart, and a gate
fails where more than 1 % are.

Raw events, of --from events (an object of JSON a line) or --from csv (the first
line names the columns), have

  time        required: RFC 3339, or seconds since 1970; without a zone: UTC
  action      required: as the policy names it
  subject     who, a text or number; without one nothing is learnt
  ip          address; --geo tells its place, the event cannot
  device      any text by which the device is known again
  user_agent  as the browser sent it
  success     true or false; only what succeeded teaches a profile
  label       attack or legit
  channel     as web, which it is if there is an ip
  language    as the browser sent it, Accept-Language
  id          by which the report names the event
  facts       an object of JSON: the facts of the policy, by name

Any other column of csv is a fact of its name. --from rba-csv is the public RBA
data set as it is, which says its places itself.

A run that is interrupted keeps a checkpoint, and --resume goes on from it. Give
--resume from the beginning to have one kept every few seconds.`

func newReplay(w world) *cobra.Command {
	var o replayOptions
	cmd := &cobra.Command{
		Use:   "replay --policy P FILE...",
		Short: "Run a journal or raw events through a policy",
		Long:  replayHelp,
		Args:  cobra.MinimumNArgs(1),
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.policies, "policy", nil,
		"the `file` or folder of the policy; again for more files")
	flags.StringArrayVar(&o.baselines, "baseline", nil,
		"the `file` or folder of a policy to compare with; else what was recorded")
	o.addInput(cmd)
	flags.StringVar(&o.resume, "resume", "", "go on from, and keep, a checkpoint, in `=FILE` or "+resumePath)
	flags.Lookup("resume").NoOptDefVal = resumePath
	flags.StringVar(&o.page, "report", "", "write a page for a browser to this `file`")
	flags.StringVar(&o.decisions, "decisions", "", "write a line of JSON for each decision to this `file`")
	o.format = addChoice(cmd, "format", "how to print the summary", "text", "json", "csv")
	flags.Float64Var(&o.mostPrompts, "max-prompts-per-1000", -1,
		"fail if there are more prompts than `N` in 1,000 decisions")
	flags.Int64Var(&o.mostWeaker, "max-weaker", -1, "fail if more than `N` decisions become weaker")
	flags.Float64Var(&o.mostUncompared, "max-not-comparable", -1,
		"fail if more than `N` percent of the decisions lack something or cannot be read; "+
			"1 with another --max")
	for _, gate := range [...]string{"max-prompts-per-1000", "max-weaker", "max-not-comparable"} {
		flags.Lookup(gate).DefValue = "0" // help shows no default: there is no gate
	}
	if err := cmd.MarkFlagRequired("policy"); err != nil {
		panic(err) // the flag was added above
	}
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if flags.Changed("max-prompts-per-1000") && !(o.mostPrompts >= 0) { // nor NaN
			return usageError{fmt.Errorf("--max-prompts-per-1000 %v: want 0 or more", o.mostPrompts)}
		}
		if flags.Changed("max-weaker") && o.mostWeaker < 0 {
			return usageError{fmt.Errorf("--max-weaker %d: want 0 or more", o.mostWeaker)}
		}
		if flags.Changed("max-not-comparable") && !(o.mostUncompared >= 0 && o.mostUncompared <= 100) {
			return usageError{fmt.Errorf("--max-not-comparable %v: want 0 to 100", o.mostUncompared)}
		}
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		o.files = args
		return w.replay(ctx, &o)
	}
	return cmd
}

// replay runs, prints and judges.
func (w world) replay(ctx context.Context, o *replayOptions) error {
	c, err := w.replayConfig(o)
	if err != nil {
		return err
	}
	src, err := w.source(&o.input)
	if err != nil {
		return err
	}
	job := &job{world: w, options: o, progress: newProgress(w, o.files)}
	r, err := job.run(ctx, src, c)
	if err != nil {
		return err
	}
	s := report.New(r)
	if o.page != "" {
		if err := replace.Write(o.page, s.HTML); err != nil {
			return internalError{err}
		}
	}
	print := s.Text
	switch o.format.value {
	case "json":
		print = s.JSON
	case "csv":
		print = s.CSV
	}
	if err := print(w.stdout); err != nil {
		return internalError{err}
	}
	job.done()
	if err := w.gate(o, r); err != nil {
		return err
	}
	switch {
	case r.Decisions > 0:
		return nil
	case r.Source.Bad > 0:
		return usageError{errors.New("no line of the input could be read: see --from")}
	default:
		return usageError{errors.New("there was nothing to replay: no decision is in the input")}
	}
}

func (w world) replayConfig(o *replayOptions) (replay.Config, error) {
	var c replay.Config
	var err error
	if c.Policy, err = w.loadPolicy(o.policies); err != nil {
		return c, err
	}
	if len(o.baselines) > 0 {
		if c.Baseline, err = w.loadPolicy(o.baselines); err != nil {
			return c, err
		}
	}
	if o.mostWeaker >= 0 && c.Baseline == nil && o.from.value != "journal" {
		return c, usageError{errors.New("--max-weaker: raw events need a --baseline")}
	}
	return c, nil
}

// loadPolicy loads a policy; what is wrong with it is printed.
func (w world) loadPolicy(paths []string) (*policy.Policy, error) {
	sources, err := w.readPolicy(paths)
	if err != nil {
		return nil, err
	}
	p, err := policy.Parse(sources...)
	if findings := findingsOf(err); findings != nil {
		if err := printFindings(w.stderr, "text", findings); err != nil {
			return nil, err
		}
		return nil, usageError{errors.New("the policy cannot be loaded")}
	}
	if err != nil {
		return nil, usageError{err}
	}
	return p, nil
}

// gate fails where the run found more than the flags allow. What could not be
// compared was not found to be harmless.
func (w world) gate(o *replayOptions, r *replay.Report) error {
	failed := false
	fail := func(format string, values ...any) {
		failed = true
		_, _ = fmt.Fprintf(w.stderr, format+"\n", values...)
	}
	gated := o.mostPrompts >= 0 || o.mostWeaker >= 0 || o.mostUncompared >= 0
	// A line that could not be read may have been a decision.
	most, missed, all := o.mostUncompared, r.NotCompared()+r.Source.Bad, r.Decisions+r.Source.Bad
	if most < 0 {
		most = defaultUncompared
	}
	switch share := 100 * float64(missed) / float64(max(all, 1)); {
	case gated && missed == all:
		fail("no decision could be made under the policy")
	case gated && share > most:
		fail("not comparable or not readable: %d of %d decisions (%.1f %%), more than %v %%; "+
			"see --max-not-comparable", missed, all, share, most)
	}
	if got := r.After.Outcomes.Prompts(); o.mostPrompts >= 0 && got > o.mostPrompts {
		fail("%.1f prompts per 1,000: more than %v", got, o.mostPrompts)
	}
	if got := r.Changes.Weaker; o.mostWeaker >= 0 && got > o.mostWeaker {
		are := "decisions are"
		if got == 1 {
			are = "decision is"
		}
		fail("%d %s weaker: more than %d", got, are, o.mostWeaker)
	}
	if failed {
		return errFound
	}
	return nil
}
