/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * g G p P: registers as QEMU has them, rip aside.
 *
 * A debugger takes rip for an address. Where cs has a base it is an offset, and gdb would compare
 * it with the linear addresses of breakpoints and symbols. So there, and only there, the pc is
 * shown as a linear address, and what is written is turned back into an offset.
 *
 * G is taken apart into single registers that differ: written as one packet, it makes QEMU change
 * others as well when the CPU is not in long mode.
 */
#include <stdlib.h>
#include <string.h>

#include "internal_gateway.h"

#define PC_NAME "rip"

struct cpu {
    struct target *target;
    uint64_t pc;   /* linear */
    uint64_t base; /* what a written pc has too much */
};

static struct error *cpu_now(struct gateway *gateway, struct cpu *ret)
{
    const struct stop *stop;
    struct error *err = debugger_stop(gateway->debugger, &stop);

    if (err)
        return err;
    ret->target = stop->target;
    ret->pc = registers_pc(&stop->regs).value;
    ret->base = ret->pc - stop->regs.rip;
    return NULL;
}

static void put_pc(const struct cpu *cpu, char *digits, unsigned int size)
{
    uint8_t bytes[sizeof(cpu->pc)];

    for (unsigned int i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(cpu->pc >> 8 * i);
    if (size <= sizeof(bytes))
        rsp_to_hex(bytes, size, digits);
}

static bool is_pc(const struct target_register *reg)
{
    return strcmp(reg->name, PC_NAME) == 0;
}

/* The g reply as the client sees it; the caller frees it. */
static struct error *all_registers(const struct cpu *cpu, char **ret, size_t *ret_length)
{
    struct target_register reg;
    struct error *err = target_forward(cpu->target, "g", ret, ret_length);

    for (unsigned int i = 0; !err && target_register(cpu->target, i, &reg); i++)
        if (is_pc(&reg) && 2 * (size_t)(reg.offset + reg.size) <= *ret_length)
            put_pc(cpu, *ret + 2 * (size_t)reg.offset, reg.size);
    return err;
}

void gateway_read_all(struct gateway *gateway)
{
    struct cpu cpu;
    size_t length;
    char *digits;
    struct error *err = cpu_now(gateway, &cpu);

    /* gdb has a hook behind its monitor command: it need not be told to look again. */
    gateway->looks_again = gateway->looks_again || gateway->moved_unseen;
    gateway->moved_unseen = false;
    if (!err)
        err = all_registers(&cpu, &digits, &length);
    if (err) {
        gateway_refuse(gateway, err);
        return;
    }
    client_send(&gateway->client, digits, length);
    free(digits);
}

void gateway_read_one(struct gateway *gateway, const char *body)
{
    struct target_register reg;
    struct cpu cpu;
    uint64_t number;
    size_t length;
    char *digits;
    const char *end = rsp_hex_number(body + 1, body + strlen(body), &number);
    struct error *err = cpu_now(gateway, &cpu);

    if (!err && (!end || *end || number > UINT16_MAX ||
                 !target_register(cpu.target, (unsigned int)number, &reg)))
        err = error_new(ERROR_INPUT, "packet \"%.20s\": no such register", body);
    if (!err)
        err = target_forward(cpu.target, body, &digits, &length);
    if (err) {
        gateway_refuse(gateway, err);
        return;
    }
    if (is_pc(&reg) && length == 2 * (size_t)reg.size)
        put_pc(&cpu, digits, reg.size);
    client_send(&gateway->client, digits, length);
    free(digits);
}

/* A pc that the code's segment cannot reach is refused, and nothing changes. */
static struct error *unlinear(const struct cpu *cpu, uint64_t *value)
{
    uint64_t offset = (*value - cpu->base) & UINT32_MAX;

    if (cpu->base == 0)
        return NULL;
    if (offset > UINT16_MAX)
        return error_new(ERROR_INPUT, "rip: linear 0x%llx is outside the code segment at 0x%llx",
                         (unsigned long long)*value, (unsigned long long)cpu->base);
    *value = offset;
    return NULL;
}

/* The debugger's way for what fits it; the wide ones (st0, xmm0) go straight. */
static struct error *write_register(struct gateway *gateway, const struct cpu *cpu,
                                    unsigned int number, const struct target_register *reg,
                                    const char *digits)
{
    uint8_t bytes[TARGET_REGISTER_MAX];
    uint64_t value = 0;
    char text[2 * TARGET_REGISTER_MAX + 1];

    if (reg->size > sizeof(bytes) || !rsp_from_hex(digits, bytes, reg->size))
        return error_new(ERROR_INPUT, "register %s: its value is not %u bytes in hex", reg->name,
                         reg->size);
    if (reg->size > sizeof(value)) {
        memcpy(text, digits, 2 * (size_t)reg->size);
        text[2 * (size_t)reg->size] = '\0';
        return target_write_raw(cpu->target, number, text);
    }
    for (unsigned int i = reg->size; i-- > 0;)
        value = value << 8 | bytes[i];
    struct error *err = is_pc(reg) ? unlinear(cpu, &value) : NULL;
    return err ? err : debugger_write_register(gateway->debugger, reg->name, value);
}

void gateway_write_one(struct gateway *gateway, const char *body, size_t length)
{
    struct target_register reg;
    struct cpu cpu;
    uint64_t number;
    const char *at = rsp_hex_number(body + 1, body + length, &number);
    struct error *err = cpu_now(gateway, &cpu);

    if (!err && (!at || *at != '=' || number > UINT16_MAX ||
                 !target_register(cpu.target, (unsigned int)number, &reg) ||
                 (size_t)(body + length - at - 1) != 2 * (size_t)reg.size))
        err = error_new(ERROR_INPUT, "packet \"%.20s\": no such register, or not its size", body);
    if (!err)
        err = write_register(gateway, &cpu, (unsigned int)number, &reg, at + 1);
    if (err)
        gateway_refuse(gateway, err);
    else
        gateway_reply(gateway, "OK");
}

static struct error *write_changed(struct gateway *gateway, const struct cpu *cpu, const char *old,
                                   const char *new, size_t length)
{
    struct target_register reg;
    struct error *err = NULL;

    for (unsigned int i = 0; !err && target_register(cpu->target, i, &reg); i++) {
        size_t at = 2 * (size_t)reg.offset, size = 2 * (size_t)reg.size;

        if (at + size <= length && strncasecmp(old + at, new + at, size) != 0)
            err = write_register(gateway, cpu, i, &reg, new + at);
    }
    return err;
}

void gateway_write_all(struct gateway *gateway, const char *digits, size_t length)
{
    struct cpu cpu;
    size_t old_length;
    char *old = NULL;
    struct error *err = cpu_now(gateway, &cpu);

    if (!err)
        err = all_registers(&cpu, &old, &old_length);
    if (!err && length != old_length)
        err = error_new(ERROR_INPUT, "packet G: %zu digits, but the registers take %zu", length,
                        old_length);
    if (!err)
        err = write_changed(gateway, &cpu, old, digits, length);
    free(old);
    if (err)
        gateway_refuse(gateway, err);
    else
        gateway_reply(gateway, "OK");
}
