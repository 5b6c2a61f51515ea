/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io.h"

/* A 16550 UART: registers by offset from the port, and the bits used here. */
#define SERIAL_PORT     0x3f8
#define UART_DATA       0
#define UART_DIVISOR_LO 0 /* while UART_LCR_DLAB is set */
#define UART_IER        1
#define UART_DIVISOR_HI 1
#define UART_FCR        2
#define UART_LCR        3
#define UART_MCR        4
#define UART_LSR        5
#define UART_LCR_8N1    0x03
#define UART_LCR_DLAB   0x80
#define UART_MCR_DTR    0x01
#define UART_MCR_RTS    0x02
#define UART_LSR_THRE   0x20
#define BAUD_115200     1

/* A port that nothing answers must not stop the boot: give up after so many looks. */
#define UART_PATIENCE 100000

void console_init(void)
{
    outb(SERIAL_PORT + UART_IER, 0); /* we poll */
    outb(SERIAL_PORT + UART_FCR, 0);
    outb(SERIAL_PORT + UART_MCR, UART_MCR_DTR | UART_MCR_RTS);
    outb(SERIAL_PORT + UART_LCR, UART_LCR_DLAB | UART_LCR_8N1);
    outb(SERIAL_PORT + UART_DIVISOR_LO, BAUD_115200);
    outb(SERIAL_PORT + UART_DIVISOR_HI, 0);
    outb(SERIAL_PORT + UART_LCR, UART_LCR_8N1);
}

static void put_char(char c)
{
    for (int i = 0; i < UART_PATIENCE; i++)
        if (inb(SERIAL_PORT + UART_LSR) & UART_LSR_THRE)
            break;
    outb(SERIAL_PORT + UART_DATA, (uint8_t)c);
}

/* One conversion of a format: %[-][0][width][l]letter. */
struct conversion {
    bool left, zero, wide;
    size_t width;
    char letter;
};

static const char *parse_conversion(const char *at, struct conversion *conversion)
{
    *conversion = (struct conversion){0};
    for (; *at == '-' || *at == '0'; at++) {
        conversion->left |= *at == '-';
        conversion->zero |= *at == '0';
    }
    for (; *at >= '0' && *at <= '9'; at++)
        conversion->width = conversion->width * 10 + (size_t)(*at - '0');
    if (*at == 'l') {
        conversion->wide = true;
        at++;
    }
    conversion->letter = *at;
    return *at ? at + 1 : at;
}

static void put_padded(const struct conversion *conversion, const char *text, size_t length)
{
    size_t padding = conversion->width > length ? conversion->width - length : 0;
    for (size_t i = 0; i < padding && !conversion->left; i++)
        put_char(conversion->zero ? '0' : ' ');
    for (size_t i = 0; i < length; i++)
        put_char(text[i]);
    for (size_t i = 0; i < padding && conversion->left; i++)
        put_char(' ');
}

static void put_number(const struct conversion *conversion, unsigned long value, bool negative)
{
    unsigned int base = conversion->letter == 'x' ? 16 : 10;
    char digits[24];
    size_t at = sizeof(digits);
    do {
        digits[--at] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    if (negative)
        digits[--at] = '-';
    put_padded(conversion, digits + at, sizeof(digits) - at);
}

static void put_string(const struct conversion *conversion, const char *text)
{
    size_t length = 0;
    while (text[length])
        length++;
    put_padded(conversion, text, length);
}

void printk(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    while (*format) {
        struct conversion conversion;
        if (*format != '%') {
            if (*format == '\n')
                put_char('\r');
            put_char(*format++);
            continue;
        }
        format = parse_conversion(format + 1, &conversion);
        if (conversion.letter == 's') {
            put_string(&conversion, va_arg(args, const char *));
        } else if (conversion.letter == 'c') {
            put_char((char)va_arg(args, int));
        } else if (conversion.letter == 'd') {
            long value = va_arg(args, int);
            put_number(&conversion, (unsigned long)(value < 0 ? -value : value), value < 0);
        } else if (conversion.letter == 'u' || conversion.letter == 'x') {
            put_number(&conversion,
                       conversion.wide ? va_arg(args, unsigned long) : va_arg(args, unsigned int),
                       false);
        } else {
            put_char(conversion.letter);
        }
    }
    va_end(args);
}
