/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * text.c: numbers and strings into a line of text.
 *
 * What for:   every failure names its values, and the kernel's own verbose boot prints addresses.
 * Handed:     a buffer, a format, arguments.
 * Leaves:     text with a NUL, cut where the buffer ends.
 * If skipped: errors would be bare phrases ("out of range") that send the reader to a debugger.
 */
#include "text.h"

#include "stub_string.h"

/* Where the text goes, and how much of it fits. */
struct writer {
    char *buffer;
    unsigned long size;
    unsigned long length;
};

static void put(struct writer *writer, char c)
{
    if (writer->length + 1 < writer->size)
        writer->buffer[writer->length++] = c;
}

static void put_string(struct writer *writer, const char *string)
{
    while (*string)
        put(writer, *string++);
}

/* Digits come out lowest first, so they are collected from the end of a small buffer. */
static void put_number(struct writer *writer, unsigned long value, unsigned int base)
{
    char digits[24];
    unsigned int at = sizeof(digits);

    digits[--at] = '\0';
    do {
        unsigned int digit = value % base;

        digits[--at] = digit < 10 ? '0' + digit : 'a' + (digit - 10);
        value /= base;
    } while (value);
    put_string(writer, digits + at);
}

unsigned long format_text(char *buffer, unsigned long size, const char *format, va_list args)
{
    struct writer writer = {buffer, size, 0};

    while (*format) {
        if (*format != '%') {
            put(&writer, *format++);
        } else if (format[1] == '%') {
            put(&writer, '%');
            format += 2;
        } else if (format[1] == 's') {
            put_string(&writer, va_arg(args, const char *));
            format += 2;
        } else if (!strncmp(format, "%lu", 3)) {
            put_number(&writer, va_arg(args, unsigned long), 10);
            format += 3;
        } else if (!strncmp(format, "%#lx", 4)) {
            put_string(&writer, "0x");
            put_number(&writer, va_arg(args, unsigned long), 16);
            format += 4;
        } else {
            break;
        }
    }
    buffer[writer.length] = '\0';
    return writer.length;
}
