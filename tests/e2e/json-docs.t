#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# docs/json.md has an example of every command that prints JSON, as the program prints it: the same
# keys at the top, and further down none that the program does not have. An example is a prompt,
# which names the checkpoint, and below it the value, shortened by "...".
set -u

: "${OUT:=build}" "${BUILD:=build}"
export LC_ALL=C
B=$OUT/bootscope
IMAGE=$BUILD/teaching.bzImage
DOC=docs/json.md
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-json.XXXXXX")
trap 'rm -rf "$T"' EXIT

number=0
result() { # STATUS NAME, what is wrong on stdin
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else
		echo "not ok $number - $2"
		sed 's/^/# /' | tail -n 12
	fi
}

# The document's JSON on stdin, without what stands for more of the same.
whole() { sed -E 's/,?\.\.\.([]}])/\1/g'; }

# shellcheck disable=SC2016  # the dollars are jq's
same='def top: if type == "array" then map(keys) | add else keys end | unique;
	def parts: [paths | map(if type == "number" then "[]" else . end | tostring) | join(".")] | unique;
	($doc[0] | type) as $type | ($doc[0] | top) as $keys | ($doc[0] | parts) as $parts |
	(if type != $type then "a \(type), not a \($type)" else empty end),
	(top - $keys | if . != [] then "only the program has: \(join(" "))" else empty end),
	($keys - top | if . != [] then "only the document has: \(join(" "))" else empty end),
	($parts - parts | if . != [] then "the program does not have: \(join(" "))" else empty end)'

# compare NAME DOCUMENTED PRINTED: files with one JSON value each
compare() {
	jq -r --slurpfile doc "$2" "$same" "$3" >"$T/difference" 2>&1 || echo 'jq failed' >>"$T/difference"
	[ -s "$2" ] && [ -s "$3" ] || echo 'nothing there' >>"$T/difference"
	[ ! -s "$T/difference" ]
	result $? "$1" <"$T/difference"
}

# Splits the document's examples: $T/N.commands has the checkpoint and the lines, $T/N.doc the value.
awk -v T="$T" '
	/^    \(bootscope [a-z0-9-]+\) / {
		if (!open) { n++; print $2 >(T "/" n ".commands") }
		open = !sub(/ --json$/, "")
		sub(/^    \(bootscope [a-z0-9-]+\) /, "")
		print >(T "/" n ".commands")
		value = !open
		next
	}
	value && /^    / { print >(T "/" n ".doc"); next }
	{ value = 0 }
	END { print n }' "$DOC" >"$T/count"
count=$(cat "$T/count")

# Examples in a row at one checkpoint share a guest, as long as none has moved it.
echo help | $B repl --json "$IMAGE" 2>/dev/null >"$T/help"
run() { $B repl --json -x "$T/script" "$IMAGE" </dev/null 2>"$T/err" | jq -c 'select(type != "object" or (has("console") | not))'; }
moves() { jq -e --arg line "$1" 'any(.[]; .moves and (.example == $line))' "$T/help" >/dev/null; }

flush() {
	local i line=0
	[ "${#batch[@]}" -eq 0 ] && return
	run >"$T/printed"
	[ "$at" = 'start)' ] || line=1
	for i in "${batch[@]}"; do
		line=$((line + $(wc -l <"$T/$i.commands") - 1))
		sed -n "${line}p" "$T/printed" >"$T/$i.printed"
		[ -s "$T/$i.printed" ] || cat "$T/err" >&2
		whole <"$T/$i.doc" >"$T/$i.json"
		compare "$(tail -n 1 "$T/$i.commands")" "$T/$i.json" "$T/$i.printed"
	done
	batch=()
}

batch=() at=
for ((n = 1; n <= count; n++)); do
	here=$(head -n 1 "$T/$n.commands")
	if [ "$here" != "$at" ] || [ "${#batch[@]}" -eq 0 ]; then
		flush
		at=$here
		: >"$T/script"
		[ "$at" = 'start)' ] || echo "c ${at%)}" >"$T/script"
	fi
	tail -n +2 "$T/$n.commands" >>"$T/script"
	batch+=("$n")
	moves "$(tail -n 1 "$T/$n.commands")" && flush
done
flush

# Nothing is missing.
while read -r example; do
	tail -q -n 1 "$T"/*.commands | grep -qxF -- "$example"
	result $? "$DOC has an example: $example" <<<"no line (bootscope CHECKPOINT) $example --json"
done < <(jq -r '.[] | select(.json) | .example' "$T/help")

# check and sweep: the objects of the document that begin like theirs.
documented() { # BEGINNING
	awk -v text="    $1" 'index($0, text) == 1 { inside = 1 } inside && (!/^    / || (seen++ && /^    \{/)) { exit } inside' "$DOC" | whole
}
printf 'tag smoke\nat bss-cleared\n    expect cr3 == 0x1000\n    show cmdline\n' >"$T/bss.check"
$B check --json "$IMAGE" "$T/bss.check" >"$T/check"
$B sweep --json --count 2 -j1 -o "$T/boots" "$IMAGE" >"$T/sweep"

lines() { # NAME FILE BEGINNING LINE
	documented "$3" >"$T/doc"
	sed -n "$4p" "$2" >"$T/line"
	compare "$1" "$T/doc" "$T/line"
}
lines 'check: a result that fails' "$T/check" '{"check":' 1
lines 'check: what show printed' "$T/check" '{"show":' 2
lines 'check: a guest' "$T/check" '{"end":"left"' 3
lines 'check: the sums' "$T/check" '{"checks":' 4
lines 'sweep: the first line of its file' "$T/boots" '{"sweep":' 1
lines 'sweep: a boot' "$T/boots" '{"seed":' 2
documented '{"boots":' | jq -c 'del(.physical.chi_square[]?)' >"$T/doc"
jq -c . "$T/sweep" >"$T/line"
compare 'sweep: the report' "$T/doc" "$T/line"

# Two boots. What stands for more of the same in an object is not compared.
$B profile --json "$IMAGE" --vs "$BUILD/teaching32.bzImage" >"$T/profile"
lines 'profile' "$T/profile" '{"a":{"image"' 1
$B compare --json --append nokaslr --append2 kaslr_seed=1 "$IMAGE" "$IMAGE" >"$T/compared"
lines 'compare' "$T/compared" '{"same":' 1

# Lessons that nobody has begun.
documented '{"lessons":[{"name":"04' >"$T/doc"
XDG_STATE_HOME=$T/state $B lesson list --json | jq -c '.lessons |= .[3:4]' >"$T/line"
compare 'lesson list' "$T/doc" "$T/line"
documented '{"lessons":[{"name":"13' >"$T/doc"
XDG_STATE_HOME=$T/state $B lesson --grade | jq -c '.lessons |= .[12:13]' >"$T/line"
compare 'lesson --grade' "$T/doc" "$T/line"

echo "1..$number"
