/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An RSP server between a debugger (gdb, lldb) and the guest of a struct debugger: on stdio, a
 * unix socket or the loopback. One debugger at a time; with a socket the next may come when it has left,
 * and finds the guest where it was.
 *
 * In code whose cs has a base (real mode above all) rip is shown, and taken, as a linear address, so
 * that breakpoints, `x/i $pc` and symbols fit together; everything else is as the CPU has it.
 */
#ifndef BOOTSCOPE_GATEWAY_GATEWAY_H
#define BOOTSCOPE_GATEWAY_GATEWAY_H

#include "debugger.h"
#include "error.h"

struct gateway_options {
    const char *listen; /* "unix:PATH" or "HOST:PORT"; NULL: stdio */
};

/*
 * Serves until the debugger ends it: one on stdio by leaving, any by `kill`, or a signal (INT, TERM,
 * HUP). Where a socket listens is said on stderr. Errors: those of listener_open() and of the
 * loop; what a debugger does wrong is answered and told on stderr, and is no error.
 */
struct error *gateway_serve(struct debugger *debugger, const struct gateway_options *options);

#endif
