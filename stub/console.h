/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text for whoever watches the boot: the first serial port, and the screen if it is in text mode.
 */
#ifndef BOOTSCOPE_STUB_CONSOLE_H
#define BOOTSCOPE_STUB_CONSOLE_H

#include <stdbool.h>

#include "bootparams.h"

/*
 * Sets up the serial port at 0x3f8 (115200 8N1) and takes screen size, mode and cursor from
 * boot_params->screen_info; the cursor is kept there as text is printed, for the kernel to go on
 * where we stopped. When quiet, console_print() prints nothing. boot_params must stay.
 */
void console_init(struct boot_params *boot_params, bool quiet);

/* Prints a formatted text (format_text()'s conversions) unless the console is quiet. */
void console_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints even when quiet, and even before console_init() (then on the serial port only). */
void console_force(const char *text);

#endif
