/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where to stop, and what each stop is called. A stage list has one form, whatever it was made
 * from: the .checkpoints sections of the boot code's ELF files (stages_from_symbols), or the code
 * of a decompressor that lists nothing, with or without symbols (discover.h). The timeline and the
 * views do not know the difference.
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

/* How a stage was found. */
enum stage_source {
    STAGE_FROM_RECORD,   /* the boot code's own .checkpoints section */
    STAGE_FROM_PROTOCOL, /* fixed by the boot protocol, or said by the image's headers */
    STAGE_FROM_SYMBOL,   /* a symbol of the decompressor's ELF file */
    STAGE_FROM_CODE,     /* its instructions: disassembly and data flow */
};

/* How sure that is. */
enum stage_certainty {
    /*
     * It can be nothing else: a record, the protocol or a symbol says so, or it is the one
     * instruction of its kind on the only way that control takes.
     */
    STAGE_CERTAIN,
    /* The code there has the shape, or uses the message, that Linux's has at that stage. */
    STAGE_LIKELY,
};

/* How the guest is made to stop there. */
enum stage_way {
    STAGE_BREAK, /* a breakpoint at its address */
    /*
     * A breakpoint too, but one that is set only when code in [near, near_end) (or a function that
     * was called from there) reads the first bytes at output: a breakpoint slows down every
     * instruction on its page, and here that could be the inflate loop's.
     */
    STAGE_ON_READ,
};

#define STAGE_HOW_MAX 160

struct stage {
    char name[CHECKPOINT_NAME_MAX];
    uint32_t index;    /* what people call it by; the same stage has the same in every list */
    unsigned int bits; /* width of the code: 16, 32 or 64 */
    enum module module;
    uint64_t address; /* link address in its module */

    enum stage_source source;
    enum stage_certainty certainty;
    char how[STAGE_HOW_MAX]; /* one line for people: by what it was found; "" for records */
    bool
        optional; /* not every boot of this image passes it (5-level paging needs the CPU's LA57) */
    /*
     * The breakpoint is set only once the stage at this position in the list was passed, as the
     * code before it would run slowly; -1: from the beginning.
     */
    int after;
    enum stage_way way;
    uint64_t near, near_end; /* link addresses in its module, with STAGE_ON_READ */
    /*
     * With has_slots: at this stop the 64-bit words at rsp + output_slot and rsp + virtual_slot
     * hold what was chosen (extract_kernel's variables, which choose_random_location is given the
     * addresses of).
     */
    bool has_slots;
    int32_t output_slot, virtual_slot;
};

/* A stage of the table (checkpoints.def) that the list does not have. */
struct stage_absent {
    char name[CHECKPOINT_NAME_MAX];
    uint32_t index;
    bool expected; /* it should be there, and was not found; else the code has no such stage */
    char why[STAGE_HOW_MAX]; /* one line for people */
};

#define STAGES_MAX        64
#define STAGES_ERRORS_MAX 4

/* CR4.LA57 was switched on in the trampoline: a stage of Linux that our own stub does not have. */
#define LA57_TRAMPOLINE_NAME "la57-trampoline"

struct stages {
    size_t count; /* in the order in which a boot passes them */
    struct stage list[STAGES_MAX];
    size_t error_count;
    struct stage errors[STAGES_ERRORS_MAX]; /* where the code halts after a failure, one per mode */
    size_t absent_count;
    struct stage_absent absent[STAGES_MAX]; /* in order of index; none with records */
    bool discovered;                        /* made by discover.h */
};

/*
 * Makes the list from the ELF files of the setup code and the decompressor (either may be NULL),
 * and adds kernel-entry from the image's ELF when its header is known (image may be NULL).
 * ERROR_INPUT: an index or a name twice, more than STAGES_MAX or STAGES_ERRORS_MAX.
 */
struct error *stages_from_symbols(const struct symbols *setup, const struct symbols *stub,
                                  const struct image *image, struct stages *ret);

/* By name; NULL when there is none. */
const struct stage *stages_named(const struct stages *stages, const char *name);
/* By name or by decimal index; NULL when there is none. */
const struct stage *stages_find(const struct stages *stages, const char *name);

/* "record", "protocol", "symbol", "code"; "certain", "likely". */
const char *stage_source_name(enum stage_source source);
const char *stage_certainty_name(enum stage_certainty certainty);

/* What checkpoints.def says of a stage: its name, index and width. NULL behind the last. */
struct stage_entry {
    const char *name;
    uint32_t index;
    unsigned int bits;
};
/* The table in order, with LA57_TRAMPOLINE_NAME (the next free index) where Linux has it. */
const struct stage_entry *stage_table(size_t position);

#endif
