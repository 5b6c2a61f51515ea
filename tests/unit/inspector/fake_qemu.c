/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake_qemu.h"

enum qemu_end qemu_end_state(struct qemu *qemu)
{
    return qemu->state;
}

bool qemu_triple_fault(struct qemu *qemu)
{
    return qemu->triple_fault;
}

int qemu_exit_status(const struct qemu *qemu)
{
    return qemu->exit_status;
}

const char *qemu_console(const struct qemu *qemu)
{
    return qemu->console ? qemu->console : "";
}

int qemu_signal(const struct qemu *qemu)
{
    return qemu->signal;
}

const char *qemu_stderr(const struct qemu *qemu)
{
    return qemu->stderr_text ? qemu->stderr_text : "";
}
