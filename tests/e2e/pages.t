#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the layout of the built image promises, read from its ELF files with binutils alone: no page
# holds both a checkpoint's record address and a hot loop, whether as loaded or in the copy; nothing
# needs relocating when it runs; the two entries stand where the boot protocol wants them.
set -u
: "${BUILD:=build}"
stub=$BUILD/stub.elf setup=$BUILD/setup.elf image=$BUILD/teaching.bzImage
PAGE=4096
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-pages.XXXXXX")
trap 'rm -rf "$T"' EXIT

number=0
check() { # NAME DIAGNOSTICS: fails when there are any
	number=$((number + 1))
	if [ -z "$2" ]; then echo "ok $number - $1"; else
		echo "not ok $number - $1"
		printf '%s\n' "$2" | sed 's/^/# /'
	fi
}

records() { # ELF: "ADDRESS checkpoint NAME" for each record, in decimal
	objcopy --dump-section .checkpoints="$T/records" "$1" "$T/discard"
	perl -we 'local $/; open my $in, "<:raw", shift or die; my $all = <$in>;
		print join(" ", (unpack "Q<L<L<Z48", $_)[0], "checkpoint", (unpack "Q<L<L<Z48", $_)[3]), "\n"
			for unpack "(a64)*", $all;' "$T/records"
}

# "ADDRESS hot WHAT" for each page that a function has a part of.
functions() { # ELF NAME...
	local elf=$1
	shift
	nm -S --defined-only "$elf" | perl -we '
		use constant PAGE => 4096;
		my %want = map { $_ => 1 } @ARGV;
		while (<STDIN>) {
			next unless /^(\S+) (\S+) [tT] (\S+)$/ and $want{$3};
			my ($start, $end) = (hex $1, hex($1) + hex $2);
			for (my $at = $start; $at < $end; $at = (int($at / PAGE) + 1) * PAGE) {
				print "$at hot $3\n";
			}
		}' "$@"
}

instructions() { # ELF: every 64-bit string instruction
	objdump -d --no-show-raw-insn "$1" |
		sed -nE 's/^ *([0-9a-f]+):[[:space:]]+(rep (movsq|stos %rax).*)/\1 hot \2/p' |
		perl -pe 's/^(\S+)/hex $1/e'
}

shared() { # BASE: the pages that hold both, of a list of the two on standard input
	awk -v base="$1" -v page=$PAGE '
		{ at = int(($1 + base) / page); what = $3 " " $4 }
		$2 == "hot" { hot[at] = what }
		$2 == "checkpoint" { passed[at] = what }
		END { for (at in hot) if (at in passed)
			printf "page %#x: checkpoint %s and %s\n", at * page, passed[at], hot[at] }'
}

HOT="inflate_fast inflate crc32_z memcpy memmove memset handle_relocations find_relocations"
# The walk over one list of the table, where the compiler left it a function of its own.
nm "$stub" | grep -qw apply_list && HOT="$HOT apply_list"
# shellcheck disable=SC2086  # a list of names
{ functions "$stub" $HOT && instructions "$stub" && records "$stub"; } >"$T/stub"

missing=$(for name in $HOT; do grep -q "hot $name\$" "$T/stub" || echo "no function $name"; done)
check "every hot function is in the stub" "$missing"
count=$(grep -c 'hot rep' "$T/stub")
check "the string instructions are found" "$([ "$count" -ge 2 ] || echo "only $count")"
count=$(grep -c 'checkpoint' "$T/stub")
check "the stub's records are found" "$([ "$count" -ge 18 ] || echo "only $count")"

check "as loaded, at 0x100000: no hot loop on a checkpoint's page" "$(shared 0x100000 <"$T/stub")"
# The distance of copy and output is init_size - _end, and any output is aligned to 2 MiB.
init_size=$(od -An -tu4 -j $((0x260)) -N 4 "$image")
end=$((0x$(nm "$stub" | awk '$3 == "_end" { print $1 }')))
copy=$((0x1000000 + init_size - end))
check "the copy's address is a multiple of a page, as the load address is" \
	"$([ $((copy % PAGE)) -eq 0 ] || printf 'copy %#x' "$copy")"
check "in the copy: no hot loop on a checkpoint's page" "$(shared "$copy" <"$T/stub")"
check "in a copy elsewhere: the same" "$(shared $((copy + 0x12345000)) <"$T/stub")"
check "the check sees a shared page" \
	"$([ "$(printf '%s\n' '4096 hot loop' '8191 checkpoint x' | shared 0 | wc -l)" -eq 1 ] || echo "it does not")"
# Setup is smaller than two pages: what must not happen is that something hot comes to be in it.
{ instructions "$setup" && records "$setup"; } >"$T/setup"
check "setup has its records, and no hot loop" \
	"$(grep hot "$T/setup"; [ "$(grep -c checkpoint "$T/setup")" -ge 4 ] || echo "too few records")"

none="^There are no relocations"
check "the stub has no run-time relocation" "$(readelf -rW "$stub" | grep -v "$none" | grep .)"
check "nor has setup" "$(readelf -rW "$setup" | grep -v "$none" | grep .)"
check "the stub has no dynamic section" \
	"$(readelf -SlW "$stub" | grep -iE 'dynamic|\.got|interp' | awk '!/ 000000 /')"
entry() { nm "$1" | awk -v name="$2" '$3 == name { print $1 }'; }
check "startup_32 is at 0" "$([ $((0x$(entry "$stub" startup_32))) -eq 0 ] || entry "$stub" startup_32)"
check "startup_64 is at 0x200" \
	"$([ $((0x$(entry "$stub" startup_64))) -eq 512 ] || entry "$stub" startup_64)"
check "setup's entry is at 0x200" \
	"$([ $((0x$(entry "$setup" setup_entry))) -eq 512 ] || entry "$setup" setup_entry)"
echo "1..$number"
