// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"errors"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// This is the one file that knows the YAML library.

var (
	integerForm = regexp.MustCompile(`^[-+]?(0|[1-9][0-9]*)$`)
	floatForm   = regexp.MustCompile(`^[-+]?(0|[1-9][0-9]*)\.[0-9]+$`)
)

func parseYAML(text string, doc *Document) (*Node, []Problem) {
	loader, err := yaml.NewLoader(strings.NewReader(text))
	if err != nil {
		return nil, []Problem{problemOf(err)}
	}
	var first, second yaml.Node
	switch err = loader.Load(&first); {
	case errors.Is(err, io.EOF) || err == nil && len(first.Content) == 0:
		return nil, []Problem{{Empty, 1, 1, "the file is empty"}}
	case err != nil:
		return nil, []Problem{problemOf(err)}
	}
	c := converter{doc: doc}
	root := c.convert(first.Content[0], 1)
	if len(c.problems) >= maxProblems {
		return nil, c.problems
	}
	switch err = loader.Load(&second); {
	case err == nil:
		c.problem(SeveralDocuments, &second, "a second document begins here")
	case !errors.Is(err, io.EOF):
		c.problems = append(c.problems, problemOf(err))
	}
	return root, c.problems
}

func problemOf(err error) Problem {
	p := Problem{BadSyntax, 1, 1, err.Error()}
	var load *yaml.LoadError
	if errors.As(err, &load) {
		p.Message = load.Message
		p.Line, p.Column = max(load.Mark.Line, 1), max(load.Mark.Column, 1)
	}
	return p
}

type converter struct {
	doc      *Document
	from     reach // what was looked at last
	problems []Problem
}

func (c *converter) problem(kind ProblemKind, n *yaml.Node, message string) {
	if len(c.problems) < maxProblems {
		c.problems = append(c.problems, Problem{kind, n.Line, n.Column, message})
	}
}

func (c *converter) convert(n *yaml.Node, depth int) *Node {
	node := &Node{Kind: Null, Line: n.Line, Column: n.Column}
	node.source = c.from.to(c.doc, n.Line, n.Column)
	if depth > maxDepth {
		c.problem(TooDeep, n, "nesting is too deep")
		return node
	}
	if n.Anchor != "" || n.Kind == yaml.AliasNode {
		c.problem(HasAlias, n, "anchors and aliases are not accepted")
		return node
	}
	if n.Style&yaml.TaggedStyle != 0 {
		c.problem(HasTag, n, "tags are not accepted: "+n.Tag)
		return node
	}
	// The library forgets a `!` that stands alone, and so would a condition
	// its negation. No other value begins with it.
	if strings.HasPrefix(node.source, "!") {
		c.problem(HasTag, n, "tags are not accepted: !")
		return node
	}
	switch n.Kind {
	case yaml.MappingNode:
		node.Kind = Mapping
		c.pairs(node, n, depth)
	case yaml.SequenceNode:
		node.Kind = Sequence
		for _, item := range n.Content {
			node.Items = append(node.Items, c.convert(item, depth+1))
		}
	case yaml.ScalarNode:
		node.Text, node.style = n.Value, styleOf(n.Style)
		node.Kind = kindOf(node)
	}
	return node
}

func (c *converter) pairs(node *Node, n *yaml.Node, depth int) {
	seen := make(map[string]bool, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := c.convert(n.Content[i], depth+1)
		value := c.convert(n.Content[i+1], depth+1)
		switch {
		case n.Content[i].Tag == "!!merge":
			c.problem(HasAlias, n.Content[i], "merge keys are not accepted")
		case key.Kind == Mapping || key.Kind == Sequence:
			c.problem(BadSyntax, n.Content[i], "a key must be a word")
		case seen[key.Text]:
			c.problem(DuplicateKey, n.Content[i], "key "+key.Text+" is already given")
		default:
			seen[key.Text] = true
			node.Pairs = append(node.Pairs, Pair{key, value})
		}
	}
	node.Incomplete = len(node.Pairs) < len(n.Content)/2
}

func styleOf(s yaml.Style) style {
	switch {
	case s&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		return quoted
	case s&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return block
	}
	return plain
}

// kindOf types a scalar by its form alone, so that no library's idea of YAML
// 1.1 decides whether NO is Norway.
func kindOf(n *Node) Kind {
	if n.style != plain {
		return Text
	}
	switch n.Text {
	case "", "~", "null", "Null", "NULL":
		return Null
	case "true", "false":
		return Bool
	}
	switch {
	case integerForm.MatchString(n.Text):
		return Integer
	case floatForm.MatchString(n.Text):
		return Float
	case readingOf(n.Text) != "":
		return Doubtful
	}
	return Text
}
