#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs every example of docs/checks.md. A fenced block of "check" is a file, N.check for the Nth, or
# with the name behind it; "check fails" must end with 1 and "check error" with 2, others with 0. A
# block of "text" right behind is what it prints, figures and addresses aside. "sh" is a command.
set -u
: "${OUT:=build}" "${BUILD:=build}"
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-docs.XXXXXX")
trap 'rm -rf "$T"' EXIT
export NO_COLOR=1 LC_ALL=C.UTF-8 T
PATH=$(realpath "$OUT"):$PATH
image=$(realpath "$BUILD")/teaching.bzImage
doc=$(realpath docs/checks.md)
mkdir "$T/work"
ln -s "$(realpath "$BUILD")" "$T/work/build"
cd "$T/work" || exit 1

# One file per block: NUMBER.KIND in ../blocks, KIND with its blanks as underscores.
mkdir "$T/blocks"
awk -v to="$T/blocks" '
	/^```/ && !inside { inside = 1; n++; kind = substr($0, 4); gsub(" ", "_", kind)
		file = sprintf("%s/%03d.%s", to, n, kind); printf "" > file; next }
	/^```$/ { inside = 0; next }
	inside { print > file }' "$doc"

number=0
report() { # NAME DIAGNOSTICS
	number=$((number + 1))
	if [ -z "$2" ]; then echo "ok $number - $1"; else
		echo "not ok $number - $1"
		printf '%s\n' "$2" | sed 's/^/# /'
	fi
}

# Addresses, times and counts are another compiler's and another host's; blanks follow from them.
figures() { sed -E 's/0x[0-9a-f]+/HEX/g; s/  [0-9.]+ s, [0-9,]+ inst/ TIME inst/; s/:[0-9]+\)/:N)/g; s/ +/ /g'; }

files=0
name=none
for block in "$T"/blocks/*; do
	kind=${block##*/*.}
	kind=${block#"$T"/blocks/???.}
	case $kind in
	check | check_fails | check_error)
		files=$((files + 1))
		name=$files.check want=0
		[ "$kind" = check_fails ] && want=1
		[ "$kind" = check_error ] && want=2
		cp "$block" "$name"
		bootscope check "$image" "$name" >"$T/out" 2>&1
		got=$?
		report "$name" "$([ "$got" = "$want" ] || { echo "status $got, not $want"; cat "$T/out"; })"
		;;
	check_*) cp "$block" "${kind#check_}" ;;
	text) report "what $name prints" "$(diff <(figures <"$block") <(figures <"$T/out"))" ;;
	sh) report "$(head -n 1 "$block" | tr '#' ' ')" "$(bash -eo pipefail "$block" >"$T/out" 2>&1 || cat "$T/out")" ;;
	*) report "a block of $kind" "nobody runs it" ;;
	esac
done
report "there are examples" "$([ "$files" -ge 9 ] || echo "only $files")"
echo "1..$number"
