// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package schematest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// An editor is the client of one YAML language server, over its standard
// input and output (Language Server Protocol 3.17).
type editor struct {
	t       *testing.T
	in      io.Writer
	out     *textproto.Reader
	last    int                     // id of the last request
	reports map[string][]diagnostic // the last of each file

	settings   map[string]any // of the section yaml
	configured bool           // the server has them
}

type diagnostic struct {
	Range   struct{ Start, End position }
	Message string
}

// position counts from 0.
type position struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

type message struct {
	ID     json.RawMessage `json:"id,omitempty"`
	Method string          `json:"method,omitempty"`
	Params json.RawMessage `json:"params,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  json.RawMessage `json:"error,omitempty"`
}

const serverScript = "node_modules/yaml-language-server/bin/yaml-language-server"

// patience is for a server that hangs. None takes a tenth of it.
const patience = 2 * time.Minute

// open starts a server that checks every file by the schema. Where CI is
// true, a missing server is a failure.
func open(t *testing.T, schema []byte) *editor {
	t.Helper()
	if _, err := os.Stat(serverScript); err != nil {
		const missing = "the YAML language server is not installed: run internal/schematest/setup.sh"
		if os.Getenv("CI") == "true" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	// The test's own context would end before the server is asked to.
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, "node", serverScript, "--stdio")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	e := &editor{t: t, in: in, out: textproto.NewReader(bufio.NewReader(out)),
		reports: map[string][]diagnostic{}}
	t.Cleanup(func() {
		e.call("shutdown", nil, nil)
		e.notify("exit", nil)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	e.start(schema)
	return e
}

// start tells the server of the schema, and to load nothing from the network.
func (e *editor) start(schema []byte) {
	e.t.Helper()
	file := filepath.Join(e.t.TempDir(), "schema.json")
	if err := os.WriteFile(file, schema, 0o600); err != nil {
		e.t.Fatal(err)
	}
	e.call("initialize", map[string]any{
		"processId": os.Getpid(), "rootUri": nil,
		"capabilities": map[string]any{"workspace": map[string]any{"configuration": true},
			"textDocument": map[string]any{
				"hover":      map[string]any{"contentFormat": []string{"markdown"}},
				"completion": map[string]any{"completionItem": map[string]any{"documentationFormat": []string{"markdown"}}},
			}},
	}, nil)
	e.notify("initialized", map[string]any{})
	off := map[string]any{"enable": false}
	e.settings = map[string]any{
		"validate": true, "hover": true, "completion": true, "schemaStore": off,
		"kubernetesCRDStore": off,
		"schemas":            map[string]any{fileURI(file): "*.yaml"},
	}
	for !e.configured {
		e.handle(e.read())
	}
}

func fileURI(path string) string {
	return (&url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(filepath.ToSlash(path),
		"/")}).String()
}

// show opens a file and returns what is wrong with it.
func (e *editor) show(name, text string) (uri string, wrong []diagnostic) {
	e.t.Helper()
	uri = "file:///policies/" + name
	e.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{
		"uri": uri, "languageId": "yaml", "version": 1, "text": text,
	}})
	for {
		if wrong, ok := e.reports[uri]; ok {
			return uri, wrong
		}
		e.handle(e.read())
	}
}

// hover returns what is shown over a place.
func (e *editor) hover(uri string, at position) string {
	e.t.Helper()
	var result struct{ Contents struct{ Value string } }
	e.call("textDocument/hover", place(uri, at), &result)
	return result.Contents.Value
}

type completion struct {
	Label         string
	Documentation json.RawMessage // a text, or { kind, value }
}

func (e *editor) complete(uri string, at position) []completion {
	e.t.Helper()
	var result struct{ Items []completion }
	e.call("textDocument/completion", place(uri, at), &result)
	return result.Items
}

func place(uri string, at position) map[string]any {
	return map[string]any{"textDocument": map[string]any{"uri": uri}, "position": at}
}

// call sends a request and waits for its answer.
func (e *editor) call(method string, params, result any) {
	e.t.Helper()
	e.last++
	id := json.RawMessage(strconv.Itoa(e.last))
	e.send(message{ID: id, Method: method, Params: e.marshal(params)})
	for {
		m := e.read()
		switch {
		case m.Method != "" || string(m.ID) != string(id):
			e.handle(m)
			continue
		case m.Error != nil:
			e.t.Fatalf("%s: %s", method, m.Error)
		case result != nil && len(m.Result) > 0:
			if err := json.Unmarshal(m.Result, result); err != nil {
				e.t.Fatalf("%s: %v in %s", method, err, m.Result)
			}
		}
		return
	}
}

func (e *editor) notify(method string, params any) {
	e.t.Helper()
	e.send(message{Method: method, Params: e.marshal(params)})
}

// handle takes what the server sends of its own accord.
func (e *editor) handle(m message) {
	e.t.Helper()
	switch {
	case m.Method == "workspace/configuration":
		e.configure(m)
		return
	case m.Method != "" && m.ID != nil:
		e.send(message{ID: m.ID, Result: json.RawMessage("null")})
		return
	case m.Method != "textDocument/publishDiagnostics":
		return
	}
	var report struct {
		URI         string
		Diagnostics []diagnostic
	}
	if err := json.Unmarshal(m.Params, &report); err != nil {
		e.t.Fatal(err)
	}
	e.reports[report.URI] = report.Diagnostics
}

// configure answers with the settings of the sections that are asked for.
func (e *editor) configure(m message) {
	e.t.Helper()
	var params struct{ Items []struct{ Section string } }
	if err := json.Unmarshal(m.Params, &params); err != nil {
		e.t.Fatal(err)
	}
	answer := make([]map[string]any, len(params.Items))
	for i, item := range params.Items {
		answer[i] = map[string]any{}
		if item.Section == "yaml" {
			answer[i] = e.settings
		}
	}
	e.send(message{ID: m.ID, Result: e.marshal(answer)})
	e.configured = true
}

func (e *editor) marshal(value any) json.RawMessage {
	e.t.Helper()
	if value == nil {
		return nil
	}
	data, err := json.Marshal(value)
	if err != nil {
		e.t.Fatal(err)
	}
	return data
}

func (e *editor) send(m message) {
	e.t.Helper()
	data, err := json.Marshal(struct {
		Version string `json:"jsonrpc"`
		message
	}{"2.0", m})
	if err != nil {
		e.t.Fatal(err)
	}
	if _, err := fmt.Fprintf(e.in, "Content-Length: %d\r\n\r\n%s", len(data), data); err != nil {
		e.t.Fatal(err)
	}
}

func (e *editor) read() message {
	e.t.Helper()
	header, err := e.out.ReadMIMEHeader()
	if err != nil {
		e.t.Fatalf("the server says no more: %v", err)
	}
	size, err := strconv.Atoi(header.Get("Content-Length"))
	if err != nil {
		e.t.Fatal(err)
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(e.out.R, data); err != nil {
		e.t.Fatal(err)
	}
	var m message
	if err := json.Unmarshal(data, &m); err != nil {
		e.t.Fatalf("%v in %s", err, data)
	}
	return m
}
