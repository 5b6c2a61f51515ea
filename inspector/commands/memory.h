/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the commands of group memory share; the table is in memory.c. */
#ifndef BOOTSCOPE_COMMANDS_MEMORY_H
#define BOOTSCOPE_COMMANDS_MEMORY_H

#include "command.h"

/* examine.c */
struct error *run_x(struct environment *environment, const struct command_line *line);
struct error *run_xp(struct environment *environment, const struct command_line *line);
/* hexdump.c */
struct error *run_hexdump(struct environment *environment, const struct command_line *line);
/* code.c */
struct error *run_dis(struct environment *environment, const struct command_line *line);
struct error *run_sym(struct environment *environment, const struct command_line *line);
/* Lists count instructions from *address on, and moves it behind them. */
struct error *code_list(struct environment *environment, uint64_t *address, uint64_t count);
/* source.c */
struct error *run_list(struct environment *environment, const struct command_line *line);
/* print.c */
struct error *run_print(struct environment *environment, const struct command_line *line);

/* No command shows more bytes at once. */
#define MEMORY_BYTES_MAX ((size_t)64 << 10)

/* Guest memory at an address of one of the two kinds. */
struct memory_area {
    bool physical;
    uint64_t address;
};

/*
 * Reads as many of length bytes as there are; *ret_length is how many. Errors of the target, save
 * that there is no memory.
 */
struct error *memory_read(const struct stop *stop, struct memory_area area, void *buffer,
                          size_t length, size_t *ret_length);
/* ERROR_INPUT: nothing can be read at area, which is where reading ended. */
struct error *memory_missing(struct memory_area area);

/* The whole of text as a place (evaluate_place()); ERROR_INPUT also while it is not known where. */
struct error *place_argument(const struct environment *environment, const char *text,
                             uint64_t *ret);
/* Of the help of commands that take such a pair. */
#define PAIR_HELP(second)                                                                          \
    "ADDR " second ": the first goes on for as long as it can, so that 0 -1 is one address;\n"     \
    "a comma parts them (0, -1), or brackets (0 (-1))."
/* "ADDR [N]" or "ADDR, N": *ret_has tells whether there is an N. */
struct error *pair_argument(const struct environment *environment, const char *text,
                            uint64_t *ret_address, bool *ret_has, uint64_t *ret_number);

/* "name+0x10" of a linear address, without its line; "" when it has none. Returns out. */
const char *symbol_text(const struct stop *stop, uint64_t address, char *out, size_t size);

#endif
