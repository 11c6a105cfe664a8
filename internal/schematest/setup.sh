#!/usr/bin/env bash
# SPDX-FileCopyrightText: The Proportion Authors
# SPDX-License-Identifier: Apache-2.0

# Installs the YAML language server, with exactly the versions of
# package-lock.json, into node_modules beside this file. It needs Node.js 18 or
# later with npm. Packages run no scripts of their own.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

exec npm ci --omit=dev --omit=optional --ignore-scripts </dev/null
