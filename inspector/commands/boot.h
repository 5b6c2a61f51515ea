/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of the group GROUP_BOOT, by the files that have them, and what these share. */
#ifndef BOOTSCOPE_COMMANDS_BOOT_H
#define BOOTSCOPE_COMMANDS_BOOT_H

#include "command.h"
#include "boot_done.h"

/* boot_proofs.c: where bytes move. Each is ERROR_CHECK, once it has printed, when a proof fails. */
struct error *run_bss(struct environment *environment, const struct command_line *line);
struct error *run_moved(struct environment *environment, const struct command_line *line);
struct error *run_segments(struct environment *environment, const struct command_line *line);
struct error *run_reloc(struct environment *environment, const struct command_line *line);

/* boot_memory.c: what lies where. */
struct error *run_e820(struct environment *environment, const struct command_line *line);
struct error *run_params(struct environment *environment, const struct command_line *line);
struct error *run_cmdline(struct environment *environment, const struct command_line *line);
struct error *run_kaslr(struct environment *environment, const struct command_line *line);
struct error *run_memmap(struct environment *environment, const struct command_line *line);

/* Which stages are done at the present place, this checkpoint's own included. */
struct boot_done boot_done(struct debugger *debugger, const struct stop *stop);
/* NULL, or ERROR_CHECK "WHAT: N proofs do not hold". */
struct error *boot_check(const char *what, size_t wrong);

#endif
