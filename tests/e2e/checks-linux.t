#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The same of a Debian kernel behind our stub.
: "${OUT:=build}" "${BUILD:=build}"
if [ ! -e "$BUILD/linux/cloud.bzImage" ]; then
	echo "1..0 # SKIP no Debian kernel to be had"
	exit 0
fi
set -o pipefail
"$OUT/bootscope" check --tap --timeout 180s --initrd "$BUILD/init.cpio.gz" \
	--append "console=ttyS0 quiet kaslr_seed=5" "$BUILD/linux/cloud.bzImage" tests/checks/linux.check | sed 1d
