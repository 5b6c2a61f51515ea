/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * string.c: memcpy and its family.
 *
 * What for:   there is no libc here, yet the compiler calls memcpy for a structure assignment, and
 *             zlib calls it for every stored block.
 * Handed:     pointers and sizes.
 * Leaves:     what the C standard says.
 * If skipped: the image does not link; with a sloppy memmove, parse_elf destroys the kernel while
 *             it moves it, since there source and destination overlap.
 *
 * The moves are `rep movs`: one instruction, so that the compiler cannot turn the loop in memcpy
 * into a call of memcpy. They need no alignment.
 */
#include "stub_string.h"

#include <stdint.h>

#define memcpy  STUB_STRING_NAME(memcpy)
#define memmove STUB_STRING_NAME(memmove)
#define memset  STUB_STRING_NAME(memset)
#define memcmp  STUB_STRING_NAME(memcmp)
#define strlen  STUB_STRING_NAME(strlen)
#define strcmp  STUB_STRING_NAME(strcmp)
#define strncmp STUB_STRING_NAME(strncmp)

/*
 * Always forwards, lowest byte first. zlib leans on that: inflating in place, the copy of a stored
 * block near the end of the payload may have its destination just below its source.
 */
void *memcpy(void *destination, const void *source, size_t size)
{
    void *to = destination;
    size_t words = size / sizeof(long);
    size_t bytes = size % sizeof(long);

    __asm__ volatile("rep " MOVS_LONG : "+D"(to), "+S"(source), "+c"(words) : : "memory");
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(source), "+c"(bytes) : : "memory");
    return destination;
}

/*
 * Overlap decides the direction:
 *
 *      destination below source: forwards is safe     destination inside source: only backwards
 *
 *        source          |=========|                    source       |=========|
 *        destination  |=========|                       destination     |=========|
 *                      ----->                                                <-----
 *
 * The kernel's segments move down, the first case; the second is here because memmove promises it.
 */
void *memmove(void *destination, const void *source, size_t size)
{
    unsigned char *to = destination;
    const unsigned char *from = source;

    if ((uintptr_t)to - (uintptr_t)from >= size)
        return memcpy(destination, source, size);
    while (size--) {
        to[size] = from[size];
        __asm__ volatile("" : : : "memory"); /* keeps the compiler from calling memmove here */
    }
    return destination;
}

void *memset(void *destination, int byte, size_t size)
{
    void *to = destination;

    __asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(byte) : "memory");
    return destination;
}

int memcmp(const void *one, const void *two, size_t size)
{
    const unsigned char *a = one;
    const unsigned char *b = two;

    for (size_t i = 0; i < size; i++)
        if (a[i] != b[i])
            return a[i] - b[i];
    return 0;
}

size_t strlen(const char *string)
{
    size_t length = 0;

    while (string[length]) {
        length++;
        __asm__ volatile("" : : : "memory"); /* as above: no call of strlen */
    }
    return length;
}

int strcmp(const char *one, const char *two)
{
    while (*one && *one == *two) {
        one++;
        two++;
    }
    return (unsigned char)*one - (unsigned char)*two;
}

int strncmp(const char *one, const char *two, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (one[i] != two[i])
            return (unsigned char)one[i] - (unsigned char)two[i];
        if (!one[i])
            break;
    }
    return 0;
}
