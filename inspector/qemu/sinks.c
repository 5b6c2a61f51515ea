/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What QEMU and its guest write: markers, console text, QEMU's own messages and its log. */
#include <string.h>

#include "machine.h"

void sink_markers(void *context, const char *bytes, size_t length)
{
    struct qemu *qemu = context;

    markers_feed(qemu->markers, bytes, length);
}

void sink_console(void *context, const char *bytes, size_t length)
{
    struct qemu *qemu = context;

    if (qemu->console_length + length > 2 * CONSOLE_KEPT) {
        size_t kept = qemu->console_length < CONSOLE_KEPT ? qemu->console_length : CONSOLE_KEPT;

        memmove(qemu->console, qemu->console + qemu->console_length - kept, kept);
        qemu->console_length = kept;
    }
    /* A NUL would hide what comes after it from every reader of the text. */
    for (size_t i = 0; i < length; i++)
        qemu->console[qemu->console_length++] = bytes[i] ? bytes[i] : ' ';
    qemu->console[qemu->console_length] = '\0';
    if (qemu->on_console)
        qemu->on_console(qemu->console_context, bytes, length);
}

void sink_messages(void *context, const char *bytes, size_t length)
{
    struct qemu *qemu = context;
    size_t room = STDERR_KEPT - 1 - qemu->stderr_length;
    size_t taken = length < room ? length : room;

    memcpy(qemu->stderr_text + qemu->stderr_length, bytes, taken);
    qemu->stderr_length += taken;
    qemu->stderr_text[qemu->stderr_length] = '\0';
}

void sink_log(void *context, const char *bytes, size_t length)
{
    struct qemu *qemu = context;

    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != '\n') {
            if (qemu->log_length < sizeof(qemu->log_line) - 1)
                qemu->log_line[qemu->log_length++] = bytes[i];
            continue;
        }
        qemu->log_line[qemu->log_length] = '\0';
        qemu->triple_fault = qemu->triple_fault || strcmp(qemu->log_line, TRIPLE_FAULT) == 0;
        qemu->log_length = 0;
    }
}
