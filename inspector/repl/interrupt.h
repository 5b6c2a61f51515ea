/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signals at the prompt. Ctrl-C stops a guest that runs, ends a script, and clears the line that is
 * being typed; it never ends the program. What else ends it leaves the terminal as it was.
 */
#ifndef BOOTSCOPE_REPL_INTERRUPT_H
#define BOOTSCOPE_REPL_INTERRUPT_H

#include <signal.h>

#include "debugger.h"
#include "error.h"

/* Set by Ctrl-C; interrupt_clear() sets it back. */
extern volatile sig_atomic_t interrupted;
/* Set when the program goes on after Ctrl-Z: the terminal's modes are the shell's then. */
extern volatile sig_atomic_t continued;

/*
 * Takes over the signals. *ret_fd becomes readable with each of them, for a loop that waits.
 * ERROR_SYSTEM. One at a time; debugger must last until interrupt_end().
 */
struct error *interrupt_begin(struct debugger *debugger, int *ret_fd);
/* The user begins anew: a Ctrl-C so far was for what came before. */
void interrupt_clear(void);
/* Reads what is there in ret_fd: it is no longer readable. */
void interrupt_drain(void);
void interrupt_end(void);

#endif
