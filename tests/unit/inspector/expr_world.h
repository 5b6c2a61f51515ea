/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the expression language share: a small world, and what is expected in it. */
#ifndef BOOTSCOPE_TESTS_EXPR_WORLD_H
#define BOOTSCOPE_TESTS_EXPR_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "expr.h"

/* A small world: three names, and memory whose bytes are their own address. */
struct world {
    unsigned int asked; /* how often a name or memory was looked at */
    char last[EXPR_LENGTH_MAX + 1];
};

static inline struct error *world_name(void *context, const char *name, enum expr_name_kind kind,
                                       uint64_t *ret)
{
    static const struct {
        const char *name;
        uint64_t value[3]; /* by enum expr_name_kind */
    } names[] = {
        {"rax", {7, 8, 9}},
        {"cr0", {0x80000011, 0x80000011, 1}},
        {"output", {0x1000000, 0, 0}},
        {".Lrelocated", {0x40, 0, 0x40}},
        {"marker.rip", {5, 0, 0}},
        {"u8", {3, 0, 0}},
        {"sym", {4, 0, 0}},
        {"android", {6, 0, 0}},
    };
    struct world *world = context;

    world->asked++;
    snprintf(world->last, sizeof(world->last), "%s", name);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i].name, name) == 0) {
            *ret = names[i].value[kind];
            return NULL;
        }
    }
    return error_new(ERROR_INPUT, "no such name");
}

static inline struct error *world_memory(void *context, bool physical, uint64_t address,
                                         unsigned int width, uint64_t *ret)
{
    struct world *world = context;

    world->asked++;
    if (address >= 0x1000)
        return error_new(ERROR_PROTOCOL, "not mapped");
    *ret = 0;
    for (unsigned int i = 0; i < width; i++)
        *ret |= (uint64_t)((address + i + (physical ? 0x80 : 0)) & 0xff) << 8 * i;
    return NULL;
}

static struct world world;
static const struct expr_names names = {world_name, world_memory, &world};

static inline uint64_t value_of(const char *text)
{
    struct expr *expr;
    uint64_t value = 0;
    struct error *err = expr_parse(text, &expr);

    if (err)
        fail_msg("%s: %s", text, error_message(err));
    err = expr_evaluate(expr, &names, &value);
    if (err)
        fail_msg("%s: %s", text, error_message(err));
    expr_free(expr);
    return value;
}

static inline void expect(const char *text, uint64_t value)
{
    uint64_t found = value_of(text);

    if (found != value)
        fail_msg("%s is 0x%lx, not 0x%lx", text, found, value);
}

/* Both lines below the message: the text, and the mark under the column. */
static inline void check_form(const char *text, const char *message, size_t column)
{
    const char *second = strchr(message, '\n'), *third = second ? strchr(second + 1, '\n') : NULL;
    char mark[128];

    if (!third)
        fail_msg("%s: not three lines: %s", text, message);
    snprintf(mark, sizeof(mark), "%*s", (int)(4 + column), "^");
    assert_string_equal(third + 1, mark);
    assert_int_equal(strncmp(second + 1, "    ", 4), 0);
    assert_int_equal(strncmp(second + 5, text, strlen(text)), 0);
}

static inline void check_error(const char *text, struct error *err, enum error_kind kind,
                               size_t column, const char *message)
{
    char start[256];

    if (!err)
        fail_msg("%s: no error", text);
    assert_int_equal(error_kind(err), kind);
    snprintf(start, sizeof(start), "column %zu: %s\n", column, message);
    if (strncmp(error_message(err), start, strlen(start)) != 0)
        fail_msg("%s: expected \"%s\", found \"%s\"", text, start, error_message(err));
    check_form(text, error_message(err), column);
    error_free(err);
}

/* count times a text, then a middle, then count times another. */
static inline void repeat(char *out, size_t count, const char *left, const char *middle,
                          const char *right)
{
    *out = '\0';
    for (size_t i = 0; i < count; i++)
        out = stpcpy(out, left);
    out = stpcpy(out, middle);
    for (size_t i = 0; i < count; i++)
        out = stpcpy(out, right);
}

#endif
