#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A distribution's kernel, unmodified and without symbols, followed as our own boot code is: trace,
# the prompt with going back, check and gateway. tests/e2e/linux-matrix.t has more kernels.
set -u
: "${OUT:=build}" "${BUILD:=build}"
B=$OUT/bootscope
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-linux-trace.XXXXXX")
trap 'rm -rf "$T"' EXIT

if ! image=$(tests/linux/kernel 6.1-cloud 2>"$T/why"); then
	echo "1..0 # SKIP $(cat "$T/why")"
	exit 0
fi

number=0
ok() { # NAME: by the status of the command before
	local status=$?
	number=$((number + 1))
	if [ $status -eq 0 ]; then echo "ok $number - $1"; else
		echo "not ok $number - $1"
		sed 's/^/# /' "$T/err" | head -20
	fi
}
prompt() { # the lines of stdin, at the prompt of the kernel without KASLR; objects of JSON
	"$B" repl "$image" --append "quiet nokaslr" --timeout 120s --json 2>"$T/err"
}
holds() { jq -es "$1" >/dev/null 2>"$T/err"; } # FILTER: true of the list of all objects on stdin

all="setup-entry memory-detected protected-mode startup-32 load-address-known early-page-tables
startup-64 relocation-target stage1-idt image-copied relocated bss-cleared stage2-idt identity-maps
extract-kernel location-chosen decompressed elf-loaded relocations-applied kernel-jump kernel-entry"

# trace ------------------------------------------------------------------------------------------

"$B" trace --json --timeout 120s --append "quiet nokaslr" "$image" >"$T/linked" 2>"$T/err"
ok "a kernel without KASLR is followed to its entry"
jq -r '.checkpoint // empty' <"$T/linked" >"$T/names"
# shellcheck disable=SC2086 # one name a line
printf "%s\n" $all | diff - "$T/names" >"$T/err"
ok "every checkpoint comes, and comes once, in order"
holds 'map(select(.checkpoint)) | all(.wrong == 0 and .marker == null and .found.how != "")' <"$T/linked"
ok "every proof holds, and each says how it was found"
holds '.[-1] | .end == "left" and .missed == [] and .not_found == [] and .not_passed == ["la57-trampoline"]' <"$T/linked"
ok "what this CPU does not pass is no loss, and is said"
holds 'map(select(.checkpoint == "kernel-entry"))[0].relocation |
	.output == "0x1000000" and .virtual == "0x1000000" and .virtual_delta == "0x0"' <"$T/linked"
ok "without KASLR it runs where it was linked"
holds '(map(select(.checkpoint == "image-copied"))[0].moved | .equal == .compared and .compared > 14000000) and
	(map(select(.checkpoint == "bss-cleared"))[0].bss | .nonzero_bytes == 0) and
	(map(select(.checkpoint == "decompressed"))[0].segments | .whole and all(.segments[]; .different == 0)) and
	(map(select(.checkpoint == "kernel-jump"))[0].handover | .rax.is == .rax.must and .rsi.is == .rsi.must)' <"$T/linked"
ok "the copy, .bss, the payload and the handover are proven"

"$B" trace --json --timeout 120s --append quiet "$image" >"$T/random" 2>"$T/err" &&
	holds 'map(select(.checkpoint == "relocations-applied"))[0].relocation |
	.virtual_delta != "0x0" and .sites.wrong == 0 and
	.sites.abs32 + .sites.inverse32 + .sites.abs64 > 200000' <"$T/random"
ok "with KASLR every relocation site holds what it must"
"$B" trace --json --brief --timeout 120s --append quiet "$image" >"$T/again" 2>"$T/err"
diff <(jq '.instructions' "$T/random") <(jq '.instructions' "$T/again") >"$T/err"
ok "a second boot comes to each checkpoint at the same instruction count"
"$B" trace --json --no-count --timeout 120s --cpu max "$image" >"$T/max" 2>"$T/err" &&
	holds '(map(select(.checkpoint == "la57-trampoline"))[0] | .index == 21 and .paging.levels == 5 and
	.paging.identity and .wrong == 0) and (map(select(.checkpoint == "kernel-entry"))[0].paging.levels == 5) and
	.[-1].not_passed == []' <"$T/max"
ok "with 5 levels the trampoline is a stage of its own"
"$B" trace --no-count --timeout 120s "$image" >"$T/text" 2>"$T/err" && ! grep -qE '^.{101}' "$T/text" &&
	[ "$(grep -c '^  found  ' "$T/text")" = 21 ] &&
	grep -qx "21 of 21 checkpoints, in order; every proof holds" "$T/text"
ok "in text, on lines of 100 columns, it says so"

# the prompt -------------------------------------------------------------------------------------

# A read of the kernel's first byte is waited for between these two: the way is the same each time.
prompt <<'END' >"$T/back"
c decompressed
rsi 3000
si 3000
back location-chosen
c decompressed
back location-chosen
c kernel-entry
back decompressed
END
holds '[.[] | select(.checkpoint == "decompressed") | .instructions] | length == 4 and (unique | length) == 1' <"$T/back"
ok "decompressed is at the same count however one comes to it"
prompt <<'END' >"$T/watch"
c location-chosen
rwatch 0x1000000 1
c
delete 1
c decompressed
END
holds '[.[] | select(.arrival)] | .[1].arrival == "watchpoint" and .[1].watched == "0x1000000" and
	.[2].checkpoint == "decompressed"' <"$T/watch" &&
	diff <(jq -r 'select(.checkpoint == "decompressed").instructions' "$T/watch") \
		<(jq -r 'select(.checkpoint == "decompressed").instructions' "$T/back" | head -1) >"$T/err"
ok "a watchpoint on the byte that is waited for is told of its reads, and changes nothing"
prompt <<'END' >"$T/written"
c decompressed
watch 0x1000000 8
rc
END
# shellcheck disable=SC2016 # a variable of jq
holds '(map(select(.checkpoint == "decompressed"))[0].instructions) as $there |
	.[-1].arrival == "watchpoint" and .[-1].watched == "0x1000000" and .[-1].instructions < $there - 1000000' <"$T/written"
ok "and backwards one on writes there is not told of the reads that are waited for"

# gdb --------------------------------------------------------------------------------------------

if command -v gdb >/dev/null; then
	gdb -batch -nx -ex "target remote | $B gateway $image --timeout 120s 2>$T/err" -ex "break extract_kernel" \
		-ex continue -ex "info symbol \$pc" -ex backtrace -ex kill >"$T/gdb" 2>&1
	grep -q "^extract_kernel in section .text" "$T/gdb" && grep -q "^#1 .* in .Lrelocated " "$T/gdb"
	ok "a breakpoint that gdb sets in reset is met in the copy"
else
	number=$((number + 1))
	echo "ok $number - a breakpoint that gdb sets in reset is met in the copy # SKIP no gdb"
fi

echo "1..$number"
