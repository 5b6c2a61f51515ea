/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jumps through a table of a switch: where they may go. */
#ifndef BOOTSCOPE_CODE_TABLES_H
#define BOOTSCOPE_CODE_TABLES_H

#include "code.h"

/* Longest table that is followed. */
#define TABLE_MAX 32

/* Signed 32-bit distances from the table's own address. */
struct jump_table {
    uint64_t address;
    size_t count;
};

/*
 * way holds the instructions before a jump through a register, the nearest first, as control came
 * to it: a comparison that bounds the index, the table's address, the load and the addition. False
 * when it is no such jump, or a target lies outside of the code.
 */
bool jump_table_find(const struct code *code, const struct insn *jump,
                     const struct insn *const *way, size_t count, struct jump_table *ret);
/* index < count */
uint64_t jump_table_target(const struct code *code, const struct jump_table *table, size_t index);

#endif
