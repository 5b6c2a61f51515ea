/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Symbols that a test makes up, behind the interface of symbols.h. */
#ifndef BOOTSCOPE_TESTS_FAKE_SYMBOLS_H
#define BOOTSCOPE_TESTS_FAKE_SYMBOLS_H

#include "symbols.h"

/* One whose name begins with "abs_" is an absolute one. */
struct fake_symbol {
    const char *name;
    uint64_t value;
};

struct symbols {
    const struct fake_symbol *list; /* in ascending order of value */
    size_t count;
};

/* From now on every address has a source line, its own low byte, in this file; NULL: none has. */
void fake_symbols_in_file(const char *file);

#endif
