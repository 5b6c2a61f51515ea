/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "descriptors.h"

#include <stdio.h>
#include <string.h>

static uint64_t bits(uint64_t value, unsigned int low, unsigned int width)
{
    return (value >> low) & ((UINT64_C(1) << width) - 1);
}

static uint64_t load64(const uint8_t *bytes)
{
    uint64_t value;

    memcpy(&value, bytes, sizeof(value));
    return value;
}

/* Types of system descriptors; in long mode the 16-bit ones do not exist. NULL: reserved. */
static const char *system_name(unsigned int type, bool long_mode)
{
    static const char *const names32[16] = {
        [1] = "tss16 available",    [2] = "ldt",
        [3] = "tss16 busy",         [4] = "call gate 16",
        [5] = "task gate",          [6] = "interrupt gate 16",
        [7] = "trap gate 16",       [9] = "tss32 available",
        [11] = "tss32 busy",        [12] = "call gate 32",
        [14] = "interrupt gate 32", [15] = "trap gate 32",
    };
    static const char *const names64[16] = {
        [2] = "ldt",           [9] = "tss64 available",    [11] = "tss64 busy",
        [12] = "call gate 64", [14] = "interrupt gate 64", [15] = "trap gate 64",
    };

    return long_mode ? names64[type] : names32[type];
}

void descriptor_decode(const uint8_t *bytes, size_t available, bool long_mode,
                       struct descriptor *ret)
{
    uint64_t low = load64(bytes);
    struct descriptor out = {
        .low = low,
        .size = DESCRIPTOR_BYTES,
        .base = bits(low, 16, 24) | bits(low, 56, 8) << 24,
        .limit = (uint32_t)(bits(low, 0, 16) | bits(low, 48, 4) << 16),
        .type = (unsigned int)bits(low, 40, 4),
        .code_or_data = bits(low, 44, 1),
        .dpl = (unsigned int)bits(low, 45, 2),
        .present = bits(low, 47, 1),
        .available = bits(low, 52, 1),
        .long_code = bits(low, 53, 1),
        .big = bits(low, 54, 1),
        .granular = bits(low, 55, 1),
    };

    if (out.granular)
        out.limit = out.limit << 12 | 0xfff;
    /* Reserved types, the all-zero entry among them, are not known to have a second half. */
    if (long_mode && !out.code_or_data && system_name(out.type, true) &&
        available >= DESCRIPTOR_LONG_BYTES) {
        out.high = load64(bytes + DESCRIPTOR_BYTES);
        out.size = DESCRIPTOR_LONG_BYTES;
        out.base |= bits(out.high, 0, 32) << 32;
    }
    *ret = out;
}

#define TYPE_ACCESSED 0x1u
#define TYPE_RW       0x2u /* code: readable; data: writable */
#define TYPE_EXPAND   0x4u /* code: conforming; data: expand-down */
#define TYPE_CODE     0x8u

static const char *width_text(bool big, bool long_code)
{
    if (long_code)
        return "64-bit";
    return big ? "32-bit" : "16-bit";
}

const char *descriptor_type_text(const struct descriptor *descriptor, bool long_mode, char *out,
                                 size_t size)
{
    unsigned int type = descriptor->type;

    if (!descriptor->code_or_data) {
        const char *name = system_name(type, long_mode);

        snprintf(out, size, "%s", descriptor->low == 0 ? "null" : name ? name : "reserved");
        return out;
    }
    if (type & TYPE_CODE)
        snprintf(out, size, "code %s %s%s%s", type & TYPE_RW ? "r-x" : "--x",
                 width_text(descriptor->big, descriptor->long_code),
                 type & TYPE_EXPAND ? " conforming" : "", type & TYPE_ACCESSED ? " accessed" : "");
    else
        snprintf(out, size, "data %s %s%s%s", type & TYPE_RW ? "rw-" : "r--",
                 width_text(descriptor->big, false), type & TYPE_EXPAND ? " expand-down" : "",
                 type & TYPE_ACCESSED ? " accessed" : "");
    return out;
}

/* The CPU sets "accessed" in whatever it loads, so that it says nothing here. */
/* The attributes are the descriptor's high word where it stands: bits 8..23 are bits 40..55. */
const char *segment_type_text(const struct segment *segment, bool long_mode, char *out, size_t size)
{
    uint64_t low = (uint64_t)segment->attributes << 32;
    struct descriptor descriptor = {
        .low = low,
        .type = (unsigned int)bits(low, 40, 4),
        .code_or_data = bits(low, 44, 1),
        .long_code = bits(low, 53, 1),
        .big = bits(low, 54, 1),
    };
    char type[DESCRIPTOR_TEXT_MAX];

    if (descriptor.code_or_data)
        descriptor.type &= ~TYPE_ACCESSED;
    if (!bits(low, 47, 1))
        snprintf(out, size, "unusable");
    else if (bits(low, 45, 2))
        snprintf(out, size, "dpl %u %s", (unsigned int)bits(low, 45, 2),
                 descriptor_type_text(&descriptor, long_mode, type, sizeof(type)));
    else
        descriptor_type_text(&descriptor, long_mode, out, size);
    return out;
}

unsigned int gate_size(enum idt_format format)
{
    switch (format) {
    case IDT_REAL:
        return 4;
    case IDT_GATES32:
        return 8;
    case IDT_GATES64:
        break;
    }
    return 16;
}

void gate_decode(const uint8_t *bytes, enum idt_format format, struct gate *ret)
{
    uint32_t vector;
    uint64_t low;

    if (format == IDT_REAL) {
        memcpy(&vector, bytes, sizeof(vector));
        *ret = (struct gate){.offset = vector & 0xffff,
                             .selector = (uint16_t)(vector >> 16),
                             .present = vector != 0};
        return;
    }
    low = load64(bytes);
    *ret = (struct gate){
        .offset = bits(low, 0, 16) | bits(low, 48, 16) << 16,
        .selector = (uint16_t)bits(low, 16, 16),
        .type = (unsigned int)bits(low, 40, 5),
        .dpl = (unsigned int)bits(low, 45, 2),
        .present = bits(low, 47, 1),
    };
    if (format == IDT_GATES64) {
        ret->ist = (unsigned int)bits(low, 32, 3);
        ret->offset |= bits(load64(bytes + 8), 0, 32) << 32;
    }
}

const char *gate_type_text(const struct gate *gate, char *out, size_t size)
{
    static const char *const names[16] = {
        [5] = "task", [6] = "interrupt16", [7] = "trap16", [14] = "interrupt", [15] = "trap",
    };
    const char *name = gate->type < 16 ? names[gate->type] : NULL;

    if (name)
        snprintf(out, size, "%s", name);
    else
        snprintf(out, size, "type 0x%x", gate->type);
    return out;
}

const char *vector_name(unsigned int vector)
{
    static const char *const names[32] = {
        "#DE", "#DB", "NMI", "#BP", "#OF",        "#BR",        "#UD",        "#NM", "#DF",
        NULL,  "#TS", "#NP", "#SS", "#GP",        "#PF",        NULL,         "#MF", "#AC",
        "#MC", "#XM", "#VE", "#CP", [28] = "#HV", [29] = "#VC", [30] = "#SX",
    };

    return vector < 32 ? names[vector] : NULL;
}
