// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import "fmt"

// UsualNumbers returns the table of usual numbers as rows of Markdown.
func UsualNumbers() []string {
	var rows []string
	for _, u := range usuals {
		rows = append(rows, fmt.Sprintf("| %s | %s | %s | %s |", u.name, u.text(u.least),
			u.text(u.most), u.whose))
	}
	return rows
}
