// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package repo holds the tests of the repository itself: what the packages
// link, what their exported names may speak of, and that the documents tell the
// truth about the code. It has no code of its own.
package repo
