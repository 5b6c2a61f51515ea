/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pagetable.h"

#include <stdlib.h>
#include <string.h>

/* Open addressing over the tables seen; twice as large as a walk can fill it. */
#define SEEN_SLOTS (2 * PAGETABLE_VISITS_MAX)

struct walk {
    const struct stop *stop;
    struct pagetable_view *view;
    unsigned int visits;
    uint64_t seen[SEEN_SLOTS]; /* addresses, with bit 0 set to tell 0 from an empty slot */
    uint64_t entries[PAGING_LEVELS_MAX + 1][PAGING_ENTRIES_MAX];
};

bool page_ranges_add(struct page_ranges *ranges, const struct page_range *range)
{
    struct page_range *last = ranges->count ? &ranges->list[ranges->count - 1] : NULL;

    if (last && last->virt + last->size == range->virt && last->phys + last->size == range->phys &&
        last->page_size == range->page_size && last->flags == range->flags) {
        last->size += range->size;
        return true;
    }
    if (ranges->count == ranges->room) {
        size_t room = ranges->room ? 2 * ranges->room : 16;
        struct page_range *list = realloc(ranges->list, room * sizeof(*list));

        if (!list)
            return false;
        ranges->list = list;
        ranges->room = room;
    }
    ranges->list[ranges->count++] = *range;
    return true;
}

/* Counts a table once, however often it is reached. */
static void see(struct walk *walk, phys_t table)
{
    uint64_t mark = table.value | 1;
    size_t slot = (size_t)((table.value >> 5) * UINT64_C(0x9e3779b97f4a7c15) >> 40) % SEEN_SLOTS;

    while (walk->seen[slot] && walk->seen[slot] != mark)
        slot = (slot + 1) % SEEN_SLOTS;
    if (!walk->seen[slot])
        walk->view->tables++;
    walk->seen[slot] = mark;
}

static void note_damage(struct walk *walk, struct page_damage damage)
{
    struct pagetable_view *view = walk->view;

    if (view->damaged < PAGETABLE_DAMAGE_MAX)
        view->damage[view->damaged] = damage;
    view->damaged++;
}

static struct error *add_page(struct walk *walk, const struct paging_entry *entry, uint64_t address,
                              unsigned int rights)
{
    struct pagetable_view *view = walk->view;
    struct page_range range = {
        .virt = address,
        .phys = entry->phys.value,
        .size = entry->page_size,
        .page_size = entry->page_size,
        .flags = (entry->flags & ~(unsigned int)PAGE_RIGHTS) | (entry->flags & rights),
    };

    if (range.virt != range.phys && !view->first_other.known)
        view->first_other = known(range.virt);
    if (!page_ranges_add(&view->ranges, &range))
        return error_new(ERROR_SYSTEM, "page tables: no memory for %zu ranges", view->ranges.count);
    return NULL;
}

static struct error *walk_table(struct walk *walk, unsigned int level, phys_t table, uint64_t base,
                                unsigned int rights, uint64_t raw);

static struct error *walk_entry(struct walk *walk, unsigned int level, uint64_t raw,
                                uint64_t address, unsigned int rights)
{
    struct paging_entry entry = paging_decode(&walk->view->paging, level, raw);

    if (entry.kind == ENTRY_ABSENT)
        return NULL;
    if (entry.reserved) {
        note_damage(walk, (struct page_damage){.kind = DAMAGE_RESERVED,
                                               .level = level,
                                               .virt = address,
                                               .raw = raw,
                                               .bits = entry.reserved});
        return NULL;
    }
    if (entry.kind == ENTRY_PAGE)
        return add_page(walk, &entry, address, rights);
    return walk_table(walk, level - 1, entry.phys, address, rights & entry.flags, raw);
}

/* raw is what led to this table: an entry of the level above, or cr3. */
static struct error *walk_table(struct walk *walk, unsigned int level, phys_t table, uint64_t base,
                                unsigned int rights, uint64_t raw)
{
    struct pagetable_view *view = walk->view;
    const struct paging *paging = &view->paging;
    uint64_t *entries = walk->entries[level];
    struct error *err;
    bool there;

    if (walk->visits == PAGETABLE_VISITS_MAX || view->ranges.count >= PAGETABLE_RANGES_MAX) {
        view->capped = true;
        return NULL;
    }
    walk->visits++;
    err = paging_read_table(walk->stop, paging, level, table, entries, &there);
    if (err)
        return err;
    if (!there) {
        note_damage(walk,
                    (struct page_damage){
                        .kind = DAMAGE_OUTSIDE, .level = level + 1, .virt = base, .raw = raw});
        return NULL;
    }
    see(walk, table);
    for (unsigned int i = 0; i < paging_entries(paging, level) && !view->capped && !err; i++) {
        uint64_t address = base + ((uint64_t)i << paging_shift(paging, level));

        err = walk_entry(walk, level, entries[i], paging_canonical(paging, address), rights);
    }
    return err;
}

/*
 * Where the copy will be, before the boot code has said so in relocation-target: the same sum as
 * in startup_32. A loader that changed what goes into it only makes this miss.
 */
static struct maybe expected_copy(const struct stop *stop)
{
    const struct setup_fields *setup = stop->image ? &stop->image->setup : NULL;
    uint64_t align = setup ? setup->kernel_alignment : 0, output, end;

    if (stop->facts.copy.known)
        return stop->facts.copy;
    if (!align || !stop->facts.load.known || !symbols_value(stop->stub, "_end", &end))
        return (struct maybe){0};
    output = (stop->facts.load.value + align - 1) & ~(align - 1);
    if (output < setup->pref_address)
        output = setup->pref_address;
    return known(output + setup->init_size - end);
}

/* Whether cr3 holds the copy's _pgtable: where startup_32 makes its tables. */
static bool has_early_tables(const struct stop *stop, phys_t root)
{
    uint64_t pgtable;
    struct maybe copy;

    if (!stop->stub || !symbols_value(stop->stub, "_pgtable", &pgtable))
        return false;
    copy = expected_copy(stop);
    return copy.known && root.value == copy.value + pgtable;
}

/*
 * The boot code promises identity for its own tables. Between startup-64 and identity-maps they may
 * be those of a loader that entered at startup_64, who promises it only for what the boot code
 * needs; cr3 tells.
 */
static bool must_be_identity(const struct stop *stop, phys_t root)
{
    static const struct {
        const char *stage;
        bool maybe_loaders;
    } stages[] = {
        {"early-page-tables", false}, {"startup-64", true},           {"relocation-target", true},
        {"stage1-idt", true},         {"image-copied", true},         {"relocated", true},
        {"bss-cleared", true},        {"stage2-idt", true},           {"identity-maps", false},
        {"extract-kernel", false},    {"location-chosen", false},     {"decompressed", false},
        {"elf-loaded", false},        {"relocations-applied", false}, {"kernel-jump", false},
    };

    for (size_t i = 0; stop->stage && i < sizeof(stages) / sizeof(stages[0]); i++)
        if (strcmp(stop->stage->name, stages[i].stage) == 0)
            return !stages[i].maybe_loaders || has_early_tables(stop, root);
    return false;
}

struct error *pagetable_capture(const struct stop *stop, struct pagetable_view *ret)
{
    struct paging paging = paging_of(&stop->regs);
    struct walk *walk;
    struct error *err;

    *ret = (struct pagetable_view){.enabled = paging.enabled, .paging = paging};
    if (paging.kind == PAGING_NONE)
        return NULL;
    walk = calloc(1, sizeof(*walk));
    if (!walk)
        return error_new(ERROR_SYSTEM, "page tables: no memory for a walk");
    walk->stop = stop;
    walk->view = ret;
    ret->present = true;
    err = walk_table(walk, paging.levels, paging.root, 0, PAGE_RIGHTS, stop->regs.cr3);
    ret->identity = ret->ranges.count > 0 && !ret->first_other.known && !ret->capped;
    ret->must_be_identity = must_be_identity(stop, paging.root);
    free(walk);
    if (err)
        pagetable_free(ret);
    return err;
}

void pagetable_free(struct pagetable_view *view)
{
    free(view->ranges.list);
    view->ranges = (struct page_ranges){0};
}

size_t pagetable_wrong(const struct pagetable_view *view)
{
    return view->damaged + (view->must_be_identity && !view->identity);
}
