#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# bootscope gateway with lldb: connect, break, step, registers, memory, the inspector's commands,
# symbols where `monitor libraries' says they are.
set -u
: "${OUT:=build}" "${BUILD:=build}"
B=$OUT/bootscope
export LC_ALL=C
if ! command -v lldb >/dev/null; then
	echo "1..0 # SKIP there is no lldb"
	exit 0
fi
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-gateway-lldb.XXXXXX")
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
	if "$@" >/dev/null; then echo "ok $number - $name"; else
		echo "not ok $number - $name"
		printf '# %s\n' "$*"
		sed 's/^/# /' "$T/out" | tail -n 40
	fi
}
in_order() { # ERE...
	local at=0 line
	for pattern; do
		line=$(tail -n +$((at + 1)) "$T/out" | grep -nE -m1 -- "$pattern" | cut -d: -f1)
		[ -n "$line" ] || return 1
		at=$((at + line))
	done
}

"$B" gateway --listen "unix:$T/socket" "$BUILD/teaching.bzImage" >/dev/null 2>"$T/err" </dev/null &
gateway=$!
timeout 20 tail -s 0.05 -n +1 -f --pid=$gateway "$T/err" | sed '/listening on/q' >/dev/null
cat >"$T/script" <<END
process connect --plugin gdb-remote unix-connect://$T/socket
breakpoint set -a 0x100000
continue
register read rip rax cs
memory read -c 16 0x100000
stepi
register read rip
register write rbx 0x1234
register read rbx
process plugin packet monitor regs
process plugin packet monitor libraries
target modules add $BUILD/stub.elf
target modules load --file stub.elf --slide 0x100000
breakpoint set -n startup_64
continue
disassemble -c 1
continue
END
timeout 120 lldb -x -b -s "$T/script" >"$T/out" 2>&1 </dev/null
check "connects to the guest in reset" in_order 'process connect' 'frame #0: 0x0*fffffff0'
check "stops at a breakpoint" in_order 'stop reason = breakpoint 1\.1' 'frame #0: 0x0*100000'
check "reads registers and memory" in_order 'rip = 0x0*100000$' 'rax = 0x0*100000$' 'cs = 0x0*10$' '^0x00100000: 89 a6 f8 0f 00 00'
check "steps one instruction" in_order 'stop reason = instruction step into' 'rip = 0x0*100006'
check "writes a register" in_order 'register read rbx' 'rbx = 0x0*1234$'
check "runs the inspector's commands" in_order 'monitor regs' 'registers +rax 0x' 'monitor libraries' '^0x100000 .*stub\.elf'
check "has symbols where it is told that they are" in_order 'breakpoint set -n startup_64' 'stop reason = breakpoint 2\.1' 'stub\.elf`startup_64:'
check "and lets the guest go on to its end" in_order 'teaching kernel: pass' 'exited with status = 0'
timeout 20 tail -s 0.05 --pid="$gateway" -f /dev/null
wait "$gateway"
status=$?
gateway=
check "with which the gateway ends" test "$status" -eq 0
echo "1..$number"
