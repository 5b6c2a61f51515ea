/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cleanup.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SLOTS 16

/*
 * Fixed storage, because a signal handler reads it: it may not touch the heap. A slot counts once
 * `used` is set, which happens after its path is whole.
 */
static char paths[SLOTS][PATH_MAX];
static volatile sig_atomic_t used[SLOTS];

/* remove(3) is not on the list of functions a handler may call; unlink and rmdir are. */
static void remove_slot(int slot)
{
    if (!used[slot])
        return;
    if (unlink(paths[slot]) != 0)
        (void)rmdir(paths[slot]);
    used[slot] = 0;
}

void cleanup_run(void)
{
    for (int slot = SLOTS - 1; slot >= 0; slot--)
        remove_slot(slot);
}

static void on_signal(int number)
{
    cleanup_run();
    signal(number, SIG_DFL);
    raise(number);
}

void cleanup_on_signals(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct sigaction action = {.sa_handler = on_signal};
        sigaction(numbers[i], &action, NULL);
    }
}

int cleanup_add(const char *path)
{
    for (int slot = 0; slot < SLOTS; slot++) {
        if (used[slot])
            continue;
        if (strlen(path) >= sizeof(paths[slot]))
            return -1;
        strcpy(paths[slot], path);
        used[slot] = 1;
        return slot;
    }
    return -1;
}

void cleanup_forget(int slot)
{
    if (slot >= 0)
        used[slot] = 0;
}
