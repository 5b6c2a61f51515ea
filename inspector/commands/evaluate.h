/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the names of an expression (expr.h) mean at a stop:
 *
 *      registers              all that registers_get() knows
 *      symbols                of setup, decompressor and kernel, at the address where they are now
 *      load copy output       physical, from the timeline's facts
 *      virtual                the chosen virtual address, in the kernel's counting
 *      physical_delta virtual_delta boot_params setup entry
 *      instructions           since reset
 *      marker keys            of the marker of the present checkpoint, then of the newest earlier
 *                             one that has the key; "marker.NAME" is only ever that
 *
 * What is not known yet at this stop is an error that says so, never a zero. Order: values of the
 * boot, symbols, registers, marker keys; $NAME is a register and sym(NAME) a symbol, whatever else
 * has the name. Registers have one name more: pc, the linear address of the next instruction.
 *
 * Which of several modules a symbol is looked up in tells place.h, and where that is now
 * stop_address() in timeline.h: symbols of the kernel are where it was unpacked to until it runs at
 * its virtual addresses.
 */
#ifndef BOOTSCOPE_COMMANDS_EVALUATE_H
#define BOOTSCOPE_COMMANDS_EVALUATE_H

#include "command.h"
#include "debugger.h"
#include "error.h"
#include "expr.h"

/* The names of a debugger's present stop, for expr_evaluate(); debugger must outlive the result. */
struct expr_names evaluate_names(struct debugger *debugger);

/* The names of the values of the boot, for completion; NULL from the last on. */
const char *evaluate_value_name(size_t index);

/* Parses and evaluates the whole text. */
struct error *evaluate(struct debugger *debugger, const char *text, uint64_t *ret);

/*
 * A place in the code: an address (linear.h), a bare symbol, or FILE:LINE. For a symbol or a line of a
 * module symbolic is true, and module and link tell which module it is and where in it; address is
 * where that is now, unknown as long as the boot does not tell.
 */
struct place_text {
    bool symbolic;
    enum module module;
    uint64_t link;
    struct maybe address; /* linear, now */
};
struct error *evaluate_place(const struct environment *environment, const char *text,
                             struct place_text *ret);

#endif
