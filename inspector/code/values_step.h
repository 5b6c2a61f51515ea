/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One instruction's effect on what is known (part of values.h). */
#ifndef BOOTSCOPE_CODE_VALUES_STEP_H
#define BOOTSCOPE_CODE_VALUES_STEP_H

#include "values.h"

void values_step(const struct code *code, const struct insn *insn, struct value_state *state);
/* The value of which only that is known: the instruction left it in gpr. */
struct value value_left_by(const struct insn *insn, enum insn_gpr gpr);

#endif
