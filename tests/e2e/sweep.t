#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# bootscope sweep: many boots, killed and gone on with, in pieces and merged, by hand and by GNU
# parallel; and a stub whose choice is biased.
set -u
: "${OUT:=build}" "${BUILD:=build}"
export LC_ALL=C
B=$OUT/bootscope
image=$BUILD/teaching.bzImage
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-sweep.XXXXXX")
trap 'rm -rf "$T"' EXIT

number=0
check() { # NAME TEST...
	local name=$1
	shift
	number=$((number + 1))
	if "$@" >"$T/said" 2>&1; then echo "ok $number - $name"; else
		echo "not ok $number - $name"
		sed 's/^/# /' "$T/said"
	fi
}
skip() {
	number=$((number + 1))
	echo "ok $number - $1 # SKIP $2"
}
lines() { wc -l <"$1"; }
# status N COMMAND...: it must end with that; its output is in $T/out and $T/err
status() {
	local want=$1 got
	shift
	"$@" >"$T/out" 2>"$T/err"
	got=$?
	cat "$T/err"
	[ "$got" -eq "$want" ] || { echo "status $got, not $want: $*" && false; }
}

# 24 boots without interruption are what all else is held against.
check '24 boots' status 0 "$B" sweep --json --count 24 -j 2 -o "$T/whole" "$image"
cp "$T/out" "$T/whole.json"
check 'a line for each, and one for what they depend on' [ "$(lines "$T/whole")" -eq 25 ]
check 'every boot is counted, on both axes and in both forms' jq -e '
	(.boots == 24) and .passed and .violations == 0 and
	all(.physical, .virtual; (([.counts[].count] | add) == 24) and (([.histogram[].count] | add) == 24)
		and .chosen == (.counts | length) and .chosen + .never_chosen == .slots
		and .histogram[0].first_slot == 0 and .histogram[-1].last_slot == .slots - 1)' "$T/whole.json"
check 'each bin expects five boots' jq -e '
	all(.physical, .virtual; .chi_square | .expected >= 5 and .degrees_of_freedom == .bins - 1
		and .p >= 0 and .p <= 1)' "$T/whole.json"

# What a boot of its own says, seed by seed.
same_as_run() {
	local seed
	for seed in 1 11 24; do
		"$B" run --json --append "kaslr_seed=$seed" "$image" |
			jq -c 'select(.checkpoint == "location-chosen").marker | [.output, .virtual]' >"$T/one"
		jq -c "select(.seed == $seed) | [.physical, .virtual]" "$T/whole" | diff - "$T/one" || return 1
	done
}
check 'it chooses what run shows' same_as_run

# Killed when eight boots are done: after these, and the probe before, no QEMU answers any more.
cat >"$T/qemu" <<"END"
#!/bin/bash
for boot in {1..9}; do
	mkdir "$T/boot$boot" 2>/dev/null && exec qemu-system-x86_64 "$@"
done
echo $$ >>"$T/hung"
exec sleep 600
END
chmod +x "$T/qemu"
export B image T
"$B" sweep --count 24 -j 2 --qemu "$T/qemu" -o "$T/killed" "$image" >/dev/null 2>&1 &
sweep=$!
until [ -e "$T/killed" ] && [ "$(lines "$T/killed")" -ge 9 ]; do
	kill -0 "$sweep" 2>/dev/null || break
done
{ kill -9 "$sweep" && wait "$sweep"; } 2>/dev/null
done_before=$(lines "$T/killed")
check "a killed sweep has done a part" [ "$done_before" -eq 9 ]
# shellcheck disable=SC2016  # the other shell expands it
check "it leaves no guest behind" timeout 20 bash -c 'for pid in $(cat "$T/hung"); do while kill -0 "$pid"; do :; done; done'
printf '{"seed":25,"phys' >>"$T/killed"
before=$(head -n "$done_before" "$T/killed" | cksum)
check 'it goes on' status 0 "$B" sweep --json --count 24 -j 2 -o "$T/killed" "$image"
check 'it says that the last line was torn' grep -q 'killed: its last line was torn' "$T/err"
check 'with the same result' cmp "$T/out" "$T/whole.json"
check 'it boots nothing twice' [ "$before $(lines "$T/killed")" = "$(head -n "$done_before" "$T/killed" | cksum) 25" ]
check 'a complete file needs no boot' status 0 "$B" sweep --json --count 24 -o "$T/killed" --qemu /bin/false "$image"

# In two parts.
check 'seeds 1-10' status 0 "$B" sweep --seeds 1-10 -j 1 -o "$T/part1" "$image"
check 'seeds 9-24' status 0 "$B" sweep --first-seed 9 --count 16 -o "$T/part2" "$image"
check 'both parts are one sweep' status 0 "$B" sweep --json --report "$T/part2" "$T/part1"
check 'with the same result again' cmp "$T/out" "$T/whole.json"
if command -v parallel >/dev/null; then
	# shellcheck disable=SC2016  # parallel's shells expand it
	check 'GNU parallel does the parts' status 0 parallel -j2 --will-cite \
		'$B sweep --seeds {} -j1 -o $T/parallel-{#} $image' ::: 1-8 9-16 17-24
	check 'they merge' status 0 "$B" sweep --json --report "$T"/parallel-?
	check 'with the same result, too' cmp "$T/out" "$T/whole.json"
else
	skip 'GNU parallel' 'it is not installed'
fi

# Files that do not belong.
cp "$image" "$T/other.bzImage"
printf x >>"$T/other.bzImage"
check 'a file of another image is refused' status 2 "$B" sweep -o "$T/whole" "$T/other.bzImage"
check 'it says so in one line' grep -qE '^bootscope sweep: .*/whole: made with another image: ' "$T/err"
check 'a file of another machine is refused' status 2 "$B" sweep -m 1G -o "$T/whole" "$image"
check 'it says which' grep -q 'made with another memory: null, not "1G"' "$T/err"
check 'a file of seeds takes no random boots' status 2 "$B" sweep --random -o "$T/whole" "$image"
check 'none of these wrote to it' [ "$(lines "$T/whole")" -eq 25 ]
check 'a random sweep' status 0 "$B" sweep --random --count 3 -o "$T/random" "$image"
check 'a random sweep goes on to its count' status 0 "$B" sweep --random --count 5 -o "$T/random" "$image"
check 'five boots in all' [ "$(lines "$T/random")" -eq 6 ]
check 'it does not merge with seeds' status 2 "$B" sweep --report "$T/whole" "$T/random"
sed '3s/"physical":"0x[0-9a-f]*"/"physical":"0x2345678"/' "$T/whole" >"$T/changed"
check 'a choice out of line fails' status 1 "$B" sweep --json --report "$T/changed"
check 'and is named' jq -e '.violations == 1 and (.violation_list[0] | test("^kaslr_seed=[0-9]+: physical 0x2345678 is no multiple"))' "$T/out"
sed '3s/"physical":"0x[0-9a-f]*"/"physical":"0x7fe00000"/' "$T/whole" >"$T/beyond"
check 'a choice where no memory is fails' status 1 "$B" sweep --json --report "$T/beyond"
check 'and is named, too' jq -e '.violations == 1 and (.violation_list[0] | test("physical 0x7fe00000 is none of the slots"))' "$T/out"
check 'the memory map has the slots' jq -e '([.setup.areas[].slots] | add) == .physical.slots' "$T/whole.json"
check 'a seed that chose two places fails' status 1 "$B" sweep --report "$T/changed" "$T/whole"
check 'a missing file' status 2 "$B" sweep --report "$T/nothing"
check 'nokaslr chooses nothing' status 2 "$B" sweep --append nokaslr "$image"
check 'a seed of its own' status 2 "$B" sweep --append kaslr_seed=3 "$image"
tests/e2e/plant "$image" 0x200 '\xeb\xfe' >"$T/hang"
check 'a guest that hangs' status 3 "$B" sweep --timeout 300ms -j 2 "$T/hang"
check 'its seed is named, once' grep -qE '^bootscope sweep: boot with kaslr_seed=[12]: the guest still runs' "$T/err"

# Only the low byte of a random number counts: half of the virtual slots are never chosen.
if tests/e2e/plant-instruction "$image" "$BUILD/stub.elf" kaslr_get_random_long \
	'mov +%rbx,%rax' 0 '\x0f\xb6\xc3' >"$T/biased"; then
	check 'a biased choice is caught' status 1 "$B" sweep --json --count 60 "$T/biased"
	check 'by the virtual slots' jq -e '.virtual.even == false and .virtual.chi_square.p < 0.001 and .violations == 0' "$T/out"
	check 'the same number of boots does not accuse the real one' status 0 "$B" sweep --count 60 "$image"
	check 'its text fits the page' [ "$(wc -L <"$T/out")" -le 100 ]
else
	skip 'a biased choice is caught' 'another compiler, other code'
fi
echo "1..$number"
