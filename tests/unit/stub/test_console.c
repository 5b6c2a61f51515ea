/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console.c: what reaches the serial port and the screen. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "console.h"
#include "platform_host.h"
#include "stub_string.h"

#define LINES   3
#define COLUMNS 8

static struct boot_params params;
static unsigned char screen[0x8000];

/* A machine with a small text screen; the window is where that kind of screen has its memory. */
static int setup(void **state)
{
    (void)state;
    host_reset();
    memset(&params, 0, sizeof(params));
    params.screen_info.orig_video_lines = LINES;
    params.screen_info.orig_video_cols = COLUMNS;
    params.screen_info.orig_video_mode = 3;
    memset(screen, 0x2e, sizeof(screen)); /* '.' */
    host_add_window(0xb8000, screen, sizeof(screen));
    return 0;
}

static void row_is(unsigned int row, const char *text)
{
    for (unsigned int i = 0; text[i]; i++)
        assert_int_equal(screen[(row * COLUMNS + i) * 2], text[i]);
}

static void prints_on_both(void **state)
{
    (void)state;
    console_init(&params, false);
    console_print("a %lu\nb", 12UL);
    assert_string_equal(host.serial, "a 12\r\nb");
    row_is(0, "a 12....");
    row_is(1, "b.......");
    assert_int_equal(screen[1], 0x2e); /* attributes stay */
    assert_int_equal(params.screen_info.orig_x, 1);
    assert_int_equal(params.screen_info.orig_y, 1);
    assert_int_equal(host.crtc_port, 0x3d4);
    assert_int_equal(host.crtc[14] << 8 | host.crtc[15], COLUMNS + 1);
}

static void quiet_still_prints_what_is_forced(void **state)
{
    (void)state;
    console_init(&params, true);
    console_print("not this");
    assert_int_equal(host.serial_length, 0);
    row_is(0, "........");
    console_force("this");
    assert_string_equal(host.serial, "this");
    row_is(0, "this....");
}

static void wraps_and_scrolls(void **state)
{
    (void)state;
    console_init(&params, false);
    console_print("12345678abc\nline3\nline4");
    row_is(0, "abc.....");
    row_is(1, "line3...");
    row_is(2, "line4   ");
    assert_int_equal(params.screen_info.orig_y, LINES - 1);
    assert_int_equal(params.screen_info.orig_x, 5);
    assert_int_equal(screen[LINES * COLUMNS * 2], 0x2e); /* nothing behind the screen */
}

static void goes_on_at_the_cursor(void **state)
{
    (void)state;
    params.screen_info.orig_x = 6;
    params.screen_info.orig_y = 2;
    console_init(&params, false);
    console_print("xyz");
    row_is(1, "......xy");
    row_is(2, "z       ");
}

static void monochrome_is_elsewhere(void **state)
{
    static unsigned char mono[0x8000];

    (void)state;
    host_add_window(0xb0000, mono, sizeof(mono));
    params.screen_info.orig_video_mode = VIDEO_MODE_MDA;
    console_init(&params, false);
    console_print("m");
    assert_int_equal(mono[0], 'm');
    row_is(0, "........");
    assert_int_equal(host.crtc_port, 0x3b4);
}

/* What is no text screen is not written to: the sanitizer would see 0xb8000 itself touched. */
static void no_screen(void **state)
{
    (void)state;
    params.screen_info.orig_video_lines = 0;
    console_init(&params, false);
    console_print("serial");
    row_is(0, "........");
    params.screen_info.orig_video_lines = 255;
    params.screen_info.orig_video_cols = 255;
    console_init(&params, false);
    console_print(" only");
    row_is(0, "........");
    params.screen_info.orig_video_lines = LINES;
    params.screen_info.orig_video_cols = COLUMNS;
    params.screen_info.orig_video_isVGA = VIDEO_TYPE_VLFB;
    console_init(&params, false);
    console_print("!");
    row_is(0, "........");
    assert_string_equal(host.serial, "serial only!");
}

static void a_cursor_off_the_screen_is_brought_back(void **state)
{
    (void)state;
    params.screen_info.orig_x = 200;
    params.screen_info.orig_y = 200;
    console_init(&params, false);
    console_print("q");
    row_is(LINES - 1, "q.......");
}

static void no_serial_port(void **state)
{
    (void)state;
    host.serial_there = false;
    console_init(&params, false);
    console_print("x");
    assert_int_equal(host.serial_length, 0);
    row_is(0, "x.......");
}

static void a_stuck_port_does_not_stop_the_boot(void **state)
{
    (void)state;
    host.serial_ready = false;
    console_init(&params, false);
    console_print("ab");
    assert_string_equal(host.serial, "ab");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(prints_on_both, setup),
        cmocka_unit_test_setup(quiet_still_prints_what_is_forced, setup),
        cmocka_unit_test_setup(wraps_and_scrolls, setup),
        cmocka_unit_test_setup(goes_on_at_the_cursor, setup),
        cmocka_unit_test_setup(monochrome_is_elsewhere, setup),
        cmocka_unit_test_setup(no_screen, setup),
        cmocka_unit_test_setup(a_cursor_off_the_screen_is_brought_back, setup),
        cmocka_unit_test_setup(no_serial_port, setup),
        cmocka_unit_test_setup(a_stuck_port_does_not_stop_the_boot, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
