#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Going back is exact: tests/tools/travel.c jumps over a boot and compares registers and memory with
# what was there at the first visit. SEED repeats the jumps of another run.
set -u
: "${OUT:=build}" "${BUILD:=build}" "${SEED:=$RANDOM}"

number=0
check() { # CASE NAME
	number=$((number + 1))
	if message=$(timeout 600 "$OUT/tests/travel" "$BUILD/teaching.bzImage" "$1" "$SEED" 2>&1); then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		printf '# %s\n' "SEED=$SEED" "${message:0:400}"
	fi
}

echo "# SEED=$SEED"
check jumps "200 jumps land where the guest was before, and it goes on to the same end"
check breakpoints "running back meets the same hits in reverse order"
check symbol "a breakpoint on a symbol of the decompressor is hit in the copy"
check watchpoints "a watchpoint stops behind the write, forwards and backwards"
check killed "a QEMU that was killed is replaced by one with the same kept machines"
check write "a write forgets what lay ahead, stays written behind it, and is undone before it"
check no-room "a full disk is one error, and the boot and the way back go on"
echo "1..$number"
