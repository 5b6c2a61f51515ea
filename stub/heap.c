/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * heap.c: memory for zlib's state and for the ELF's program headers.
 *
 * What for:   both need room whose size is known only at run time.
 * Handed:     an array in .bss, BOOT_HEAP_SIZE long.
 * Leaves:     the same array; nothing of it is needed after the boot.
 * If skipped: zlib cannot start. There is no other memory to take: what is around the image is
 *             the buffer that the kernel is unpacked into.
 *
 *      start        free_mem_ptr                     free_mem_end_ptr
 *        |---- in use ----|------------- free ---------------|
 *
 * A free block is not found again. The pointer only rewinds when the last block came back, which
 * is enough for stages that run one after the other and clean up behind themselves.
 */
#include "heap.h"

#include <stddef.h>

#define HEAP_ALIGN 16

uint64_t free_mem_ptr;
uint64_t free_mem_end_ptr;

static uint64_t heap_start;
static unsigned int blocks_in_use;

void heap_init(void *start, uint64_t size)
{
    heap_start = (uint64_t)(uintptr_t)start;
    free_mem_ptr = heap_start;
    free_mem_end_ptr = heap_start + size;
    blocks_in_use = 0;
}

void *heap_alloc(uint64_t size)
{
    uint64_t block = (free_mem_ptr + HEAP_ALIGN - 1) & ~(uint64_t)(HEAP_ALIGN - 1);

    if (block > free_mem_end_ptr || size > free_mem_end_ptr - block)
        return NULL;
    free_mem_ptr = block + size;
    blocks_in_use++;
    return (void *)(uintptr_t)block;
}

void heap_free(void *pointer)
{
    if (pointer && --blocks_in_use == 0)
        free_mem_ptr = heap_start;
}
