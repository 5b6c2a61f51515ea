/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far the guest's output was read, and going back there. */
#include "machine.h"

struct error *qemu_place(struct qemu *qemu, struct qemu_place *ret)
{
    struct error *err = qemu_drain(qemu);

    if (err)
        return err;
    ret->console = qemu->console_total;
    markers_place(qemu->markers, &ret->markers);
    return NULL;
}

struct error *qemu_return(struct qemu *qemu, const struct qemu_place *place)
{
    struct error *err = qemu_drain(qemu);
    uint64_t surplus = 0;

    if (err)
        return err;
    if (qemu->console_total > place->console)
        surplus = qemu->console_total - place->console;
    qemu->console_length -= surplus < qemu->console_length ? surplus : qemu->console_length;
    qemu->console[qemu->console_length] = '\0';
    qemu->console_total = place->console;
    markers_truncate(qemu->markers, &place->markers);
    qemu->triple_fault = false;
    return NULL;
}

void qemu_mute(struct qemu *qemu, bool on)
{
    qemu->muted = on;
}

void qemu_hold_text(struct qemu *qemu)
{
    qemu->holds++;
}

void qemu_release_text(struct qemu *qemu, bool show)
{
    uint64_t unseen = qemu->console_total > qemu->console_seen
                          ? qemu->console_total - qemu->console_seen
                          : 0;

    if (--qemu->holds > 0 || !show || qemu->muted || !unseen)
        return;
    if (unseen > qemu->console_length)
        unseen = qemu->console_length;
    if (qemu->on_console)
        qemu->on_console(qemu->console_context, qemu->console + qemu->console_length - unseen,
                         unseen);
    qemu->console_seen = qemu->console_total;
}

void qemu_forget_text(struct qemu *qemu)
{
    qemu->console_seen = qemu->console_total;
}

void qemu_meter(struct qemu *qemu, uint64_t lines, void (*done)(void *context), void *context)
{
    qemu->metered = done != NULL;
    qemu->meter = lines;
    qemu->on_meter = done;
    qemu->meter_context = context;
}
