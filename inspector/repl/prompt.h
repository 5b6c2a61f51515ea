/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A line from the terminal, with readline's editing, history and completion. While it waits, the
 * poll loop is served, so that the end of a QEMU is noticed at once.
 */
#ifndef BOOTSCOPE_REPL_PROMPT_H
#define BOOTSCOPE_REPL_PROMPT_H

#include <stdbool.h>

#include "debugger.h"
#include "error.h"

/*
 * Sets readline up, or lets it ask about another debugger, which must last as long as prompt_read() is
 * called.
 */
void prompt_begin(struct debugger *debugger, int signal_fd, bool colour);
/* First words that are no commands, for completion; a NULL ends them. They must last. */
void prompt_words(const char *const *words);

/*
 * Reads a line, owned by the caller: NULL at the end of input (Ctrl-D). *ret_lost is true, and the
 * line NULL, when the guest ended meanwhile: what happened is worth a word, then ask again. Errors are
 * those of the loop.
 */
struct error *prompt_read(char **ret_line, bool *ret_lost);

/* Printing while a line may be on the screen: hides it, and shows it again. Nothing otherwise. */
void prompt_hide(void);
void prompt_show(void);

#endif
