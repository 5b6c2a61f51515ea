/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that look at the page tables. */
#include "command.h"

#include <stdlib.h>
#include <string.h>

#include "aliases.h"
#include "linear.h"
#include "pagetable.h"
#include "snapshot.h"
#include "walk.h"

/* A proof of the tables that does not hold, once it has been printed. */
static struct error *check_tables(const struct pagetable_view *view)
{
    size_t wrong = pagetable_wrong(view);

    if (wrong == 0)
        return NULL;
    return error_new(ERROR_CHECK, "page tables: %zu proof%s not hold", wrong,
                     wrong == 1 ? " does" : "s do");
}

/* What a word of vmmap asks of a range. */
struct filter {
    unsigned int set, clear; /* enum page_flag */
    uint64_t page_size;      /* 0: any */
    enum { MAP_ANY, MAP_IDENTITY, MAP_ELSEWHERE } map;
    bool has_address;
    uint64_t address;
};

static bool filter_word(const char *word, struct filter *ret)
{
    static const struct {
        const char *word;
        struct filter filter;
    } rows[] = {
        {"w", {.set = PAGE_WRITE}},
        {"x", {.set = PAGE_EXEC}},
        {"r--", {.clear = PAGE_WRITE | PAGE_EXEC}},
        {"rw-", {.set = PAGE_WRITE, .clear = PAGE_EXEC}},
        {"r-x", {.set = PAGE_EXEC, .clear = PAGE_WRITE}},
        {"rwx", {.set = PAGE_WRITE | PAGE_EXEC}},
        {"user", {.set = PAGE_USER}},
        {"global", {.set = PAGE_GLOBAL}},
        {"4k", {.page_size = UINT64_C(1) << 12}},
        {"2m", {.page_size = UINT64_C(1) << 21}},
        {"4m", {.page_size = UINT64_C(1) << 22}},
        {"1g", {.page_size = UINT64_C(1) << 30}},
        {"identity", {.map = MAP_IDENTITY}},
        {"elsewhere", {.map = MAP_ELSEWHERE}},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcasecmp(rows[i].word, word) != 0)
            continue;
        *ret = rows[i].filter;
        return true;
    }
    return false;
}

static bool filter_keeps(const struct filter *filter, const struct page_range *range)
{
    bool identity = range->virt == range->phys;

    if ((range->flags & filter->set) != filter->set || (range->flags & filter->clear) != 0)
        return false;
    if (filter->page_size && range->page_size != filter->page_size)
        return false;
    if (filter->map != MAP_ANY && identity != (filter->map == MAP_IDENTITY))
        return false;
    return !filter->has_address ||
           (filter->address >= range->virt && filter->address - range->virt < range->size);
}

static void filter_ranges(const struct filter *filter, struct page_ranges *ranges)
{
    size_t kept = 0;

    for (size_t i = 0; i < ranges->count; i++)
        if (filter_keeps(filter, &ranges->list[i]))
            ranges->list[kept++] = ranges->list[i];
    ranges->count = kept;
}

static void print_vmmap(const struct pagetable_view *view, size_t all, const struct text *text)
{
    struct pagetable_view whole = *view;

    pagetable_headline_text(view, text);
    for (size_t i = 0; i < view->ranges.count; i++) {
        text_label(text, "");
        page_range_text(&view->ranges.list[i], TEXT_PLAIN, text);
    }
    if (view->ranges.count < all) {
        text_label(text, "");
        text_print(text, TEXT_DIM, "%s of %s ranges\n", text_count(view->ranges.count),
                   text_count(all));
    }
    whole.ranges.count = all;
    pagetable_damage_text(&whole, text);
}

static struct error *run_vmmap(struct environment *environment, const struct command_line *line)
{
    struct filter filter = {0};
    struct pagetable_view view;
    const struct stop *stop;
    struct error *err = command_stop(environment, &stop);
    size_t all;

    if (!err && line->rest[0] && !filter_word(line->rest, &filter)) {
        filter.has_address = true;
        err = linear_argument(environment, line->rest, &filter.address);
    }
    if (!err)
        err = pagetable_capture(stop, &view);
    if (err)
        return err;
    all = view.ranges.count;
    filter_ranges(&filter, &view.ranges);
    if (environment->json)
        command_print_json(environment, pagetable_json(&view));
    else
        print_vmmap(&view, all, environment->text);
    err = check_tables(&view);
    pagetable_free(&view);
    return err;
}

/* The address that all of a line's words are, as one expression. */
static struct error *read_address(struct environment *environment, const struct command_line *line,
                                  const struct stop **ret_stop, uint64_t *ret)
{
    struct error *err = line->rest[0] ? NULL : command_usage(line, 1, COMMAND_WORDS_MAX);

    if (!err)
        err = command_stop(environment, ret_stop);
    return err ? err : linear_argument(environment, line->rest, ret);
}

static struct error *run_pt(struct environment *environment, const struct command_line *line)
{
    const struct stop *stop;
    struct walk_view view;
    uint64_t address;
    struct error *err = read_address(environment, line, &stop, &address);

    if (!err)
        err = walk_capture(stop, virt(address), &view);
    if (err)
        return err;
    if (environment->json)
        command_print_json(environment, walk_json(&view));
    else
        walk_text(&view, environment->text);
    return NULL;
}

static struct error *run_v2p(struct environment *environment, const struct command_line *line)
{
    const struct stop *stop;
    struct walk_view view;
    uint64_t address;
    char words[160];
    struct error *err = read_address(environment, line, &stop, &address);

    if (!err)
        err = walk_capture(stop, virt(address), &view);
    if (err)
        return err;
    if (environment->json) {
        command_print_json(environment, json_pack("{s:o, s:o}", "virt", json_hex(address), "phys",
                                                  json_maybe(walk_phys(&view))));
        return NULL;
    }
    text_label(environment->text, "v2p");
    text_print(environment->text, TEXT_PLAIN, "%s %s\n", text_hex(address),
               view.enabled ? translation_text(&view.translation, words, sizeof(words))
                            : "is physical: paging is off");
    return NULL;
}

static struct error *run_p2v(struct environment *environment, const struct command_line *line)
{
    const struct stop *stop;
    struct aliases_view view;
    uint64_t address;
    struct error *err = read_address(environment, line, &stop, &address);

    if (!err)
        err = aliases_capture(stop, phys(address), &view);
    if (err)
        return err;
    if (environment->json)
        command_print_json(environment, aliases_json(&view));
    else
        aliases_text(&view, environment->text);
    return NULL;
}

/* What to compare with: the checkpoint that is named, or the one before this place. */
static struct error *find_record(struct environment *environment, const struct command_line *line,
                                 const struct snapshot **ret)
{
    struct debugger *debugger = environment->debugger;
    const struct stage *stage;

    if (line->count == 0) {
        *ret = debugger_before(debugger);
        return *ret ? NULL : error_new(ERROR_INPUT, "pt diff: no checkpoint was passed before");
    }
    stage = stages_find(&debugger_session(debugger)->stages, line->words[0]);
    if (!stage)
        return error_new(ERROR_INPUT, "pt diff: %s: no such checkpoint", line->words[0]);
    *ret = debugger_record(debugger, stage);
    if (!*ret)
        return error_new(ERROR_INPUT, "pt diff: checkpoint %s was not reached: go there first",
                         stage->name);
    return NULL;
}

static void print_diff(const struct snapshot *before, const struct pagetable_diff *diff,
                       const struct text *text)
{
    text_label(text, "pt diff");
    if (!diff->added.count && !diff->removed.count)
        text_print(text, TEXT_PLAIN, "the same mappings as at %s\n", before->stage->name);
    else
        text_print(text, TEXT_PLAIN, "since %s\n", before->stage->name);
    pagetable_diff_text(diff, text);
}

static struct error *run_pt_diff(struct environment *environment, const struct command_line *line)
{
    const struct snapshot *before;
    const struct stop *stop;
    struct pagetable_view now;
    struct pagetable_diff diff;
    json_t *json;
    struct error *err = command_usage(line, 0, 1);

    if (!err)
        err = command_stop(environment, &stop);
    if (!err)
        err = find_record(environment, line, &before);
    if (!err)
        err = pagetable_capture(stop, &now);
    if (err)
        return err;
    err = pagetable_diff(&before->paging, &now, &diff);
    pagetable_free(&now);
    if (err)
        return err;
    if (environment->json) {
        json = pagetable_diff_json(&diff);
        json_object_set_new(json, "since", json_string(before->stage->name));
        command_print_json(environment, json);
    } else {
        print_diff(before, &diff, environment->text);
    }
    pagetable_diff_free(&diff);
    return NULL;
}

const struct command commands_paging[] = {
    {.name = "vmmap",
     .arguments = "[ADDR|FILTER]",
     .summary = "what is mapped: ranges of equal mapping, merged",
     .example = "vmmap rwx",
     .help = "With an address: only the range that has it. FILTER is one of w x r-- rw- r-x\n"
             "rwx user global 4k 2m 4m 1g identity elsewhere (mapped to another address).\n"
             "While paging is off, tables that are prepared are shown, as not in use.",
     .group = GROUP_PAGING,
     .completes = ARGUMENT_EXPRESSION,
     .has_json = true,
     .run = run_vmmap},
    {.name = "pt",
     .arguments = "ADDR",
     .summary = "the walk of one address through the page tables, level by level",
     .example = "pt 0x1000123",
     .help = "Each entry by table, index, raw value and flags: P RW US PWT PCD A D PS PAT G\n"
             "NX, and SWn for bit n where the CPU ignores it. The address is drawn with the\n"
             "bits of each level.",
     .group = GROUP_PAGING,
     .completes = ARGUMENT_EXPRESSION,
     .has_json = true,
     .run = run_pt},
    {.name = "pt diff",
     .arguments = "[CHECKPOINT]",
     .summary = "what is mapped and no longer mapped since a checkpoint",
     .example = "pt diff startup-64",
     .help = "Against the checkpoint before, or a named one that was reached.",
     .group = GROUP_PAGING,
     .completes = ARGUMENT_CHECKPOINT,
     .has_json = true,
     .run = run_pt_diff},
    {.name = "v2p",
     .aliases = "gva2gpa",
     .arguments = "ADDR",
     .summary = "the physical address of a virtual one",
     .example = "v2p rip",
     .group = GROUP_PAGING,
     .completes = ARGUMENT_EXPRESSION,
     .has_json = true,
     .run = run_v2p},
    {.name = "p2v",
     .arguments = "ADDR",
     .summary = "every virtual address of a physical one",
     .example = "p2v cr3",
     .help = "Searches all tables from cr3 on; says so when the search was cut.",
     .group = GROUP_PAGING,
     .completes = ARGUMENT_EXPRESSION,
     .has_json = true,
     .run = run_p2v},
    {.name = NULL},
};
