/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bootparams.h"
#include "flow.h"

/* The views that read little memory, and those that others rest on. */
static struct error *capture_tables(const struct stop *stop, const struct snapshot *before,
                                    struct snapshot *ret)
{
    static const struct pagetable_view nothing;
    struct error *err = gdt_capture(stop, &ret->gdt);

    if (!err)
        err = idt_capture(stop, &ret->idt);
    if (!err)
        err = pagetable_capture(stop, &ret->paging);
    if (!err && before)
        err = pagetable_diff(before->depth == SNAPSHOT_BRIEF ? &nothing : &before->paging,
                             &ret->paging, &ret->paging_diff);
    if (!err)
        err = params_capture(stop, &ret->boot_params);
    if (!err)
        err = loaded_capture(stop, &ret->loaded);
    /* The copy is proven with what was seen before it was made, however many stops ago. */
    if (!err && before && !ret->loaded.present)
        ret->loaded_last = before->loaded.present ? before->loaded : before->loaded_last;
    return err;
}

/* The view is large, and there is one in a whole boot. */
static struct error *capture_kaslr(const struct stop *stop, struct snapshot *ret)
{
    static const struct boot_done done = {.copied = true, .chosen = true};

    if (strcmp(stop->stage->name, "location-chosen") != 0)
        return NULL;
    ret->kaslr = malloc(sizeof(*ret->kaslr));
    if (!ret->kaslr)
        return error_new(ERROR_SYSTEM, "kaslr: no memory");
    return kaslr_capture(stop, &done, ret->kaslr);
}

static struct error *capture_proofs(const struct stop *stop, struct snapshot *ret)
{
    struct error *err = bss_capture(stop, &ret->bss);

    if (!err)
        err = moved_capture(stop, ret->loaded_last.present ? &ret->loaded_last : NULL, &ret->moved);
    if (!err)
        err = kernelproof_capture(stop, &ret->elfload, &ret->reloc);
    if (!err)
        err = capture_kaslr(stop, ret);
    return err;
}

/* What the marker says of things in memory, against what the views found there. */
static void check_marker(struct snapshot *snapshot)
{
    static const struct {
        const char *key;
        unsigned int vector;
    } gates[] = {{"pf", 14}, {"nmi", 2}};
    struct crosscheck_view *marker = &snapshot->crosscheck;

    for (size_t i = 0; i < sizeof(gates) / sizeof(gates[0]); i++) {
        const struct idt_vector *gate = idt_find(&snapshot->idt, gates[i].vector);

        crosscheck_against(marker, gates[i].key, gate ? gate->gate.offset : 0);
    }
    if (snapshot->paging.present) {
        crosscheck_against(marker, "tables", snapshot->paging.tables);
        crosscheck_against(marker, "pages", snapshot->paging.tables);
    }
    if (snapshot->boot_params.present) {
        crosscheck_against(marker, "e820_entries", snapshot->boot_params.e820_entries);
        crosscheck_against(marker, "kaslr", (snapshot->boot_params.loadflags & KASLR_FLAG) != 0);
    }
}

struct error *snapshot_capture(const struct stop *stop, const struct snapshot *before,
                               enum snapshot_depth depth, struct snapshot *ret)
{
    struct error *err;

    *ret = (struct snapshot){
        .stage = stop->stage,
        .instructions = stop->instructions,
        .pc = registers_pc(&stop->regs),
        .depth = depth,
    };
    stop_describe(stop, ret->pc, ret->where, sizeof(ret->where));
    if (stop->marker)
        ret->marker = *stop->marker;
    crosscheck_capture(stop, &ret->crosscheck);
    handover_capture(stop, &ret->handover);
    err = regs_capture(stop, &ret->regs);
    if (!err && before)
        regs_diff(&before->regs, &ret->regs);
    if (!err && depth != SNAPSHOT_BRIEF)
        err = capture_tables(stop, before, ret);
    if (!err && depth == SNAPSHOT_FULL)
        err = capture_proofs(stop, ret);
    if (!err && depth != SNAPSHOT_BRIEF)
        check_marker(ret);
    if (err)
        snapshot_free(ret);
    return error_context(err, "at checkpoint %s", stop->stage->name);
}

void snapshot_free(struct snapshot *snapshot)
{
    pagetable_free(&snapshot->paging);
    pagetable_diff_free(&snapshot->paging_diff);
    free(snapshot->kaslr);
    *snapshot = (struct snapshot){0};
}

static void heading(const struct snapshot *snapshot, const struct snapshot *before,
                    const struct text *text)
{
    const char *mode = cpu_mode_name(registers_mode(&snapshot->regs.regs));

    text_print(text, TEXT_PLAIN, "\n");
    text_print(text, TEXT_DIM, "%2u ", snapshot->stage->index);
    text_print(text, TEXT_HEADING, "%-20s", snapshot->stage->name);
    text_print(text, TEXT_PLAIN, "%s", mode);
    if (snapshot->instructions.known) {
        text_print(text, TEXT_PLAIN, "%*s %s instructions", 12 - (int)strlen(mode), "",
                   text_count(snapshot->instructions.value));
        if (before && before->instructions.known)
            text_print(text, TEXT_DIM, ", +%s",
                       text_count(snapshot->instructions.value - before->instructions.value));
    }
    text_print(text, TEXT_PLAIN, "\n");
    text_label(text, "at");
    text_print(text, TEXT_PLAIN, "%s%s%s\n", text_hex(snapshot->pc.value),
               snapshot->where[0] ? " " : "", snapshot->where);
}

/* How the stage was found; nothing of one that the boot code lists itself. */
static void found_text(const struct stage *stage, const struct text *text)
{
    struct flow flow = flow_start(text, "found");
    char words[STAGE_HOW_MAX + 32];

    if (!stage->how[0])
        return;
    snprintf(words, sizeof(words), "%s, by %s: %s", stage_certainty_name(stage->certainty),
             stage_source_name(stage->source), stage->how);
    flow_words(&flow, stage->certainty == STAGE_CERTAIN ? TEXT_DIM : TEXT_PLAIN, words);
    flow_end(&flow);
}

static json_t *found_json(const struct stage *stage)
{
    if (!stage->how[0])
        return json_null();
    return json_pack("{s:s,s:s,s:s}", "source", stage_source_name(stage->source), "certainty",
                     stage_certainty_name(stage->certainty), "how", stage->how);
}

/* Whether two JSON forms, which it takes over, are the same. */
static bool same(json_t *a, json_t *b)
{
    bool equal = json_equal(a, b);

    json_decref(a);
    json_decref(b);
    return equal;
}

static void table_as_before(const char *label, const struct table_register *table,
                            const struct text *text)
{
    text_label(text, label);
    text_print(text, TEXT_PLAIN, "[%s, %s)", text_hex(table->base),
               text_hex(table->base + table->limit + 1));
    text_print(text, TEXT_DIM, "  as before\n");
}

/* Tables that often stay as they are: decoded when they are new or have changed. */
static void descriptor_tables_text(const struct snapshot *snapshot, const struct snapshot *before,
                                   const struct text *text)
{
    const struct registers *regs = &snapshot->regs.regs;
    bool compare = before && before->depth != SNAPSHOT_BRIEF;
    bool same_gdt = compare && same(gdt_json(&before->gdt), gdt_json(&snapshot->gdt));
    bool same_idt = compare && same(idt_json(&before->idt), idt_json(&snapshot->idt));

    if (!regs->hidden_known || (same_gdt && same_idt)) {
        regs_tables_text(&snapshot->regs, "as before", text);
        return;
    }
    if (same_gdt)
        table_as_before("gdt", &regs->gdtr, text);
    else
        gdt_since_text(compare ? &before->gdt : NULL, &snapshot->gdt, text);
    if (same_idt)
        table_as_before("idt", &regs->idtr, text);
    else
        idt_text(&snapshot->idt, text);
}

/* What is mapped for the first time is listed as ranges: a difference would repeat them. */
static void paging_text(const struct snapshot *snapshot, const struct snapshot *before,
                        const struct text *text)
{
    pagetable_since_text(before ? &before->paging : NULL, &snapshot->paging, text);
    if (before && before->paging.present)
        pagetable_diff_text(&snapshot->paging_diff, text);
}

/* Once, on top. */
static void legend(const struct text *text)
{
    text_print(text, text->colour ? TEXT_CHANGED : TEXT_DIM, "%s\n",
               text->colour ? "this colour: changed since the checkpoint before"
                            : "* behind a value: changed since the checkpoint before");
}

void snapshot_text(const struct snapshot *snapshot, const struct snapshot *before,
                   const struct text *text)
{
    if (!before)
        legend(text);
    heading(snapshot, before, text);
    found_text(snapshot->stage, text);
    crosscheck_text(&snapshot->crosscheck, text);
    handover_text(&snapshot->handover, text);
    if (snapshot->depth == SNAPSHOT_BRIEF) {
        regs_text(&snapshot->regs, text);
        return;
    }
    regs_state_text(&snapshot->regs, text);
    descriptor_tables_text(snapshot, before, text);
    paging_text(snapshot, before, text);
    params_diff_text(before ? &before->boot_params : NULL, &snapshot->boot_params, text);
    loaded_text(&snapshot->loaded, text);
    moved_text(&snapshot->moved, text);
    bss_text(&snapshot->bss, text);
    elfload_text(&snapshot->elfload, text);
    reloc_text(&snapshot->reloc, text);
    if (snapshot->kaslr)
        kaslr_short_text(snapshot->kaslr, text);
}

static json_t *views_json(const struct snapshot *snapshot)
{
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "paging",
                     pagetable_json(&snapshot->paging), "paging_diff",
                     pagetable_diff_json(&snapshot->paging_diff), "gdt", gdt_json(&snapshot->gdt),
                     "idt", idt_json(&snapshot->idt), "bss", bss_json(&snapshot->bss), "loaded",
                     loaded_json(&snapshot->loaded), "moved", moved_json(&snapshot->moved),
                     "segments", elfload_json(&snapshot->elfload), "relocation",
                     reloc_json(&snapshot->reloc), "boot_params",
                     params_json(&snapshot->boot_params), "kaslr",
                     snapshot->kaslr ? kaslr_json(snapshot->kaslr) : json_null());
}

json_t *snapshot_json(const struct snapshot *snapshot)
{
    json_t *object = json_pack(
        "{s:s,s:I,s:s,s:o,s:s,s:o,s:o,s:o,s:o,s:o,s:I}", "checkpoint", snapshot->stage->name,
        "index", (json_int_t)snapshot->stage->index, "mode",
        cpu_mode_name(registers_mode(&snapshot->regs.regs)), "instructions",
        snapshot->instructions.known ? json_integer((json_int_t)snapshot->instructions.value)
                                     : json_null(),
        "where", snapshot->where, "found", found_json(snapshot->stage), "marker",
        snapshot->crosscheck.present ? marker_json(&snapshot->marker) : json_null(), "mismatches",
        crosscheck_json(&snapshot->crosscheck), "handover", handover_json(&snapshot->handover),
        "registers", regs_json(&snapshot->regs), "wrong", (json_int_t)snapshot_wrong(snapshot));

    if (snapshot->depth != SNAPSHOT_BRIEF)
        json_object_update_new(object, views_json(snapshot));
    return object;
}

size_t snapshot_wrong(const struct snapshot *snapshot)
{
    return crosscheck_wrong(&snapshot->crosscheck) + handover_wrong(&snapshot->handover) +
           pagetable_wrong(&snapshot->paging) + bss_wrong(&snapshot->bss) +
           moved_wrong(&snapshot->moved) + elfload_wrong(&snapshot->elfload) +
           reloc_wrong(&snapshot->reloc) + loaded_wrong(&snapshot->loaded) +
           (snapshot->kaslr ? kaslr_wrong(snapshot->kaslr) : 0);
}
