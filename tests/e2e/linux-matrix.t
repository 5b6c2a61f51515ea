#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Debian's kernels, unmodified and without symbols, to their entry: every stage, every proof, every
# relocation site. Of five images, KASLR or not, three sizes of memory and a CPU with and without
# LA57 each pair of values occurs. tests/e2e/linux-matrix.jq says what must hold.
set -u
: "${OUT:=build}"
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-matrix.XXXXXX")
trap 'rm -rf "$T"' EXIT
export B=$OUT/bootscope T

boots() {
	cat <<-END
		6.1-cloud   nokaslr  256M  qemu64
		6.1-cloud   kaslr    512M  qemu64
		6.1-cloud   nokaslr  4G    max
		6.1-amd64   kaslr    256M  max
		6.1-amd64   nokaslr  512M  max
		6.1-amd64   kaslr    4G    qemu64
		6.1-rt      nokaslr  256M  qemu64
		6.1-rt      kaslr    512M  qemu64
		6.1-rt      nokaslr  4G    max
		6.12-cloud  kaslr    256M  max
		6.12-cloud  nokaslr  512M  max
		6.12-cloud  kaslr    4G    qemu64
		6.12-amd64  nokaslr  256M  qemu64
		6.12-amd64  kaslr    512M  qemu64
		6.12-amd64  nokaslr  4G    max
	END
}

# boot NAME KASLR MEMORY CPU: what is wrong with it goes to $T/NAME-KASLR-MEMORY-CPU.
boot() {
	local log=$T/$1-$2-$3-$4 append=quiet
	[ "$2" = kaslr ] || append="quiet nokaslr"
	"$B" trace --json --no-count --to kernel-entry --timeout 180s --memory "$3" --cpu "$4" --append "$append" \
		"$(cat "$T/$1.path")" >"$log.json" 2>"$log" &&
		jq -nr --slurpfile trace "$log.json" --slurpfile info "$T/$1.info" --arg kaslr "$2" --arg cpu "$4" \
			-f tests/e2e/linux-matrix.jq >>"$log" 2>&1 || echo "no trace, or none that can be read" >>"$log"
	rm -f "$log.json"
}
export -f boot

for name in $(tests/linux/kernel --list); do
	tests/linux/kernel "$name" >"$T/$name.path" 2>"$T/$name.why" && "$B" info --json "$(cat "$T/$name.path")" >"$T/$name.info"
done
# Two guests at a time at most: each needs a processor, and up to 4 GiB that it does not touch.
boots | while read -r name rest; do
	[ ! -e "$T/$name.info" ] || echo "$name $rest"
done | xargs -r -P "$(($(nproc) < 2 ? 1 : 2))" -L 1 bash -c 'boot "$@"' boot

echo "1..$(boots | wc -l)"
number=0
while read -r name kaslr memory cpu; do
	number=$((number + 1))
	log=$T/$name-$kaslr-$memory-$cpu
	if [ ! -e "$T/$name.info" ]; then
		echo "ok $number - $name, $kaslr, $memory, $cpu # SKIP $(cat "$T/$name.why")"
	elif [ -e "$log" ] && [ ! -s "$log" ]; then
		echo "ok $number - $name, $kaslr, $memory, $cpu"
	else
		echo "not ok $number - $name, $kaslr, $memory, $cpu"
		sed 's/^/# /' "$log"
	fi
done < <(boots)
