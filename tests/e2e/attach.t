#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# bootscope trace --connect: a QEMU that this test starts, with its gdb stub on a socket, is followed
# from reset to the kernel and then left alone, so that it reaches its own end.
set -u
: "${OUT:=build}" "${BUILD:=build}"
B=$OUT/bootscope
image=$BUILD/teaching.bzImage
PASS=33 # isa-debug-exit: (TEACHING_PASS << 1) | 1
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-attach.XXXXXX")
qemu=
clean_up() {
	[ -z "$qemu" ] || kill -KILL "$qemu" 2>/dev/null
	rm -rf "$T"
}
trap clean_up EXIT

number=0
check() { # NAME TEST...
	local name=$1
	shift
	number=$((number + 1))
	if "$@"; then echo "ok $number - $name"; else
		echo "not ok $number - $name"
		printf '# %s\n' "$*" "status $status, QEMU's $ended"
		sed 's/^/# stderr: /' "$T/err" | head -n 5
	fi
}

answer() { # QMP COMMAND: sets reply; events are passed over. No subshell has the coprocess.
	printf '{"execute":"%s"}\n' "$1" >&"${QMP[1]}"
	while read -r -t 20 reply <&"${QMP[0]}"; do
		case $reply in *'"return"'*) return ;; esac
	done
}

# Starts QEMU in reset, with its stub at GDB. It answers on QMP once its sockets listen.
start() { # GDB [QEMU OPTION...]
	local gdb=$1
	shift
	coproc QMP {
		exec qemu-system-x86_64 -M pc -nodefaults -display none -m 512M -S -gdb "$gdb" \
			-qmp stdio -serial "file:$T/serial" -no-reboot -device isa-debug-exit,iobase=0xf4 \
			-debugcon "file:$T/markers" -kernel "$image" "$@" 2>"$T/qemu.err"
	}
	qemu=$QMP_PID
	answer qmp_capabilities
}

# Follows the guest to where it is left, and then waits for its end, but not for ever. Sets status
# and ended.
follow() { # ARGUMENT...
	timeout 60 "$B" trace "$@" >"$T/out" 2>"$T/err" </dev/null
	status=$?
	timeout 20 tail -s 0.05 --pid="$qemu" -f /dev/null || kill -KILL "$qemu"
	wait "$qemu" 2>/dev/null
	ended=$?
	qemu=
}
symbols=(--symbols "$BUILD/stub.elf" --symbols "$BUILD/setup.elf")

json() { jq -es "$1" "$T/out" >/dev/null; }
passed() { grep -q '^teaching kernel: pass' "$T/serial"; }
names='[.[] | select(.checkpoint) | .checkpoint]'

start "unix:$T/gdb,server=on,wait=off"
follow "${symbols[@]}" --json --connect "unix:$T/gdb" "$image"
check "unix socket, with the image: exit status 0" [ "$status" -eq 0 ]
check "all 21 checkpoints, in order" json "$names | length == 21 and .[0] == \"setup-entry\" and .[20] == \"kernel-entry\""
check "every proof holds" json 'all(.[] | select(.checkpoint); .wrong == 0)'
check "every relocation site was looked at" json 'any(.[]; .relocation.sites.abs64 // 0 > 1000)'
check "nobody counts instructions or reads markers" \
	json 'all(.[] | select(.checkpoint); .instructions == null and .marker == null)'
check "it says that the guest was left" json '.[-1] | .end == "left" and .exit_status == null'
check "the guest goes on, and ends by itself" [ "$ended" -eq "$PASS" ]
check "the kernel passes" passed

start "unix:$T/gdb,server=on,wait=off"
follow "${symbols[@]}" --json --connect "unix:$T/gdb"
check "without the image: exit status 0" [ "$status" -eq 0 ]
check "20 checkpoints: nobody knows the kernel's entry" json "$names | length == 20 and .[19] == \"kernel-jump\""
check "what only the image can tell is null" json 'all(.[] | select(.checkpoint); .relocation.sites == null)'
check "what the symbols tell is there" json "[.[] | select(.checkpoint)][11].bss.nonzero_bytes == 0"
check "the guest ends by itself" [ "$ended" -eq "$PASS" ]

start tcp:127.0.0.1:0
answer query-chardev
port=$(grep -oE 'tcp:127\.0\.0\.1:[0-9]+' <<<"$reply" | head -n 1)
follow "${symbols[@]}" --json --connect "${port#tcp:}" "$image"
check "HOST:PORT, with the image: exit status 0" [ "$status" -eq 0 ]
check "all 21 checkpoints" json "$names | length == 21"
check "the guest ends by itself" [ "$ended" -eq "$PASS" ]

start tcp:127.0.0.1:0
answer query-chardev
port=$(grep -oE 'tcp:127\.0\.0\.1:[0-9]+' <<<"$reply" | head -n 1)
follow "${symbols[@]}" --connect "${port#tcp:}"
check "HOST:PORT, without the image, as text: exit status 0" [ "$status" -eq 0 ]
check "20 checkpoints in order" grep -q '^20 of 20 checkpoints, in order' "$T/out"
check "the guest ends by itself" [ "$ended" -eq "$PASS" ]

start "unix:$T/gdb,server=on,wait=off"
follow "${symbols[@]}" --json --to startup-64 --connect "unix:$T/gdb" "$image"
check "--to: exit status 0, and no checkpoint after it" \
	json "$status == 0 and ($names | .[-1] == \"startup-64\" and length == 7)"
check "the guest ends by itself" [ "$ended" -eq "$PASS" ]

start "unix:$T/gdb,server=on,wait=off"
follow --json --to protected-mode --connect "unix:$T/gdb" --symbols "$BUILD/setup.elf"
check "with setup's symbols alone: exit status 0" [ "$status" -eq 0 ]
check "the guest ends by itself" [ "$ended" -eq "$PASS" ]

# The prompt leaves a guest that it did not start where it is, and nothing of its own in it.
start "unix:$T/gdb,server=on,wait=off"
printf 'c early-page-tables\nb 0x7c00\nwatch 0x500\nquit\n' |
	timeout 60 "$B" repl "${symbols[@]}" --connect "unix:$T/gdb" "$image" >"$T/first" 2>"$T/err"
printf 'c startup-64\nc kernel-entry\n' |
	timeout 60 "$B" repl "${symbols[@]}" --json --connect "unix:$T/gdb" "$image" >"$T/out" 2>"$T/err"
status=$?
check "a second prompt goes on where the first one was left" \
	json '[.[] | .checkpoint] == ["startup-64", "kernel-entry"]'
check "and meets nothing of the first one's" [ "$status" -eq 0 ]
kill -KILL "$qemu"
wait "$qemu" 2>/dev/null
qemu=

# An undefined instruction at startup_64, and no IDT: a triple fault, which ends this QEMU.
tests/e2e/plant "$image" 0x200 '\x0f\x0b' >"$T/ud2"
image=$T/ud2
start "unix:$T/gdb,server=on,wait=off"
follow "${symbols[@]}" --json --connect "unix:$T/gdb"
check "a guest that ends: exit status 3" [ "$status" -eq 3 ]
check "one line says where" \
	grep -qx "bootscope trace: the guest ended after checkpoint early-page-tables" "$T/err"
echo "1..$number"
