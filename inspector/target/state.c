/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Registers: from the "g" reply by name, the rest from the monitor. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hidden.h"
#include "rsp.h"
#include "internal.h"

#define VALUE_SIZE_MAX 8

/* The registers of one stop as they came in. */
struct raw {
    uint8_t *bytes; /* the decoded g reply; registers behind its end are asked for one by one */
    size_t length;
    char *monitor; /* text of "info registers", or NULL */
};

static uint64_t little_endian(const uint8_t *bytes, unsigned int size)
{
    uint64_t value = 0;

    for (unsigned int i = size; i-- > 0;)
        value = value << 8 | bytes[i];
    return value;
}

static struct error *read_g(struct target *target, struct raw *ret)
{
    struct reply reply;
    struct error *err = target_request(target, "g", &reply);

    if (err)
        return err;
    if (reply.length < 2 || reply.length % 2 || reply.body[0] == 'E')
        return reply_error("g", &reply, "registers in hex");
    if (reply.length / 2 > target->layout.size)
        return error_new(ERROR_PROTOCOL, "g: %zu bytes of registers, target.xml describes %zu",
                         reply.length / 2, target->layout.size);
    ret->length = reply.length / 2;
    ret->bytes = malloc(ret->length);
    if (!ret->bytes)
        return error_errno(ENOMEM, "registers");
    if (!rsp_from_hex(reply.body, ret->bytes, ret->length))
        return reply_error("g", &reply, "registers in hex");
    return NULL;
}

/* One register behind the end of the g reply. */
static struct error *read_p(struct target *target, const struct layout_register *reg,
                            uint8_t *ret_bytes)
{
    struct reply reply;
    char request[32];

    snprintf(request, sizeof(request), "p%x", reg->number);
    struct error *err = target_request(target, request, &reply);
    if (err)
        return err;
    if (reply.length != 2 * (size_t)reg->size || !rsp_from_hex(reply.body, ret_bytes, reg->size))
        return reply_error(request, &reply, reg->name);
    return NULL;
}

/* *ret stays unknown when target.xml has no such register. */
static struct error *layout_value(struct target *target, const struct raw *raw, const char *name,
                                  struct maybe *ret)
{
    const struct layout_register *reg = layout_find(&target->layout, name);
    uint8_t bytes[VALUE_SIZE_MAX];

    *ret = (struct maybe){0};
    if (!reg)
        return NULL;
    if (reg->size > sizeof(bytes))
        return error_new(ERROR_PROTOCOL, "target.xml: register %s has %u bytes", name, reg->size);
    if (reg->offset + reg->size <= raw->length) {
        *ret = known(little_endian(raw->bytes + reg->offset, reg->size));
        return NULL;
    }
    struct error *err = read_p(target, reg, bytes);
    if (!err)
        *ret = known(little_endian(bytes, reg->size));
    return err;
}

/* An essential register is one without which no view can be right. */
static struct error *take_value(struct target *target, const struct raw *raw, const char *name,
                                bool essential, uint64_t *ret)
{
    char upper[LAYOUT_NAME_MAX] = "";
    struct maybe value;
    struct error *err = layout_value(target, raw, name, &value);

    if (err)
        return err;
    for (size_t i = 0; i < sizeof(upper) - 1 && name[i]; i++)
        upper[i] = (char)(name[i] >= 'a' && name[i] <= 'z' ? name[i] - 'a' + 'A' : name[i]);
    if (!value.known && raw->monitor)
        value.known = hidden_value(raw->monitor, upper, &value.value);
    if (!value.known && essential)
        return error_new(ERROR_PROTOCOL, "target.xml has no register %s", name);
    *ret = value.known ? value.value : 0;
    return NULL;
}

static struct error *take_general(struct target *target, const struct raw *raw,
                                  struct registers *regs)
{
    struct error *err = NULL;

    for (int i = 0; i < GPR_COUNT && !err; i++)
        err = take_value(target, raw, gpr_name(i), true, &regs->gpr[i]);
    for (int i = 0; i <= SEG_GS && !err; i++) {
        uint64_t selector;

        err = take_value(target, raw, segment_name(i), i == SEG_CS, &selector);
        if (!err)
            regs->segment[i].selector = (uint16_t)selector;
    }
    return err;
}

static struct error *take_system(struct target *target, const struct raw *raw,
                                 struct registers *regs)
{
    const struct {
        const char *name;
        bool essential;
        uint64_t *value;
    } wanted[] = {
        {"rip", true, &regs->rip},  {"eflags", true, &regs->rflags}, {"cr0", true, &regs->cr0},
        {"cr2", false, &regs->cr2}, {"cr3", true, &regs->cr3},       {"cr4", true, &regs->cr4},
        {"cr8", false, &regs->cr8}, {"efer", true, &regs->efer},
    };
    struct error *err = NULL;

    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]) && !err; i++)
        err = take_value(target, raw, wanted[i].name, wanted[i].essential, wanted[i].value);
    return err;
}

static struct error *read_all(struct target *target, struct raw *raw, struct registers *regs)
{
    uint64_t halted;
    struct error *err = read_g(target, raw);

    if (!err)
        err = target_monitor(target, "info registers", &raw->monitor);
    if (!err)
        err = take_general(target, raw, regs);
    if (!err)
        err = take_system(target, raw, regs);
    if (!err && raw->monitor)
        regs->hidden_known = hidden_parse(raw->monitor, regs);
    if (!err && raw->monitor && hidden_value(raw->monitor, "HLT", &halted))
        regs->halted = halted != 0;
    return err;
}

struct error *target_registers(struct target *target, struct registers *ret)
{
    struct registers regs = {0};
    struct raw raw = {0};
    struct error *err = target_stop(target);

    if (!err && !target->registers_fresh) {
        err = read_all(target, &raw, &regs);
        if (!err) {
            target->registers = regs;
            target->registers_fresh = true;
        }
    }
    free(raw.bytes);
    free(raw.monitor);
    if (err)
        return err;
    *ret = target->registers;
    return NULL;
}

/* With the hidden part of cs as it was read last, which only a far jump changes. */
static struct error *read_pc(struct target *target, const struct raw *raw, virt_t *ret,
                             bool *ret_sure)
{
    struct registers regs = target->registers;
    const struct registers *before = &target->registers;
    struct error *err = take_general(target, raw, &regs);

    if (!err)
        err = take_system(target, raw, &regs);
    if (err)
        return err;
    *ret = registers_pc(&regs);
    *ret_sure = before->hidden_known && regs.cr0 == before->cr0 && regs.efer == before->efer &&
                regs.segment[SEG_CS].selector == before->segment[SEG_CS].selector;
    return NULL;
}

struct error *target_pc(struct target *target, virt_t *ret)
{
    struct registers regs;
    struct raw raw = {0};
    bool sure = false;
    struct error *err = target_stop(target);

    if (!err && !target->registers_fresh && target->registers.hidden_known) {
        err = read_g(target, &raw);
        if (!err)
            err = read_pc(target, &raw, ret, &sure);
        free(raw.bytes);
    }
    if (err || sure)
        return err;
    err = target_registers(target, &regs);
    if (!err)
        *ret = registers_pc(&regs);
    return err;
}

struct error *target_write_register(struct target *target, const char *name, uint64_t value)
{
    const struct layout_register *reg = layout_find(&target->layout, name);
    uint8_t bytes[VALUE_SIZE_MAX];
    char request[64];

    if (!reg)
        return error_new(ERROR_INPUT, "%s: no such register in target.xml", name);
    if (reg->size > sizeof(bytes) || (reg->size < 8 && value >> (8 * reg->size)))
        return error_new(ERROR_INPUT, "%s: 0x%llx does not fit %u bytes", name,
                         (unsigned long long)value, reg->size);
    for (unsigned int i = 0; i < reg->size; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
    int length = snprintf(request, sizeof(request), "P%x=", reg->number);
    size_t digits = rsp_to_hex(bytes, reg->size, request + length);
    request[(size_t)length + digits] = '\0';
    target->registers_fresh = false;
    return target_command(target, request);
}
