/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What discover_loading() has in two files. */
#ifndef BOOTSCOPE_STAGES_DISCOVER_LOADING_H
#define BOOTSCOPE_STAGES_DISCOVER_LOADING_H

#include "discover_code.h"

/*
 * elf-loaded and relocations-applied, behind the comparison with the ELF magic at magic, in
 * function (or in what it calls, or in who has called it). ERROR_SYSTEM: memory.
 */
struct error *discover_relocating(struct analysis *analysis, uint64_t function, uint64_t magic);

/* To find who calls a function, with code_reaches(): the context is a struct discover_caller. */
struct discover_caller {
    uint64_t callee;
    const struct insn *call; /* when it was found */
};
bool discover_calls(void *context, const struct insn *insn);

#endif
