/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The named values of one stop, from the views of its tables. */
#include "fields.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "flags.h"
#include "gdt.h"
#include "idt.h"
#include "params.h"
#include "text.h"
#include "x86.h"

/* CF PF AF ZF SF OF: what the last comparison or sum left. */
#define RFLAGS_STATUS 0x8d5u

struct capture {
    const struct stop *stop;
    struct fields *fields;
};

/* An address between what goes with it (or ""). */
static struct field *add_address(struct capture *capture, enum field_group group, const char *name,
                                 const char *head, uint64_t address, const char *tail)
{
    struct field *field = fields_add(capture->fields, group, name, "%s%s%s", head,
                                     text_hex(address), tail);

    field->address = address;
    field->head = text_new("%s", head);
    field->tail = text_new("%s", tail);
    return field;
}

static void add_flags(struct capture *capture, const char *name, const struct flag_set *set,
                      uint64_t value)
{
    char names[FLAGS_TEXT_MAX];

    flags_text(set, value, names, sizeof(names));
    fields_add(capture->fields, FIELD_REGISTER, name, "%s%s%s", text_hex(value),
               names[0] ? " " : "", names);
}

/* A segment or descriptor; only a base that is not 0 is the address of something. */
static void add_based(struct capture *capture, enum field_group group, const char *name,
                      const char *head, uint64_t base, const char *tail)
{
    if (base)
        add_address(capture, group, name, head, base, tail);
    else
        fields_add(capture->fields, group, name, "%s0x0%s", head, tail);
}

static void add_segments(struct capture *capture)
{
    const struct registers *regs = &capture->stop->regs;
    char type[DESCRIPTOR_TEXT_MAX], head[32], tail[96];

    for (unsigned int i = 0; i < SEG_COUNT; i++) {
        const struct segment *segment = &regs->segment[i];
        const char *name = segment_name((enum segment_register)i);

        snprintf(head, sizeof(head), "%#x base ", segment->selector);
        snprintf(tail, sizeof(tail), " limit %#x %s", segment->limit,
                 segment_type_text(segment, regs->efer & EFER_LMA, type, sizeof(type)));
        if (regs->hidden_known)
            add_based(capture, FIELD_REGISTER, name, head, segment->base, tail);
        else if (i < SEG_LDTR)
            fields_add(capture->fields, FIELD_REGISTER, name, "%#x", segment->selector);
    }
}

static void add_table_register(struct capture *capture, const char *name,
                               const struct table_register *table)
{
    char tail[32];

    snprintf(tail, sizeof(tail), " limit %#x", table->limit);
    add_address(capture, FIELD_REGISTER, name, "", table->base, tail);
}

static void add_general(struct capture *capture)
{
    const struct registers *regs = &capture->stop->regs;
    char names[FLAGS_TEXT_MAX];

    for (unsigned int i = 0; i < GPR_COUNT; i++)
        if (i != RSP)
            add_address(capture, FIELD_REGISTER, gpr_name((enum gpr)i), "", regs->gpr[i], "")
                ->scratch = true;
    fields_add(capture->fields, FIELD_REGISTER, "cr2", "%s", text_hex(regs->cr2))->scratch = true;
    fields_add(capture->fields, FIELD_REGISTER, "status flags", "%s",
               flags_text(&flags_rflags, regs->rflags & RFLAGS_STATUS, names, sizeof(names)))
        ->scratch = true;
}

static void add_registers(struct capture *capture)
{
    const struct registers *regs = &capture->stop->regs;
    char names[FLAGS_TEXT_MAX];

    fields_add(capture->fields, FIELD_CODE, "mode", "%s", cpu_mode_name(registers_mode(regs)));
    add_address(capture, FIELD_CODE, "rip", "", registers_pc(regs).value, "");
    add_address(capture, FIELD_REGISTER, "rsp", "", registers_stack(regs).value, "");
    flags_text(&flags_rflags, regs->rflags & ~(uint64_t)RFLAGS_STATUS, names, sizeof(names));
    fields_add(capture->fields, FIELD_REGISTER, "rflags", "%s", names[0] ? names : "none");
    add_flags(capture, "cr0", &flags_cr0, regs->cr0);
    add_address(capture, FIELD_REGISTER, "cr3", "", regs->cr3, "");
    add_flags(capture, "cr4", &flags_cr4, regs->cr4);
    add_flags(capture, "efer", &flags_efer, regs->efer);
    fields_add(capture->fields, FIELD_REGISTER, "cr8", "%s", text_hex(regs->cr8));
    add_segments(capture);
    if (regs->hidden_known) {
        add_table_register(capture, "gdtr", &regs->gdtr);
        add_table_register(capture, "idtr", &regs->idtr);
    }
    add_general(capture);
}

static struct error *add_gdt(struct capture *capture)
{
    struct gdt_view view;
    struct error *err = gdt_capture(capture->stop, &view);
    char name[FIELD_NAME_MAX], type[DESCRIPTOR_TEXT_MAX], tail[128];

    for (size_t i = 0; !err && view.known && i < view.count; i++) {
        const struct descriptor *d = &view.list[i].descriptor;

        /* Slot 0 is nobody's descriptor. */
        if (view.list[i].selector == 0)
            continue;
        snprintf(name, sizeof(name), "gdt %#x", view.list[i].selector);
        snprintf(tail, sizeof(tail), " limit %#x %s dpl %u %s", d->limit, d->present ? "P" : "-",
                 d->dpl, descriptor_type_text(d, view.long_mode, type, sizeof(type)));
        add_based(capture, FIELD_GDT, name, "base ", d->base, tail);
    }
    return err;
}

/* In real mode the BIOS's vectors are not the boot code's. */
static struct error *add_idt(struct capture *capture)
{
    struct idt_view *view = malloc(sizeof(*view));
    char name[FIELD_NAME_MAX], tail[64], type[32];

    if (!view)
        return error_new(ERROR_SYSTEM, "no memory for an interrupt table");
    struct error *err = idt_capture(capture->stop, view);
    bool ours = !err && view->known && view->format != IDT_REAL;
    for (size_t i = 0; ours && i < view->present; i++) {
        const struct idt_vector *vector = &view->list[i];
        const char *known_as = vector_name(vector->vector);

        snprintf(name, sizeof(name), "idt %u%s%s", vector->vector, known_as ? " " : "",
                 known_as ? known_as : "");
        snprintf(tail, sizeof(tail), " %s, selector %#x, ist %u",
                 gate_type_text(&vector->gate, type, sizeof(type)), vector->gate.selector,
                 vector->gate.ist);
        add_address(capture, FIELD_IDT, name, "", vector->gate.offset, tail);
    }
    free(view);
    return err;
}

static void add_paging(struct capture *capture, const struct pagetable_view *view)
{
    struct fields *fields = capture->fields;

    fields_add(fields, FIELD_PAGING, "paging", "%s", view->enabled ? "on" : "off");
    if (!view->present)
        return;
    fields_add(fields, FIELD_PAGING, "levels", "%u", view->paging.levels);
    fields_add(fields, FIELD_PAGING, "table pages", "%zu", view->tables);
    fields_add(fields, FIELD_PAGING, "identity", "%s%s", view->identity ? "yes" : "no",
               view->identity || !view->first_other.known ? "" : ", not all");
    if (view->damaged)
        fields_add(fields, FIELD_PAGING, "damaged", "%zu entries", view->damaged);
}

static void add_e820(struct capture *capture, const struct params_view *view)
{
    char name[FIELD_NAME_MAX];

    for (unsigned int i = 0; i < view->e820_count; i++) {
        const struct e820_range *range = &view->e820[i];

        snprintf(name, sizeof(name), "e820 %s", text_hex(range->start));
        fields_add(capture->fields, FIELD_PARAMS, name, "[%s, %s) %s", text_hex(range->start),
                   text_hex(range->start + range->size), e820_name(range->type));
    }
}

static void add_params_fields(struct capture *capture, const struct params_view *view)
{
    struct fields *fields = capture->fields;
    char names[FLAGS_TEXT_MAX], name[FIELD_NAME_MAX];

    fields_add(fields, FIELD_PARAMS, "loader", "%#x", view->loader);
    fields_add(fields, FIELD_PARAMS, "loadflags", "%#x %s", view->loadflags,
               flags_text(&flags_loadflags, view->loadflags, names, sizeof(names)));
    fields_add(fields, FIELD_PARAMS, "command line", view->cmdline_there ? "\"%s\"" : "none",
               view->cmdline);
    if (view->cmdline_address)
        add_address(capture, FIELD_PARAMS, "cmdline at", "", view->cmdline_address, "");
    if (view->initrd_size)
        fields_add(fields, FIELD_PARAMS, "initrd", "[%s, %s)", text_hex(view->initrd),
                   text_hex(view->initrd + view->initrd_size));
    add_e820(capture, view);
    for (unsigned int i = 0; i < view->setup_data_count; i++) {
        snprintf(name, sizeof(name), "setup_data %u", i);
        fields_add(fields, FIELD_PARAMS, name, "%s type %#" PRIx32 " %" PRIu32 " bytes",
                   text_hex(view->setup_data[i].address), view->setup_data[i].type,
                   view->setup_data[i].length);
    }
}

static struct error *add_params(struct capture *capture)
{
    struct params_view *view = malloc(sizeof(*view));

    if (!view)
        return error_new(ERROR_SYSTEM, "no memory for boot_params");
    struct error *err = params_capture(capture->stop, view);
    if (!err && view->present)
        add_params_fields(capture, view);
    free(view);
    return err;
}

struct error *fields_capture(const struct stop *stop, const struct pagetable_view *paging,
                             struct fields *ret)
{
    struct capture capture = {.stop = stop, .fields = ret};
    struct error *err;

    *ret = (struct fields){0};
    add_registers(&capture);
    err = add_gdt(&capture);
    if (!err)
        err = add_idt(&capture);
    add_paging(&capture, paging);
    if (!err)
        err = add_params(&capture);
    if (err)
        fields_free(ret);
    return err;
}

static void set_symbol(const struct stop *stop, struct field *field)
{
    struct stop where = *stop;
    char whole[160];

    /* What still points into the loaded image may do so after its copy runs. */
    if (field->place.anchor == ANCHOR_LOAD)
        where.facts.running_copy = false;
    if (!stop_describe(&where, virt(field->address), whole, sizeof(whole)))
        return;
    /* The same place may be on another line of another build. */
    whole[strcspn(whole, " ")] = '\0';
    snprintf(field->symbol, sizeof(field->symbol), "%.*s", (int)sizeof(field->symbol) - 1, whole);
}

void fields_place(struct fields *fields, const struct stop *stop, uint64_t copy_end)
{
    const struct field_anchors anchors = {
        .facts = stop->facts,
        .file_size = stop->image->protected_size,
        .kernel_size = stop->image->setup.init_size,
        .map = image_map(stop->image),
        .copy_end = copy_end,
    };

    for (size_t i = 0; i < fields->count; i++) {
        struct field *field = &fields->list[i];

        if (field->head)
            field->place = field_place_of(&anchors, field->address);
        if (field->place.anchor != ANCHOR_NONE)
            set_symbol(stop, field);
    }
}
