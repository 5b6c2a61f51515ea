#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# An unmodified kernel with its ELF files: the decompressor's symbols where it is loaded and in its
# copy, the kernel's at its randomised address, at the prompt and in gdb. It takes the kernels that
# tests/linux/build-kernel built.
# The $names of jq stand in single quotes on purpose.
# shellcheck disable=SC2016
set -u
: "${OUT:=build}"
B=$OUT/bootscope
export LC_ALL=C
cache=${BOOTSCOPE_KERNELS:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/bootscope/kernels}/self-built
if [ ! -e "$cache/6.1-xz/bzImage" ] || [ ! -e "$cache/6.12-zstd/bzImage" ]; then
	echo "1..0 # SKIP no kernels were built here: make linux-truth"
	exit 0
fi
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-symbols.XXXXXX")
trap 'rm -rf "$T"' EXIT

number=0
check() { # NAME COMMAND...
	local name=$1
	shift
	number=$((number + 1))
	if "$@" >"$T/check" 2>&1; then echo "ok $number - $name"; else
		echo "not ok $number - $name"
		printf '# %s\n' "$*"
		tail -n 25 "$T/out" | sed 's/^/# /'
	fi
}
refuses() { # WORDS ARGUMENT...: status 2, and one line
	local words=$1 status=0
	shift
	"$B" "$@" >"$T/out" 2>&1 || status=$?
	[ $status = 2 ] && [ "$(wc -l <"$T/out")" = 1 ] && grep -q "$words" "$T/out"
}
has() { grep -qE -- "$1" "$T/out"; }
link_address() { # FILE SYMBOL
	nm "$1" | sed -n "s/^\([0-9a-f]*\) [Tt] $2\$/0x\1/p"
}

# Each image in a folder of its own, where nothing belongs to it by itself.
kernel() { # NAME
	files=$cache/$1
	mkdir -p "$T/$1"
	ln -sf "$files/bzImage" "$T/$1/image"
	image=$T/$1/image
	all=(--symbols "$files/compressed-vmlinux" --symbols "$files/setup.elf" --vmlinux "$files/vmlinux")
}
script() { # standard input, at the prompt
	"$B" repl --json --timeout 120s "${all[@]}" "$image" >"$T/out" 2>&1
}
# The arrival number N of $T/out.
arrival() { jq -sc "[.[] | objects | select(.arrival)][$1]" "$T/out"; }
at_symbol() { # ARRIVAL FILE SYMBOL BIAS
	local pc
	pc=$(arrival "$1" | jq -r .pc)
	[ "$(arrival "$1" | jq -r '.arrival + " " + .where')" = "breakpoint $3" ] &&
		[ "$((pc))" = "$(($(link_address "$2" "$3") + $4))" ]
}
value() { # EXPRESSION: what p printed of it
	jq -r --arg e "$1" 'objects | select(.expression == $e).value' "$T/out"
}

echo "1..19"
for name in 6.1-xz 6.12-zstd; do
	kernel $name
	"$B" info --json "${all[@]}" "$image" >"$T/out" 2>&1
	check "$name: its ELF files are recognised" jq -e --arg f "$files" \
		'.symbols == {setup: ($f + "/setup.elf"), stub: ($f + "/compressed-vmlinux"), kernel: ($f + "/vmlinux")}' "$T/out"

	script <<'END'
b start_kernel
b choose_random_location
b stub.startup_64
run
run
p copy
run
p virtual
p output
END
	check "$name: startup_64 where it is loaded" at_symbol 0 "$files/compressed-vmlinux" startup_64 0x100000
	check "$name: choose_random_location in the copy" at_symbol 1 "$files/compressed-vmlinux" choose_random_location "$(value copy)"
	check "$name: start_kernel at its randomised address" at_symbol 2 "$files/vmlinux" start_kernel "$(($(value virtual) - 0x1000000))"
	check "$name: one of both was chosen anew" test "$(($(value virtual)))-$(($(value output)))" != 16777216-16777216
done

kernel 6.1-xz
other=$cache/6.12-zstd
check "another kernel's vmlinux" refuses "not the kernel in .*: its build ID is [0-9a-f]*, the kernel's" \
	info --vmlinux "$other/vmlinux" "$image"
check "before a guest is traced, too" refuses "not the kernel in" trace --vmlinux "$other/vmlinux" "$image"
check "and before one is just run" refuses "not the kernel in" run --vmlinux "$other/vmlinux" "$image"
check "the decompressor is no vmlinux" refuses "this is the decompressor: name it with --symbols" \
	info --vmlinux "$files/compressed-vmlinux" "$image"
check "nor is the setup code" refuses "this is the setup code" info --vmlinux "$files/setup.elf" "$image"
check "another kernel's decompressor" refuses "belongs to no part of .*: other code" \
	info --symbols "$other/compressed-vmlinux" "$image"

cat >"$T/script" <<END
target remote | exec $B gateway ${all[*]} $image
break extract_kernel
break start_kernel
continue
continue
info sharedlibrary
backtrace
END
timeout 120 gdb -batch -nx -x "$T/script" >"$T/out" 2>&1 </dev/null
check "gdb: a function of the decompressor, in the copy" has '^Breakpoint 1.*, 0x[0-9a-f]+ in extract_kernel \(\)'
check "gdb: one of the kernel, at its randomised address" has '^Breakpoint 2.*, 0xffffffff[0-9a-f]+ in start_kernel \(\)'
check "gdb: its caller" has '^#2 .* in x86_64_start_kernel \(\)'
