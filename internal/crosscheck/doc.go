// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package crosscheck holds what this repository computes against programs that
// others wrote. It has only tests. They need the Debian packages oathtool and
// zbar-tools: without them they are skipped, and fail where CI=true.
package crosscheck
