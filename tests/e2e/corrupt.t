#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# 500 damaged payloads, each booted for real. A boot may end in one of two ways: the stub stops with
# its one line, or the damage did not reach the kernel's bytes (a gzip header field that
# nobody reads), which the CRC of what was unpacked and the kernel's own checks must then both say.
set -u
: "${OUT:=build}" "${BUILD:=build}" "${CORRUPT_COUNT:=500}"
export OUT BUILD

T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-corrupt.XXXXXX")
export T
trap 'rm -rf "$T"' EXIT

# The CRC of the undamaged payload, as the stub reports it.
GOOD=$("$OUT/bootscope" run --json --append nokaslr "$BUILD/teaching.bzImage" |
	jq -r 'select(.checkpoint == "decompressed").marker.crc32')
export GOOD

one() {
	local image=$T/$1.bzImage what verdict
	what=$("$OUT/tests/corrupt" "$BUILD/teaching.bzImage" "$1" "$image" | tr '\n' ';')
	verdict=$("$OUT/bootscope" run --json --append nokaslr --timeout 60s "$image" 2>"$T/$1.err" |
		jq -rs --arg good "$GOOD" '
			.[-1].end as $word
			| ([.[] | select(.checkpoint == "kernel-jump")] | length) as $jumps
			| (first(.[] | select(.checkpoint == "decompressed")) | .marker.crc32) // "none" as $crc
			| if $word == "error" and $jumps == 0 and .[-1].message != null then "stopped"
			  elif $word == "pass" and $crc == $good then "harmless"
			  else "end \($word), kernel jumps \($jumps), crc \($crc)" end')
	rm -f "$image"
	echo "$1 $what $verdict"
}
export -f one

if [ -z "$GOOD" ] || [ "$GOOD" = null ]; then
	echo "Bail out! the undamaged image does not unpack"
	exit 1
fi
seq 1 "$CORRUPT_COUNT" | xargs -P "$(nproc)" -I{} bash -c 'one {}' >"$T/results"

bad=$(grep -vcE '(stopped|harmless)$' "$T/results")
stopped=$(grep -c 'stopped$' "$T/results")
harmless=$(grep -c 'harmless$' "$T/results")
total=$(wc -l <"$T/results")

echo "1..3"
if [ "$total" -eq "$CORRUPT_COUNT" ]; then echo ok 1 - all "$total" damaged images were booted; else
	echo not ok 1 - "$total" of "$CORRUPT_COUNT" damaged images were booted; fi
if [ "$bad" -eq 0 ]; then echo "ok 2 - $stopped stopped with a message, $harmless were harmless"; else
	echo "not ok 2 - $bad reached the kernel with wrong bytes, or hung"
	grep -vE '(stopped|harmless)$' "$T/results" | head -n 10 | sed 's/^/# /'
fi
# Header fields that nobody reads are a dozen bytes of megabytes: nearly all damage must be seen.
if [ $((harmless * 20)) -le "$total" ]; then echo ok 3 - damage is seen; else
	echo "not ok 3 - $harmless of $total called harmless"; fi
