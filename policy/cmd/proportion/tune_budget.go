// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strconv"
	"strings"
)

// budget is how much friction there may be: so many of a thousand legitimate
// requests, or a share of those that are stopped now.
type budget struct{ most, share float64 }

// parseBudget reads "20", or "50%".
func parseBudget(text string) (budget, error) {
	digits, relative := strings.CutSuffix(text, "%")
	n, err := strconv.ParseFloat(digits, 64)
	switch {
	case err == nil && relative && n > 0 && n <= 100:
		return budget{share: n / 100}, nil
	case err == nil && !relative && n >= 0 && n <= 1000:
		return budget{most: n}, nil
	}
	return budget{}, fmt.Errorf("--budget %s: want 0 to 1000, or a share such as 50%%", text)
}

// of returns the budget where so many of a thousand are stopped now.
func (b budget) of(now float64) float64 {
	if b.share > 0 {
		return b.share * now
	}
	return b.most
}

// String says it in words.
func (b budget) String() string {
	if b.share > 0 {
		return fmt.Sprintf("%v %% of the friction as it is", 100*b.share)
	}
	return fmt.Sprintf("%v of 1,000 legitimate requests", b.most)
}
