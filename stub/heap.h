/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The boot heap: a fixed area, handed out from the front. */
#ifndef BOOTSCOPE_STUB_HEAP_H
#define BOOTSCOPE_STUB_HEAP_H

#include <stdint.h>

/* The borders, as in the kernel: first free byte, and one past the last. */
extern uint64_t free_mem_ptr __attribute__((visibility("hidden")));
extern uint64_t free_mem_end_ptr __attribute__((visibility("hidden")));

/* Sets the borders to [start, start + size) and forgets all that was handed out. */
void heap_init(void *start, uint64_t size);

/* size bytes, 16-byte aligned, not cleared; NULL when they do not fit. */
void *heap_alloc(uint64_t size);

/* Gives one heap_alloc() back; the room is reused once all of them are back. NULL is allowed. */
void heap_free(void *pointer);

#endif
