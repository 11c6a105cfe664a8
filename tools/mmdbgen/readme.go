// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"strings"
)

const about = `# Synthetic location databases

Everything here is invented and describes nobody. The files are made by
` + "`go run ./mmdbgen`" + ` in the folder ` + "`tools`" + `, from ` + "`tools/mmdbgen/world.tsv`" + `; do not
edit them, nor this page. They carry no data of any provider, and are in the
layout of the products whose type they name, so that any reader takes them.

The addresses follow a scheme that can be read: ` + "`21.<calling code>.<n>.0/24`" + ` and
` + "`2d00:<calling code>:<n>::/48`" + `, where 33 is France and 55 Brazil as on a
telephone. The documentation ranges (192.0.2.0/24 and others) cannot be used,
because they are reserved and so have no place. 21.0.0.0/8 is allotted to an
organisation that has nothing to do with these entries; 2d00::/16 is allotted
to nobody. The autonomous systems are those of RFC 5398, set aside for
documentation. An accuracy radius is in kilometres.

`

// readme lists the networks and what each is for, beside the data.
func readme(networks []network, names []string) []byte {
	var b bytes.Buffer
	b.WriteString(about)
	b.WriteString("Files: `" + strings.Join(names, "`, `") + "`.\n\n")
	b.WriteString("| network | place | radius | operator | AS | listed as | meaning |\n")
	b.WriteString("| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, n := range networks {
		radius := "-"
		if n.placed {
			radius = fmt.Sprint(n.radius)
		}
		place := strings.TrimPrefix(n.city+", "+n.country, ", ")
		flags := strings.ReplaceAll(strings.Join(n.flags, ", "), "_", " ")
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %d | %s | %s |\n",
			n.prefix, place, radius, n.operator, n.asn, flags, n.meaning)
	}
	return b.Bytes()
}
