#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# bootscope repl at a real terminal, in a tmux of this test's own: TAB, the history of an earlier
# session, Ctrl-C, and a QEMU that dies. What is waited for is text on the screen.
set -u
: "${OUT:=build}" "${BUILD:=build}"
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-terminal.XXXXXX")
export XDG_STATE_HOME=$T/state/deep
history=$XDG_STATE_HOME/bootscope/history
socket=bootscope-test-$$
PATIENCE=300 # times a tenth of a second, a safety net

mux() { tmux -L "$socket" -f /dev/null "$@"; }
clean_up() {
	mux kill-server 2>/dev/null
	rm -rf "$T"
}
trap clean_up EXIT

# The last screen, without the blank lines below.
screen() { mux capture-pane -p -t 0 | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'; }

# Waits until the screen has a line that matches. The regular expression is extended.
see() {
	local i
	for ((i = 0; i < PATIENCE; i++)); do
		if screen | grep -qE -- "$1"; then return 0; fi
		sleep 0.1
	done
	return 1
}
# Waits for the last line of the screen.
end_with() {
	local i
	for ((i = 0; i < PATIENCE; i++)); do
		if screen | tail -n 1 | grep -qE -- "$1"; then return 0; fi
		sleep 0.1
	done
	return 1
}
keys() { mux send-keys -t 0 "$@"; }
text() { mux send-keys -t 0 -l "$1"; }

number=0
check() { # NAME TEST...
	local name=$1
	shift
	number=$((number + 1))
	if "$@"; then echo "ok $number - $name"; else
		echo "not ok $number - $name"
		echo "# $*"
		screen | sed 's/^/# screen: /'
	fi
}

# What the shell's prompt and an exit status look like: nothing that the shell echoes has it.
mux new-session -d -x 100 -y 40 'PS1="shell \$?> " exec bash --norc --noprofile'
start() {
	text "clear; $OUT/bootscope repl $BUILD/teaching.bzImage $*"
	keys Enter
	end_with '^\(bootscope start\)$'
}

end_with '^shell 0>$'
check 'the prompt says where the guest is' start
check 'the banner says what is loaded' see '^build.*: 21 checkpoints; symbols of setup.elf, stub.elf, kernel.elf$'
check 'and how to begin' see 'next goes to the first checkpoint'

text chec
keys Tab
check 'TAB completes a command' end_with '\(bootscope start\) checkpoints$'
keys Enter
check 'which then runs' see '^  20  kernel-entry'
keys C-l

text 'c image-c'
keys Tab
check 'TAB completes a checkpoint' end_with 'c image-copied$'
keys Enter
check 'the prompt follows the guest' end_with '^\(bootscope image-copied\)$'

text 'b extract_k'
keys Tab
check 'TAB completes a symbol' end_with 'b extract_kernel$'
keys Enter
check 'which has an address' see '^breakpoint 1 at 0x[0-9a-f]+'

# shellcheck disable=SC2016  # the dollar is the register's
text 'expect $rfl'
keys Tab
# shellcheck disable=SC2016
check 'TAB completes a register' end_with 'expect \$rflags$'
keys C-u
text 'expect (cr0>>31)==(rfl'
keys Tab
check 'TAB completes inside an expression' end_with '\(cr0>>31\)==\(rflags$'
keys C-u
text 'expect u64'
keys Tab
check 'TAB goes on behind an open bracket' end_with 'expect u64\[$'
keys C-u

text 'info brea'
keys Tab
check 'TAB completes the second word of a name' end_with 'info breakpoints$'
keys C-u
text "source $T/scr"
: >"$T/script.bs"
keys Tab
check 'TAB completes a file' end_with 'script.bs$'
keys C-u
text 'c star'
keys Tab Tab Tab
check 'TAB twice lists what it may be' see '^startup-32 +startup-64'
keys C-u C-l

text si
keys Enter
check 'the prompt counts the instructions past a checkpoint' end_with '^\(bootscope image-copied\+1\)$'
keys Enter
check 'an empty line goes on' end_with '^\(bootscope image-copied\+2\)$'
text 'echo no movement'
keys Enter
end_with '^\(bootscope image-copied\+2\)$'
keys Enter
text 'echo still there'
keys Enter
check 'an empty line behind another command does nothing' end_with '^\(bootscope image-copied\+2\)$'

text 'expect rip >> ) 1'
keys Enter
check 'an error is marked' see '^ +\^$'
text 'frob'
keys Enter
check 'an unknown command is one line' see '^frob: no such command; help lists them all$'
text 'half a li'
end_with 'half a li$'
keys C-c
check 'Ctrl-C clears the line' see 'half a li\^C$'
check 'and there is a new prompt' end_with '^\(bootscope image-copied\+2\)$'
keys C-l
# A Ctrl-C that comes before the guest runs clears what was typed: then once more.
interrupt() { # COMMAND
	local i
	for ((i = 0; i < 20; i++)); do
		text "$1"
		end_with "\\) $1\$"
		keys Enter
		keys C-c
		end_with '^\(bootscope [^)]*\)$'
		if screen | grep -q 'interrupted  [a-z]'; then return 0; fi
	done
	return 1
}
check 'Ctrl-C stops a guest that is stepped' interrupt 'until 0'
check 'and the prompt is back' end_with '^\(bootscope (image-copied|relocated)\+[0-9]+\)$'
text 'echo alive'
keys Enter
check 'and lives' see '^alive$'
keys C-d
check 'Ctrl-D ends' end_with '^shell 0>$'
check 'the history has every line once' test "$(grep -c '^echo alive$' "$history")" = 1
check 'and is for nobody else' test "$(stat -c %a "$history" "$XDG_STATE_HOME" "$XDG_STATE_HOME/bootscope" | tr '\n' ' ')" = '600 700 700 '

check 'another session' start
keys Up
check 'the up arrow brings the last line of the earlier session' end_with 'echo alive$'
keys Up
check 'and the one before' end_with 'until 0$'
keys C-u C-l
# The end of QEMU is noticed while nobody types.
shell=$(mux display-message -p -t 0 '#{pane_pid}')
qemu=$(pgrep -P "$(pgrep -P "$shell" -x bootscope)" -f qemu-system)
kill -KILL "$qemu"
check 'the end of QEMU is noticed at the prompt' see '^QEMU died '
check 'the prompt says so' end_with '^\(bootscope ended\)$'
text next
keys Enter
check 'a dead guest is one line' see 'QEMU died |the guest is gone'
text quit
keys Enter
check 'quit ends' end_with '^shell 0>$'

# A boot that hangs: nothing but Ctrl-C brings the prompt back.
tests/e2e/plant "$BUILD/teaching.bzImage" 0x200 '\xeb\xfe' >"$T/hang"
text "clear; $OUT/bootscope repl --symbols $BUILD/stub.elf $T/hang"
keys Enter
end_with '^\(bootscope start\)$'
check 'Ctrl-C stops a guest that runs' interrupt run
check "and the prompt is back" end_with "^\\(bootscope "
keys C-d
check 'Ctrl-D ends, whatever the guest does' end_with '^shell 0>$'

# History that cannot be kept is one warning.
: >"$T/file"
text "clear; XDG_STATE_HOME=$T/file $OUT/bootscope repl $BUILD/teaching.bzImage"
keys Enter
check 'history that cannot be kept is a warning' see '^history is not kept: .*file/bootscope: Not a directory$'
check 'and no more than that' end_with '^\(bootscope start\)$'
keys C-d
end_with '^shell 0>$'

# A script that fails at a terminal leaves its user at the prompt.
printf 'next\nnonsense\n' >"$T/script.bs"
text "clear; $OUT/bootscope repl -x $T/script.bs $BUILD/teaching.bzImage"
keys Enter
check 'a script that fails names its line' see 'script.bs:2: nonsense: no such command'
check 'and leaves the prompt' end_with '^\(bootscope setup-entry\)$'
keys C-d
end_with '^shell 0>$'
echo "1..$number"
