/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Places in the boot code by name. Setup, decompressor and kernel are modules that are linked apart
 * and may use the same names: of several the module that runs now is meant, then decompressor,
 * setup, kernel. "setup.NAME", "stub.NAME" and "kernel.NAME" say which.
 */
#ifndef BOOTSCOPE_COMMANDS_PLACE_H
#define BOOTSCOPE_COMMANDS_PLACE_H

#include "debugger.h"
#include "error.h"

struct place {
    enum module module;
    uint64_t link;
    bool absolute; /* link is a number that never moves, not an address */
};

/* False when no module has such a symbol. */
bool place_of_symbol(const struct stop *stop, const char *name, struct place *ret);

/*
 * FILE:LINE, of the line's first code or that of the next line that has any. *ret_found is false
 * for a text of another form. ERROR_INPUT: no such file in the debug information, no code there.
 */
struct error *place_of_line(const struct stop *stop, const char *text, bool *ret_found,
                            struct place *ret);

/* Where it is now (stop_address()). */
struct maybe place_address(const struct stop *stop, const struct place *place);

/* "setup", "decompressor", "kernel". */
const char *place_module_name(enum module module);
/* The same as words in a sentence: "the decompressor". */
const char *place_module_text(enum module module);

#endif
