/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether the CPU is halted, as QEMU's monitor tells while the guest runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"

#define ANSWER_MS 1000

#define X86_EFLAGS_IF (1u << 9)
#define X86_CR0_PE    1u

#define HLT         0xf4u
#define JMP_SHORT   0xebu
#define BACK_TO_HLT 0xfdu /* the jump's distance */

/* "NAME=HEX", as "info registers" prints it (EFL, or in long mode RFL); false: it is not there. */
static bool value_of(const char *text, const char *name, unsigned long *ret)
{
    const char *at = strstr(text, name);

    if (!at)
        return false;
    *ret = strtoul(at + strlen(name), NULL, 16);
    return true;
}

static bool is_halted(const char *text)
{
    unsigned long halted;

    return value_of(text, "HLT=", &halted) && halted;
}

static bool interrupts_off(const char *text)
{
    unsigned long flags;

    return value_of(text, "FL=", &flags) && !(flags & X86_EFLAGS_IF);
}

/* NULL when QEMU does not answer: it may just be ending, which shows elsewhere and is no news here. */
static char *ask(struct qemu *qemu, const char *command)
{
    char *text = NULL;
    struct error *err = qmp_monitor(&qemu->qmp, command, loop_in(ANSWER_MS), &text);

    if (!err)
        return text;
    error_free(err);
    return NULL;
}

/*
 * In real mode a handler of the BIOS returns to what is behind the hlt. That has to be a jump back to
 * it: firmware, too, halts with interrupts on, to wait for the next of them.
 */
static bool loops(struct qemu *qemu, const char *text)
{
    const char *cs = strstr(text, "CS =");
    unsigned long cr0, ip;
    unsigned int selector, base, bytes[3];
    char command[64];
    bool ret = false;

    if (!value_of(text, "CR0=", &cr0) || cr0 & X86_CR0_PE || !value_of(text, "IP=", &ip) || !cs ||
        sscanf(cs, "CS =%x %x", &selector, &base) != 2)
        return false;
    snprintf(command, sizeof(command), "xp /3xb 0x%lx", (base + ip - 1) & UINT32_MAX);
    char *memory = ask(qemu, command);
    const char *at = memory ? strchr(memory, ':') : NULL;
    if (at && sscanf(at, ": %x %x %x", &bytes[0], &bytes[1], &bytes[2]) == 3)
        ret = bytes[0] == HLT && bytes[1] == JMP_SHORT && bytes[2] == BACK_TO_HLT;
    free(memory);
    return ret;
}

bool qemu_seems_halted(struct qemu *qemu)
{
    char *text = ask(qemu, "info registers");
    bool ret = text && is_halted(text) && (interrupts_off(text) || loops(qemu, text));

    free(text);
    return ret;
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
    if (!qemu_seems_halted(qemu))
        return NULL;
    struct error *err = simple_command(qemu, "stop");
    if (!err)
        *ret = qemu_seems_halted(qemu);
    if (!err && !*ret)
        err = simple_command(qemu, "cont");
    /* A guest that ends in this very moment is no failure of ours. */
    if (err && error_kind(err) == ERROR_CLOSED) {
        error_free(err);
        err = NULL;
    }
    return err;
}
