/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a stage says that it failed.
 *
 * A stage that can fail returns const struct boot_error *: NULL when all is well, else what is
 * wrong in one line, with the values. Nobody halts halfway down a call chain: the error travels up
 * to the C function that the assembler called, and that one calls boot_stop(). So there is one
 * place where a boot ends, and tests can let a stage fail a thousand times in one process.
 */
#ifndef BOOTSCOPE_STUB_FAILURE_H
#define BOOTSCOPE_STUB_FAILURE_H

/* Longest message with its NUL; a longer one is cut. Fits a line of the console twice. */
#define BOOT_ERROR_MAX 200

struct boot_error {
    unsigned long length; /* of message, without the NUL */
    char message[BOOT_ERROR_MAX];
};

/*
 * Writes the one error there is (a static object: a later call overwrites it) and returns it.
 * The format knows %s, %lu (decimal) and %#lx (0x...), and nothing else: see format_text().
 */
const struct boot_error *boot_error(const char *format, ...)
    __attribute__((format(printf, 1, 2), returns_nonnull, cold));

/*
 * Ends the boot: prints the message on the console, even a quiet one, as
 * "\n\nMESSAGE\n\n -- System halted", and calls platform_stop().
 */
_Noreturn void boot_stop(const struct boot_error *error) __attribute__((cold));

/* boot_stop() when there is an error; returns when error is NULL. */
void boot_stop_if(const struct boot_error *error);

#endif
