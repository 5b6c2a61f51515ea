#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Stages of kernels that list none: in Debian's, all are found, and how sure each is; in those that
# tests/linux/build-kernel built, each is exactly where symbols and line tables say
# (tests/linux/truth), with the ELF files and without.
set -u
: "${OUT:=build}"
B=$OUT/bootscope
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-discovery.XXXXXX")
trap 'rm -rf "$T"' EXIT
cache=${BOOTSCOPE_KERNELS:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/bootscope/kernels}/self-built

number=0
same() { # NAME: $T/expected and $T/found are the same
	number=$((number + 1))
	if diff "$T/expected" "$T/found" >"$T/diff"; then echo "ok $number - $1"; else
		echo "not ok $number - $1"
		sed 's/^/# /' "$T/diff"
	fi
}
skip() { # NAME WHY
	number=$((number + 1))
	echo "ok $number - $1 # SKIP $2"
}

# How each stage is found in an image without symbols. location-chosen and the two in the inlined
# loading of the kernel go by the shape of the code.
cat >"$T/debian" <<'END'
setup-entry setup code certain
memory-detected setup code certain
protected-mode setup code certain
startup-32 stub protocol certain
load-address-known stub code certain
early-page-tables stub code certain
startup-64 stub protocol certain
relocation-target stub code certain
stage1-idt stub code certain
la57-trampoline stub code certain optional
image-copied stub code certain
relocated stub code certain
bss-cleared stub code certain
stage2-idt stub code certain
identity-maps stub code certain
extract-kernel stub code certain
location-chosen stub code likely
decompressed stub code certain
elf-loaded stub code likely
relocations-applied stub code likely
kernel-jump stub code certain
kernel-entry kernel protocol certain
END
debian() { # NAME
	local image
	if ! image=$(tests/linux/kernel "$1" 2>"$T/why"); then
		skip "$1" "$(cat "$T/why")"
		return
	fi
	cp "$T/debian" "$T/expected"
	"$B" info --json "$image" | jq -r '
		(.checkpoints[] | [.name, .module, .source, .certainty, if .optional then "optional" else empty end]),
		(.absent[] | ["absent", .name, .why]) | join(" ")' >"$T/found"
	same "$1: every stage, as sure as can be"
}

found() { # IMAGE OPTION...
	"$B" info --json "$@" | jq -r '.checkpoints[] | [.name, .module, .address] | join(" ")' >"$T/found"
}
self_built() { # NAME
	local truth=tests/linux/truth/$1.txt files=$cache/$1
	local bare="$1: each stage is where the line tables say" named="$1: the same with the ELF files"
	if [ ! -e "$files/bzImage" ]; then
		skip "$bare" "not built here: make linux-truth"
		skip "$named" "not built here: make linux-truth"
		return
	fi
	if ! grep -qx "sha256 $(sha256sum <"$files/bzImage" | cut -d " " -f 1)" "$truth"; then
		skip "$bare" "what was built here is another than $truth has: make linux-truth"
		skip "$named" "what was built here is another than $truth has"
		return
	fi
	sed -n 's/^\([a-z0-9-]* \(setup\|stub\|kernel\) 0x[0-9a-f]*\) .*/\1/p' "$truth" >"$T/expected"
	# In a folder of its own nothing lies beside it.
	mkdir -p "$T/alone"
	cp "$files/bzImage" "$T/alone/bzImage"
	found "$T/alone/bzImage"
	same "$bare"
	found --symbols "$files/compressed-vmlinux" --symbols "$files/setup.elf" --vmlinux "$files/vmlinux" \
		"$T/alone/bzImage"
	same "$named"
}

echo "1..9"
for name in $(tests/linux/kernel --list); do debian "$name"; done
for name in 6.1-xz 6.12-zstd; do self_built "$name"; done
