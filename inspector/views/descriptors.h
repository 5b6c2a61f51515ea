/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One entry of a descriptor table, decoded (SDM vol. 3, 3.4.5, 6.11, 6.14.1). Pure functions on
 * bytes: the views gdt and idt read the tables.
 *
 *   segment descriptor   63      56 55  52 51   48 47 46 45 44 43  40 39      16 15       0
 *                       | base 24+ | G D L A | limit | P | DPL | S | type | base 0.. | limit 0.. |
 *   In long mode a system descriptor (S = 0) has 8 more bytes: base 32.. in the low half.
 */
#ifndef BOOTSCOPE_VIEWS_DESCRIPTORS_H
#define BOOTSCOPE_VIEWS_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "registers.h"

#define DESCRIPTOR_BYTES      8
#define DESCRIPTOR_LONG_BYTES 16
#define DESCRIPTOR_TEXT_MAX   64

struct descriptor {
    uint64_t low, high; /* raw; high is 0 for an 8-byte one */
    unsigned int size;  /* 8, or 16 for a system descriptor in long mode */
    uint64_t base;
    uint32_t limit; /* in bytes, granularity applied: the last valid offset */
    unsigned int type, dpl;
    bool code_or_data; /* S */
    bool present, granular, big, long_code, available;
};

/* Decodes the descriptor at bytes, of which available can be read (at least 8). */
void descriptor_decode(const uint8_t *bytes, size_t available, bool long_mode,
                       struct descriptor *ret);
/* "code r-x 64-bit accessed", "tss64 busy", ...; returns out. */
const char *descriptor_type_text(const struct descriptor *descriptor, bool long_mode, char *out,
                                 size_t size);
/*
 * The same for the hidden part of a segment register, from its attributes, without "accessed" and
 * with a privilege level other than 0; "unusable" if absent.
 */
const char *segment_type_text(const struct segment *segment, bool long_mode, char *out,
                              size_t size);

enum idt_format { IDT_REAL, IDT_GATES32, IDT_GATES64 };

/* An interrupt vector: where it leads. */
struct gate {
    uint64_t offset;
    uint16_t selector;
    unsigned int type, dpl, ist; /* type and dpl: not in real mode */
    bool present;                /* real mode: not 0:0 */
};

/* 4, 8 or 16. */
unsigned int gate_size(enum idt_format format);
/* Decodes gate_size(format) bytes. */
void gate_decode(const uint8_t *bytes, enum idt_format format, struct gate *ret);
/* "interrupt", "trap", "task"; "type 0x.." for what the CPU does not take. */
const char *gate_type_text(const struct gate *gate, char *out, size_t size);
/* "#PF", "NMI", ...; NULL for a vector without a name. */
const char *vector_name(unsigned int vector);

#endif
