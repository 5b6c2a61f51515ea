#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Three of the project's own lessons at a real terminal, from the first step to the finishing page: each question gets
# a wrong answer first, then the one of solution.yaml; between the steps the debugger is used, and half-way the player
# is killed.
# shellcheck disable=SC2016  # backquotes are those of the text
set -u
: "${OUT:=build}" "${BUILD:=build}"
T=$(mktemp -d "${TMPDIR:-/tmp}/bootscope-lesson.XXXXXX")
export XDG_STATE_HOME=$T/state BOOTSCOPE_LESSONS=$PWD/lessons
progress=$XDG_STATE_HOME/bootscope/lessons.json
socket=bootscope-real-$$
PATIENCE=600 # times a tenth of a second, a safety net
STEPS_MAX=300

mux() { tmux -L "$socket" -f /dev/null "$@"; }
clean_up() {
	mux kill-server 2>/dev/null
	rm -rf "$T"
}
trap clean_up EXIT

screen() { mux capture-pane -p -t 0 | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'; }
await() {
	local i
	for ((i = 0; i < PATIENCE; i++)); do
		if "$@"; then return 0; fi
		sleep 0.1
	done
	return 1
}
ends() { screen | tail -n 1 | grep -qE -- "$1"; }
at_prompt() { ends '^\(bootscope [^)]*\)$'; }
cleared() { [ "$(screen | wc -l)" -le 1 ]; }
keys() { mux send-keys -t 0 "$@"; }

# Types a line, and waits until there is something below it and the next prompt.
answered() { [ "$(screen | wc -l)" -gt 1 ] && { at_prompt || ends '^shell [0-9]+>$'; }; }
type_line() {
	await at_prompt || return 1
	keys C-l
	await cleared || return 1
	mux send-keys -t 0 -l "$1"
	keys Enter
	await answered
}
# What the lesson prints; a terminal that is wider shows what would not fit.
fits() { [ "$(screen | LC_ALL=C.UTF-8 wc -L)" -le 100 ]; }
lesson() {
	await ends '^shell [0-9]+>$'
	mux send-keys -t 0 -l "clear; $OUT/bootscope lesson $*"
	keys Enter
	await at_prompt
}

# What Enter does now, from the last line that says so.
waiting() {
	screen | tac | sed -nE 's/^Enter (runs|goes on|leaves|tries).*/\1/p; s/^(`hint` helps|`skip` tells|[0-9]+ tr(y|ies) so far).*/question/p' |
		head -n 1
}
# The id of the open question.
question() { jq -r --arg name "$1" '.lessons[$name].step | select(startswith("question:")) | .[9:]' "$progress"; }
solution() { sed -nE "s/^$2: *//p" "lessons/$1/solution.yaml" | sed -e 's/^"\(.*\)"$/\1/' -e "s/^'\\(.*\\)'\$/\\1/"; }

# A value that answers no question, of each kind; what is right may be one of the last three.
wrong_answer() { # RIGHT
	case $1 in
	yes) echo no ;;
	no) echo yes ;;
	1) echo 2 ;;
	[2-9]) echo 1 ;;
	*) echo 0x7ead0001 ;;
	esac
}

answer_question() { # NAME
	local id right
	id=$(question "$1") right=$(solution "$1" "$id")
	[ -n "$right" ] || return 1
	type_line "answer $(wrong_answer "$right")" || return 1
	screen | grep -qE '^Not so: ' || return 1
	type_line si && type_line hint || return 1
	screen | grep -qE '^Hint 1 of [0-9]+\.' || return 1
	type_line "answer $right" || return 1
	screen | grep -qE '^Right[.:] ' && fits
}

# Goes on until the finishing page; kills the player in the middle, once.
play() { # NAME KILL-AT
	local i
	for ((i = 0; i < STEPS_MAX; i++)); do
		if [ "$i" = "$2" ]; then
			kill -KILL "$(pgrep -P "$(mux display-message -p -t 0 '#{pane_pid}')" -x bootscope)"
			lesson "$1" || return 1
		fi
		case $(waiting) in
		runs) type_line '' || return 1 ;;
		'goes on') type_line '' && fits || return 1 ;;
		question) answer_question "$1" || return 1 ;;
		leaves) return 0 ;;
		*) return 1 ;;
		esac
	done
	return 1
}

holds() { jq -e --arg name "$1" "$2" "$progress" >/dev/null; } # NAME FILTER

number=0
check() { # NAME TEST...
	local name=$1
	shift
	number=$((number + 1))
	if "$@"; then echo "ok $number - $name"; else
		echo "not ok $number - $name"
		screen | sed 's/^/# screen: /'
		jq -c . "$progress" 2>&1 | sed 's/^/# progress: /'
	fi
}

mux new-session -d -x 120 -y 200 'PS1="shell \$?> " exec bash --norc --noprofile'
for name in 01-boot-protocol 04-where-are-we 09-copying-backwards; do
	lesson "$name"
	check "$name: played to its finishing page" play "$name" 7
	check "$name: is done, each question right after one wrong answer and one hint" \
		holds "$name" '.lessons[$name] | .done and (.questions | length >= 3 and all(.right and .tries == 2 and .hints == 1))'
	keys Enter
	check "$name: Enter leaves" await ends '^shell 0>$'
done
echo "1..$number"
