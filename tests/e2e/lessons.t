#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# All lessons: what they show is what a run shows, and their answers are right. The exercises, which are built in
# folders of their own, have exercises.t.
: "${OUT:=build}"
names=()
for lesson in lessons/*/lesson.md; do
	names+=("$(basename "$(dirname "$lesson")")")
done
exec "$OUT/bootscope" lesson --check --tap "${names[@]}"
