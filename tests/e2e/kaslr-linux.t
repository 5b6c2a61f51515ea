#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# KASLR of Debian's own kernels, with their own random numbers: which slots there were, and that each
# choice is one of them, against kaslr-linux.jq, which tries each address. Then what makes the same
# choice wrong: something in use under it, no RAM there.
set -u
: "${OUT:=build}" "${BUILD:=build}"
B=$OUT/bootscope
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-kaslr-linux.XXXXXX")
trap 'rm -rf "$T"' EXIT

head -c 9000000 /dev/zero >"$T/initrd"

number=0
check() { # NAME COMMAND...
	local name=$1
	shift
	number=$((number + 1))
	if "$@" >"$T/out" 2>&1; then echo "ok $number - $name"; else
		echo "not ok $number - $name"
		sed "s/^/# /" "$T/out" | head -n 20
	fi
}

# A boot up to the choice; in the file is that one checkpoint.
boot() { # KERNEL ARGUMENT...
	local kernel=$1
	shift
	"$B" trace --json --no-count --to location-chosen "$@" "$kernel" |
		jq -c 'select(.checkpoint == "location-chosen")' >"$T/stop"
}

slots() { # KERNEL ARGUMENT...
	boot "$@" || return
	jq -n --slurpfile stop "$T/stop" --slurpfile info "$T/info" '{stop: $stop[0], info: $info[0]}' |
		jq -re -f tests/e2e/kaslr-linux.jq && return 1
	jq -e '.wrong == 0 and .kaslr.wrong == [] and .kaslr.rules == "linux"' "$T/stop"
}

# The bits of so many slots, to two decimals.
entropy() {
	jq -e '.kaslr | def bits: log2 * 100 | round / 100;
		.entropy_bits == {physical: (.slots | bits), virtual: (.virtual_slots | bits)}' "$T/stop"
}

# The repl's commands at location-chosen, of which kaslr finds the choice wrong for that reason.
wrong() { # KERNEL REASON COMMAND...
	local kernel=$1 reason=$2
	shift 2
	printf '%s\n' 'c location-chosen' "$@" kaslr | "$B" repl "$kernel" >"$T/text" 2>&1
	cat "$T/text"
	grep -qF "no slot: $reason" "$T/text" &&
		grep -qE '^  physical     0x[0-9a-f]+, none of the [0-9,]+ slots: wrong$' "$T/text" &&
		grep -q 'kaslr: 1 thing is not as must be' "$T/text"
}

defaults() { # KERNEL ARGUMENT...
	boot "$@" &&
		jq -e '.kaslr | .output == "0x1000000" and .virtual == .output and .wrong == []
			and (.kaslr | not) and (.searched | not)' "$T/stop"
}

for name in 6.1-cloud 6.12-cloud; do
	kernel=$(tests/linux/kernel "$name") 2>"$T/why" || {
		number=$((number + 1))
		echo "ok $number - $name # SKIP $(head -n 1 "$T/why")"
		continue
	}
	"$B" info --json "$kernel" >"$T/info"
	check "$name, 256 MiB with an initrd" slots "$kernel" --memory 256M --initrd "$T/initrd"
	check "$name, its entropy" entropy
	check "$name, 512 MiB" slots "$kernel" --append quiet
	check "$name, 4 GiB" slots "$kernel" --memory 4G
	check "$name, 5 levels of page tables" slots "$kernel" --cpu max
	check "$name, nokaslr" defaults "$kernel" --append nokaslr
	check "$name, an initrd under the choice" \
		wrong "$kernel" 'it overlaps what must be avoided: initrd' \
		'set phys32[boot_params + 0x218] = output + 4M' 'set phys32[boot_params + 0x21c] = 5'
	check "$name, no RAM under it" wrong "$kernel" 'it is not all in one entry of RAM' \
		'set phys64[boot_params + 0x2d0 + 3 * 20 + 8] = output - 1M + 4M'
done
echo "1..$number"
