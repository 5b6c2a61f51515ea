/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of this folder share of a running QEMU; qemu.h is what others see. */
#ifndef BOOTSCOPE_QEMU_MACHINE_H
#define BOOTSCOPE_QEMU_MACHINE_H

#include "qemu.h"
#include "qmp.h"
#include "stream.h"

#define CONSOLE_KEPT 0x40000
#define STDERR_KEPT  0x1000
#define TRIPLE_FAULT "Triple fault"

struct qemu {
    struct loop *loop;
    struct qemu_options options; /* what it points to is the caller's */
    pid_t pid;
    int pidfd; /* -1 once reaped */
    int wait_status;
    const char *program;
    int gdb_fd;  /* -1 when taken or not there */
    int ram_fd;  /* -1 when the guest's RAM is no file of ours */
    int keep_fd; /* the file of savevm, or -1 */
    struct qmp qmp;
    struct stream marker_stream, serial, log, messages;
    struct markers *markers;
    console_handler on_console;
    void *console_context;

    bool metered;
    uint64_t meter; /* lines of the log until on_meter is called */
    void (*on_meter)(void *context);
    void *meter_context;

    bool triple_fault;
    char log_line[sizeof(TRIPLE_FAULT) + 1]; /* the start of the log's current line */
    size_t log_length;
    char stderr_text[STDERR_KEPT];
    size_t stderr_length;
    /* The newest CONSOLE_KEPT bytes end at console_length; the front is dropped when it is full. */
    char console[2 * CONSOLE_KEPT + 1];
    size_t console_length;
    uint64_t console_total, console_seen; /* bytes since reset; and as far as a handler saw them */
    bool muted;
    unsigned int holds; /* of text, that were not released yet */
};

/* Where the bytes of each channel go; context is the struct qemu. */
void sink_markers(void *context, const char *bytes, size_t length);
void sink_console(void *context, const char *bytes, size_t length);
void sink_messages(void *context, const char *bytes, size_t length);
void sink_log(void *context, const char *bytes, size_t length);

#endif
