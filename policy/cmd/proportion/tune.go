// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup/replay"
)

// tuneOptions are the flags of tune.
type tuneOptions struct {
	input
	policies []string
	budget   string
	out      string
	format   *choice
}

func newTune(w world) *cobra.Command {
	var o tuneOptions
	cmd := &cobra.Command{
		Use:   "tune --policy P --budget N FILE...",
		Short: "Propose scores and bands that stop more attacks with less friction",
		Long: `Propose scores and bands that stop the most attacks within a budget of friction.

The labelled decisions of the first half of the time are learnt from; the second
half judges what came out. Of raw events, the first quarter only fills the
profiles. Of the settings within the budget the one is proposed that stops the
most attacks; one is over it if that cannot be chance. Scores of rules and the
start of the high band may change, and rules on devices, countries, habits and
failures may be added. The proposal is printed as a difference of the policy,
which is left as it is.

The exit code is 1 if there are too few labels to tell, or if the proposal does
not hold on the second half.`,
		Args: cobra.MinimumNArgs(1),
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.policies, "policy", nil,
		"the `file` or folder of the policy; again for more files")
	flags.StringVar(&o.budget, "budget", "",
		"how many of 1,000 legitimate requests may be challenged or denied: `N`, or N% of those that are now")
	o.addInput(cmd)
	flags.StringVar(&o.out, "diff", "",
		"write the difference to this `file`, which must not exist; else it is printed")
	o.format = addChoice(cmd, "format", "how to print what was found", "text", "json")
	for _, name := range []string{"policy", "budget"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // the flag was added above
		}
	}
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		o.files = args
		return w.tune(ctx, &o)
	}
	return cmd
}

func (w world) tune(ctx context.Context, o *tuneOptions) error {
	budget, err := parseBudget(o.budget)
	if err != nil {
		return usageError{err}
	}
	if slices.Contains(o.files, stdinPath) {
		return usageError{errors.New("the input is read more than once: give a file, not the standard input")}
	}
	sources, err := w.readPolicy(o.policies)
	if err != nil {
		return err
	}
	if _, err := w.loadPolicy(o.policies); err != nil {
		return err
	}
	t, err := propose(ctx, sources, budget, func() (replay.Source, error) { return w.source(&o.input) })
	if errors.Is(err, replay.ErrFewLabels) {
		_, _ = fmt.Fprintln(w.stderr, err)
		return errFound
	}
	if err != nil {
		return usageError{err}
	}
	if err := w.present(o, t); err != nil {
		return err
	}
	if problem := t.holds(); problem != "" {
		_, _ = fmt.Fprintln(w.stderr, problem)
		return errFound
	}
	return nil
}

// present prints what was found, and writes the difference.
func (w world) present(o *tuneOptions, t *proposal) error {
	if o.out != "" {
		// Never over what is there.
		f, err := os.OpenFile(o.out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return usageError{err}
		}
		_, err = f.Write(t.difference())
		if err := errors.Join(err, f.Close()); err != nil {
			return internalError{err}
		}
	}
	if o.format.value == "json" {
		return printJSON(w.stdout, t.json())
	}
	if err := t.print(w.stdout); err != nil || o.out != "" {
		return err
	}
	_, err := fmt.Fprintf(w.stdout, "\n%s", t.difference())
	return err
}

// proposal is what a search found, and how it does on what came later.
type proposal struct {
	before, after []policy.Source
	budget        budget
	since, half   time.Time // what is learnt from begins and ends
	tuning        *replay.Tuning
	rules         []replay.TunedRule
	now, later    replay.Labels // on the second half: the policy as it is, and as proposed
}

// propose learns from the first half of the time, and judges on the second.
func propose(
	ctx context.Context, sources []policy.Source, b budget, open func() (replay.Source, error),
) (*proposal, error) {
	p, err := policy.Parse(sources...)
	if err != nil {
		return nil, err
	}
	t := &proposal{before: sources, budget: b}
	seen := newEvidence()
	if err := t.survey(ctx, p, open, seen); err != nil {
		return nil, err
	}
	added := candidates(seen, t.half)
	edit, err := newEdit(sources)
	if err != nil {
		return nil, err
	}
	t.rules = append(edit.rules, added.tuned()...)
	wide, err := policy.Parse(edit.with(added, nil)...)
	if err != nil {
		return nil, fmt.Errorf("the policy with more rules: %w", err)
	}
	src, err := open()
	if err != nil {
		return nil, err
	}
	if t.tuning, err = replay.Tune(ctx, src, replay.TuneConfig{
		Policy: wide, Rules: t.rules, Budget: b.most, Share: b.share,
		Since: t.since, Until: t.half,
	}); err != nil {
		return nil, fmt.Errorf("%w (learnt%s until %s)", err, t.begin(), day(t.half))
	}
	t.after = edit.with(added, &t.tuning.Best)
	return t, t.judge(ctx, p, open)
}

// survey finds the middle of the time, and what evidence of habits looks like.
func (t *proposal) survey(
	ctx context.Context, p *policy.Policy, open func() (replay.Source, error), seen *evidence,
) error {
	src, err := open()
	if err != nil {
		return err
	}
	r, err := replay.Run(ctx, src, replay.Config{Policy: p, Examples: -1, Subjects: 1, Decided: seen.add})
	if err != nil {
		return err
	}
	t.half = r.First.Add(r.Last.Sub(r.First) / 2)
	if !r.Compared {
		// Raw events: while profiles are being filled, all is newer than it
		// will be, and friction is not what a budget is stated for.
		t.since = r.First.Add(t.half.Sub(r.First) / 2)
	}
	return nil
}

// judge compares the proposal with the policy as it is, on the second half.
func (t *proposal) judge(
	ctx context.Context, p *policy.Policy, open func() (replay.Source, error),
) error {
	better, err := policy.Parse(t.after...)
	if err != nil {
		return fmt.Errorf("the proposed policy: %w", err)
	}
	src, err := open()
	if err != nil {
		return err
	}
	r, err := replay.Run(ctx, src, replay.Config{Policy: better, Baseline: p, Examples: -1, Subjects: 1,
		Since: t.half})
	if err != nil {
		return err
	}
	t.now, t.later = r.Before.Labels, r.After.Labels
	if t.later.Attacks < minLater || t.later.Legit < replay.MinLegit {
		return fmt.Errorf("%w: %d attacks and %d legitimate requests in the second half, "+
			"want at least %d and %d",
			replay.ErrFewLabels, t.later.Attacks, t.later.Legit, minLater, replay.MinLegit)
	}
	return nil
}

// minLater is how few attacks judge a proposal.
const minLater = 20

// holds says why the proposal does not do later what it did on what was learnt
// from; nothing if it does. What may be chance is none: twice the standard
// error, of the first half and of the second. Nor is a season with more
// friction than there was, if there is less than there would be.
func (t *proposal) holds() string {
	first, later := t.budget.of(t.tuning.Now.Friction), t.budget.of(t.now.Friction())
	best, n := t.tuning.Best, t.later
	doubt := 1000 * math.Sqrt(float64(n.Prompted+n.Refused)) / float64(max(n.Legit, 1))
	switch {
	case best.Friction-best.Doubt > first:
		return fmt.Sprintf("no setting meets the budget of %.1f: the least is %.1f", first, best.Friction)
	case n.Friction() > later+2*doubt && (t.budget.share > 0 || n.Friction() > t.now.Friction()):
		return fmt.Sprintf("the proposal does not hold later: "+
			"%.1f of 1,000 legitimate requests stopped, more than %.1f", n.Friction(), later)
	}
	return ""
}

// difference is the proposal as a patch of the policy's files.
func (t *proposal) difference() []byte {
	var all []byte
	for i, s := range t.before {
		all = append(all, diff.Diff(s.Name, s.Data, s.Name+" (tuned)", t.after[i].Data)...)
	}
	return all
}

// print writes what was found for a terminal.
func (t *proposal) print(w io.Writer) error {
	now, best := t.tuning.Now, t.tuning.Best
	out := &checkedWriter{to: w}
	line := func(format string, values ...any) { _, _ = fmt.Fprintf(out, format+"\n", values...) }
	line("Learnt from %d attacks and %d legitimate requests%s before %s;", t.tuning.Attacks,
		t.tuning.Legit, t.begin(), day(t.half))
	line("judged on %d and %d since. The budget is %s.", t.later.Attacks, t.later.Legit, t.budget)
	line("\n%-34s%14s%14s", "", "friction", "attacks")
	line("%-34s%14s%14s", "", "per 1,000", "stopped")
	row := func(name string, friction, stopped float64) {
		line("%-34s%14.1f%12.1f %%", name, friction, 100*stopped)
	}
	row("first half: the policy as it is", now.Friction, now.Stopped)
	row("first half: proposed", best.Friction, best.Stopped)
	row("second half: the policy as it is", t.now.Friction(), t.now.Recall())
	row("second half: proposed", t.later.Friction(), t.later.Recall())
	line("\nThe frontier on the first half: at each friction, the most attacks to expect")
	line("stopped, in which what was never seen is not taken to be safe")
	line("\n%-34s%14s%14s%14s", "", "friction", "stopped", "to expect")
	for _, f := range thinned(t.tuning.Frontier, &best) {
		mark := ""
		if f.Friction == best.Friction && f.Expected == best.Expected {
			mark = "  <- proposed"
		}
		line("%-34s%14.1f%12.1f %%%12.1f %%%s", "", f.Friction, 100*f.Stopped, 100*f.Expected, mark)
	}
	return out.err
}

// begin says since when was learnt from, if not from the beginning.
func (t *proposal) begin() string {
	if t.since.IsZero() {
		return ""
	}
	return " from " + day(t.since)
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// thinned leaves out settings that are nearly those before.
func thinned(all []replay.Setting, best *replay.Setting) (few []replay.Setting) {
	last := math.Inf(-1)
	for i, f := range all {
		if f.Expected-last >= 0.02 || i == len(all)-1 || f.Friction == best.Friction {
			few, last = append(few, f), f.Expected
		}
	}
	return few
}

// The keys are a promise: more may be added.
type proposalJSON struct {
	Half       time.Time   `json:"half"`
	Attacks    int64       `json:"attacks"`
	Legit      int64       `json:"legit"`
	Now        tradeJSON   `json:"now"`
	Proposed   tradeJSON   `json:"proposed"`
	LaterNow   tradeJSON   `json:"later_now"`
	Later      tradeJSON   `json:"later_proposed"`
	Frontier   []frontJSON `json:"frontier"`
	Difference string      `json:"diff"`
}

type tradeJSON struct {
	Friction float64 `json:"friction_per_1000"`
	Stopped  float64 `json:"stopped"`
}

type frontJSON struct {
	tradeJSON
	Expected float64 `json:"expected"`
}

func (t *proposal) json() proposalJSON {
	p := proposalJSON{
		Half: t.half, Attacks: t.tuning.Attacks, Legit: t.tuning.Legit,
		Now:      tradeJSON{t.tuning.Now.Friction, t.tuning.Now.Stopped},
		Proposed: tradeJSON{t.tuning.Best.Friction, t.tuning.Best.Stopped},
		LaterNow: tradeJSON{t.now.Friction(), t.now.Recall()},
		Later:    tradeJSON{t.later.Friction(), t.later.Recall()}, Difference: string(t.difference()),
	}
	for _, f := range t.tuning.Frontier {
		p.Frontier = append(p.Frontier, frontJSON{tradeJSON{f.Friction, f.Stopped}, f.Expected})
	}
	return p
}
