/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that set, list and delete breakpoints and watchpoints. */
#include <string.h>

#include "command.h"
#include "evaluate.h"
#include "memory.h"

/* Bytes that a watchpoint covers when none are named. */
#define WATCH_LENGTH 8

static const char *type_of(const struct breakpoint *breakpoint)
{
    static const char *const watches[] = {
        [WATCH_WRITE] = "watch", [WATCH_READ] = "rwatch", [WATCH_ACCESS] = "awatch"};

    return breakpoint->watch ? watches[breakpoint->access] : "break";
}

/* Where it is now: a place in the copy has no address before there is one. */
static struct maybe address_of(const struct breakpoint *breakpoint)
{
    bool somewhere = !breakpoint->symbolic || breakpoint->address.value != 0;

    return (struct maybe){somewhere, breakpoint->address.value};
}

static json_t *breakpoint_json(const struct breakpoint *breakpoint)
{
    return json_pack("{s:I,s:s,s:o,s:o,s:I,s:s}", "number", (json_int_t)breakpoint->number, "type",
                     type_of(breakpoint), "address", json_maybe(address_of(breakpoint)), "length",
                     breakpoint->watch ? json_integer((json_int_t)breakpoint->length) : json_null(),
                     "hits", (json_int_t)breakpoint->hits, "text", breakpoint->text);
}

/* The source at a breakpoint, "" when the guest is gone or no symbol fits. */
static void describe(const struct environment *environment, const struct breakpoint *breakpoint,
                     char *out, size_t size)
{
    const struct stop *stop;

    out[0] = '\0';
    if (!address_of(breakpoint).known || !debugger_alive(environment->debugger))
        return;
    struct error *err = debugger_stop(environment->debugger, &stop);
    if (!err && !stop_describe(stop, breakpoint->address, out, size))
        out[0] = '\0';
    error_free(err);
}

static const struct breakpoint *find(const struct environment *environment, unsigned int number)
{
    const struct breakpoint *list;
    size_t count = debugger_breakpoints(environment->debugger, &list);

    for (size_t i = 0; i < count; i++)
        if (list[i].number == number)
            return &list[i];
    return NULL;
}

static void announce(const struct environment *environment, unsigned int number)
{
    const struct breakpoint *breakpoint = find(environment, number);
    char where[160];

    if (!breakpoint)
        return;
    if (environment->json) {
        command_print_json(environment, breakpoint_json(breakpoint));
        return;
    }
    describe(environment, breakpoint, where, sizeof(where));
    text_print(environment->text, TEXT_PLAIN, "%s %u ",
               breakpoint->watch ? "watchpoint" : "breakpoint", number);
    if (!address_of(breakpoint).known)
        text_print(environment->text, TEXT_PLAIN, "at %s, which is not in place yet\n",
                   breakpoint->text);
    else if (breakpoint->watch)
        text_print(environment->text, TEXT_PLAIN, "on %s, %s  %s\n",
                   text_hex(breakpoint->address.value), text_size(breakpoint->length), where);
    else
        text_print(environment->text, TEXT_PLAIN, "at %s  %s\n",
                   text_hex(breakpoint->address.value), where[0] ? where : breakpoint->text);
}

static struct error *run_break(struct environment *environment, const struct command_line *line)
{
    struct debugger *debugger = environment->debugger;
    struct place_text place;
    const struct stop *stop;
    unsigned int number = 0;
    struct error *err;

    if (line->count == 0) {
        err = command_stop(environment, &stop);
        if (!err)
            err = debugger_break(debugger, registers_pc(&stop->regs), "here", &number);
    } else {
        err = evaluate_place(environment, line->rest, &place);
        if (!err && place.symbolic)
            err = debugger_break_symbol(debugger, place.module, place.link, line->rest, &number);
        else if (!err)
            err = debugger_break(debugger, virt(place.address.value), line->rest, &number);
    }
    if (!err)
        announce(environment, number);
    return err;
}

static struct error *range_argument(const struct environment *environment, const char *text,
                                    uint64_t *ret_address, uint64_t *ret_length)
{
    bool given;
    struct error *err = pair_argument(environment, text, ret_address, &given, ret_length);

    if (!err && !given)
        *ret_length = WATCH_LENGTH;
    if (!err && *ret_length == 0)
        err = error_new(ERROR_INPUT, "a watchpoint on no bytes");
    return err;
}

static struct error *watch(struct environment *environment, const struct command_line *line,
                           enum watch_access access)
{
    uint64_t address, length;
    unsigned int number = 0;
    struct error *err = command_usage(line, 1, COMMAND_WORDS_MAX);

    if (!err)
        err = range_argument(environment, line->rest, &address, &length);
    if (!err)
        err = debugger_watch(environment->debugger, access, virt(address), length, line->rest,
                             &number);
    if (!err)
        announce(environment, number);
    return err;
}

static struct error *run_watch(struct environment *environment, const struct command_line *line)
{
    return watch(environment, line, WATCH_WRITE);
}

static struct error *run_rwatch(struct environment *environment, const struct command_line *line)
{
    return watch(environment, line, WATCH_READ);
}

static struct error *run_awatch(struct environment *environment, const struct command_line *line)
{
    return watch(environment, line, WATCH_ACCESS);
}

static void print_list(const struct environment *environment, const struct breakpoint *list,
                       size_t count)
{
    const struct text *text = environment->text;
    char where[160];

    if (count == 0) {
        text_print(text, TEXT_PLAIN, "no breakpoints or watchpoints\n");
        return;
    }
    text_print(text, TEXT_LABEL, " num  type        hits  address             where\n");
    for (size_t i = 0; i < count; i++) {
        describe(environment, &list[i], where, sizeof(where));
        text_print(text, TEXT_PLAIN, "%4u  %-6s  %8s  %-18s  %.*s\n", list[i].number,
                   type_of(&list[i]), text_count(list[i].hits), text_maybe(address_of(&list[i])),
                   TEXT_COLUMNS - 44, where[0] ? where : list[i].text);
    }
}

static struct error *run_info(struct environment *environment, const struct command_line *line)
{
    const struct breakpoint *list;
    size_t count = debugger_breakpoints(environment->debugger, &list);
    struct error *err = command_usage(line, 0, 0);

    if (err)
        return err;
    if (environment->json) {
        json_t *array = json_array();

        for (size_t i = 0; i < count; i++)
            json_array_append_new(array, breakpoint_json(&list[i]));
        command_print_json(environment, array);
    } else {
        print_list(environment, list, count);
    }
    return NULL;
}

static struct error *run_delete(struct environment *environment, const struct command_line *line)
{
    uint64_t number;

    if (line->count == 0)
        return debugger_delete(environment->debugger, 0);
    for (int i = 0; i < line->count; i++) {
        struct error *err = evaluate(environment->debugger, line->words[i], &number);

        if (!err && (number == 0 || number > UINT32_MAX))
            err = error_new(ERROR_INPUT, "%s: no such breakpoint; info breakpoints lists them",
                            line->words[i]);
        if (!err)
            err = debugger_delete(environment->debugger, (unsigned int)number);
        if (err)
            return err;
    }
    return NULL;
}

const struct command commands_breakpoints[] = {
    {"b", "break,hb,hbreak", "[ADDR|SYMBOL|FILE:LINE]",
     "set a breakpoint, here when no place is named", "b extract_kernel",
     "A symbol or a line of the boot code is followed when the code moves: such a\n"
     "breakpoint stands in the copy as soon as there is one.",
     GROUP_BREAKPOINTS, ARGUMENT_EXPRESSION, .has_json = true, .run = run_break},
    {"watch", NULL, "ADDR [LEN]", "stop after a write to LEN bytes (8) at a linear address",
     "watch 0x11050 8",
     "The guest stands behind the instruction that wrote. QEMU 7.2 also stops at one\n"
     "that is not aligned and writes behind these bytes on their page.\n" PAIR_HELP("LEN"),
     GROUP_BREAKPOINTS, ARGUMENT_EXPRESSION, .has_json = true, .run = run_watch},
    {"rwatch", NULL, "ADDR [LEN]", "stop after a read", "rwatch 0x11050 8", PAIR_HELP("LEN"),
     GROUP_BREAKPOINTS, ARGUMENT_EXPRESSION, .has_json = true, .run = run_rwatch},
    {"awatch", NULL, "ADDR [LEN]", "stop after a read or a write", "awatch 0x11050 8",
     PAIR_HELP("LEN"), GROUP_BREAKPOINTS, ARGUMENT_EXPRESSION, .has_json = true, .run = run_awatch},
    {"info breakpoints", "info b,info watchpoints", "", "list breakpoints and watchpoints",
     "info breakpoints", NULL, GROUP_BREAKPOINTS, ARGUMENT_NONE, .has_json = true, .run = run_info},
    {"delete", "d", "[N...]", "delete breakpoints by number, or all", "delete 1", NULL,
     GROUP_BREAKPOINTS, ARGUMENT_NONE, .run = run_delete},
    {.name = NULL},
};
