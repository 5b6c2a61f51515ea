/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether the CPU is halted, as QEMU's monitor tells while the guest runs. */
#include <stdlib.h>
#include <string.h>

#include "machine.h"

#define ANSWER_MS 1000

#define X86_EFLAGS_IF (1u << 9)
#define X86_CR0_PE    1u

/* "NAME=HEX", as "info registers" prints it (EFL, or in long mode RFL); false: it is not there. */
static bool value_of(const char *text, const char *name, unsigned long *ret)
{
    const char *at = strstr(text, name);

    if (!at)
        return false;
    *ret = strtoul(at + strlen(name), NULL, 16);
    return true;
}

/* In real mode a handler of the BIOS may return to a hlt that is run again and again. */
static bool is_stuck(const char *text, bool real_mode_too)
{
    unsigned long flags, halted, cr0;

    if (!value_of(text, "FL=", &flags) || !value_of(text, "HLT=", &halted) ||
        !value_of(text, "CR0=", &cr0))
        return false;
    return halted && (!(flags & X86_EFLAGS_IF) || (real_mode_too && !(cr0 & X86_CR0_PE)));
}

static bool look(struct qemu *qemu, bool real_mode_too)
{
    char *text = NULL;
    /* QEMU may just be ending, or busy: that shows elsewhere, and is no news here. */
    struct error *err = qmp_monitor(&qemu->qmp, "info registers", loop_in(ANSWER_MS), &text);
    bool ret = !err && is_stuck(text, real_mode_too);

    error_free(err);
    free(text);
    return ret;
}

bool qemu_seems_halted(struct qemu *qemu)
{
    return look(qemu, true);
}

static struct error *simple_command(struct qemu *qemu, const char *command)
{
    json_t *nothing = NULL;
    struct error *err = qmp_execute(&qemu->qmp, command, loop_in(ANSWER_MS), &nothing);

    json_decref(nothing);
    return err;
}

struct error *qemu_is_halted(struct qemu *qemu, bool *ret)
{
    *ret = false;
    if (!look(qemu, false))
        return NULL;
    struct error *err = simple_command(qemu, "stop");
    if (!err)
        *ret = look(qemu, false);
    if (!err && !*ret)
        err = simple_command(qemu, "cont");
    /* A guest that ends in this very moment is no failure of ours. */
    if (err && error_kind(err) == ERROR_CLOSED) {
        error_free(err);
        err = NULL;
    }
    return err;
}
