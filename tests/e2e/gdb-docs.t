#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# docs/editor/launch.json: what an editor would have gdb do, done through gdb's machine interface.
set -u
: "${OUT:=build}" "${BUILD:=build}"
file=docs/editor/launch.json
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-editor.XXXXXX")
qemu=
trap '[ -z "$qemu" ] || kill -KILL "$qemu" 2>/dev/null; rm -rf "$T"' EXIT

number=0
check() { # NAME TEST...
	local name=$1
	shift
	number=$((number + 1))
	if "$@" >"$T/why" 2>&1; then echo "ok $number - $name"; else
		echo "not ok $number - $name"
		tail -n 15 "$T/log" | sed 's/^/# /'
	fi
}

# Reads gdb's records up to one that matches; false when gdb ends or is silent for too long.
await() { # PATTERN
	local line
	while read -r -t 60 line <&"${GDB[0]}"; do
		printf '%s\n' "$line" >>"$T/log"
		[[ $line =~ $1 ]] && return 0
	done
	return 1
}
# One command, and its result: ^done and the like are good, ^error is not.
command() { # TEXT
	printf '%s\n' "> $1" >>"$T/log"
	printf '%s\n' "$1" >&"${GDB[1]}"
	await '^\^' && ! tail -n 1 "$T/log" | grep -q '^\^error'
}

# Starts gdb as an editor does, and runs the commands of a configuration.
connect() { # COMMAND...
	local text
	: >"$T/log"
	coproc GDB { exec timeout 120 gdb -nx -q -i=mi 2>&1; }
	# shellcheck disable=SC2153
	gdb_pid=$GDB_PID
	for text; do
		command "$text" || return 1
	done
}
leave() {
	command kill >/dev/null || :
	printf -- '-gdb-exit\n' >&"${GDB[1]}"
	wait "$gdb_pid" 2>/dev/null
}
commands_of() { # CONFIGURATION
	jq -r ".configurations[$1].customLaunchSetupCommands[].text" "$file" |
		sed -e "s|\${workspaceFolder}|$PWD|" -e "s|build/bootscope |$OUT/bootscope |" \
			-e "s|localhost:1234|$T/gdb|"
}
breaks() { # FUNCTION: sets a breakpoint and goes there
	command "-break-insert $1" && command -exec-continue && await "^\*stopped.*func=\"$1\".*line="
}

check "launch.json is JSON" jq -e '.configurations | length == 3' "$file"
check "each configuration is of a kind that the page describes" \
	jq -e 'all(.configurations[]; .name and ([.type, .request] | IN(["cppdbg", "launch"], ["gdb", "attach"])))' "$file"
# shellcheck disable=SC2016  # the editor's variable
check "every path in it is the project's" \
	jq -e 'all(.configurations[]; .cwd == "${workspaceFolder}")' "$file"

mapfile -t texts < <(commands_of 0)
check "through the gateway: every command is accepted" connect "${texts[@]}"
check "a breakpoint set in reset is met in the copy, with its source line" breaks extract_kernel
leave

coproc QMP {
	exec qemu-system-x86_64 -M pc -nodefaults -display none -m 512M -S -no-reboot -qmp stdio \
		-gdb "unix:$T/gdb,server=on,wait=off" -debugcon null -kernel "$BUILD/teaching.bzImage" 2>&1
}
qemu=$QMP_PID
read -r _ <&"${QMP[0]}" # it greets once its sockets listen
mapfile -t texts < <(commands_of 1)
check "on QEMU's stub: every command is accepted" connect "${texts[@]}"
check "a breakpoint is met there, too" breaks extract_kernel
leave

# gdb's adapter does `target remote` with the text of "target".
target=$(jq -r '.configurations[2].target' "$file" | sed "s|build/bootscope |$OUT/bootscope |")
check "the debug adapter's target: every command is accepted" \
	connect "set osabi none" "set sysroot /" "target remote $target" sharedlibrary
check "and a breakpoint is met" breaks extract_kernel
leave
echo "1..$number"
