/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where to stop, and what each stop is called. A stage list has one form, whatever it was made
 * from; today that is the .checkpoints sections of the boot code's ELF files. The views do not know
 * the difference.
 */
#ifndef BOOTSCOPE_STAGES_STAGES_H
#define BOOTSCOPE_STAGES_STAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checkpoint.h"
#include "error.h"
#include "image.h"
#include "symbols.h"

/* A piece of code that is loaded as one: its addresses move together. */
enum module {
    MODULE_SETUP,  /* the 16-bit setup code: link address 0 is the start of the boot sector */
    MODULE_STUB,   /* the decompressor: link address 0 is startup_32 */
    MODULE_KERNEL, /* the kernel: link address is e_entry's, physical */
    MODULE_COUNT,
};

struct stage {
    char name[CHECKPOINT_NAME_MAX];
    uint32_t index;
    unsigned int bits; /* width of the code: 16, 32 or 64 */
    enum module module;
    uint64_t address; /* link address in its module */
};

#define STAGES_MAX        64
#define STAGES_ERRORS_MAX 4

struct stages {
    size_t count; /* in order of index */
    struct stage list[STAGES_MAX];
    size_t error_count;
    struct stage errors[STAGES_ERRORS_MAX]; /* where the code halts after a failure, one per mode */
};

/*
 * Makes the list from the ELF files of the setup code and the decompressor (either may be NULL),
 * and adds kernel-entry from the image's ELF when it is unpacked (image may be NULL).
 * ERROR_INPUT: an index or a name twice, more than STAGES_MAX or STAGES_ERRORS_MAX.
 */
struct error *stages_from_symbols(const struct symbols *setup, const struct symbols *stub,
                                  const struct image *image, struct stages *ret);

/* By name; NULL when there is none. */
const struct stage *stages_named(const struct stages *stages, const char *name);
/* By name or by decimal index; NULL when there is none. */
const struct stage *stages_find(const struct stages *stages, const char *name);

#endif
