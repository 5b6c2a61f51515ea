/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One instruction, with what it will read and write when it runs: capstone's operands, evaluated. */
#ifndef BOOTSCOPE_COMMANDS_ANNOTATE_CODE_H
#define BOOTSCOPE_COMMANDS_ANNOTATE_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "address.h"
#include "error.h"
#include "timeline.h"

#define CODE_BYTES_MAX  15 /* by the architecture */
#define CODE_MEMORY_MAX 3

struct code_memory {
    uint64_t address; /* linear */
    unsigned int size;
    bool reads, writes;
};

struct code {
    uint64_t address; /* linear */
    unsigned int size;
    bool decoded;   /* false: no memory there, or no instruction; all below is empty */
    char text[200]; /* AT&T */
    bool call, ret, jump, conditional;
    bool pushes; /* writes below the stack pointer, which moves there */
    bool repeats;
    bool direct; /* call or jump: target (linear) is known before it runs */
    uint64_t target;
    uint64_t counter; /* repeats: the register that counts, as wide as it is used */
    unsigned int memory_count;
    struct code_memory memory[CODE_MEMORY_MAX];
};

struct decoder;

struct error *decoder_new(struct decoder **ret);
void decoder_free(struct decoder *decoder);

/* Decodes bytes (length of them) that stand at address, as code of so many bits run with regs. */
struct error *decoder_bytes(struct decoder *decoder, const struct registers *regs, uint64_t address,
                            const uint8_t *bytes, size_t length, struct code *ret);
/* The instruction at the stop's pc. Errors of target_read_virt save "nothing mapped there". */
struct error *decoder_here(struct decoder *decoder, const struct stop *stop, struct code *ret);

#endif
