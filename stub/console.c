/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * console.c: messages on the serial port and on the text screen.
 *
 * What for:   people. Nothing in the boot depends on it.
 * Handed:     boot_params->screen_info, which setup (or the boot loader) filled: text mode, lines,
 *             columns, cursor.
 * Leaves:     text; and the cursor, in screen_info and in the video chip, so that the kernel's own
 *             console continues below ours.
 * If skipped: a boot that fails looks like one that hangs.
 *
 * Nothing was initialized for us. A loader may come straight to the 64-bit entry, so both devices
 * are set up from scratch, and both may be missing: a port with nothing behind it reads as 0xff,
 * and a machine without a text screen has 0 lines.
 */
#include "console.h"

#include <stdarg.h>

#include "platform.h"
#include "stub_string.h"
#include "text.h"

/* The 16550's registers, from its base port. */
#define SERIAL_PORT        0x3f8
#define SERIAL_DATA        0 /* with LCR_DLAB: low byte of the divisor */
#define SERIAL_IER         1 /* with LCR_DLAB: high byte of the divisor */
#define SERIAL_FCR         2
#define SERIAL_LCR         3
#define SERIAL_MCR         4
#define SERIAL_LSR         5
#define SERIAL_LCR_8N1     0x03
#define SERIAL_LCR_DLAB    0x80
#define SERIAL_MCR_DTR_RTS 0x03
#define SERIAL_LSR_READY   0x20 /* the transmitter takes a byte */
#define SERIAL_NO_DEVICE   0xff
#define SERIAL_DIVISOR     1 /* 115200 baud */
#define SERIAL_WAIT_MAX    0xffff

/* Text memory and the CRT controller, at one pair of addresses or the other. */
#define VGA_MONO_MEMORY     0xb0000
#define VGA_MONO_PORT       0x3b4
#define VGA_COLOR_MEMORY    0xb8000
#define VGA_COLOR_PORT      0x3d4
#define VGA_TEXT_SIZE       0x8000
#define VGA_CURSOR_HIGH     14
#define VGA_CURSOR_LOW      15
#define VGA_ATTRIBUTE_PLAIN 0x07 /* light grey on black */

static struct {
    bool serial_known, serial_there;
    bool quiet;
    struct screen_info *info;
    unsigned char *memory; /* NULL: no text screen */
    unsigned int port, lines, columns;
} console;

static void serial_init(void)
{
    console.serial_known = true;
    console.serial_there = platform_inb(SERIAL_PORT + SERIAL_LSR) != SERIAL_NO_DEVICE;
    if (!console.serial_there)
        return;
    platform_outb(SERIAL_PORT + SERIAL_IER, 0); /* we poll: no interrupts */
    platform_outb(SERIAL_PORT + SERIAL_FCR, 0); /* no FIFO: READY means one byte */
    platform_outb(SERIAL_PORT + SERIAL_MCR, SERIAL_MCR_DTR_RTS);
    platform_outb(SERIAL_PORT + SERIAL_LCR, SERIAL_LCR_8N1 | SERIAL_LCR_DLAB);
    platform_outb(SERIAL_PORT + SERIAL_DATA, SERIAL_DIVISOR & 0xff);
    platform_outb(SERIAL_PORT + SERIAL_IER, SERIAL_DIVISOR >> 8);
    platform_outb(SERIAL_PORT + SERIAL_LCR, SERIAL_LCR_8N1);
}

/* Waits for the transmitter, but not for ever: a stuck port must not stop the boot. */
static void serial_putchar(char c)
{
    for (unsigned int i = 0; i < SERIAL_WAIT_MAX; i++) {
        if (platform_inb(SERIAL_PORT + SERIAL_LSR) & SERIAL_LSR_READY)
            break;
        platform_pause();
    }
    platform_outb(SERIAL_PORT + SERIAL_DATA, (uint8_t)c);
}

/*
 * A cell of the screen is two bytes, character and attribute; cell (x, y) stands at
 *
 *      memory + (y * columns + x) * 2
 *
 * Scrolling moves all lines but the first up by one and blanks the last.
 */
static void screen_scroll(void)
{
    unsigned int line = console.columns * 2;
    unsigned char *last = console.memory + (console.lines - 1) * line;

    memmove(console.memory, console.memory + line, (console.lines - 1) * line);
    for (unsigned int i = 0; i < line; i += 2) {
        last[i] = ' ';
        last[i + 1] = VGA_ATTRIBUTE_PLAIN;
    }
}

/* The video chip counts the cursor in cells, and takes it through an index and a data port. */
static void screen_move_cursor(unsigned int x, unsigned int y)
{
    unsigned int cell = y * console.columns + x;

    console.info->orig_x = x;
    console.info->orig_y = y;
    platform_outb(console.port, VGA_CURSOR_HIGH);
    platform_outb(console.port + 1, cell >> 8);
    platform_outb(console.port, VGA_CURSOR_LOW);
    platform_outb(console.port + 1, cell & 0xff);
}

static void screen_print(const char *text)
{
    unsigned int x = console.info->orig_x;
    unsigned int y = console.info->orig_y;

    for (; *text; text++) {
        if (*text != '\n')
            console.memory[(y * console.columns + x++) * 2] = (unsigned char)*text;
        if (*text == '\n' || x >= console.columns) {
            x = 0;
            y++;
        }
        if (y >= console.lines) {
            screen_scroll();
            y = console.lines - 1;
        }
    }
    screen_move_cursor(x, y);
}

/*
 * Which screen? A monochrome adapter has its own memory and ports. Sizes come from outside: what
 * would not fit the 32 KiB of text memory is not a text screen, nor is a linear frame buffer.
 */
static void screen_init(struct screen_info *info)
{
    bool mono = info->orig_video_mode == VIDEO_MODE_MDA;
    unsigned int size = info->orig_video_lines * info->orig_video_cols * 2;

    console.info = info;
    console.memory = NULL;
    if (size == 0 || size > VGA_TEXT_SIZE || info->orig_video_isVGA == VIDEO_TYPE_VLFB)
        return;
    console.lines = info->orig_video_lines;
    console.columns = info->orig_video_cols;
    console.port = mono ? VGA_MONO_PORT : VGA_COLOR_PORT;
    console.memory = platform_memory(mono ? VGA_MONO_MEMORY : VGA_COLOR_MEMORY, VGA_TEXT_SIZE);
    if (info->orig_x >= console.columns)
        info->orig_x = 0;
    if (info->orig_y >= console.lines)
        info->orig_y = console.lines - 1;
}

void console_init(struct boot_params *boot_params, bool quiet)
{
    serial_init();
    screen_init(&boot_params->screen_info);
    console.quiet = quiet;
}

/* A terminal on the serial line wants a carriage return before each line feed. */
void console_force(const char *text)
{
    if (!console.serial_known)
        serial_init();
    for (const char *c = text; console.serial_there && *c; c++) {
        if (*c == '\n')
            serial_putchar('\r');
        serial_putchar(*c);
    }
    if (console.memory)
        screen_print(text);
}

void console_print(const char *format, ...)
{
    char text[256];
    va_list args;

    if (console.quiet)
        return;
    va_start(args, format);
    format_text(text, sizeof(text), format, args);
    va_end(args);
    console_force(text);
}
