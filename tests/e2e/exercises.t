#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Each exercise: its patch applies to the stub and the image builds, its text is right about that image, its verify.check
# fails there; with the solution it passes, and then a whole trace holds. Also what a learner types:
# start and verify, with the bug, with a line that does not compile, and mended.
set -u
: "${OUT:=build}" "${BUILD:=build}"
export OUT

T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-exercises.XXXXXX")
export T XDG_STATE_HOME=$T/state
FIRST=01-strange-alignment
kept=
cleanup() {
	if [ -n "$kept" ]; then
		rm -rf "work/$FIRST"
		[ ! -e "$T/learner" ] || mv "$T/learner" "work/$FIRST"
	fi
	rm -rf "$T"
}
trap cleanup EXIT

names=()
for folder in lessons/exercises/*/exercise.md; do
	names+=("$(basename "$(dirname "$folder")")")
done

count=0
# ok STATUS NAME FILE: a test, and what was printed when it failed.
ok() {
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
		sed 's/^/# /' "$3"
	fi
}

one() {
	"$OUT/bootscope" lesson --check "$1" >"$T/$1.check" 2>&1
	echo $? >"$T/$1.check.status"
	"$OUT/bootscope" trace "build/exercises/$1/build/teaching.bzImage" >"$T/$1.trace" 2>&1
	echo $? >"$T/$1.trace.status"
}
export -f one
printf '%s\n' "${names[@]}" | xargs -P "$(nproc)" -I{} bash -c 'one {}'
for name in "${names[@]}"; do
	ok "$(cat "$T/$name.check.status")" "$name: with its bug and with its solution" "$T/$name.check"
	ok "$(cat "$T/$name.trace.status")" "$name: a whole trace holds when it is mended" "$T/$name.trace"
done

# A folder that a learner has is put aside.
lesson() { "$OUT/bootscope" lesson "$@" >"$T/out" 2>&1; }
[ ! -e "work/$FIRST" ] || mv "work/$FIRST" "$T/learner"
kept=yes

lesson verify "$FIRST"
[ $? -eq 2 ] && grep -q 'was not started' "$T/out"
ok $? "verify without start says so" "$T/out"

lesson start "$FIRST" && grep -q "work/$FIRST" "$T/out" && grep -q 'stub/relocated.S' "$T/out"
ok $? "start names the folder and the file" "$T/out"

lesson verify "$FIRST"
[ $? -eq 1 ] && grep -q 'FAIL.*never fault' "$T/out" && grep -q 'is not mended yet' "$T/out"
ok $? "verify fails with the bug, and says which check" "$T/out"

echo '	nosuchinstruction' >>"work/$FIRST/stub/relocated.S"
lesson verify "$FIRST"
[ $? -eq 1 ] && grep -q 'relocated.S:.*nosuchinstruction' "$T/out" && grep -q 'does not build' "$T/out"
ok $? "what does not compile is shown in the compiler's words" "$T/out"

lesson start "$FIRST" && grep -q 'your changes are kept' "$T/out" &&
	grep -q nosuchinstruction "work/$FIRST/stub/relocated.S"
ok $? "a second start leaves the learner's work alone" "$T/out"

sed -i '$d' "work/$FIRST/stub/relocated.S"
patch -s -p1 -d "work/$FIRST" <"lessons/exercises/$FIRST/solution.patch"
lesson verify 1 && grep -q "$FIRST is mended" "$T/out" &&
	jq -e ".lessons[\"$FIRST\"].verified" "$T/state/bootscope/lessons.json" >/dev/null
ok $? "verify passes when it is mended, and that is noted" "$T/out"

echo "1..$count"
