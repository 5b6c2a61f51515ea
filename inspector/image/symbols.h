/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names, source lines and checkpoint records of one ELF file, by libelf and libdw. Addresses are
 * link addresses: the caller knows where the code runs.
 */
#ifndef BOOTSCOPE_IMAGE_SYMBOLS_H
#define BOOTSCOPE_IMAGE_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checkpoint.h"
#include "error.h"

struct symbols;

/* ERROR_INPUT: no such file, not an ELF for x86 (32- or 64-bit), truncated, malformed .checkpoints.
 */
struct error *symbols_open(const char *path, struct symbols **ret);
void symbols_close(struct symbols *symbols);

/*
 * For symbols_make() (symbols_made.h): the file is in memory that fd holds; it is closed with the
 * symbols. symbols_are_made() is true of them from then on: their path is no name for people.
 */
void symbols_keep(struct symbols *symbols, int fd);
bool symbols_are_made(const struct symbols *symbols);

/*
 * Adds a name that the file lacks; nothing happens when it has it. The name stays the caller's, and
 * must live as long as the symbols. An address in no section of the file is taken for a number.
 */
void symbols_add(struct symbols *symbols, const char *name, uint64_t address, uint64_t size,
                 bool function);

const char *symbols_path(const struct symbols *symbols);
/* Hex text of the GNU build ID note, "" when there is none. */
const char *symbols_build_id(const struct symbols *symbols);

/* The value of a defined symbol; false when there is none of that name. */
bool symbols_value(const struct symbols *symbols, const char *name, uint64_t *ret);

struct symbol_info {
    const char *name; /* owned by symbols */
    uint64_t value;
    uint64_t size; /* in bytes; 0 when the file does not tell */
    bool absolute; /* a number, not a link address */
};

/* As symbols_value, with the rest of what the symbol table says. */
bool symbols_info(const struct symbols *symbols, const char *name, struct symbol_info *ret);

/*
 * The symbols whose names begin with prefix, in order of their names, a name that occurs twice
 * twice: index counts from 0. False when there are no more.
 */
bool symbols_match(const struct symbols *symbols, const char *prefix, size_t index,
                   struct symbol_info *ret);

/*
 * The symbol that covers address, or else the nearest below in the same section; NULL when there
 * is none. *ret_offset is address minus its value. The name is owned by symbols.
 */
const char *symbols_name(const struct symbols *symbols, uint64_t address, uint64_t *ret_offset);

/* File (owned by symbols, last path component kept with its directory as DWARF has it) and line. */
bool symbols_line(const struct symbols *symbols, uint64_t address, const char **ret_file,
                  unsigned int *ret_line);

/*
 * The path of the source file of address, made absolute with the directory that the compiler ran
 * in, and the line. False when no line covers the address or the path does not fit into size bytes.
 */
bool symbols_source(const struct symbols *symbols, uint64_t address, char *path, size_t size,
                    unsigned int *ret_line);

/*
 * The link address of the code of line, or of the next line that has code, in file, which is the
 * end of a path: "misc.c" or "compressed/misc.c". Of several places of one line it is the lowest.
 */
enum symbols_at { SYMBOLS_AT_FOUND, SYMBOLS_AT_NO_FILE, SYMBOLS_AT_NO_LINE };
enum symbols_at symbols_at_line(const struct symbols *symbols, const char *file, unsigned int line,
                                uint64_t *ret);

/* The records of section .checkpoints, in the file's order; count 0 when there is none. */
const struct checkpoint_record *symbols_checkpoints(const struct symbols *symbols,
                                                    size_t *ret_count);

#endif
