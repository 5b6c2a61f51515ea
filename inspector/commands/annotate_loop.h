/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a loop can be left, so that its further passes need not be watched. */
#ifndef BOOTSCOPE_COMMANDS_ANNOTATE_LOOP_H
#define BOOTSCOPE_COMMANDS_ANNOTATE_LOOP_H

#include "annotate_code.h"
#include "annotation.h"

#define LOOP_EXITS_MAX 32
#define LOOP_BYTES_MAX 4096

struct loop {
    size_t head;                    /* the entry of its first instruction */
    uint64_t start, end;            /* its code: [start, end), linear */
    uint64_t exits[LOOP_EXITS_MAX]; /* where it goes on outside of that */
    unsigned int exit_count;
};

/*
 * The loop whose first pass is in the annotation from entry head on, at that depth of calls. back is where its
 * function returns to, 0: not known. *ret_found is false when the loop cannot be told apart: larger than LOOP_BYTES_MAX,
 * not readable, more exits than LOOP_EXITS_MAX, or one that is only known when it is taken. A loop that cannot be left
 * has none. Errors are those of
 * reading memory.
 */
struct error *loop_find(struct decoder *decoder, const struct annotation *annotation, size_t head,
                        unsigned int depth, uint64_t back, const struct stop *stop,
                        struct loop *ret, bool *ret_found);
/* The same from its code, which is start to end. */
struct error *loop_exits(struct decoder *decoder, const struct registers *regs,
                         const uint8_t *bytes, uint64_t back, struct loop *loop, bool *ret_found);
/* Whether the guest, at pc, has left it. */
bool loop_left(const struct loop *loop, uint64_t pc);

#endif
