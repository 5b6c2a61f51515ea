/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file of 32 bits as one of 64. gdb refuses an ELF file of i386 for a target of x86-64, so that
 * code of 16 bits would have no names and no lines in it. What gdb reads of the file does not
 * depend on the class: DWARF says itself how long its addresses are.
 */
#ifndef BOOTSCOPE_GATEWAY_WIDE_FILE_H
#define BOOTSCOPE_GATEWAY_WIDE_FILE_H

#include "error.h"

/*
 * *ret_fd is anonymous memory with the copy, the caller's to close; -1 when the file is of 64 bits
 * already. ERROR_INPUT: it cannot be read, or makes no sense; ERROR_SYSTEM.
 */
struct error *wide_file_make(const char *path, int *ret_fd);

#endif
