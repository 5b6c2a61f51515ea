/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * View: instructions in the guest's memory, decoded by capstone in the width that the CPU would
 * use (gdb takes 16- and 32-bit boot code for 64-bit), in AT&T syntax.
 */
#ifndef BOOTSCOPE_VIEWS_DISASM_H
#define BOOTSCOPE_VIEWS_DISASM_H

#include "views.h"

#define DISASM_LINES_MAX       64
#define DISASM_INSTRUCTION_MAX 15 /* bytes, by the architecture */

struct disasm_line {
    uint64_t address;  /* linear */
    unsigned int size; /* in bytes; 1 when it does not decode */
    uint8_t bytes[DISASM_INSTRUCTION_MAX];
    bool decoded;
    char text[200];  /* "(bad)" when it does not decode */
    char target[96]; /* where a direct jump or call leads, by name; "" otherwise */
};

struct disasm_view {
    unsigned int bits;
    uint64_t start; /* linear */
    char where[96]; /* start by name; "" when no symbol fits */
    unsigned int count;
    struct disasm_line lines[DISASM_LINES_MAX];
    bool cut; /* memory ended before all lines were read: unreadable is where */
    uint64_t unreadable;
};

/*
 * Decodes count instructions (at most DISASM_LINES_MAX) from a linear address on, in 16-, 32- or
 * 64-bit code. Errors of target_read_virt save "nothing mapped there"; ERROR_SYSTEM when capstone
 * cannot start, ERROR_INPUT for another width.
 */
struct error *disasm_capture(const struct stop *stop, virt_t address, unsigned int bits,
                             unsigned int count, struct disasm_view *ret);
/* The one instruction at rip, in the CPU's mode; *ret_there is false when it cannot be read. */
struct error *disasm_one(const struct stop *stop, struct disasm_line *ret, bool *ret_there);
void disasm_text(const struct disasm_view *view, const struct text *text);
/* One line: address, bytes, instruction, target; with its newline. */
void disasm_line_text(const struct disasm_line *line, const struct text *text);
/*
 * {"bits":64,"start":"0x..","where":".."|null,"lines":[{"address","bytes":"48 89 c7","text",
 *  "target":".."|null}],"unreadable":"0x.."|null}
 */
json_t *disasm_json(const struct disasm_view *view);
/* One element of its lines. */
json_t *disasm_line_json(const struct disasm_line *line);

#endif
