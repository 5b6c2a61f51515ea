/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "boot.h"

void *memcpy(void *to, const void *from, size_t size)
{
    unsigned char *target = to;
    const unsigned char *source = from;

    while (size--)
        *target++ = *source++;
    return to;
}

void *memset(void *to, int value, size_t size)
{
    unsigned char *target = to;

    while (size--)
        *target++ = (unsigned char)value;
    return to;
}

size_t strlen(const char *text)
{
    size_t length = 0;

    while (text[length])
        length++;
    return length;
}
