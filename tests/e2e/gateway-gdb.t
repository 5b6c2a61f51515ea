#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# bootscope gateway with Debian's gdb, and with its gdb that has no Python: what a person does there.
# No file of settings is read, and no command is given that the person would not give.
# gdb's $names stand in single quotes on purpose.
# shellcheck disable=SC2016
set -u
: "${OUT:=build}" "${BUILD:=build}"
B=$OUT/bootscope
image=$BUILD/teaching.bzImage
minimal=$BUILD/gdb-minimal/usr/bin/gdb
export LC_ALL=C
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-gateway-gdb.XXXXXX")
gateway=
clean_up() {
	[ -z "$gateway" ] || kill -KILL "$gateway" 2>/dev/null
	rm -rf "$T"
}
trap clean_up EXIT

number=0
check() { # NAME COMMAND...
	local name=$1
	shift
	number=$((number + 1))
	if "$@" >"$T/check" 2>&1; then echo "ok $number - $label$name"; else
		echo "not ok $number - $label$name"
		printf '# %s\n' "$*"
		sed 's/^/# /' "$T/out" | tail -n 25
	fi
}
has() { grep -qE -- "$1" "$T/out"; }
hasnt() { ! has "$1"; }
# The lines that match ONE come right before those that match TWO.
in_order() { # ERE...
	local at=0 line
	for pattern; do
		line=$(tail -n +$((at + 1)) "$T/out" | grep -nE -m1 -- "$pattern" | cut -d: -f1)
		[ -n "$line" ] || { echo "not there, or too early: $pattern" && return 1; }
		at=$((at + line))
	done
}

# Standard input is gdb's script. Sets status; its output is in $T/out.
session() { # [GATEWAY OPTION...]
	{
		echo "target remote | exec $B gateway $*"
		cat
	} >"$T/script"
	timeout 120 "$gdb" -batch -nx -x "$T/script" >"$T/out" 2>&1 </dev/null
	status=$?
}

core() {
	session "$image" <<'END'
break extract_kernel
continue
backtrace
info sharedlibrary
END
	check "a breakpoint set in reset, before anything is in memory" has '^Breakpoint 1 at 0x[0-9a-f]+: file stub/extract.c, line [0-9]+\.$'
	check "is hit in the copy, with source line and caller" in_order '^Breakpoint 1.*, extract_kernel \(boot_params=0x11050 <boot_params>, output=0x1000000' '^[0-9]+	' '^#0  extract_kernel \(.*at stub/extract.c:[0-9]+$' '^#1 +0x0000000001[0-9a-f]+ in relocated \(\) at stub/relocated.S:[0-9]+$'
	check "nothing below the first code of the copy" hasnt '^#2 '
	check "the code as loaded is no more on the list, the copy is" in_order '^From' '0x00000000018[0-9a-f]+ .* Yes .*/stub\.elf$'
	check "once" test "$(grep -c '/stub\.elf$' "$T/out")" -eq 1
	check "nothing else stops it" test "$(grep -cE '^Breakpoint 1[.0-9]*, ' "$T/out")" -eq 1

	session --append kaslr_seed=11 "$image" <<'END'
break start_kernel
continue
print $pc == start_kernel || $pc - (long)start_kernel < 64
print (long)&start_kernel - 0xffffffff81000000 > 0x200000
backtrace
watch ballast[0]
continue
END
	check "a function of the kernel, at its randomised address" in_order '^Breakpoint 1.*, start_kernel \(\) at stub/kernel/main.c:[0-9]+$' '^\$2 = 1$' '^#1 +0xffffffff[0-9a-f]+ in x86_64_start_kernel'
	check "nothing below the kernel's entry" hasnt '^#3 '
	check "a watchpoint there" in_order '^Hardware watchpoint 2: ballast' '^Old value = 0' '^New value = 1' '^start_kernel \(\) at'

	session "$image" <<'END'
break start_kernel
continue
watch ballast[0]
next
END
	check "a watched access is seen by a step, too" in_order '^Hardware watchpoint 2: ballast' '^Old value = 0' '^New value = 1'

	session "$image" <<'END'
break *0x10200
continue
print/x $pc
x/i $pc
stepi
continue
END
	check "a breakpoint in real mode" in_order '^Breakpoint 1, 0x0*10200 in ' '^\$1 = 0x10200$' '^=> 0x10200:	jmp'
	check "lets the guest go on, to its end" in_order '^\$1' 'exited normally\]$'
	check "what the guest prints is shown" has '^teaching kernel: pass'
	check "and how it ended is said" has "^the guest's end: pass"

	session "$image" <<'END'
break detect_memory
continue
print $pc
list
stepi
info symbol $pc
END
	check "16-bit code has its names and lines" in_order '^Breakpoint 1 at 0x1[0-9a-f]+: file stub/setup/memory.c, line [0-9]+\.$' '^Breakpoint 1, .*detect_memory \(' '^.1 = .*0x1[0-9a-f]{4} <detect_memory' 'detect_memory\(void\)$' '^detect_memory( \+ [0-9]+)? in section \.text of /proc/[0-9]+/fd/'

	session "$image" <<'END'
break extract_kernel
continue
monitor regs
monitor pt $rip
monitor vmmap
monitor help
monitor nonsense
monitor stop-at checkpoints
continue
continue
monitor stop-at breakpoints
break start_kernel
continue
END
	check "the inspector's commands" in_order '^ +registers +rax 0x' 'PML4' 'moving the guest' 'stop-at checkpoints' '^nonsense: .*no such command'
	check "checkpoints stop it when told to, and not when told not to" in_order 'continue stops at every checkpoint' 'extract-kernel  ' 'location-chosen  ' 'breakpoints only' '^Breakpoint 2.*, start_kernel'
	check "and not at one more" hasnt 'decompressed  '
}

reverse() {
	session "$image" <<'END'
break start_kernel
continue
info registers
stepi
reverse-stepi
info registers
break extract_kernel
reverse-continue
backtrace
delete
reverse-continue
print $rip
END
	check "one instruction back, registers are what they were" test "$(grep -cE '^r(ax|bx|sp|ip|si|di) ' "$T/out")" -eq 12 -a "$(grep -E '^(r|e)[a-z0-9]+ +0x' "$T/out" | sort | uniq -c | awk '$1 % 2' | wc -l)" -eq 0
	check "back to a breakpoint in code that ran before the kernel was there" in_order 'Breakpoint 2.*, extract_kernel' '^#1 +0x0+1[0-9a-f]+ in relocated'
	check "back to the beginning, and no further" in_order 'No more reverse-execution history' '= .*0xfffffff0'

	session "$image" <<'END'
break start_kernel
continue
watch ballast[0]
continue
delete 1
stepi 3
reverse-continue
print ballast[0]
stepi
print ballast[0]
END
	check "back to a watched write: before it the old value, and a step on the new one" in_order '^New value = 1' '^Hardware watchpoint 2: ballast' '^Old value = 1' '^New value = 0' '^.[0-9]+ = 0' '^.[0-9]+ = 1'
}

# The guest moves under gdb's feet, forwards, back, and to where the files are elsewhere.
moved_by_monitor() {
	session "$image" <<'END'
source gdbinit/gateway.gdb
monitor c startup-64
print $pc
monitor c relocated
monitor next
print $pc
backtrace
info sharedlibrary
break extract_kernel
continue
monitor back
print $pc
backtrace
monitor c kernel-entry
info symbol $pc
END
	check "the symbols are where the code is after a monitor command" in_order '^.1 = .*<startup_64[+>]' '^11 bss-cleared' '^.2 = .* <relocated\+126>$' '^#0 +relocated \(\) at stub/relocated.S:[0-9]+$' '/stub\.elf$' '^Breakpoint 1 at 0x0*1aa' '^Breakpoint 1, extract_kernel'
	check "and after one that goes back" in_order '^Breakpoint 1, extract_kernel' '^13 identity-maps' '^.3 = .*<relocated\+[0-9]+>' '^#0 +relocated \(\) at'
	check "and in the kernel, which runs one to one at first" has '^startup_64 in section .*kernel\.elf$'
}

with_python() { [ "$("$1" -nx -batch -ex 'python print(1)' 2>/dev/null)" = 1 ]; }
with_python gdb || echo "# the system's gdb has no Python: both kinds are tried, but not one that has it"

for gdb in gdb "$minimal"; do
	label="${gdb##*/}: "
	[ "$gdb" = gdb ] || label="gdb without Python: "
	if ! command -v "$gdb" >/dev/null; then
		number=$((number + 1))
		echo "ok $number - # SKIP there is no $gdb"
		continue
	fi
	[ "$gdb" = gdb ] || check "it has none, and is another than the system's" \
		bash -c "! '$gdb' -nx -batch -ex 'python print(1)' >'$T/out' 2>&1 && grep -q 'Python scripting is not supported' '$T/out' && ! cmp -s '$gdb' \"\$(command -v gdb)\""
	core
	reverse
	moved_by_monitor
done
label=
gdb=gdb

# Without the hook of gdbinit/gateway.gdb.
session "$image" <<'END'
monitor c startup-64
END
check "a command that moves the guest says what gdb has to be told" test "$(grep -c 'maintenance flush register-cache' "$T/out")" -ge 1

# Sockets: two gdbs after each other, and one that comes too many.
listen() { # ADDRESS
	: >"$T/err"
	"$B" gateway --listen "$1" "$image" >/dev/null 2>"$T/err" </dev/null &
	gateway=$!
	address=$(timeout 20 tail -s 0.05 -n +1 -f --pid=$gateway "$T/err" | sed -n 's/.*listening on //p;/listening on/q')
	address=${address#unix:}
}
ended() { # STATUS
	timeout 20 tail -s 0.05 --pid="$gateway" -f /dev/null || {
		kill -KILL "$gateway"
		gateway=
		return 1
	}
	wait "$gateway"
	local status=$?
	gateway=
	[ "$status" -eq "$1" ]
}
kinds=("unix:$T/socket" 127.0.0.1:0 localhost:0)
! grep -qs '^0*1 ' /proc/net/if_inet6 || kinds+=('[::1]:0')
for kind in "${kinds[@]}"; do
	label="$kind: "
	label=${label/$T/}
	listen "$kind"
	timeout 60 gdb -batch -nx -ex "target remote $address" -ex 'break extract_kernel' -ex continue \
		-ex "shell timeout 60 gdb -batch -nx -ex 'target remote $address' 2>&1" -ex 'stepi' >"$T/out" 2>&1
	check "the copy's extract_kernel" has '^Breakpoint 1.*, extract_kernel'
	check "a second debugger is told that there is one" has 'another debugger is connected'
	check "one line says so here" test "$(grep -c 'second debugger' "$T/err")" -eq 1
	check "the first goes on" in_order 'another debugger' '^0x0+1[0-9a-f]+|^[0-9]+	'
	timeout 60 gdb -batch -nx -ex "target remote $address" -ex 'print $pc' -ex 'backtrace' -ex 'kill' >"$T/out" 2>&1
	check "the next one finds the guest where it was" in_order '<extract_kernel\+[0-9]+>$' '^#1 .* relocated'
	check "kill ends it" ended 0
done
label=

refused() { # ADDRESS ERE
	timeout 20 "$B" gateway --listen "$1" "$image" >"$T/out" 2>&1 </dev/null
	[ $? -eq 2 ] && [ "$(wc -l <"$T/out")" -eq 1 ] && has "$2"
}
check "not on every interface" refused 0.0.0.0:0 'only the loopback'
check "not on another address" refused 192.0.2.1:1234 'only the loopback'
check "not by a name that somebody could look up" refused example.org:1234 'only the loopback'
check "not on IPv6's every interface" refused '[::]:0' 'only the loopback'
check "no port" refused 127.0.0.1 'unix:PATH or HOST:PORT'
check "no such port" refused 127.0.0.1:70000 'unix:PATH or HOST:PORT'
touch "$T/file"
check "not over a file" refused "unix:$T/file" 'exists already'
check "no path that is too long" refused "unix:$T/$(printf 'x%.0s' {1..120})" 'must have 1 to'
echo "1..$number"
