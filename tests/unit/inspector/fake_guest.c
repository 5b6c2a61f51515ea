/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake_guest.h"

#include <inttypes.h>
#include <string.h>

#define CR0_PE       UINT64_C(1)
#define CR0_PE_PG    UINT64_C(0x80000001)
#define EFER_LME_LMA UINT64_C(0x500)
#define CODE32       UINT32_C(0x00cf9b00) /* attributes of cs: present, code, G, D */
#define CODE64       UINT32_C(0x00af9b00) /* the same with L for D */
#define REAL_CS_BASE UINT64_C(0x10000)
#define INSTRUCTIONS 10

static size_t find(const struct target *target, uint64_t address)
{
    size_t i = 0;

    while (i < target->breakpoint_count && target->breakpoints[i] != address)
        i++;
    return i;
}

bool fake_guest_has(const struct target *target, uint64_t address)
{
    return find(target, address) < target->breakpoint_count;
}

struct error *target_insert_breakpoint(struct target *target, virt_t address)
{
    if (target->refuses || target->breakpoint_count == FAKE_BREAKPOINTS_MAX)
        return error_new(ERROR_PROTOCOL, "fake guest: no breakpoint at 0x%" PRIx64, address.value);
    target->insertions++;
    if (!fake_guest_has(target, address.value))
        target->breakpoints[target->breakpoint_count++] = address.value;
    return NULL;
}

struct error *target_remove_breakpoint(struct target *target, virt_t address)
{
    size_t i = find(target, address.value);

    if (i < target->breakpoint_count)
        target->breakpoints[i] = target->breakpoints[--target->breakpoint_count];
    return NULL;
}

static struct error *finish(const struct target *target, struct stop_event *ret)
{
    switch (target->end) {
    case FAKE_HANGS:
        return error_new(ERROR_TIMEOUT, "fake guest: hangs");
    case FAKE_HANGS_UP:
        return error_new(ERROR_CLOSED, "fake guest: closed");
    case FAKE_EXITS:
        ret->reason = STOP_EXITED;
        return NULL;
    case FAKE_SHUTS_DOWN:
        ret->reason = STOP_SHUTDOWN;
        return NULL;
    }
    return NULL;
}

bool target_has_breakpoint(const struct target *target, virt_t address)
{
    return fake_guest_has(target, address.value);
}

struct error *target_insert_watchpoint(struct target *target, enum watch_kind kind, virt_t address,
                                       uint64_t length)
{
    if (kind != WATCH_KIND_READ || length != 1 || target->watched)
        return error_new(ERROR_PROTOCOL, "fake guest: no watchpoint at 0x%" PRIx64, address.value);
    target->watched = address.value;
    return NULL;
}

struct error *target_remove_watchpoint(struct target *target, enum watch_kind kind, virt_t address,
                                       uint64_t length)
{
    if (kind != WATCH_KIND_READ || length != 1 || target->watched != address.value)
        return error_new(ERROR_PROTOCOL, "fake guest: no watchpoint at 0x%" PRIx64, address.value);
    target->watched = 0;
    return NULL;
}

size_t target_read_watches(const struct target *target, virt_t address)
{
    return target->watched == address.value ? 1 + target->other_watches : 0;
}

/* Whether the guest stops where it has just come to. */
static bool stops(const struct target *target, const struct fake_step *step, struct stop_event *ret)
{
    *ret = (struct stop_event){STOP_BREAKPOINT, 5, virt(0), WATCH_KIND_WRITE};
    if (step->foreign)
        ret->reason = step->reason;
    if (step->reads && step->reads == target->watched)
        *ret = (struct stop_event){STOP_WATCHPOINT, 5, virt(step->reads), WATCH_KIND_READ};
    return step->foreign || ret->reason == STOP_WATCHPOINT || fake_guest_has(target, step->pc);
}

struct error *target_continue(struct target *target, int64_t deadline, struct stop_event *ret)
{
    (void)deadline;
    *ret = (struct stop_event){STOP_BREAKPOINT, 5, virt(0), WATCH_KIND_WRITE};
    target->resumes++;
    while (target->next < target->count)
        if (stops(target, &target->steps[target->next++], ret))
            return NULL;
    target->next = target->count + 1;
    return finish(target, ret);
}

struct error *target_run_for(struct target *target, int64_t nanoseconds, struct stop_event *ret)
{
    return target_continue(target, nanoseconds, ret);
}

/* To the next address of the script, whatever is there. */
struct error *target_step(struct target *target, struct stop_event *ret)
{
    *ret = (struct stop_event){STOP_BREAKPOINT, 5, virt(0), WATCH_KIND_WRITE};
    if (target->next < target->count)
        stops(target, &target->steps[target->next], ret);
    target->next++;
    return target->next <= target->count ? NULL : finish(target, ret);
}

struct error *target_stop_again(struct target *target, struct stop_event *ret)
{
    (void)ret;
    target->again++;
    return NULL;
}

struct error *target_uncover(struct target *target, struct stop_event *ret)
{
    return target_stop_again(target, ret);
}

struct error *target_pc(struct target *target, virt_t *ret)
{
    struct registers regs;
    struct error *err = target_registers(target, &regs);

    *ret = registers_pc(&regs);
    return err;
}

struct error *target_registers(struct target *target, struct registers *ret)
{
    static const struct fake_step nowhere = {.pc = FAKE_END_PC, .bits = 64};
    bool there = target->next > 0 && target->next <= target->count;
    const struct fake_step *step = there ? &target->steps[target->next - 1] : &nowhere;

    memset(ret, 0, sizeof(*ret));
    ret->hidden_known = true;
    ret->rip = step->pc;
    ret->gpr[RAX] = step->rax;
    ret->gpr[RSI] = step->rsi;
    ret->gpr[RBP] = step->rbp;
    ret->gpr[RBX] = step->rbx;
    ret->gpr[RSP] = step->rsp;
    if (step->bits == 16) {
        ret->segment[SEG_CS].base = REAL_CS_BASE;
        ret->rip -= REAL_CS_BASE;
        return NULL;
    }
    ret->cr0 = step->bits == 64 ? CR0_PE_PG : CR0_PE;
    ret->efer = step->bits == 64 ? EFER_LME_LMA : 0;
    ret->segment[SEG_CS].attributes = step->bits == 64 ? CODE64 : CODE32;
    return NULL;
}

struct error *target_read_virt(struct target *target, virt_t address, void *buffer, size_t length)
{
    uint64_t offset = address.value - target->variable_address;

    if (target->stack_address && address.value == target->stack_address &&
        length == sizeof(target->stack)) {
        memcpy(buffer, &target->stack, length);
        return NULL;
    }
    if (!target->variable_address || offset >= sizeof(target->variable) ||
        length > sizeof(target->variable) - offset)
        return error_new(ERROR_PROTOCOL, "fake guest: E14 at 0x%" PRIx64, address.value);
    memcpy(buffer, (const uint8_t *)target->variable + offset, length);
    return NULL;
}

struct error *fake_guest_drain(void *machine)
{
    struct target *target = machine;

    for (; target->drained < target->next && target->drained < target->count; target->drained++) {
        const char *marker = target->steps[target->drained].marker;

        if (marker)
            markers_feed(target->markers, marker, strlen(marker));
    }
    return NULL;
}

struct error *fake_guest_instructions(void *machine, bool *ret_known, uint64_t *ret)
{
    const struct target *target = machine;

    *ret_known = true;
    *ret = target->next * INSTRUCTIONS;
    return NULL;
}
