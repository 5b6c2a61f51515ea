#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# No interrupt is lost, whenever it comes: tests/tools/interrupts.c interrupts a movement at each turn
# of the loop. The guest runs in a circle at startup_64.
set -u
: "${OUT:=build}" "${BUILD:=build}"
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-interrupts.XXXXXX")
trap 'rm -rf "$T"' EXIT
tests/e2e/plant "$BUILD/teaching.bzImage" 0x200 '\xeb\xfe' >"$T/circle"

number=0
check() { # CASE NAME
	number=$((number + 1))
	if message=$(timeout 300 "$OUT/tests/interrupts" "$T/circle" "$1" 2>&1); then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		printf '# %s\n' "${message:0:400}"
	fi
}
check run "at each of the first turns of a run"
check from-breakpoint "from a breakpoint, whose clock is set straight first"
check steps "at each of the first turns of a series of steps"
check go "at each of the first turns of a way to an instruction count"
check before "before a movement, and dropped"
echo "1..$number"
