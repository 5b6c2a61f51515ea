/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * failure.c: the one place where a boot ends without a kernel.
 *
 * What for:   a stage that fails describes the failure; the outermost C function stops with it.
 * Handed:     a format and values, later the finished error.
 * Leaves:     one line on the console, one "error" marker on port 0xe9, a halted processor.
 * If skipped: the boot would go on into memory that holds no kernel, and end in a triple fault:
 *             a reset with nothing on the screen.
 */
#include "failure.h"

#include <stdarg.h>

#include "console.h"
#include "platform.h"
#include "text.h"

/* In .bss, so errors are for code that runs after .bss was cleared: all C but load_stage1_idt. */
static struct boot_error the_error;

const struct boot_error *boot_error(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    the_error.length = format_text(the_error.message, sizeof(the_error.message), format, args);
    va_end(args);
    return &the_error;
}

/* The blank lines lift the message out of whatever was being printed. */
void boot_stop(const struct boot_error *error)
{
    console_force("\n\n");
    console_force(error->message);
    console_force("\n\n -- System halted");
    platform_stop(error->message, error->length);
}

void boot_stop_if(const struct boot_error *error)
{
    if (error)
        boot_stop(error);
}
