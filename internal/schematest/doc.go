// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package schematest tests the JSON Schemas of policies and of policy tests
// against what they are for: the loaders, and an editor.
//
// It is a module of its own, so that the validator is no dependency of the
// core. It also talks to the YAML language server that editors use, which
// setup.sh installs beside it.
package schematest
