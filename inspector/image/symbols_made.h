/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An ELF file for code that has none: names that were found in the bytes of an image, as a file in
 * memory (memfd), so that views, the prompt and gdb take it like any other. It holds no code, only
 * sections that say where code is:
 *
 *   | .text | function | .text | function | .text | .bss |
 *   0                                      size    end
 *
 * Each function of known size has a section of its own, so that nothing behind it is called by its
 * name; labels lie in the pieces between.
 */
#ifndef BOOTSCOPE_IMAGE_SYMBOLS_MADE_H
#define BOOTSCOPE_IMAGE_SYMBOLS_MADE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "symbols.h"

struct made_symbol {
    const char *name;
    uint64_t address; /* link address; of an absolute one the number */
    uint64_t size;    /* in bytes; 0: not known */
    bool function;
};

#define MADE_SYMBOLS_MAX 256

struct made_file {
    const char *name;  /* what the memory is called in /proc */
    unsigned int bits; /* of the ELF file: 32 or 64 */
    uint64_t size;     /* code and data: link addresses [0, size) */
    uint64_t end;      /* .bss: [size, end); none when end is not above size */
    const struct made_symbol *symbols;
    size_t count; /* at most MADE_SYMBOLS_MAX are taken */
};

/*
 * The file is /proc/PID/fd/N, readable by other programs of the user's for as long as the symbols
 * are open. Addresses outside of all sections become absolute symbols. ERROR_SYSTEM: no memory for it.
 */
struct error *symbols_make(const struct made_file *file, struct symbols **ret);

#endif
