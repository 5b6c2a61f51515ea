#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# gdbinit/: what its commands print in a gdb that is connected to QEMU's own stub is held against what
# bootscope trace says of the same guest. Once with gdb, once with a gdb without Python.
set -u
: "${OUT:=build}" "${BUILD:=build}"
B=$OUT/bootscope
image=$BUILD/teaching.bzImage
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-gdbinit.XXXXXX")
qemu=
stop_qemu() {
	[ -z "$qemu" ] || kill -KILL "$qemu" 2>/dev/null
	[ -z "$qemu" ] || wait "$qemu" 2>/dev/null
	qemu=
	rm -f "$T/gdb"
}
trap 'stop_qemu; rm -rf "$T"' EXIT

number=0
check() { # NAME TEST...
	local name="$debugger: $1"
	shift
	number=$((number + 1))
	if "$@" >"$T/why" 2>&1; then echo "ok $number - $name"; else
		echo "not ok $number - $name"
		printf '# %s\n' "$*"
		head -n 20 "$T/why" | sed 's/^/# /'
	fi
}

answer() { # QMP COMMAND: sets reply; events are passed over. No subshell has the coprocess.
	printf '{"execute":"%s"}\n' "$1" >&"${QMP[1]}"
	while read -r -t 20 reply <&"${QMP[0]}"; do
		case $reply in *'"return"'*) return ;; esac
	done
	return 1
}

# A fresh guest, in reset. It answers on QMP once its sockets listen.
start_qemu() {
	coproc QMP {
		exec qemu-system-x86_64 -M pc -nodefaults -display none -m 512M -S -no-reboot \
			-gdb "unix:$T/gdb,server=on,wait=off" -qmp stdio -device isa-debug-exit,iobase=0xf4 \
			-debugcon null -append kaslr_seed=1 -cpu "$cpu" -kernel "$image" 2>"$T/qemu.err"
	}
	qemu=$QMP_PID
	answer qmp_capabilities
}

# Runs gdb on a fresh guest; each word is one command, and = starts a part of the output.
guest() { # COMMAND...
	local arguments=() command
	start_qemu
	for command; do
		case $command in =*) command="echo ${command}\\n" ;; esac
		arguments+=(-ex "$command")
	done
	timeout 120 "$debugger" -nx -batch -x gdbinit/bootscope.gdb -ex "bs-connect $T/gdb" \
		"${arguments[@]}" >"$T/out" 2>&1 </dev/null
	stop_qemu
}
cpu=qemu64

# The lines behind = NAME, up to the next part.
part() { awk -v part="=$1" '/^=[a-z]/ { on = $0 == part; next } on' "$T/out"; }
same() { # PART EXPECTED-FILE
	diff "$2" <(part "$1")
}
part_has() { part "$1" | grep -qE -- "$2"; }
traced() { # CHECKPOINT FILTER
	jq -r "select(.checkpoint == \"$1\") | $2" "$T/trace"
}
# shellcheck disable=SC2016  # jq's variables
control_registers='def line(name; value; bits): ([name + " " * (6 - (name | length)), value] + bits) | join(" ");
	.registers as $r |
	line("cr0"; $r.cr0; $r.bits.cr0), line("cr2"; $r.cr2; []), line("cr3"; $r.cr3; []),
	line("cr4"; $r.cr4; $r.bits.cr4), line("efer"; $r.efer; $r.bits.efer),
	line("rflags"; $r.rflags; $r.bits.rflags)'

ranges() { # CHECKPOINT
	local virt phys size page flags
	traced "$1" '.paging.ranges[] | [.virt, .phys, .size, .page_size, .flags] | join("|")' |
		while IFS='|' read -r virt phys size page flags; do
			case $page in 0x1000) page=4K ;; 0x200000) page=2M ;; *) page=1G ;; esac
			printf '[%s, 0x%x) -> %s %s %s\n' "$virt" $((virt + size)) "$phys" $page "$flags"
		done | sed -e 's/ global/ G/' -e 's/ user/ US/'
}
moved() { # CHECKPOINT
	local load copy output virtual
	read -r load copy output virtual <<<"$(traced "$1" \
		'.relocation | [.load, .copy, .output, .virtual // "-"] | join(" ")')"
	printf 'load       %s\ncopy       %s  load +0x%x\n' "$load" "$copy" $((copy - load))
	printf 'output     %s  as linked +%s\n' "$output" "$(traced "$1" '.relocation.physical_delta')"
	if [ "$virtual" = - ]; then echo 'virtual    -'; else
		printf 'virtual    %s  as linked +%s\n' "$virtual" "$(traced "$1" '.relocation.virtual_delta')"
	fi
}

# Tables by hand in the guest's free memory, with every size of page: PML5[0] at 6 MiB, PML4[0], then
# PDPT entry 0 a 1G page, entry 1 a PD, whose entry 0 is a 2M page for users, and entry 1 a PT, whose entry 2
# is a read-only 4K page that holds no code.
tables=('bs-physical on'
	'set *(unsigned long *)0x600000 = 0x601027' 'set *(unsigned long *)0x600ff8 = 0x601027'
	'set *(unsigned long *)0x601000 = 0x602027' 'set *(unsigned long *)0x602000 = 0x1e3'
	'set *(unsigned long *)0x602008 = 0x603027' 'set *(unsigned long *)0x603000 = 0x12000e7'
	'set *(unsigned long *)0x603008 = 0x604027' 'set *(unsigned long *)0x604010 = 0x8000000000abc001'
	'bs-physical off')

"$B" trace --json --append kaslr_seed=1 "$image" >"$T/trace" 2>"$T/err"

run_all() {
	guest bs-next =setup bs-creg bs-reloc =next bs-next 'bs-checkpoint bss-cleared' \
		=where bs-where =creg bs-creg =bss bs-bss =reloc bs-reloc =gdt bs-gdt =sreg bs-sreg \
		=go-on 'bs-checkpoint identity-maps' =maps bs-maps =idt bs-idt =pt 'bs-pt 0x1234567' \
		'bs-checkpoint location-chosen' =chosen bs-reloc =again 'bs-checkpoint startup-32' \
		=entry 'bs-checkpoint kernel-entry' =entry-creg bs-creg =entry-maps bs-maps =list bs-checkpoints \
		=last bs-next =end
	for name in "setup-entry setup" "bss-cleared creg" "kernel-entry entry-creg"; do
		traced "${name% *}" "$control_registers" >"$T/expected"
		part "${name#* }" | grep -E '^(cr|efer|rflags)' | diff "$T/expected" - >"$T/difference"
		check "control registers at ${name% *}" [ ! -s "$T/difference" ]
	done
	check "nothing has moved yet at setup-entry" part_has setup '^copy       -$'
	traced memory-detected '" \(.index) \(.checkpoint)  16-bit code"' >"$T/expected"
	check "bs-next names the checkpoint" \
		[ "$(part next | head -n 1)" = "$(cat "$T/expected")" ]
	check "bs-where stands where trace stood" part_has where "$(traced bss-cleared .registers.rip)"
	check "and in the copy's symbols" part_has where "<$(traced bss-cleared .where | cut -d+ -f1)\+"
	traced bss-cleared '.bss | "bss [\(.start), \(.end)): \(.nonzero_bytes) bytes not zero"' >"$T/expected"
	check ".bss is zero at bss-cleared" same bss "$T/expected"
	moved bss-cleared >"$T/expected"
	check "load, copy and output" same reloc "$T/expected"
	moved location-chosen >"$T/expected"
	check "the deltas that KASLR chose" same chosen "$T/expected"
	traced bss-cleared '.gdt | "GDT base \(.base) limit \(.limit)", (.entries[] | .selector + " " + .raw)' >"$T/expected"
	part gdt | sed -E '2,$ s/^ +(0x[0-9a-f]+) +0x0*([0-9a-f]+) .*/\1 0x\2/' | diff "$T/expected" - >"$T/difference"
	check "the GDT, descriptor by descriptor" [ ! -s "$T/difference" ]
	check "segments as QEMU has them" part_has sreg '^CS =0010 .*CS64'
	ranges identity-maps >"$T/expected"
	check "what the tables map at identity-maps" same maps "$T/expected"
	ranges kernel-entry >"$T/expected"
	check "what the tables map at kernel-entry" same entry-maps "$T/expected"
	traced identity-maps '.idt | "IDT base \(.base) limit \(.limit)", (.gates[] | "\(.vector) \(.selector):\(.offset)")' >"$T/expected"
	part idt | sed -E 's/^ +([0-9]+) (0x[0-9a-f]+:0x[0-9a-f]+) .*/\1 \2/' | diff "$T/expected" - >"$T/difference"
	check "the IDT, gate by gate" [ ! -s "$T/difference" ]
	check "a walk starts at cr3" part_has pt "PML4\[  0\] at $(traced identity-maps .paging.root):"
	check "a walk ends at the address" part_has pt '^0x1234567 -> 0x1234567$'
	check "one cannot go back" part_has again 'startup-32 was passed, and this gdb cannot go back'
	check "kernel-entry is at output" part_has entry "$(traced kernel-entry .registers.rip) <startup_64>"
	check "every checkpoint was passed, in trace's order" \
		[ "$(part list | grep -oE '^\* *[0-9]+ [a-z0-9-]+' | sed 's/^\* *[0-9]* //')" = \
		"$(jq -r 'select(.checkpoint) | .checkpoint' "$T/trace")" ]
	check "there is nothing behind the last one" part_has last 'this is the last checkpoint'

	guest bs-next 'break *0x103ce' 'break extract_kernel' =stuck continue continue 'info registers rip' \
		=left bs-stepi =stop bs-next =copy 'bs-checkpoint kernel-jump' =backtrace backtrace \
		=there 'bs-checkpoint kernel-jump' =breakpoints 'info breakpoints' \
		=virtual 'bs-kernel-symbols' 'tbreak start_kernel' continue backtrace =goes continue =end
	check "gdb's own continue sticks in real mode" part_has stuck 'rip +0x3ce '
	check "bs-stepi does not" part_has left '0x10ae8|0x103d'
	check "bs-next goes on from there" part_has stop '^ 2 protected-mode'
	check "a breakpoint by name moves into the copy and stops bs-checkpoint" \
		part_has copy '0x[0-9a-f]+ <extract_kernel>'
	check "its caller is known" part_has backtrace '^#1 .* in relocated \(\) at stub/relocated.S'
	check "and then goes on" part_has there '^19 kernel-jump'
	check "no breakpoint but the user's is left" \
		[ "$(part breakpoints | grep -cE '^[0-9]+ ')" -eq 2 ]
	check "start_kernel at its random address" part_has virtual '^#0 +start_kernel'
	check "the guest ends, and gdb says so" part_has goes 'Remote connection closed|exited'

	cpu=max
	guest 'bs-checkpoint kernel-jump' "${tables[@]}" 'bs-internal packet P1d=0010600000000000' 'maint flush register-cache' =maps bs-maps \
		=pt4 'bs-pt 0x40202abc' =none 'bs-pt 0x40203000' =pt2 'bs-pt 0x40000123' =pt1 'bs-pt 0x3fffffff' \
		=five 'bs-internal packet P1e=2016000000000000' 'bs-internal packet P1d=0000600000000000' 'maint flush register-cache' =pt5 'bs-pt 0x3fffffff' =maps5 bs-maps =end
	cpu=qemu64
	cat >"$T/expected" <<-'END'
		[0x0, 0x40000000) -> 0x0 1G rwx G
		[0x40000000, 0x40200000) -> 0x1200000 2M rwx US
		[0x40202000, 0x40203000) -> 0xabc000 4K r--
	END
	check "1G, 2M and 4K pages with their rights" same maps "$T/expected"
	check "a walk to a 4K page has four levels" \
		part_has pt4 'PT  \[  2\] at 0x604010: 0x8000000000abc001 -> 0xabc000 P NX'
	check "and its offset" part_has pt4 '^0x40202abc -> 0xabcabc$'
	check "a walk that ends early says so" part_has none '^0x40203000 is not mapped$'
	check "a 2M page" part_has pt2 '^0x40000123 -> 0x1200123$'
	check "a 1G page" part_has pt1 '^0x3fffffff -> 0x3fffffff$'
	check "five levels" part_has pt5 'PML5\[  0\] at 0x600000: 0x0000000000601027 -> 0x601000 P RW US A'
	check "five levels mapped, both halves" [ "$(part maps5 | grep -c '1G rwx G')" -eq 2 ]
	check "the upper half's addresses are canonical" \
		part_has maps5 '^\[0xffff000040202000, 0xffff000040203000\) -> 0xabc000 4K r--$'
}

# No QEMU runs whose socket was in a folder of run-gdb's.
no_qemu() {
	local file
	for file in /proc/[0-9]*/cmdline; do
		tr "\0" " " <"$file" | grep -q "[q]emu-system.*$T/bootscope-gdb" && return 1
	done 2>/dev/null
	return 0
}

debugger=gdb
guest 'python print(1)'
grep -qx 1 "$T/out" || echo "# the system's gdb has no Python: no gdb that has it is tried"
run_all
debugger=$BUILD/gdb-minimal/usr/bin/gdb
if [ -x "$debugger" ]; then
	guest 'python print(1)'
	check "this gdb has no Python" grep -q 'Python scripting is not supported' "$T/out"
	check "it is another than the system's" [ "$(cmp "$debugger" "$(command -v gdb)" 2>&1)" ]
	run_all
else
	number=$((number + 1))
	echo "ok $number - # SKIP there is no $debugger"
fi

debugger=gdb
"$OUT/tests/corrupt" "$image" 5 "$T/bad" >/dev/null
good=$image image=$T/bad
guest "bs-checkpoint kernel-entry" =where bs-where =breakpoints "info breakpoints" =end
check "a boot that fails stops there, with its message" grep -q "the boot failed: compressed kernel: " "$T/out"
check "the checkpoint before is known" part_has where "^15 location-chosen"
check "no breakpoints are left" part_has breakpoints "No breakpoints"
tests/e2e/plant "$good" 0x200 "\x0f\x0b" >"$T/ud2"
image=$T/ud2
guest "bs-checkpoint kernel-entry" =where bs-where =next bs-next =end
check "a guest that is gone: bs-where says so" part_has where "there is no guest any more"
check "and bs-next" part_has next "^there is no guest"
image=$good

# A guest that hangs behind early-page-tables, and Ctrl-C when QEMU says that it runs.
tests/e2e/plant "$good" 0x200 "\xeb\xfe" >"$T/hang"
image=$T/hang
start_qemu
gdb -nx -batch -x gdbinit/bootscope.gdb -ex "bs-connect $T/gdb" \
	-ex "bs-checkpoint early-page-tables" -ex "shell touch $T/there" -ex bs-next -ex "echo =after\\n" \
	-ex bs-where -ex "info breakpoints" >"$T/out" 2>&1 </dev/null &
waiting=$!
until [ -e "$T/there" ] || ! kill -0 "$waiting" 2>/dev/null; do sleep 0.02; done
until answer query-status && [[ $reply == *'"running": true'* ]]; do
	kill -0 "$waiting" 2>/dev/null || break
done
kill -INT "$waiting"
timeout 60 tail -s 0.05 --pid="$waiting" -f /dev/null || kill -KILL "$waiting"
wait "$waiting"
stop_qemu
image=$good
check "Ctrl-C stops the guest, not gdb" part_has after "^ 5 early-page-tables"
check "and no breakpoints are left" part_has after "No breakpoints"

debugger="make gdb"
TMPDIR=$T gdbinit/run-gdb "$image" -batch -ex bs-next >"$T/out" 2>&1
check "gdb is connected, the guest in reset" grep -q "^ 0 setup-entry" "$T/out"
check "QEMU ends with gdb" no_qemu
TMPDIR=$T gdbinit/run-gdb "$image" -batch -ex "shell kill -KILL \$PPID" >"$T/out" 2>&1
check "QEMU ends when gdb is killed" no_qemu
check "nothing is left behind" [ -z "$(ls -d "$T"/bootscope-gdb.* 2>/dev/null)" ]
TMPDIR=$T gdbinit/run-gdb "$T/none" >"$T/out" 2>&1
check "no such image: one line" [ "$(grep -c none "$T/out")" -eq 1 ]

debugger="the list"
gdbinit/make-checkpoints "${CC:-gcc}" "$BUILD/stub.elf" "$BUILD/setup.elf" >"$T/list"
check "build/gdbinit/checkpoints.gdb is not stale" cmp "$T/list" "$BUILD/gdbinit/checkpoints.gdb"
debugger=gdb
gdb -nx -batch -x gdbinit/bootscope.gdb -ex 'help user-defined' >"$T/out" 2>&1
check "every command is documented" [ "$(grep -c 'User-defined\.' "$T/out")" -eq 0 ]
echo "1..$number"
