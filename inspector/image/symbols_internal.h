/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files about symbols share; symbols.h is what others see. */
#ifndef BOOTSCOPE_IMAGE_SYMBOLS_INTERNAL_H
#define BOOTSCOPE_IMAGE_SYMBOLS_INTERNAL_H

#include "elf_file.h"
#include "symbols.h"

struct symbol {
    uint64_t value, size;
    const char *name; /* in libelf's mapping of the file */
    uint32_t section;
    unsigned int rank; /* which one of several at one address is best to show */
};

/* An allocated section, for "the nearest below in the same section". */
struct range {
    uint64_t start, end;
    uint32_t section;
};

struct symbols {
    char *path;
    struct elf_file file;
    struct symbol *by_value; /* those that name an address, ascending */
    uint64_t *reach;         /* reach[i]: the highest end among by_value[0..i] */
    size_t value_count;
    struct symbol *by_name; /* all defined ones */
    size_t name_count;
    struct range *ranges;
    size_t range_count;
    struct checkpoint_record *checkpoints;
    size_t checkpoint_count;
    int made; /* descriptor of a file in memory; 0: an ordinary file */
    struct lines *lines;
};

/* Sorts both lists, after something was added to them. */
void symbols_index(struct symbols *symbols);

#endif
