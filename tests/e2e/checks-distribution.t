#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The same of a Debian kernel as it is packaged.
: "${OUT:=build}"
if ! image=$(tests/linux/kernel 6.1-cloud 2>&1); then
	echo "1..0 # SKIP $image"
	exit 0
fi
set -o pipefail
"$OUT/bootscope" check --tap --timeout 180s --append quiet "$image" tests/checks/distribution.check | sed 1d
