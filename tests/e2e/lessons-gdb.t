#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Each lesson as a plain gdb script: what is in the folder is what is made from the lesson now, a gdb without
# Python runs it to its end, what it shows as answers are those that --check judges by, and the
# guest ends where it does in the lesson. Lessons are tried two at a time.
set -u
: "${OUT:=build}" "${BUILD:=build}"
export OUT BUILD LC_ALL=C.UTF-8
B=$OUT/bootscope
GDB=$BUILD/gdb-minimal/usr/bin/gdb
if [ ! -x "$GDB" ]; then
	echo "1..0 # SKIP no gdb-minimal to be had"
	exit 0
fi
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-lessons-gdb.XXXXXX")
trap 'rm -rf "$T"' EXIT
# Scripts of another compiler or QEMU have other numbers in them.
if "$B" lesson --check --tap 1 | grep -q '^# outputs and numbers are not compared'; then other=1; else other=; fi
export B GDB T other

# "answer ID VALUE" of the script, in the order in which they are shown; a choice's value is its number.
shown_answers() { # OUTPUT
	awk '
		/^The answer is:/ { getline; sub(/^\$[0-9]+ = /, ""); print $1 }
		/^choice [0-9]+:/ { n = $2; sub(/:/, "", n); getline; sub(/^\$[0-9]+ = /, ""); if ($1 == 1) printf "0x%x\n", n }' "$1"
}

one() { # NAME
	local name=$1 script=$T/$1.gdb out=$T/$1.out
	if ! "$B" lesson --gdb "$name" >"$script" 2>"$T/$name.err"; then
		if grep -q 'was not built' "$T/$name.err"; then echo "skip $name: $(cat "$T/$name.err")"; return; fi
		echo "not ok $name: no script: $(cat "$T/$name.err")"
		return
	fi
	if [ -z "$other" ] && ! cmp -s "$script" "lessons/$name/lesson.gdb"; then
		echo "not ok $name: lesson.gdb is not what make lessons-update makes"
		diff "lessons/$name/lesson.gdb" "$script" | head -n 8 | sed 's/^/# /'
		return
	fi
	"$GDB" -nx -batch -x "$script" -ex 'monitor p/x instructions' </dev/null >"$out" 2>&1
	if ! grep -q '^That was the lesson\.' "$out" || grep -q 'Error in sourced command file' "$out"; then
		echo "not ok $name: a command failed"
		grep -B 3 -A 3 'Error in sourced' "$out" | sed 's/^/# /'
		return
	fi
	sed -n 's/^# answer [^ ]* //p' "$script" >"$T/$name.right"
	shown_answers "$out" >"$T/$name.shown"
	if ! diff "$T/$name.right" "$T/$name.shown" >"$T/$name.diff"; then
		echo "not ok $name: other answers than the lesson's"
		sed 's/^/# /' "$T/$name.diff"
		return
	fi
	local end
	end=$(sed -n 's/^# end //p' "$script")
	if [ -n "$end" ] && ! grep -qx "$end" "$out"; then
		echo "not ok $name: it ends at $(grep -x '0x[0-9a-f]*' "$out" | tail -n 1), not at $end"
		return
	fi
	echo "ok $name: $(wc -l <"$T/$name.right") answers"
}
export -f one shown_answers

names=$(for folder in lessons/[0-9]*/; do basename "$folder"; done)
# shellcheck disable=SC2086,SC2016  # names without blanks; the inner shell expands
printf '%s\n' $names | xargs -P 2 -I{} bash -c 'one "$1" >"$T/$1.result"' _ {}
number=0
for name in $names; do
	number=$((number + 1))
	sed -e "s/^ok /ok $number - /" -e "s/^not ok /not ok $number - /" \
		-e "s/^skip \([^:]*\): \(.*\)/ok $number - \1 # SKIP \2/" "$T/$name.result"
done
echo "1..$number"
