// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package evaluation

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/proportion-go/proportion/risk/risktest"
)

// Page returns EVALUATION.md from the full and the reduced run.
func Page(full, reduced Results) []byte {
	var b bytes.Buffer
	b.WriteString(Preface())
	b.WriteString(verdict(&full))
	b.WriteString(rulePoints(full.Points))
	b.WriteString("\n## Without device tokens\n")
	b.WriteString(tables(full.Rows, false))
	b.WriteString("\n## With device tokens\n" + withTokens)
	b.WriteString(tables(full.Rows, true))
	b.WriteString(Repeated(reduced))
	return b.Bytes()
}

// Preface is the page up to the first number measured.
func Preface() string {
	c := Full()
	return fmt.Sprintf(preface, c.Seed, c.Subjects, settledLogins, c.Background, ahead, c.Attacks)
}

// Repeated is the last section, of the reduced run.
func Repeated(reduced Results) string {
	c := Reduced()
	rows := slices.DeleteFunc(slices.Clone(reduced.Rows), func(r Row) bool {
		return r.Size != 4 && r.Size != 12 && r.Size != 39
	})
	return fmt.Sprintf(repeated, c.Subjects, c.Background) + tables(rows, false)
}

func tables(rows []Row, tokens bool) string {
	var b bytes.Buffer
	for _, kind := range attacks() {
		fmt.Fprintf(&b, "\n### %s\n\n", titles[kind])
		b.WriteString("| attacks challenged | logins stored | rule | published | ours | ours is |\n")
		b.WriteString("| ---: | ---: | ---: | ---: | ---: | --- |\n")
		for _, target := range targets() {
			for i := range rows {
				if r := &rows[i]; r.Attack == kind && r.Target == target && r.Tokens == tokens {
					fmt.Fprintf(&b, "| %.3g %% | %d | %s | %s | %s | %s |\n", 100*target, r.Size,
						r.By[rule], r.By[published], r.By[ours], standing(&r.By))
				}
			}
		}
	}
	return b.String()
}

// String returns the share in percent, with its interval.
func (s Share) String() string {
	return fmt.Sprintf("%.1f (%.1f–%.1f)", 100*s.Median, 100*s.Low, 100*s.High)
}

// standing compares ours with the better of the other two.
func standing(by *[models]Share) string {
	better := by[rule]
	if by[published].Median < better.Median {
		better = by[published]
	}
	switch {
	case by[ours].beats(by[rule]) && by[ours].beats(by[published]):
		return "fewer"
	case better.beats(by[ours]):
		return "**more**"
	}
	return "level"
}

// promised reports whether the row is one that the model is meant to win.
func (r *Row) promised() bool {
	return !r.Tokens && r.Size >= 4 && r.Target >= 0.98 && r.Attack != risktest.VeryTargeted
}

// Won counts the rows that the model is meant to win, and those it does.
func Won(rows []Row) (won, of int) {
	for i := range rows {
		if r := &rows[i]; r.promised() {
			of++
			if standing(&r.By) == "fewer" {
				won++
			}
		}
	}
	return won, of
}

func verdict(r *Results) string {
	var b bytes.Buffer
	rows := r.Rows
	won, of := Won(rows)
	fmt.Fprintf(&b, goal, won, of, reachable(rows))
	if won == of {
		return b.String()
	}
	b.WriteString("\n| attack | challenged | logins stored | rule | published | ours | ours is |\n")
	b.WriteString("| --- | ---: | ---: | ---: | ---: | ---: | --- |\n")
	for i := range rows {
		if r := &rows[i]; r.promised() && standing(&r.By) != "fewer" {
			fmt.Fprintf(&b, "| %s | %.3g %% | %d | %s | %s | %s | %s |\n", r.Attack, 100*r.Target,
				r.Size, r.By[rule], r.By[published], r.By[ours], standing(&r.By))
		}
	}
	b.WriteString(why + "\n| logins stored | targeted attacks that show nothing new |\n| ---: | ---: |\n")
	for _, a := range r.Alike {
		fmt.Fprintf(&b, "| %d | %.2f %% |\n", a.Size, 100*a.Share)
	}
	return b.String() + weighed
}

// reachable counts the promised rows in which the rule stops enough.
func reachable(rows []Row) (n int) {
	for i := range rows {
		if r := &rows[i]; r.promised() && r.By[rule].Median < 1 {
			n++
		}
	}
	return n
}

// rulePoints compares all at what the rule stops, whatever that is.
func rulePoints(points []Point) string {
	var b bytes.Buffer
	b.WriteString(atTheRule)
	b.WriteString("\n| attack | logins stored | stopped by the rule | rule | published | ours | ours is |\n")
	b.WriteString("| --- | ---: | ---: | ---: | ---: | ---: | --- |\n")
	for _, kind := range attacks() {
		for i := range points {
			if p := &points[i]; p.Attack == kind {
				fmt.Fprintf(&b, "| %s | %d | %s | %s | %s | %s | %s |\n", kind, p.Size, p.Stopped,
					p.By[rule], p.By[published], p.By[ours], standing(&p.By))
			}
		}
	}
	return b.String()
}
