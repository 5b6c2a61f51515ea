#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A checkpoint changes no register and no flag: tests/tools/checkpoint_registers.c stops before and
# behind each of them.
set -u
: "${OUT:=build}" "${BUILD:=build}"
exec timeout 120 "$OUT/tests/checkpoint_registers" "$BUILD/teaching.bzImage"
