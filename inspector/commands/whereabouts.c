/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "whereabouts.h"

#include <inttypes.h>
#include <string.h>

#include "arrival.h"
#include "flow.h"

static const char *running(const struct stop *stop)
{
    const struct facts *facts = &stop->facts;
    uint64_t pc = registers_pc(&stop->regs).value;

    if (facts->running_kernel)
        return "kernel";
    if (arrival_in_copy(stop))
        return "copy";
    return facts->load.known && pc >= facts->load.value ? "loaded" : "setup";
}

static struct maybe difference(struct maybe now, struct maybe before)
{
    struct maybe delta = {now.known && before.known, now.value - before.value};

    return delta;
}

static struct maybe preferred(const struct stop *stop)
{
    return stop->image ? known(stop->image->setup.pref_address) : (struct maybe){0};
}

/* "+0x100", "-0x100": addresses wrap, and so a large value is one that went down. */
static const char *signed_hex(uint64_t delta, char *out, size_t size)
{
    bool down = delta > INT64_MAX;

    snprintf(out, size, "%c%s", down ? '-' : '+', text_hex(down ? -delta : delta));
    return out;
}

static void fact(struct flow *flow, const char *name, struct maybe value, struct maybe delta)
{
    char by[24];

    if (!value.known)
        return;
    if (delta.known)
        flow_print(flow, TEXT_PLAIN, "%s %s (%s)", name, text_hex(value.value),
                   signed_hex(delta.value, by, sizeof(by)));
    else
        flow_print(flow, TEXT_PLAIN, "%s %s", name, text_hex(value.value));
}

static void print_facts(const struct stop *stop, const struct text *text)
{
    const struct facts *facts = &stop->facts;
    struct maybe none = {0}, linked = preferred(stop);
    struct flow flow = flow_start(text, "boot");

    fact(&flow, "setup", facts->setup, none);
    fact(&flow, "boot_params", facts->boot_params, none);
    fact(&flow, "load", facts->load, none);
    flow_end(&flow);
    flow = flow_start(text, "moved");
    fact(&flow, "copy", facts->copy, difference(facts->copy, facts->load));
    fact(&flow, "output", facts->output, difference(facts->output, linked));
    fact(&flow, "virtual", facts->virtual, difference(facts->virtual, linked));
    flow_end(&flow);
}

static void print_running(const struct stop *stop, const struct snapshot *before,
                          const struct text *text)
{
    static const struct {
        const char *word, *text;
    } texts[] = {{"setup", "setup code or firmware"},
                 {"loaded", "the decompressor as it was loaded"},
                 {"copy", "the decompressor's copy"},
                 {"kernel", "the kernel"}};
    struct flow flow = flow_start(text, "running");

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i].word == running(stop))
            flow_print(&flow, TEXT_PLAIN, "%s", texts[i].text);
    if (!stop->stage && before)
        flow_print(&flow, TEXT_PLAIN, "after %s", before->stage->name);
    else if (!stop->stage)
        flow_print(&flow, TEXT_PLAIN, "before the first checkpoint");
    flow_end(&flow);
}

struct error *where_text(struct debugger *debugger, const struct text *text)
{
    const struct arrival *arrival = debugger_arrival(debugger);
    const struct stop *stop;
    struct error *err = debugger_stop(debugger, &stop);

    if (!err)
        err = arrival_place(debugger, arrival, text);
    if (err)
        return err;
    print_running(stop, debugger_before(debugger), text);
    print_facts(stop, text);
    return NULL;
}

struct error *where_json(struct debugger *debugger, json_t **ret)
{
    const struct snapshot *before = debugger_before(debugger);
    const struct stop *stop;
    struct error *err = debugger_stop(debugger, &stop);

    if (!err)
        err = arrival_json(debugger, debugger_arrival(debugger), ret);
    if (err)
        return err;
    const struct facts *facts = &stop->facts;
    struct maybe linked = preferred(stop);
    json_object_update_new(
        *ret, json_pack("{s:s?,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "after",
                        before ? before->stage->name : NULL, "running", running(stop), "load",
                        json_maybe(facts->load), "copy", json_maybe(facts->copy), "output",
                        json_maybe(facts->output), "virtual", json_maybe(facts->virtual),
                        "boot_params", json_maybe(facts->boot_params), "copy_delta",
                        json_maybe(difference(facts->copy, facts->load)), "physical_delta",
                        json_maybe(difference(facts->output, linked)), "virtual_delta",
                        json_maybe(difference(facts->virtual, linked))));
    return NULL;
}

/* One row, and what of it is known. */
struct row {
    const struct stage *stage;
    const struct snapshot *record; /* NULL: never reached */
    bool passed, here;
    struct maybe delta;
};

static struct row row_of(struct debugger *debugger, size_t i, const struct stop *stop)
{
    const struct stages *stages = &debugger_session(debugger)->stages;
    struct row row = {.stage = &stages->list[i]};
    size_t last = i;
    const struct snapshot *before = NULL;

    /* One that this boot did not pass, as it may, is not what came before. */
    while (last > 0 && !before) {
        before = debugger_record(debugger, &stages->list[--last]);
        if (!stages->list[last].optional)
            break;
    }
    row.record = debugger_record(debugger, row.stage);
    row.passed = debugger_passed(debugger, row.stage);
    row.here = stop && stop->stage == row.stage;
    if (row.record && before)
        row.delta = difference(row.record->instructions, before->instructions);
    return row;
}

/* The present place; NULL when the guest is gone. */
static const struct stop *present(struct debugger *debugger)
{
    const struct stop *stop = NULL;

    if (debugger_alive(debugger))
        error_free(debugger_stop(debugger, &stop));
    return stop;
}

/* "stub/head_64.S:150" of "startup_64+0x1f8 (stub/head_64.S:150)"; all of it where no line is known. */
static struct place_words {
    const char *start;
    int length;
} place_words(const char *where)
{
    const char *open = strrchr(where, '(');

    return open ? (struct place_words){open + 1, (int)strcspn(open + 1, ")")}
                : (struct place_words){where, (int)strlen(where)};
}

static void print_row(const struct row *row, const struct text *text)
{
    struct maybe count = row->record ? row->record->instructions : (struct maybe){0};
    char delta[32] = "";

    if (row->delta.known)
        snprintf(delta, sizeof(delta), "+%s", text_count(row->delta.value));
    text_print(text, TEXT_PLAIN, "%c %2u  ",
               row->here     ? '>'
               : row->passed ? '*'
                             : ' ',
               row->stage->index);
    text_print(text,
               row->here     ? TEXT_HEADING
               : row->passed ? TEXT_PLAIN
                             : TEXT_DIM,
               "%-20s", row->stage->name);
    text_print(text, TEXT_PLAIN, " %2u-bit", row->stage->bits);
    if (count.known)
        text_print(text, TEXT_PLAIN, "  %14s", text_count(count.value));
    if (row->record) {
        struct place_words where = place_words(row->record->where);

        text_print(text, TEXT_DIM, "%*s %12s  %.*s", count.known ? 0 : 16, "", delta, where.length,
                   where.start);
    }
    text_print(text, TEXT_PLAIN, "\n");
}

void checkpoints_text(struct debugger *debugger, const struct text *text)
{
    const struct stages *stages = &debugger_session(debugger)->stages;
    const struct stop *stop = present(debugger);

    text_print(text, TEXT_LABEL, "   #  %-20s   code    instructions    from before  where\n",
               "checkpoint");
    for (size_t i = 0; i < stages->count; i++) {
        struct row row = row_of(debugger, i, stop);

        print_row(&row, text);
    }
}

json_t *checkpoints_json(struct debugger *debugger)
{
    const struct stages *stages = &debugger_session(debugger)->stages;
    const struct stop *stop = present(debugger);
    json_t *list = json_array();

    for (size_t i = 0; i < stages->count; i++) {
        struct row row = row_of(debugger, i, stop);
        bool counted = row.record && row.record->instructions.known;

        json_array_append_new(
            list,
            json_pack(
                "{s:I,s:s,s:i,s:b,s:b,s:o,s:o,s:s?}", "index", (json_int_t)row.stage->index,
                "checkpoint", row.stage->name, "bits", (int)row.stage->bits, "passed", row.passed,
                "here", row.here, "instructions",
                counted ? json_integer((json_int_t)row.record->instructions.value) : json_null(),
                "delta", row.delta.known ? json_integer((json_int_t)row.delta.value) : json_null(),
                "where", row.record ? row.record->where : NULL));
    }
    return list;
}

void whereabouts_label(struct debugger *debugger, char out[WHEREABOUTS_LABEL_MAX])
{
    const struct snapshot *before = debugger_before(debugger);
    const struct stop *stop = NULL;
    char past[32] = "";

    error_free(debugger_stop(debugger, &stop));
    const char *name = !stop ? "ended" : stop->stage ? stop->stage->name : "start";
    if (stop && !stop->stage && before) {
        name = before->stage->name;
        if (stop->instructions.known && before->instructions.known)
            snprintf(past, sizeof(past), "+%" PRIu64,
                     stop->instructions.value - before->instructions.value);
        else
            snprintf(past, sizeof(past), "+");
    }
    snprintf(out, WHEREABOUTS_LABEL_MAX, "%s%s", name, past);
}
