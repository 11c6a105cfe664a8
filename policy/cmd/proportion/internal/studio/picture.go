// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package studio

import "github.com/proportion-go/proportion/policy"

// picture is what a page draws of a policy.
type picture struct {
	Hash    string   `json:"hash"`
	Ladder  []step   `json:"ladder"`
	Cells   []cell   `json:"cells"`
	Actions []action `json:"actions"`
	Facts   []fact   `json:"facts"`
	Prompts prompts  `json:"prompts"`
}

type step struct {
	Name    string   `json:"name"`
	Do      string   `json:"do"`
	Methods []string `json:"methods"`
	Fresh   float64  `json:"fresh_s"`
	ACR     string   `json:"acr"`
	Index   int      `json:"index"`
}

type cell struct {
	Sensitivity string `json:"sensitivity"`
	Band        string `json:"band"`
	From        int    `json:"from"`
	Step        string `json:"step"`
}

type action struct {
	Name        string   `json:"name"`
	Sensitivity string   `json:"sensitivity"`
	Bind        []string `json:"bind"`
	NoSession   bool     `json:"no_session"`
	Needs       []string `json:"needs"` // the facts its rules read or its proofs are bound to
}

type fact struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Unit     string `json:"unit"`
	Optional bool   `json:"optional"`
}

type prompts struct {
	Most int     `json:"most"` // 0: no budget
	Per  float64 `json:"per_s"`
}

func draw(p *policy.Policy) *picture {
	out := &picture{
		Hash: p.Hash(), Ladder: []step{}, Cells: []cell{}, Actions: []action{}, Facts: []fact{},
	}
	for _, s := range p.Ladder() {
		out.Ladder = append(out.Ladder, stepOf(s))
	}
	for _, c := range p.Cells() {
		out.Cells = append(out.Cells, cell{
			c.Sensitivity.String(), c.Band.String(), c.From, c.Step.Name,
		})
	}
	for _, name := range append(p.Actions(), "*") {
		a := p.Action(name)
		out.Actions = append(out.Actions, action{
			Name: name, Sensitivity: a.Sensitivity.String(), Bind: list(a.Bind),
			NoSession: a.NoSession, Needs: append(list(p.Reads(name)), a.Bind...),
		})
	}
	for _, f := range p.Facts() {
		out.Facts = append(out.Facts, fact{f.Name, f.Type.String(), f.Unit, f.Optional})
	}
	most, per := p.PromptWindow()
	out.Prompts = prompts{most, per.Seconds()}
	return out
}

func stepOf(s policy.Step) step {
	out := step{s.Name, s.Do.String(), []string{}, s.Fresh.Seconds(), s.ACR, s.Index}
	for _, m := range s.Methods {
		out.Methods = append(out.Methods, m.String())
	}
	return out
}

// list returns a list that JSON writes as one, were it empty.
func list[T any](items []T) []T { return append([]T{}, items...) }
