/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * to-entry IMAGE ENTRY: the plain boot to compare a trace with. QEMU runs the image with "nokaslr" up to
 * physical address ENTRY, the kernel's, where the one breakpoint stands; nothing is read or unpacked.
 */
#include <stdio.h>
#include <stdlib.h>

#include "qemu.h"
#include "target.h"

static struct error *run_to(struct target *target, uint64_t entry)
{
    struct stop_event stop = {0};
    virt_t pc = {0};
    struct error *err = NULL;

    while (!err && stop.reason != STOP_EXITED && pc.value != entry) {
        err = target_continue(target, LOOP_NEVER, &stop);
        if (!err && stop.reason != STOP_EXITED)
            err = target_pc(target, &pc);
    }
    if (!err && pc.value != entry)
        err = error_new(ERROR_GUEST, "the guest ended before 0x%lx", entry);
    return err;
}

static struct error *boot(struct loop *loop, struct qemu *qemu, char **argv)
{
    struct target *target = NULL;
    uint64_t entry = strtoull(argv[2], NULL, 0);
    struct error *err = qemu_ready(qemu);

    if (!err)
        err = target_open(qemu_take_gdb_fd(qemu), loop, &target);
    if (!err)
        err = target_insert_breakpoint(target, virt(entry));
    if (!err)
        err = run_to(target, entry);
    target_close(target);
    return err;
}

int main(int argc, char **argv)
{
    struct loop *loop = NULL;
    struct qemu *qemu = NULL;

    if (argc != 3) {
        fprintf(stderr, "usage: to-entry IMAGE ENTRY\n");
        return 2;
    }
    const struct qemu_options options = {.qemu = "qemu-system-x86_64",
                                         .image = argv[1],
                                         .append = "nokaslr",
                                         .memory = "512M",
                                         .debug = true};
    struct error *err = loop_new(&loop);

    if (!err)
        err = qemu_begin(&options, loop, &qemu);
    if (!err)
        err = boot(loop, qemu, argv);
    qemu_close(qemu);
    loop_free(loop);
    if (err)
        fprintf(stderr, "to-entry: %s\n", error_message(err));
    int status = error_exit_status(err);
    error_free(err);
    return status;
}
