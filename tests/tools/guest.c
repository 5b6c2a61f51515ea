/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "guest.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define EXIT_BROKEN 2

void give_up(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    putc('\n', stderr);
    exit(EXIT_BROKEN);
}

void must(struct error *err)
{
    if (err)
        give_up("%s", error_message(err));
}

void guest_open(struct qemu_options *options, struct guest *ret)
{
    options->debug = options->icount = true;
    *ret = (struct guest){.deadline = loop_in(GUEST_SECONDS * 1000)};
    must(loop_new(&ret->loop));
    must(qemu_start(options, ret->loop, &ret->qemu));
    must(target_open(qemu_take_gdb_fd(ret->qemu), ret->loop, &ret->target));
}

void guest_close(struct guest *guest)
{
    target_close(guest->target);
    qemu_close(guest->qemu);
    loop_free(guest->loop);
}

static int index_of(const uint64_t *addresses, int count, uint64_t address)
{
    for (int i = 0; i < count; i++)
        if (addresses[i] == address)
            return i;
    return -1;
}

int guest_run_to(struct guest *guest, const uint64_t *addresses, int count)
{
    struct registers regs;
    struct stop_event event;
    int found = -1;

    for (int i = 0; i < count; i++)
        must(target_insert_breakpoint(guest->target, virt(addresses[i])));
    must(target_continue(guest->target, guest->deadline, &event));
    if (event.reason == STOP_BREAKPOINT) {
        must(target_registers(guest->target, &regs));
        found = index_of(addresses, count, registers_pc(&regs).value);
    }
    for (int i = 0; i < count && event.reason != STOP_EXITED; i++)
        must(target_remove_breakpoint(guest->target, virt(addresses[i])));
    must(qemu_drain(guest->qemu));
    return found;
}

int guest_finish(struct guest *guest)
{
    const struct markers *markers = qemu_markers(guest->qemu);
    bool late = false, stopped = false;

    must(target_detach(guest->target));
    while (!late && !stopped && qemu_end_state(guest->qemu) == QEMU_RUNNING) {
        must(loop_once(guest->loop, guest->deadline, &late));
        stopped = markers_find(markers, CHECKPOINT_ERROR_NAME) != NULL;
    }
    if (late)
        give_up("the guest still runs after %d s", GUEST_SECONDS);
    must(qemu_drain(guest->qemu));
    if (stopped)
        return GUEST_STOPPED;
    if (qemu_end_state(guest->qemu) == QEMU_KILLED)
        give_up("QEMU died: %s", qemu_stderr(guest->qemu));
    return qemu_exit_status(guest->qemu);
}

void guest_print_markers(const struct guest *guest)
{
    const struct markers *markers = qemu_markers(guest->qemu);

    for (size_t i = 0; i < markers_count(markers); i++) {
        const struct marker *marker = markers_get(markers, i);

        printf("@%s", marker->name);
        for (unsigned int j = 0; j < marker->count; j++)
            printf(" %s=0x%" PRIx64, marker->keys[j].key, marker->keys[j].value);
        putchar('\n');
    }
}
