/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * detect_video: what the screen looks like.
 *
 * For:     writing text without a BIOS, later: where the screen's memory is, how long a line is,
 *          and where the cursor stands.
 * Handed:  a screen in the mode that the BIOS or the loader left it in. We do not change it.
 * Leaves:  boot_params.screen_info; orig_video_lines is 0 when there is no text screen.
 * Skipped: the stub and the kernel print on the serial port only.
 *
 *     0xb0000  monochrome text       +------+--------+------+--------+--
 *     0xb8000  colour text           | char | colour | char | colour |
 *                                    +------+--------+------+--------+--
 */
#include "boot.h"

#define BIOS_VIDEO 0x10

/* The BIOS's own notes, in segment 0. */
#define BIOS_DATA_COLUMNS 0x44a
#define BIOS_DATA_ROWS    0x484 /* minus one; EGA and newer */
#define BIOS_DATA_POINTS  0x485 /* height of a character */

#define CGA_LINES 25

static struct screen_info *const screen = &boot_params.screen_info;

static void store_cursor_position(void)
{
    enum { GET_CURSOR = 0x0300, INVISIBLE = 0x20 };
    struct bios_registers in, out;

    init_registers(&in);
    in.eax = GET_CURSOR;
    bios_call(BIOS_VIDEO, &in, &out);
    screen->orig_x = low8(out.edx);
    screen->orig_y = high8(out.edx);
    if (high8(out.ecx) & INVISIBLE)
        screen->flags |= VIDEO_FLAGS_NOCURSOR;
}

static void store_video_mode(void)
{
    enum { GET_MODE = 0x0f00, NO_CLEAR = 0x80 };
    struct bios_registers in, out;

    init_registers(&in);
    in.eax = GET_MODE;
    bios_call(BIOS_VIDEO, &in, &out);
    screen->orig_video_mode = low8(out.eax) & ~NO_CLEAR; /* the bit is how it was set, not what */
    screen->orig_video_page = high8(out.ebx);
}

/* An EGA answers the first question by changing bl, a VGA the second one by repeating al. */
static void store_adapter(void)
{
    enum { GET_EGA_INFO = 0x1200, EGA_INFO = 0x10, GET_DISPLAY = 0x1a00, DISPLAY_ANSWER = 0x1a };
    struct bios_registers in, out;

    init_registers(&in);
    in.eax = GET_EGA_INFO;
    in.ebx = EGA_INFO;
    bios_call(BIOS_VIDEO, &in, &out);
    screen->orig_video_ega_bx = low16(out.ebx);
    if (low8(out.ebx) == EGA_INFO)
        return; /* CGA, monochrome, or no screen at all */

    init_registers(&in);
    in.eax = GET_DISPLAY;
    bios_call(BIOS_VIDEO, &in, &out);
    if (low8(out.eax) == DISPLAY_ANSWER)
        screen->orig_video_isVGA = 1;
}

/* A machine without a screen has no columns in the BIOS's notes, and gets no lines from us. */
static void store_size(void)
{
    bool ega = low8(screen->orig_video_ega_bx) != 0x10;

    set_fs(0);
    screen->orig_video_cols = read_fs8(BIOS_DATA_COLUMNS);
    screen->orig_video_points = read_fs16(BIOS_DATA_POINTS);
    if (!screen->orig_video_cols)
        screen->orig_video_lines = 0;
    else
        screen->orig_video_lines = ega ? read_fs8(BIOS_DATA_ROWS) + 1 : CGA_LINES;
}

void detect_video(void)
{
    store_cursor_position();
    store_video_mode();
    store_adapter();
    store_size();
}
