#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The printed lessons: every question with its answer, nothing left to be filled in, no line of code wider
# than the paper, and a PDF with all of it.
set -u
OUT=${OUT:-build}
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
page=$T/lessons.html

number=0
failed=0
report() { # STATUS NAME [FILE]
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		failed=1
		[ $# -lt 3 ] || sed 's/^/# /' "$3"
	fi
}

"$OUT/bootscope" lesson --handout "$page" >"$T/log" 2>&1
report $? "the page is written" "$T/log"

questions=$(cat lessons/*/lesson.md lessons/exercises/*/exercise.md 2>/dev/null | grep -c '^```predict')
asked=$(grep -c '<div class="question">' "$page")
answered=$(grep -c '<div class="answer">' "$page")
[ "$questions" -gt 0 ] && [ "$asked" -eq "$questions" ] && [ "$answered" -eq "$questions" ]
report $? "$questions questions: $asked asked, $answered answered"

missing=0
for lesson in lessons/*/lesson.md lessons/exercises/*/exercise.md; do
	[ -e "$lesson" ] || continue
	name=$(basename "$(dirname "$lesson")")
	grep -q "<section id=\"$name\">" "$page" || { echo "# no $name"; missing=1; }
done
report $missing "every lesson and exercise has its section"

# What runs filled in stands in sentences; braces are left in code only.
sed 's/<pre.*<\/pre>//; /<pre/,/<\/pre>/d; s/<code>[^<]*<\/code>//g; /<style>/,/<\/style>/d' "$page" >"$T/sentences"
! grep -n '{' "$T/sentences" >"$T/left"
report $? "no expression is left in a sentence" "$T/left"

! grep -n '<!--' "$page" >"$T/left"
report $? "no comment is left" "$T/left"

if ! command -v chromium >/dev/null; then
	number=$((number + 1))
	echo "ok $number # SKIP no chromium here"
	echo "1..$number"
	exit $failed
fi

# As wide as the paper: which blocks of code are wider than their place?
sed 's|</body>|<script>\
const wide = [...document.querySelectorAll("pre")].filter(p => p.scrollWidth > p.clientWidth);\
document.body.innerHTML = "<p>blocks " + document.querySelectorAll("pre").length + "</p>" +\
  wide.map(p => "<p>wide " + p.textContent.slice(0, 60).replace(/[<&]/g, ".") + "</p>").join("");\
</script></body>|' "$page" >"$T/measured.html"
lessons/print-handout --dom "$T/measured.html" "$T/dom" 2>"$T/log"
report $? "a browser shows the page" "$T/log"
grep -q '<p>blocks [1-9]' "$T/dom" && ! grep -o '<p>wide [^/]*' "$T/dom" >"$T/wide"
report $? "no code is wider than the paper" "$T/wide"

lessons/print-handout "$page" "$T/lessons.pdf" 2>"$T/log"
report $? "it is printed" "$T/log"
pdftotext -layout "$T/lessons.pdf" "$T/text"
missing=0
while read -r title; do
	grep -qF "$title" "$T/text" || { echo "# not in the PDF: $title"; missing=1; }
done < <(grep -h -m 1 '^# ' lessons/[0-9]*/lesson.md | sed 's/^# //; s/`//g' | cut -c1-40)
report $missing "the PDF has every title"
pages=$(pdfinfo "$T/lessons.pdf" | sed -n 's/^Pages: *//p')
lessons=$(find lessons -name lesson.md | wc -l)
[ "$pages" -gt $((2 * lessons)) ]
report $? "$pages pages for $lessons lessons"

echo "1..$number"
exit $failed
