/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text from 16-bit code. Setup is silent unless it fails, so this is set up at the first use: by the
 * BIOS on the screen, and by hand on the first serial port, because a BIOS without a screen
 * shows nobody anything.
 */
#include "boot.h"

#define SERIAL_PORT    0x3f8
#define SERIAL_DLAB    0x80
#define SERIAL_8N1     0x03
#define SERIAL_READY   0x20
#define SERIAL_DIVISOR 1 /* 115200 baud */

enum serial_register { DATA = 0, DIVISOR_HIGH = 1, LINE_CONTROL = 3, LINE_STATUS = 5 };

#define SERIAL_PATIENCE 0xffff

static void serial_init(void)
{
    outb(SERIAL_PORT + LINE_CONTROL, SERIAL_DLAB | SERIAL_8N1);
    outb(SERIAL_PORT + DATA, SERIAL_DIVISOR);
    outb(SERIAL_PORT + DIVISOR_HIGH, 0);
    outb(SERIAL_PORT + LINE_CONTROL, SERIAL_8N1);
}

/* Does not wait for ever: there may be no such port, and then no bit ever changes. */
static void serial_putchar(char c)
{
    unsigned int patience = SERIAL_PATIENCE;

    while (!(inb(SERIAL_PORT + LINE_STATUS) & SERIAL_READY) && --patience)
        io_delay();
    outb(SERIAL_PORT + DATA, (uint8_t)c);
}

static void bios_putchar(char c)
{
    enum { BIOS_TELETYPE = 0x0e00, GREY = 7 };
    struct bios_registers in;

    init_registers(&in);
    in.eax = BIOS_TELETYPE | (uint8_t)c;
    in.ebx = GREY;
    in.ecx = 1;
    bios_call(0x10, &in, NULL);
}

void puts(const char *text)
{
    for (; *text; text++) {
        if (*text == '\n') {
            serial_putchar('\r');
            bios_putchar('\r');
        }
        serial_putchar(*text);
        bios_putchar(*text);
    }
}

void setup_stop(const char *message)
{
    serial_init();
    puts(message);
    puts("\n");
    setup_halt(message, strlen(message));
}
