/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pagetable_translate(): one address, as the CPU would find it. */
#include "pagetable.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Notes the entry that the address selects; true when there is a next table to go to. */
static bool take_step(struct translation *out, unsigned int level, phys_t table, uint64_t raw)
{
    struct translation_step *step = &out->steps[out->step_count++];
    struct paging_entry entry = paging_decode(&out->paging, level, raw);

    *step = (struct translation_step){
        .level = level,
        .index = paging_index(&out->paging, level, out->virt),
        .table = table,
        .raw = raw,
        .entry = entry,
    };
    if (entry.kind == ENTRY_ABSENT) {
        out->end = TRANSLATION_NOT_PRESENT;
        return false;
    }
    if (entry.reserved) {
        out->end = TRANSLATION_RESERVED;
        return false;
    }
    out->flags = (entry.flags & ~(unsigned int)PAGE_RIGHTS) | (entry.flags & out->flags);
    if (entry.kind == ENTRY_TABLE)
        return true;
    out->end = TRANSLATION_MAPPED;
    out->page_size = entry.page_size;
    out->phys = entry.phys.value + (out->virt & (entry.page_size - 1));
    return false;
}

static struct error *follow(const struct stop *stop, struct translation *out)
{
    uint64_t entries[PAGING_ENTRIES_MAX];
    phys_t table = out->paging.root;

    for (unsigned int level = out->paging.levels; level >= 1; level--) {
        bool there;
        struct error *err = paging_read_table(stop, &out->paging, level, table, entries, &there);

        if (err)
            return err;
        if (!there) {
            out->end = TRANSLATION_OUTSIDE;
            return NULL;
        }
        if (!take_step(out, level, table, entries[paging_index(&out->paging, level, out->virt)]))
            return NULL;
        table = out->steps[out->step_count - 1].entry.phys;
    }
    return NULL;
}

struct error *pagetable_translate(const struct stop *stop, virt_t address, struct translation *ret)
{
    struct translation out = {
        .virt = address.value,
        .paging = paging_of(&stop->regs),
        .flags = PAGE_RIGHTS,
    };
    struct error *err = NULL;

    if (!out.paging.enabled) {
        out.end = TRANSLATION_OFF;
        out.phys = address.value;
    } else if (paging_canonical(&out.paging, address.value) != address.value) {
        out.end = TRANSLATION_NOT_CANONICAL;
    } else {
        err = follow(stop, &out);
    }
    if (!err)
        *ret = out;
    return err;
}

static void step_text(const struct translation *translation, char *out, size_t size)
{
    const struct translation_step *step;

    if (translation->step_count == 0) {
        snprintf(out, size, "cr3 0x%" PRIx64, translation->paging.root.value);
        return;
    }
    step = &translation->steps[translation->step_count - 1];
    snprintf(out, size, "%s[%u] of the table at 0x%" PRIx64, paging_level_name(step->level),
             step->index, step->table.value);
}

const char *translation_text(const struct translation *translation, char *out, size_t size)
{
    const struct translation_step *last = translation->step_count
                                              ? &translation->steps[translation->step_count - 1]
                                              : NULL;
    char where[96], flags[PAGE_FLAGS_TEXT_MAX];

    step_text(translation, where, sizeof(where));
    switch (translation->end) {
    case TRANSLATION_MAPPED:
        snprintf(out, size, "mapped to 0x%" PRIx64 " by a %s page, %s", translation->phys,
                 page_size_text(translation->page_size),
                 page_flags_text(translation->flags, flags, sizeof(flags)));
        break;
    case TRANSLATION_OFF:
        snprintf(out, size, "physical: paging is off");
        break;
    case TRANSLATION_NOT_PRESENT:
        snprintf(out, size, "not mapped: %s is not present (0x%" PRIx64 ")", where,
                 last ? last->raw : 0);
        break;
    case TRANSLATION_RESERVED:
        snprintf(out, size, "not mapped: %s has reserved bits 0x%" PRIx64 " set (0x%" PRIx64 ")",
                 where, last ? last->entry.reserved : 0, last ? last->raw : 0);
        break;
    case TRANSLATION_OUTSIDE:
        snprintf(out, size, "not mapped: %s leads out of memory", where);
        break;
    case TRANSLATION_NOT_CANONICAL:
        snprintf(out, size, "not mapped: the address is not canonical with %u levels",
                 translation->paging.levels);
        break;
    }
    return out;
}
