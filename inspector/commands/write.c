/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "write.h"

#include <string.h>

#include "evaluate.h"

#define NAME_MAX_ 16

static const char *full_name(const char *name)
{
    unsigned int shift, width;
    enum gpr reg;

    if (strcmp(name, "rflags") == 0)
        return "eflags";
    if (strcmp(name, "eip") == 0 || strcmp(name, "ip") == 0)
        return "rip";
    return registers_part(name, &reg, &shift, &width) ? gpr_name(reg) : name;
}

/* A value in its place in the whole register: of ax and al the rest stays, as on the CPU. */
static uint64_t in_place(const char *name, unsigned int width, uint64_t whole, uint64_t value)
{
    uint64_t mask = (UINT64_C(1) << 8 * width) - 1;
    unsigned int shift, ignored;
    enum gpr reg;

    if (!registers_part(name, &reg, &shift, &ignored))
        shift = 0;
    return (whole & ~(mask << shift)) | value << shift;
}

/* What the debug protocol has no register for. */
static bool is_read_only(const char *name)
{
    static const char *const names[] = {"gdtr",    "idtr",    "ldtr",    "tr",      "es_base",
                                        "cs_base", "ss_base", "ds_base", "fs_base", "gs_base"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

struct error *write_register_value(const struct registers *regs, const char *name, uint64_t value,
                                   char *ret_full, size_t size, uint64_t *ret_value)
{
    const char *full = full_name(name);
    unsigned int width, whole_width;
    uint64_t part, whole;

    if (!registers_get(regs, name, &part, &width) ||
        !registers_get(regs, full, &whole, &whole_width))
        return error_new(ERROR_INPUT, "%s: no such register", name);
    if (is_read_only(name))
        return error_new(ERROR_INPUT, "%s: can only be read", name);
    if (width < 8 && value >> 8 * width)
        return error_new(ERROR_INPUT, "%s does not fit into %s, which has %u byte%s",
                         text_hex(value), name, width, width == 1 ? "" : "s");
    snprintf(ret_full, size, "%s", full);
    *ret_value = width <= 2 && whole_width == 8 ? in_place(name, width, whole, value) : value;
    return NULL;
}

/* "TARGET = EXPR" in two. */
struct assignment {
    struct expr *target, *value;
};

static void assignment_free(struct assignment *assignment)
{
    expr_free(assignment->target);
    expr_free(assignment->value);
}

static struct error *parse(const char *text, struct assignment *ret)
{
    const char *end;
    struct error *err = expr_parse_prefix(text, "=", &ret->target, &end);

    if (err)
        return err;
    if (*end != '=')
        return error_new(ERROR_INPUT, "set: \"= VALUE\" is missing behind %.*s", (int)(end - text),
                         text);
    return expr_parse(end + 1, &ret->value);
}

static void report(const struct environment *environment, const char *what, uint64_t before,
                   uint64_t now)
{
    if (environment->json)
        command_print_json(environment, json_pack("{s:s, s:o, s:o}", "set", what, "before",
                                                  json_hex(before), "value", json_hex(now)));
    else
        text_print(environment->text, TEXT_PLAIN, "%s  %s -> %s\n", what, text_hex(before),
                   text_hex(now));
}

static struct error *set_register(struct environment *environment, const char *name, uint64_t value)
{
    const struct stop *stop;
    char full[NAME_MAX_];
    unsigned int width;
    uint64_t before = 0, whole;
    struct error *err = command_stop(environment, &stop);

    if (err)
        return err;
    if (strcmp(name, "pc") == 0)
        name = "rip";
    registers_get(&stop->regs, name, &before, &width);
    err = write_register_value(&stop->regs, name, value, full, sizeof(full), &whole);
    if (!err)
        err = debugger_write_register(environment->debugger, full, whole);
    if (!err)
        err = command_stop(environment, &stop);
    if (err)
        return err;
    /* The CPU may keep less of it: what it holds now is what counts. */
    registers_get(&stop->regs, name, &value, &width);
    report(environment, name, before, value);
    return NULL;
}

static struct error *set_memory(struct environment *environment, const struct expr_names *names,
                                const struct expr *target, uint64_t value)
{
    const struct expr *at;
    uint64_t address, before;
    unsigned int width;
    bool physical;
    char what[40];
    struct error *err;

    expr_memory(target, &physical, &width, &at);
    err = expr_evaluate(at, names, &address);
    if (!err) /* reading first tells whether there is memory at all */
        err = expr_evaluate(target, names, &before);
    if (err)
        return err;
    snprintf(what, sizeof(what), "%s%u[%s]", physical ? "phys" : "u", width * 8, text_hex(address));
    if (width < 8 && value >> 8 * width)
        return error_new(ERROR_INPUT, "%s does not fit into %s", text_hex(value), what);
    err = debugger_write_memory(environment->debugger, physical, address, &value, width);
    if (!err)
        err = expr_evaluate(target, names, &value);
    if (!err)
        report(environment, what, before, value);
    return err;
}

struct error *run_set(struct environment *environment, const struct command_line *line)
{
    const struct expr_names names = evaluate_names(environment->debugger);
    struct assignment assignment = {0};
    char name[NAME_MAX_];
    const struct expr *address;
    const char *text;
    unsigned int width;
    size_t length;
    uint64_t value;
    bool physical;
    struct error *err = command_usage(line, 1, COMMAND_WORDS_MAX);

    if (!err)
        err = parse(line->rest, &assignment);
    if (!err)
        err = expr_evaluate(assignment.value, &names, &value);
    if (!err && expr_register(assignment.target, &text, &length)) {
        snprintf(name, sizeof(name), "%.*s", (int)length, text);
        err = set_register(environment, name, value);
    } else if (!err && expr_memory(assignment.target, &physical, &width, &address)) {
        err = set_memory(environment, &names, assignment.target, value);
    } else if (!err) {
        text = expr_text(assignment.target, &length);
        err = error_new(ERROR_INPUT,
                        "set: %.*s cannot be written: there are $REGISTER, u8[] ... u64[] and "
                        "phys8[] ... phys64[]",
                        (int)length, text);
    }
    assignment_free(&assignment);
    return err;
}
