#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# docs/json.md is the reference of the JSON output: every key of its tables is there, and no key is
# there that it does not have.
set -u

: "${OUT:=build}" "${BUILD:=build}"
export LC_ALL=C
B=$OUT/bootscope
IMAGE=$BUILD/teaching.bzImage
DOC=docs/json.md
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-json.XXXXXX")
trap 'rm -rf "$T"' EXIT

number=0

# compare NAME DOCUMENTED FOUND: the same words, in whatever order
compare() {
	local difference
	number=$((number + 1))
	difference=$(diff <(sort -u <<<"$2") <(sort -u <<<"$3") | grep '^[<>]' | tr '\n' ' ')
	if [ -n "$2" ] && [ -z "$difference" ]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1 (< only in $DOC, > only in the output)"
		printf '# %s\n' "$difference"
	fi
}

# section HEADING: the lines of the document from that heading to the next one
section() { awk -v heading="$1" '/^#/ { inside = $0 == heading; next } inside' "$DOC"; }

# The keys in the first column of a section's table, in order.
# shellcheck disable=SC2016  # the backquotes are the document's
table() { section "$1" | sed -n 's/^| *\(`[^|]*\)|.*/\1/p' | grep -o '`[^`]*`' | tr -d '`'; }

# example TEXT: the keys of the object that begins with this text, somewhere in the document.
example() {
	awk -v text="$1" '!inside && (at = index($0, text)) { inside = 1; $0 = substr($0, at) } inside' "$DOC" |
		jq_keys
}

# The keys of the first {...} on stdin, which need not be JSON: words in quotes outside of the
# nested braces and brackets, and not after a colon.
jq_keys() {
	tr -d '\n' | awk '{
		for (i = index($0, "{"); i <= length($0); i++) {
			c = substr($0, i, 1)
			if (c == "{" || c == "[") depth++
			else if (c == "}" || c == "]") { if (--depth == 0) exit }
			else if (c == ":") value = 1
			else if (c == ",") value = 0
			else if (c == "\"") {
				end = index(substr($0, i + 1), "\"")
				if (depth == 1 && !value) print substr($0, i + 1, end - 1)
				i += end
			}
		}
	}'
}

# found FILTER FILE: every key of the objects that the filter gives
found() { jq -r "$1 | keys[]" "$2"; }
# Keys that not all of these objects have.
not_in_all() { jq -rs "[.[] | $1] | map(keys) | (add | unique) - (reduce .[1:][] as \$k (.[0]; . - (. - \$k))) | .[]" "$2"; }

$B trace --json "$IMAGE" >"$T/trace" 2>/dev/null
$B trace --json --brief "$IMAGE" >"$T/brief" 2>/dev/null
$B trace --json --timeout 1ms "$IMAGE" >"$T/fault" 2>/dev/null
$B run --json "$IMAGE" >"$T/run" 2>/dev/null
$B info --json "$IMAGE" >"$T/info" 2>/dev/null

# shellcheck disable=SC2016  # the backquotes are the document's
all=$(table '## A checkpoint of `trace`')
# shellcheck disable=SC2016
short=$(sed '/^paging$/,/^kaslr$/d' <<<"$all")
checkpoint='select(.checkpoint)'

compare 'trace: the keys of a checkpoint' "$all" "$(found "$checkpoint" "$T/trace")"
compare 'trace: every checkpoint has all of them' none \
	"$(not_in_all "$checkpoint" "$T/trace" | grep . || echo none)"
compare 'trace --brief: the keys of a checkpoint' "$short" "$(found "$checkpoint" "$T/brief")"
compare 'trace --brief: every checkpoint has all of them' none \
	"$(not_in_all "$checkpoint" "$T/brief" | grep . || echo none)"
# shellcheck disable=SC2016
compare 'run: the keys of a checkpoint' "$(section '## A checkpoint of `run`' | jq_keys)" \
	"$(found "$checkpoint" "$T/run")"
compare 'trace: the last line' "$(example '{"end"')" \
	"$(found 'select(.end)' "$T/trace")"
compare 'run: the last line' "$(example '{"end"')" "$(found 'select(.end)' "$T/run")"
compare 'trace: the line of a boot that did not get there' "$(example '{"fault"')" \
	"$(found 'select(.fault)' "$T/fault")"
compare 'run: a line of the console' "$(example '{"console"')" \
	"$(found 'select(.console)' "$T/run")"
# shellcheck disable=SC2016
compare 'info' "$(table '## `info`')" "$(found . "$T/info")"

# One level down, where a section or an example says what is in it.
paging=$(section '### paging' | jq_keys)
moved=$(section '### moved' | jq_keys)
segments=$(section '### segments' | jq_keys)
relocation=$(section '### relocation' | jq_keys)
compare 'paging' "$paging" "$(found "$checkpoint | .paging // empty" "$T/trace")"
compare 'moved' "$moved" "$(found "$checkpoint | .moved // empty" "$T/trace")"
compare 'segments' "$segments" "$(found "$checkpoint | .segments // empty" "$T/trace")"
compare 'relocation' "$relocation" "$(found "$checkpoint | .relocation // empty" "$T/trace")"

# The values of these fields in the table are written as an object.
for field in loaded bss boot_params; do
	documented=$(grep -F "| \`$field\` |" "$DOC" | sed 's/^|[^|]*|//' | jq_keys)
	compare "$field" "$documented" "$(found "$checkpoint | .$field // empty" "$T/trace")"
done

echo "1..$number"
