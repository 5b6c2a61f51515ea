/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The functions of a setup code as control reaches them: whom each calls, if it comes back, and the
 * few things it does that tell what it is. 16-bit code, link address 0 at the boot sector.
 *
 * A call that never comes back ends its caller's way, so that the walk does not run on into the
 * function that happens to lie behind it. The bytes are hostile: the walk decodes each of at most
 * SETUP_FUNCTIONS_MAX functions once, and SETUP_DECODES_MAX instructions in all.
 */
#ifndef BOOTSCOPE_STAGES_SETUP_FUNCTIONS_H
#define BOOTSCOPE_STAGES_SETUP_FUNCTIONS_H

#include "code.h"

#define SETUP_FUNCTIONS_MAX 256
#define SETUP_CALLS_MAX     96
#define SETUP_DECODES_MAX   (1u << 16)

struct setup_call {
    uint64_t site; /* of the call instruction */
    uint64_t next; /* of the one behind it */
    uint64_t target;
};

/* What clears memory: rep stos, and the call that comes behind it with no branch between. */
struct setup_clear {
    uint64_t site;
    bool has_start;
    uint64_t start; /* what (e)di was set to */
    bool has_call;
    struct setup_call call;
};

/* mov to cr0 and a far jump behind it. */
struct setup_switch {
    uint64_t site;   /* of the far jump */
    uint64_t target; /* its offset as it is stored: a link address, with moved */
    bool protects;   /* a bit 0 was or'ed in before */
    bool moved;      /* the code before it adds something to the stored offset */
};

struct setup_function {
    uint64_t entry;
    uint64_t end;       /* of its last instruction, up to the next function that was called */
    bool walking, back; /* not finished yet; comes back to its caller */
    bool plain;         /* no call and no branch in it */
    size_t call_count;
    struct setup_call calls[SETUP_CALLS_MAX]; /* direct calls, ascending by site */
    bool asks_e820, says_smap, calls_int15;   /* the constants 0xe820, "SMAP", 0x15 */
    size_t clear_count;                       /* of which the first is kept */
    struct setup_clear clear;
    bool has_switch;
    struct setup_switch mode;
};

struct setup_functions {
    struct code code;
    size_t decodes;
    bool cut; /* a limit was met: not everything that is reached was seen */
    size_t count;
    struct setup_function list[SETUP_FUNCTIONS_MAX];
};

/* bytes is not owned. ERROR_SYSTEM: capstone, memory. */
struct error *setup_functions_open(const uint8_t *bytes, size_t size, struct setup_functions **ret);
void setup_functions_close(struct setup_functions *functions);

/*
 * The function at entry, with all that it calls; NULL when entry is outside of the code, or a limit
 * does not let it be walked. Owned by functions, and valid as long as they are.
 */
const struct setup_function *setup_function(struct setup_functions *functions, uint64_t entry);

#endif
