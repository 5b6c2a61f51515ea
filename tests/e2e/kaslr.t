#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# KASLR, 200 seeds in each of three memory sizes, with an initrd in the way: every choice is held
# against a list of free slots that kaslr.jq computes by trying each address.
set -u
: "${OUT:=build}" "${BUILD:=build}" "${KASLR_SEEDS:=200}"
B=$OUT/bootscope
image=$BUILD/teaching.bzImage
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-kaslr.XXXXXX")
trap 'rm -rf "$T"' EXIT
export B image T

head -c 20000000 /dev/zero >"$T/initrd"

boot() { # MEMORY SEED
	"$B" run --json --memory "$1" --initrd "$T/initrd" --append "kaslr_seed=$2" "$image" |
		jq -sc --arg seed "$2" '
			(first(.[] | select(.checkpoint == "location-chosen")) // {}).marker as $m
			| {seed: $seed, output: $m.output, virtual: $m.virtual,
			   physical_slots: $m.physical_slots, virtual_slots: $m.virtual_slots, end: .[-1].end}'
}
export -f boot

number=0
check() { # NAME DIAGNOSTIC TEST...
	local name=$1 diagnostic=$2
	shift 2
	number=$((number + 1))
	if "$@"; then echo "ok $number - $name"; else
		echo "not ok $number - $name"
		printf "%s\n" "$diagnostic" | sed "s/^/# /"
	fi
}

echo "1..9"
for memory in 96M 512M 5G; do
	"$B" trace --json --to extract-kernel --memory "$memory" --initrd "$T/initrd" \
		--append kaslr_seed=1 "$image" >"$T/trace"
	"$B" info --json "$image" >"$T/info"
	seq 1 "$KASLR_SEEDS" | xargs -P "$(nproc)" -I{} bash -c "boot $memory {}" >"$T/runs"
	jq -n --slurpfile trace "$T/trace" --slurpfile info "$T/info" --slurpfile runs "$T/runs" \
		'{trace: $trace, info: $info[0], runs: $runs}' | jq -f tests/e2e/kaslr.jq >"$T/verdict"
	runs=$(jq -s length "$T/runs")
	failures=$(jq '.failures | length' "$T/verdict")
	places=$(jq .places "$T/verdict") slots=$(jq .slots "$T/verdict")
	wanted=$(((slots < KASLR_SEEDS ? slots : KASLR_SEEDS) / 3))
	check "$memory: $KASLR_SEEDS seeds booted" "$runs boots" [ "$runs" = "$KASLR_SEEDS" ]
	check "$memory: every choice is one of the $slots free slots" \
		"$(jq -r ".failures[:10][]" "$T/verdict" 2>&1)" [ "$failures" = 0 ]
	# With n seeds thrown at s slots, fewer than a third of min(n, s) distinct ones is no chance.
	check "$memory: the choices spread ($places places)" "fewer than $wanted" [ "$places" -ge "$wanted" ]
done
