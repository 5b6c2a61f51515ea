#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# bootscope lesson at a real terminal, in a tmux of this test's own: three lessons (tests/e2e/lessons/player)
# from the first step to the finishing page, with wrong answers, hints, Ctrl-C, commands of the debugger in
# between, a guest and a player that are killed. What is waited for is text on the screen.
# shellcheck disable=SC2016  # backquotes and dollars are those of the text
set -u
: "${OUT:=build}" "${BUILD:=build}"
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-lesson.XXXXXX")
export XDG_STATE_HOME=$T/state BOOTSCOPE_LESSONS=$PWD/tests/e2e/lessons/player
progress=$XDG_STATE_HOME/bootscope/lessons.json
socket=bootscope-lesson-$$
PATIENCE=600 # times a tenth of a second, a safety net

mux() { tmux -L "$socket" -f /dev/null "$@"; }
clean_up() {
	mux kill-server 2>/dev/null
	rm -rf "$T"
}
trap clean_up EXIT

# The last screen, without the blank lines below.
screen() { mux capture-pane -p -t 0 | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'; }

# Waits until TEST is true.
await() {
	local i
	for ((i = 0; i < PATIENCE; i++)); do
		if "$@"; then return 0; fi
		sleep 0.1
	done
	return 1
}
has() { screen | grep -qE -- "$1"; }
ends() { screen | tail -n 1 | grep -qE -- "$1"; }
lacks() { ! has "$1"; }
see() { await has "$1"; }
end_with() { await ends "$1"; }
keys() { mux send-keys -t 0 "$@"; }
text() { mux send-keys -t 0 -l "$1"; }
cleared() { [ "$(screen | wc -l)" -le 1 ]; }
# Types a line at the lesson's prompt, on a screen without anything older.
type_line() {
	end_with '^\(bootscope [^)]*\)$'
	keys C-l
	await cleared
	text "$1"
	keys Enter
}
# What the progress file says: a filter of jq is true.
kept() { await jq -e "$1" "$progress" >/dev/null 2>&1; }

number=0
check() { # NAME TEST...
	local name=$1
	shift
	number=$((number + 1))
	if "$@"; then echo "ok $number - $name"; else
		echo "not ok $number - $name"
		echo "# $*"
		screen | sed 's/^/# screen: /'
		jq -c . "$progress" 2>&1 | sed 's/^/# progress: /'
	fi
}

# What the shell's prompt and an exit status look like: nothing that the shell echoes has it.
mux new-session -d -x 100 -y 40 'PS1="shell \$?> " exec bash --norc --noprofile'
end_with '^shell 0>$'
shell=$(mux display-message -p -t 0 '#{pane_pid}')
lesson() {
	end_with '^shell [0-9]+>$'
	text "clear; $OUT/bootscope lesson $*"
	keys Enter
}
player_process() { pgrep -P "$shell" -x bootscope; }
qemu_process() { pgrep -P "$(player_process)" -f qemu-system; }
prompt() { end_with "^\\(bootscope $1\\)\$"; }

# The first lesson ------------------------------------------------------------------------------
lesson
check 'a newcomer is told how to get on' see '^Enter goes on\. At a question, hint helps and skip tells the answer; help lists what else'
check 'the first lesson begins' see '^1 The first one  step 1 of 6  \[#-----\]  0 of 2 questions right$'
check 'a number is what the guest says, not the file' see 'loaded at 0x100000, which only'
check 'and one is told what Enter does' see '^Enter goes on\.$'
prompt start
type_line ''
check 'Enter goes on; the section has its heading' see '^At the start$'
check 'commands are shown before they run' see '^    p/x eax$'
type_line ''
check 'Enter runs them, as if they were typed' see '^\(bootscope start\) c startup-32$'
check 'each behind its prompt' see '^\(bootscope startup-32\) p/x eax$'
check 'with their output' see '^0x100000$'
type_line ''
check 'a question is asked' see '^Question 1 of 2$'
check 'and how to answer it' see '^Type a number .*, or `answer` and an expression\.$'
check 'and what helps' see '^`hint` helps \(2 left\), `skip` tells the answer\.$'
type_line ''
check 'Enter alone does not skip a question' see '^`hint` helps \(2 left\)'
check 'it is still open' kept '.lessons["01-first"].step == "question:entry" and .lessons["01-first"].questions == null'

type_line 0x11050
check 'a wrong answer is told so' see '^Not so: 69,712 \(0x11050\)\.$'
check 'and what it comes from' see '^0x11050 is the address in bytes\.$'
check 'and what speaks against it' see '^p esi shows 0x11050\.$'
check 'tries are counted' see '^1 try so far'
type_line hint
check 'a hint opens, with a value of the guest' see '^Hint 1 of 2\. esi is 0x11050\.$'
check 'both are kept at once' kept '.lessons["01-first"].questions.entry == {"tries":1,"hints":1}'
type_line 'answer 1 +'
check 'what cannot be read is no answer' see '1 \+'
type_line 'p 1 + 1'
check 'a command of the debugger works' see '^0x2  2$'
check 'and counts for nothing' kept '.lessons["01-first"].questions.entry.tries == 1'

text half
keys C-c
check 'Ctrl-C clears the line' see 'half\^C$'
type_line list
check 'list is the debugger'\''s' see '^stub/head_32.S$'
type_line 'lesson list'
check 'lesson list is the lesson'\''s' see '^>   1  The first one +current +0 of 2 right +0 of 6 points$'
type_line 'help hint'
check 'a word can be asked about' see '^  hint +open the next hint'
type_line help
check 'help says so' see '`list`$'
check 'and lists the words' see '^  answer EXPR +answer with an expression'
text skip
keys C-u
text 'aga'
keys Tab
check 'TAB completes a word of the lesson' end_with '\) again$'
keys C-u

# The learner does things to the guest; at a question an empty line repeats them.
type_line si
check 'the guest moves' prompt 'startup-32\+1'
type_line ''
check 'an empty line repeats a command' prompt 'startup-32\+2'
type_line 'set $esi = 5'
type_line 'b startup_64'
type_line again
check 'the guest is brought back' see '^The guest is brought back to where this step begins; your breakpoint is deleted\.$'
check 'to where it was' prompt startup-32
check 'again shows the step again' see '^Question 1 of 2  \(1 try so far\)$'
type_line 'set $esi = 5'
type_line 'answer esi / 4096'
check 'an answer is judged where the step begins' see '^Right\. 1 point\.$'
check 'the guest was brought back for it' see '^The guest is brought back'
check 'what the explanation says is not said twice' lacks 'Right: 17'
check 'the explanation follows' see '^It is page 17\.$'
check 'and nothing else: Enter goes on' see '^Enter goes on\.$'
check 'it stands in the file' kept '.lessons["01-first"].questions.entry == {"tries":2,"hints":1,"right":true}'
type_line 12
check 'a number is no answer any more' see '^No question is open here\. Enter goes on\.$'
type_line ''
check 'assertions are judged and listed' see '^  ok  paging is off$'
check 'the progress line has moved' see 'step 4 of 6  \[####--\]  1 of 2 questions right'

# A second player, and a player that is killed.
mux new-window -d -n other "sh -c '$OUT/bootscope lesson; echo status \$?; read -r _'"
other() { mux capture-pane -p -t other | grep -qE -- "$1"; }
check 'a second player is refused in one line' await other '^bootscope lesson: a lesson is running in another terminal \(process [0-9]+\); quit it first$'
check 'with status 2' await other '^status 2$'
type_line ''
see '^Question 2 of 2'
type_line yes
check 'a wrong yes' see '^Not so: yes\.$'
qemu=$(qemu_process)
kill -KILL "$(player_process)"
check 'a player is killed' see '[Kk]illed'
no_process() { ! kill -0 "$1" 2>/dev/null; }
check 'its QEMU goes with it' await no_process "$qemu"
lesson
check 'the lesson goes on where it was' see '^Question 2 of 2  \(1 try so far\)$'
check 'the guest stands where it stood' prompt startup-32
type_line no
check 'the answer' see '^Right: no\. 2 points\.$'
type_line ''
check 'the last section' see '^What you know now$'
check 'the finishing page' see '^You have come to the end of 1 The first one$'
check 'says what was right at once, later' see '^  right later +2  with hints, or after wrong answers$'
check 'the points' see '^  points +3 of 6$'
check 'and what is next' see '^Next: `bootscope lesson 2`, The second one$'
type_line 'p esi'
check 'the guest is still there' see '0x11050'
type_line ''
check 'Enter leaves' end_with '^shell 0>$'
check 'the lesson is done' kept '.lessons["01-first"].done'

# The second lesson: a choice, a skipped question, a guest that dies ------------------------------
lesson
check 'the next lesson begins by itself' see '^2 The second one  step 1 of 4'
check 'who has begun is not greeted again' lacks 'At a question'
check 'a choice is numbered' see '^2\. above$'
check 'and how it is answered' see '^Type the number of your choice\.$'
type_line 3
check 'a choice that is none' see '1 to 2'
type_line 1
check 'a wrong choice' see '^Not so: 1\.$'
kill -KILL "$(qemu_process)"
check 'the guest dies' see '^QEMU died '
check 'and the prompt says so' prompt ended
type_line 2
check 'it is started anew' see '^The guest was lost; it is started anew, up to this step\.$'
check 'and the answer is judged there' see '^Right: 2\. 2 points\.$'
type_line ''
see '^Question 2 of 2$'
type_line skip
check 'a question is skipped' see '^Skipped: no points\.$'
check 'its explanation is shown' see '^4096, which is 0x1000\.$'
type_line ''
check 'a step that is longer than the screen says where it begins' see '^\(The step has [0-9]+ lines: it begins further up\.\)$'
check 'and its end is on the screen' see '^35\. five again$'
type_line quit
check 'quit leaves' end_with '^shell 0>$'
lesson
check 'it goes on there' see '^35\. five again$'
keys C-d
check 'Ctrl-D leaves' end_with '^shell 0>$'
lesson 2
type_line ''
see '^\(bootscope start\) c startup-32$'
type_line ''
check 'the finishing page has what was skipped' see '^  skipped +1$'
check 'and what was right' see '^  right later +1  with hints'
type_line quit

# The third: Ctrl-C during a movement ------------------------------------------------------------
lesson 03
see '^Enter runs these\.$'
# A Ctrl-C that comes before the guest runs clears what was typed, one behind the end nothing: then once more.
interrupt() {
	local i
	for ((i = 0; i < 20; i++)); do
		type_line again
		see '^Enter runs these\.$' && end_with '^\(bootscope start\)$'
		keys C-l
		keys Enter
		see '^\(bootscope startup-32\) until '
		keys C-c
		see '^Enter (runs these|goes on)\.$' && end_with '^\(bootscope startup-32\+[0-9]+\)$'
		if has 'interrupted'; then return 0; fi
	done
	return 1
}
# Going on in the middle brings the guest there; that can be stopped, too.
interrupt_arrival() {
	local i
	for ((i = 0; i < 20; i++)); do
		lesson 3
		see '^You were at step 2: the guest is brought there\.$'
		keys C-c
		end_with '^\(bootscope [^)]*\)$'
		if has ': interrupted$'; then return 0; fi
		type_line quit
	done
	return 1
}
check 'Ctrl-C stops a movement' interrupt
check 'which can be run again' see '^Enter runs these\.$'
type_line ''
check 'from where the step begins' see '^\(bootscope start\) c startup-32$'
check 'to its end' see '^Enter goes on\.$'
type_line ''
check 'the question after it' see '^Type an address'
type_line quit
check 'Ctrl-C stops the way to a later step' interrupt_arrival
check 'Enter tries again' see '^Enter tries again\.$'
type_line ''
check 'and gets there' see '^Type an address'
type_line 'answer rip'
check 'an expression answers' see '^Right\. 3 points\.$'
type_line ''
type_line ''
see '^Enter goes on\.$'
type_line ''
check 'right at once' see '^  right at once +1$'
check 'an exercise is next' see '^Next: `bootscope lesson e1`'
type_line quit
lesson list
check 'the list' see '^    3  The third one +done +1 of 1 right +3 of 3 points$'
lesson fird
check 'an unknown lesson is one line' see '^bootscope lesson: fird: '
check 'status 2' end_with '^shell 2>$'
check 'and loses nothing' kept '.lessons["03-third"].done'

# Progress that cannot be written is a warning, once; the lesson goes on.
chmod 500 "$XDG_STATE_HOME/bootscope"
if [ "$(id -u)" != 0 ]; then
	lesson 1
	check 'progress that cannot be kept is a warning' see '^progress is not kept for now: '
	type_line ''
	check 'and no more than that' see 'step 2 of 6'
	type_line quit
fi
chmod 700 "$XDG_STATE_HOME/bootscope"

# A home that cannot be written keeps nobody from learning.
end_with '^shell [0-9]+>$'
text "clear; XDG_STATE_HOME=/dev/null $OUT/bootscope lesson 1"
keys Enter
check 'a state directory that cannot be is a warning' see '^progress is not kept for now: /dev/null'
check 'and the lesson begins' see 'step 1 of 6'
type_line quit

# 80 columns.
mux resize-window -x 80 -y 50
lesson 2
see '^Question 1 of 2'
check 'the progress line fits a narrow terminal' see '^2 The second one  step 1 of 4  \[#---\]  1 of 2 questions right$'
type_line quit
end_with '^shell 0>$'
echo "1..$number"
