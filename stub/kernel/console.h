/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Serial port 0x3f8, and enough of printf for a report. */
#ifndef BOOTSCOPE_KERNEL_CONSOLE_H
#define BOOTSCOPE_KERNEL_CONSOLE_H

/* 115200 baud, 8 data bits, no parity. */
void console_init(void);

/*
 * Knows %s, %c, %d (int), %u (unsigned int), %lu (unsigned long), %lx (lower case, no prefix) and
 * %%, each but %c and %% with an optional width, '-' to the left and 0 to pad with zeros.
 */
void printk(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
