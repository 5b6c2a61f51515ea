#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# bootscope repl with lines that come as the guest goes: a QEMU that is killed between two of them,
# Ctrl-C in a script, and a guest that somebody else started.
set -u
: "${OUT:=build}" "${BUILD:=build}"
B=$OUT/bootscope
image=$BUILD/teaching.bzImage
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-repl.XXXXXX")
repl='' qemu=''
clean_up() {
	[ -z "$repl" ] || kill -KILL "$repl" 2>/dev/null
	[ -z "$qemu" ] || kill -KILL "$qemu" 2>/dev/null
	rm -rf "$T"
}
trap clean_up EXIT

number=0
check() { # NAME TEST...
	local name=$1
	shift
	number=$((number + 1))
	if "$@"; then echo "ok $number - $name"; else
		echo "not ok $number - $name"
		echo "# $*"
		sed 's/^/# stderr: /' "$T/err" | head -n 5
	fi
}

# What jq says of the output, read as an array.
printed() { jq -es "$1" "$T/out" >/dev/null; }

# A session whose lines come from this test: say LINE writes one, hear TEXT reads up to it.
open_session() { # ARGUMENT...
	coproc REPL { exec "$B" repl "$@" 2>"$T/err"; }
	repl=$REPL_PID
	exec 5>&"${REPL[1]}" 6<&"${REPL[0]}"
	local fd=${REPL[1]}
	exec {fd}>&-
}
say() { printf '%s\n' "$1" >&5; }
hear() {
	while read -r -t 60 line <&6; do
		case $line in *"$1"*) return 0 ;; esac
	done
	return 1
}
# Ends the input and waits for the program's end. Sets status.
finish() {
	exec 5>&-
	cat <&6 >"$T/rest"
	exec 6<&-
	wait "$repl"
	status=$?
	repl=
}

open_session "$image"
say 'next'
check 'a line is answered before the next one comes' hear 'setup-entry'
kill -KILL "$(pgrep -P "$repl" -f qemu-system)"
say 'next'
finish
check 'QEMU was killed between two lines: exit status 3' test "$status" = 3
check 'in one line, with the place in the script' grep -qE '^bootscope repl: stdin:2: (QEMU died|the guest)' "$T/err"
check 'and no more than that' test "$(wc -l <"$T/err")" = 1

tests/e2e/plant "$image" 0x200 '\xeb\xfe' >"$T/hang"
open_session --symbols "$BUILD/stub.elf" "$T/hang"
say 'c early-page-tables'
hear 'early-page-tables'
qemu=$(pgrep -P "$repl" -f qemu-system)
say 'echo go'
hear go
say 'run'
say 'echo not here'
# One that comes before the guest runs ends the script as well.
while kill -INT "$repl" 2>/dev/null && [ "$(sed -n 1p "$T/err")" = '' ]; do sleep 0.05; done
finish
check 'Ctrl-C ends a script' grep -q '^bootscope repl: stdin:[23]: interrupted$' "$T/err"
check 'with exit status 3' test "$status" = 3
check 'and the rest of it is not run' test "$(grep -c 'not here' "$T/rest")" = 0
check 'and QEMU has gone' test ! -e "/proc/$qemu"
qemu=

# A guest of somebody else: it cannot be counted nor taken back, all else works.
qemu-system-x86_64 -M pc -nodefaults -display none -m 512M -S -gdb "unix:$T/gdb,server=on,wait=off" \
	-serial null -no-reboot -kernel "$image" 2>"$T/qemu.err" &
qemu=$!
while [ ! -S "$T/gdb" ] && [ -e "/proc/$qemu" ]; do sleep 0.05; done
printf '%s\n' 'c relocated' 'expect copy != load' 'checkpoints' 'back' >"$T/script"
"$B" repl --json --connect "unix:$T/gdb" "$image" -x "$T/script" </dev/null >"$T/out" 2>"$T/err"
status=$?
check 'a guest of somebody else is moved forwards' printed '.[0].checkpoint == "relocated" and .[0].instructions == null'
check 'and its checkpoints are noted' printed '.[2] | map(select(.passed)) | length == 11'
check 'but not taken back' grep -q '^bootscope repl: .*script:4: ' "$T/err"
check 'which is exit status 2' test "$status" = 2
check 'and it is still there' test -e "/proc/$qemu"
{ kill -KILL "$qemu" && wait "$qemu"; } 2>/dev/null
qemu=
echo "1..$number"
