// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

// Cell is one cell of the matrix.
type Cell struct {
	Sensitivity Sensitivity
	Band        Band
	From        int  // the score at which the band begins
	Step        Step // what is asked there, before the rules and the prompt budget have their say
}

// Cells returns the matrix by rows, trivial first, each from low to extreme.
// It is empty for the zero Policy. The slice is the caller's.
func (p *Policy) Cells() []Cell {
	if len(p.ladder) == 0 {
		return nil
	}
	cells := make([]Cell, 0, sensitivities*bandCount)
	for i := range sensitivities {
		s := Trivial - Sensitivity(i)
		for b := Low; b <= Extreme; b++ {
			cells = append(cells, Cell{s, b, p.bandStart(b), p.ladder[p.matrix[s][b-Low]]})
		}
	}
	return cells
}
