/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Errors are values. A function that can fail returns struct error *: NULL on success, else an
 * object that the caller owns and either returns (perhaps with context added), or frees with
 * error_free(). It is printed once, by main().
 *
 * By convention the variable is called err, and output parameters come last and are named ret
 * (or ret_SOMETHING); they are written only on success.
 */
#ifndef BOOTSCOPE_BASE_ERROR_H
#define BOOTSCOPE_BASE_ERROR_H

/* What kind of failure: decides the exit status (docs: 0 pass, 1 check failed, 2, 3). */
enum error_kind {
    ERROR_INPUT,    /* usage, a file, an image: exit status 2 */
    ERROR_SYSTEM,   /* the host refused: no memory, disk full, no qemu; exit status 2 */
    ERROR_GUEST,    /* the guest died, faulted or stopped at an error: exit status 3 */
    ERROR_TIMEOUT,  /* the guest did not get there in time: exit status 3 */
    ERROR_PROTOCOL, /* the debug stub answered what it may not, or an error reply: status 3 */
    ERROR_CLOSED,   /* the other side of a connection is gone: status 3 */
    ERROR_CHECK,    /* a proof failed: exit status 1 */
};

struct error;

/* A new error. The format must not end in a newline. Never returns NULL (aborts without memory). */
struct error *error_new(enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 2, 3), warn_unused_result, returns_nonnull));

/* As error_new(ERROR_SYSTEM, ...), with ": strerror(number)" appended. */
struct error *error_errno(int number, const char *format, ...)
    __attribute__((format(printf, 2, 3), warn_unused_result, returns_nonnull));

/* Puts "CONTEXT: " before the message and returns err; returns NULL when err is NULL. */
struct error *error_context(struct error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3), warn_unused_result));

enum error_kind error_kind(const struct error *err);

/* The message, owned by err. */
const char *error_message(const struct error *err);

/* The exit status that belongs to the kind of err; 0 when err is NULL. */
int error_exit_status(const struct error *err);

/* Frees err; NULL is allowed. */
void error_free(struct error *err);

#endif
