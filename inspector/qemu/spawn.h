/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A child process that cannot outlive its parent. */
#ifndef BOOTSCOPE_QEMU_SPAWN_H
#define BOOTSCOPE_QEMU_SPAWN_H

#include <stddef.h>
#include <sys/types.h>

#include "error.h"

struct spawn {
    char *const *arguments; /* NULL-terminated; [0] is looked up in PATH */
    const int *keep;        /* descriptors that it inherits under the same numbers */
    size_t keep_count;
    int stderr_fd; /* becomes its descriptor 2; 0 and 1 are /dev/null */
};

/*
 * Starts it in a process group of its own (a Ctrl-C at the terminal is for the parent to handle);
 * it gets SIGKILL when the parent dies. Returns once the program runs: ERROR_SYSTEM when it
 * cannot be, with the reason. *ret_pidfd is readable when it has ended; the caller reaps it.
 */
struct error *spawn_child(const struct spawn *spawn, pid_t *ret_pid, int *ret_pidfd);

#endif
