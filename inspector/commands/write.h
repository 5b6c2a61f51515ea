/* SPDX-License-Identifier: GPL-3.0-or-later */
/* set: a register or guest memory is given another value. */
#ifndef BOOTSCOPE_COMMANDS_WRITE_H
#define BOOTSCOPE_COMMANDS_WRITE_H

#include "command.h"

/* {"set":"u32[0x1000]","before":"0x..","value":"0x.."} */
struct error *run_set(struct environment *environment, const struct command_line *line);

/*
 * The register of target.xml that a name is a part of, and the value that it gets so that the part
 * becomes value: of "ax" only 16 bits of rax change, "eax" clears the upper half, as the CPU does.
 * ERROR_INPUT: no such register, value does not fit, or it can only be read.
 */
struct error *write_register_value(const struct registers *regs, const char *name, uint64_t value,
                                   char *ret_full, size_t size, uint64_t *ret_value);

#endif
