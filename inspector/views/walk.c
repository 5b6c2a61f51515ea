/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "x86.h"

struct error *walk_capture(const struct stop *stop, virt_t address, struct walk_view *ret)
{
    struct paging paging = paging_of(&stop->regs);
    struct stop paged = *stop;
    struct error *err;

    /* Tables in preparation are read in the format of long mode, as paging_of() does. */
    if (paging.kind != PAGING_NONE && !paging.enabled) {
        paged.regs.cr0 |= X86_CR0_PG;
        paged.regs.efer |= EFER_LME;
    }
    *ret = (struct walk_view){.enabled = paging.enabled, .tables = paging.kind != PAGING_NONE};
    err = pagetable_translate(&paged, address, &ret->translation);
    return error_context(err, "walking the page tables for %s", text_hex(address.value));
}

struct maybe walk_phys(const struct walk_view *view)
{
    if (!view->enabled)
        return known(view->translation.virt);
    if (view->translation.end == TRANSLATION_MAPPED)
        return known(view->translation.phys);
    return (struct maybe){0};
}

/* A field of the address: bits high..low, both included. */
struct field {
    const char *name;
    unsigned int high, low;
};

/* From the top: sign, one field for each level that was reached, and the offset. */
static unsigned int find_fields(const struct translation *walk, struct field *fields)
{
    const struct paging *paging = &walk->paging;
    bool narrow = paging->kind == PAGING_32BIT || paging->kind == PAGING_PAE;
    unsigned int top = narrow ? 31 : paging_shift(paging, paging->levels) + 8, count = 0, high;
    unsigned int lowest = 1;

    if (walk->end == TRANSLATION_MAPPED && walk->step_count)
        lowest = walk->steps[walk->step_count - 1].level;
    if (!narrow)
        fields[count++] = (struct field){"sign", 63, top + 1};
    high = top;
    for (unsigned int level = paging->levels; level >= lowest; level--) {
        unsigned int low = paging_shift(paging, level);

        fields[count++] = (struct field){paging_level_name(level), high, low};
        high = low - 1;
    }
    fields[count++] = (struct field){"offset", high, 0};
    return count;
}

/* One field's bits, most significant first. */
static void put_bits(uint64_t value, const struct field *field, char *out)
{
    for (unsigned int bit = field->high + 1; bit-- > field->low;)
        *out++ = value >> bit & 1 ? '1' : '0';
    *out = '\0';
}

/*
 *      sign             PML4      PDPT      PD        offset
 *      0000000000000000 000000000 000000000 000001000 000000000000100100011
 *      63..48           47..39    38..30    29..21    20..0
 */
static void print_bits(const struct translation *walk, const struct text *text)
{
    struct field fields[PAGING_LEVELS_MAX + 2];
    unsigned int count = find_fields(walk, fields);
    char line[3][TEXT_COLUMNS] = {"", "", ""}, bits[65], range[16];

    for (unsigned int i = 0; i < count; i++) {
        const char *space = i + 1 < count ? " " : "";
        int width = i + 1 < count ? (int)(fields[i].high - fields[i].low + 1) : 0;
        size_t used[3] = {strlen(line[0]), strlen(line[1]), strlen(line[2])};

        put_bits(walk->virt, &fields[i], bits);
        snprintf(range, sizeof(range), "%u..%u", fields[i].high, fields[i].low);
        snprintf(line[0] + used[0], TEXT_COLUMNS - used[0], "%-*s%s", width, fields[i].name, space);
        snprintf(line[1] + used[1], TEXT_COLUMNS - used[1], "%s%s", bits, space);
        snprintf(line[2] + used[2], TEXT_COLUMNS - used[2], "%-*s%s", width, range, space);
    }
    for (unsigned int i = 0; i < 3; i++) {
        text_label(text, i ? "" : "address");
        text_print(text, i == 1 ? TEXT_PLAIN : TEXT_DIM, "%s\n", line[i]);
    }
}

/* Room for flags behind what an entry leads to; more of them go on a line of their own. */
#define FLAGS_COLUMNS 29

static void print_step(const struct translation *walk, const struct translation_step *step,
                       const struct text *text)
{
    char label[16], flags[ENTRY_FLAGS_TEXT_MAX], leads[40];
    int digits = walk->paging.kind == PAGING_32BIT ? 8 : 16;

    snprintf(label, sizeof(label), "%s[%u]", paging_level_name(step->level), step->index);
    if (step->entry.kind == ENTRY_ABSENT)
        snprintf(leads, sizeof(leads), "not present");
    else
        snprintf(leads, sizeof(leads), "%s %s",
                 step->entry.kind == ENTRY_PAGE ? page_size_text(step->entry.page_size) : "table",
                 text_hex(step->entry.phys.value));
    paging_entry_flags(&walk->paging, step->level, step->raw, flags, sizeof(flags));
    text_label(text, label);
    text_print(text, TEXT_PLAIN, "in %-12s 0x%0*" PRIx64 "  ", text_hex(step->table.value), digits,
               step->raw);
    if (flags[0] && strlen(flags) <= FLAGS_COLUMNS) {
        text_print(text, TEXT_PLAIN, "%-18s  %s\n", leads, flags);
        return;
    }
    text_print(text, TEXT_PLAIN, "%s\n", leads);
    if (!flags[0])
        return;
    text_label(text, "");
    text_print(text, TEXT_PLAIN, "%s\n", flags);
}

void walk_text(const struct walk_view *view, const struct text *text)
{
    const struct translation *walk = &view->translation;
    char words[160];

    text_label(text, "pt");
    if (!view->tables) {
        text_print(text, TEXT_PLAIN, "paging is off: %s is a physical address\n",
                   text_hex(walk->virt));
        return;
    }
    text_print(text, TEXT_PLAIN, "%s, %u levels from %s%s\n", text_hex(walk->virt),
               walk->paging.levels, text_hex(walk->paging.root.value),
               view->enabled ? "" : "; paging is off: what the prepared tables would do");
    print_bits(walk, text);
    for (unsigned int i = 0; i < walk->step_count; i++)
        print_step(walk, &walk->steps[i], text);
    text_label(text, walk->end == TRANSLATION_MAPPED ? "" : "fault");
    text_print(text, TEXT_PLAIN, "%s\n", translation_text(walk, words, sizeof(words)));
}

static const char *end_name(enum translation_end end)
{
    static const char *const names[] = {
        [TRANSLATION_MAPPED] = "mapped",           [TRANSLATION_OFF] = "paging off",
        [TRANSLATION_NOT_PRESENT] = "not present", [TRANSLATION_RESERVED] = "reserved bits",
        [TRANSLATION_OUTSIDE] = "outside memory",  [TRANSLATION_NOT_CANONICAL] = "not canonical",
    };

    return names[end];
}

/* The words of a text as an array of strings. */
static json_t *words_json(char *text)
{
    json_t *array = json_array();
    char *rest = NULL;

    for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        json_array_append_new(array, json_string(word));
    return array;
}

static json_t *step_json(const struct translation *walk, const struct translation_step *step)
{
    static const char *const kinds[] = {
        [ENTRY_ABSENT] = "absent", [ENTRY_TABLE] = "table", [ENTRY_PAGE] = "page"};
    uint64_t bytes = walk->paging.kind == PAGING_32BIT ? sizeof(uint32_t) : sizeof(uint64_t);
    bool there = step->entry.kind != ENTRY_ABSENT;
    char flags[ENTRY_FLAGS_TEXT_MAX];

    paging_entry_flags(&walk->paging, step->level, step->raw, flags, sizeof(flags));
    return json_pack(
        "{s:s, s:i, s:o, s:o, s:o, s:o, s:s, s:o, s:o}", "level", paging_level_name(step->level),
        "index", (int)step->index, "table", json_hex(step->table.value), "entry_address",
        json_hex(step->table.value + step->index * bytes), "entry", json_hex(step->raw), "flags",
        words_json(flags), "kind", kinds[step->entry.kind], "phys",
        there ? json_hex(step->entry.phys.value) : json_null(), "reserved",
        json_hex(step->entry.reserved));
}

json_t *walk_json(const struct walk_view *view)
{
    const struct translation *walk = &view->translation;
    bool mapped = walk->end == TRANSLATION_MAPPED, off = walk->end == TRANSLATION_OFF;
    char words[160], flags[PAGE_FLAGS_TEXT_MAX];
    json_t *steps = json_array();

    for (unsigned int i = 0; i < walk->step_count; i++)
        json_array_append_new(steps, step_json(walk, &walk->steps[i]));
    page_flags_text(walk->flags, flags, sizeof(flags));
    return json_pack("{s:o, s:b, s:o, s:o, s:s, s:s, s:o, s:o, s:s?, s:o}", "address",
                     json_hex(walk->virt), "enabled", view->enabled, "levels",
                     view->tables ? json_integer(walk->paging.levels) : json_null(), "root",
                     view->tables ? json_hex(walk->paging.root.value) : json_null(), "end",
                     end_name(walk->end), "why", translation_text(walk, words, sizeof(words)),
                     "phys", mapped || off ? json_hex(walk->phys) : json_null(), "page_size",
                     mapped ? json_hex(walk->page_size) : json_null(), "flags",
                     mapped ? flags : NULL, "steps", steps);
}
