#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# All lessons and exercises: what they show is what a run shows, and their answers are right.
: "${OUT:=build}"
exec "$OUT/bootscope" lesson --check --tap
