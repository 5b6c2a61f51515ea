#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# docs/repl.md has every command as the program has it, and every example there works.
set -u
: "${OUT:=build}" "${BUILD:=build}"
B=$PWD/$OUT/bootscope
image=$PWD/$BUILD/teaching.bzImage
docs=$PWD/docs/repl.md
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-docs.XXXXXX")
trap 'rm -rf "$T"' EXIT

number=0
check() { # NAME TEST...
	local name=$1
	shift
	number=$((number + 1))
	if "$@" </dev/null >"$T/log" 2>&1; then echo "ok $number - $name"; else
		echo "not ok $number - $name"
		sed 's/^/# /' "$T/log" | tail -n 12
	fi
}

mk/repl-doc "$B" "$image" >"$T/repl.md"
check 'docs/repl.md is what make docs writes' diff "$T/repl.md" "$docs"

echo help | "$B" repl --json "$image" >"$T/help"
while read -r name; do
	check "docs/repl.md has $name" grep -qE -- "^\| \`$name(\[|\`| )" "$docs"
done < <(jq -r '.[].name' "$T/help")

# What looks at the guest is tried in one session, where there is most to see: what moves it, alone.
cd "$T" || exit 1
echo 'echo sourced' >boot.bs
where='c relocations-applied'
jq -r '.[] | select(.moves | not) | .example' help | sed "1i$where" >looking
check 'every example that looks at the guest works' "$B" repl -x looking "$image"
while read -r example; do
	printf '%s\n' "$where" "$example" >moving
	check "the example works: $example" "$B" repl -x moving "$image"
done < <(jq -r '.[] | select(.moves) | .example' help)
echo "1..$number"
