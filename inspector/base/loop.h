/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One poll loop for everything that talks to the inspector: the debug stub, port 0xe9, the serial
 * console, QMP, and QEMU's end. Handlers run inside loop_once(); nothing else blocks.
 */
#ifndef BOOTSCOPE_BASE_LOOP_H
#define BOOTSCOPE_BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

struct loop;

/* Called when its descriptor is readable or hung up. An error ends loop_once() with that error. */
typedef struct error *(*loop_handler)(void *context);

struct error *loop_new(struct loop **ret);
void loop_free(struct loop *loop);

/* Watches fd for input; the loop does not own it. At most 16 descriptors (ERROR_SYSTEM beyond). */
struct error *loop_watch(struct loop *loop, int fd, loop_handler handler, void *context);
/* Also wait for fd to become writable (no handler is called for that: loop_once just returns). */
void loop_want_write(struct loop *loop, int fd, bool want);
void loop_unwatch(struct loop *loop, int fd);

/*
 * Waits until a descriptor is ready, and runs its handlers; or until the deadline (milliseconds
 * on CLOCK_MONOTONIC; LOOP_NEVER waits without one). *ret_timed_out tells which. ERROR_SYSTEM when
 * poll fails; a signal (EINTR) ends the wait without error.
 */
struct error *loop_once(struct loop *loop, int64_t deadline, bool *ret_timed_out);

#define LOOP_NEVER INT64_MAX

/* Milliseconds on CLOCK_MONOTONIC. */
int64_t loop_now(void);
/* The deadline that lies this many milliseconds ahead. */
int64_t loop_in(int64_t milliseconds);

#endif
