// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"strings"
)

// printGitHub prints findings as workflow commands, which GitHub shows beside
// the lines of a pull request.
func printGitHub(out io.Writer, findings []finding) error {
	for _, f := range findings {
		message := f.Message
		if f.Hint != "" {
			message += "\nhint: " + f.Hint
		}
		_, err := fmt.Fprintf(out, "::%s file=%s,line=%d,col=%d,title=%s::%s\n", f.Severity,
			property.Replace(f.File), f.Line, f.Column, property.Replace(f.ID),
			data.Replace(message))
		if err != nil {
			return err
		}
	}
	return nil
}

// What has a meaning in workflow commands is written as a URL would.
var (
	data     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
