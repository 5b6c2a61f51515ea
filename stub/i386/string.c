/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * string.c: memcpy and its family for 32-bit code; ../string.c says what matters about each.
 */
#include "stub_string.h"

#include <stdint.h>

/* Always forwards, lowest byte first: zlib leans on that when it inflates in place. */
void *memcpy(void *destination, const void *source, size_t size)
{
    void *to = destination;

    __asm__ volatile("rep movsb" : "+D"(to), "+S"(source), "+c"(size) : : "memory");
    return destination;
}

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
