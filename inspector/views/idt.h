/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * View: where interrupts and exceptions lead. In real mode the vectors are 4-byte far pointers
 * (the IVT), in protected mode 8-byte gates, in long mode 16-byte gates.
 */
#ifndef BOOTSCOPE_VIEWS_IDT_H
#define BOOTSCOPE_VIEWS_IDT_H

#include "descriptors.h"
#include "views.h"

#define IDT_VECTORS 256

struct idt_vector {
    unsigned int vector;
    struct gate gate;
    char where[64]; /* the handler by name; "" when no symbol fits */
};

struct idt_view {
    bool known; /* the CPU told IDTR */
    enum idt_format format;
    uint64_t base; /* linear */
    uint16_t limit;
    size_t readable; /* bytes of the table, at most 256 vectors, that are in mapped memory */
    size_t vectors;  /* that the limit allows, at most 256 */
    size_t present;  /* entries in list */
    struct idt_vector list[IDT_VECTORS];
};

/* Errors of target_read_virt, save "nothing mapped there", which shows as readable. */
struct error *idt_capture(const struct stop *stop, struct idt_view *ret);
void idt_text(const struct idt_view *view, const struct text *text);
/*
 * {"base","limit","format":"real"|"gates32"|"gates64","vectors":n,"readable":bytes,"present":n,
 *  "gates":[{"vector","name","offset","selector","type","dpl","ist","handler"}]}; null when
 * IDTR is not known. gates is [] in real mode, where the BIOS fills all vectors.
 */
json_t *idt_json(const struct idt_view *view);
/* The entry of a vector; NULL when it is not present (or not within limit and memory). */
const struct idt_vector *idt_find(const struct idt_view *view, unsigned int vector);

#endif
