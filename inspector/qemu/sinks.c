/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What QEMU and its guest write: markers, console text, QEMU's own messages and its log. */
#include <string.h>
#include <time.h>

#include "machine.h"

void sink_markers(void *context, const char *bytes, size_t length)
{
    struct qemu *qemu = context;

    markers_feed(qemu->markers, bytes, length);
}

static void hand_on(struct qemu *qemu, const char *bytes, size_t length)
{
    qemu->console_total += length;
    if (qemu->muted || qemu->holds > 0)
        return;
    if (qemu->on_console)
        qemu->on_console(qemu->console_context, bytes, length);
    if (qemu->console_total > qemu->console_seen)
        qemu->console_seen = qemu->console_total;
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
    hand_on(qemu, bytes, length);
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

/*
 * What stands in the pipe is soon gone, and QEMU runs on for as long as it takes to fill it anew:
 * from the end of the meter on it gets that chance once a millisecond only, until it has stopped.
 */
static void meter(struct qemu *qemu, uint64_t lines)
{
    const struct timespec moment = {.tv_nsec = 1000000};

    if (lines < qemu->meter) {
        qemu->meter -= lines;
        return;
    }
    if (qemu->meter > 0)
        qemu->on_meter(qemu->meter_context);
    qemu->meter = 0;
    nanosleep(&moment, NULL);
}

void sink_log(void *context, const char *bytes, size_t length)
{
    struct qemu *qemu = context;
    uint64_t lines = 0;

    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != '\n') {
            if (qemu->log_length < sizeof(qemu->log_line) - 1)
                qemu->log_line[qemu->log_length++] = bytes[i];
            continue;
        }
        qemu->log_line[qemu->log_length] = '\0';
        qemu->triple_fault = qemu->triple_fault || strcmp(qemu->log_line, TRIPLE_FAULT) == 0;
        qemu->log_length = 0;
        lines++;
    }
    if (qemu->metered)
        meter(qemu, lines);
}
