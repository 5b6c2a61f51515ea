/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where each register lies in a "g" reply, and its number for "p" and "P": from the stub's
 * target.xml and the files it includes, in any order and nesting.
 */
#ifndef BOOTSCOPE_TARGET_LAYOUT_H
#define BOOTSCOPE_TARGET_LAYOUT_H

#include <stddef.h>

#include "connection.h"
#include "error.h"

#define LAYOUT_REGISTERS_MAX 512
#define LAYOUT_NAME_MAX      24

struct layout_register {
    char name[LAYOUT_NAME_MAX];
    unsigned int number;
    unsigned int size;   /* bytes */
    unsigned int offset; /* in a g reply, in bytes */
};

struct layout {
    unsigned int count; /* in order of number */
    struct layout_register registers[LAYOUT_REGISTERS_MAX];
    size_t size; /* bytes of all of them */
};

/*
 * Reads the description. ERROR_PROTOCOL: malformed, too large, nested too deep, a register of no
 * whole number of bytes, a number twice, none at all.
 */
struct error *layout_read(struct connection *connection, struct layout *ret);

/* NULL when there is none of that name. */
const struct layout_register *layout_find(const struct layout *layout, const char *name);

#endif
