/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expectation.h"

#define SIDE_COLUMNS 28

static size_t add_side(const struct expr *expr, struct expectation_side *ret, size_t count,
                       size_t max)
{
    if (count == max || expr_is_number(expr))
        return count;
    ret[count] = (struct expectation_side){.expr = expr};
    ret[count].text = expr_text(expr, &ret[count].length);
    return count + 1;
}

/* What to show of one operand of &&. */
static size_t sides_of_part(const struct expr *part, struct expectation_side *ret, size_t max)
{
    const struct expr *left, *right;
    const char *operator;

    if (!expr_comparison(part, &left, &operator, & right))
        return add_side(part, ret, 0, max);
    return add_side(right, ret, add_side(left, ret, 0, max), max);
}

size_t expectation_sides(const struct expr *expr, struct expectation_side *ret, size_t max)
{
    const struct expr *left, *right;
    size_t count;

    if (!expr_conjunction(expr, &left, &right))
        return sides_of_part(expr, ret, max);
    count = expectation_sides(left, ret, max);
    return count + expectation_sides(right, ret + count, max - count);
}

/* A part that does not hold is evaluated again, side by side: nothing moves in between. */
static struct error *explain(const struct expr *part, const struct expr_names *names,
                             struct expectation *ret)
{
    struct error *err = NULL;

    ret->part = expr_text(part, &ret->part_length);
    ret->count = sides_of_part(part, ret->sides, sizeof(ret->sides) / sizeof(ret->sides[0]));
    for (size_t i = 0; !err && i < ret->count; i++)
        err = expr_evaluate(ret->sides[i].expr, names, &ret->sides[i].value);
    return err;
}

struct error *expectation_evaluate(const struct expr *expr, const struct expr_names *names,
                                   struct expectation *ret)
{
    const struct expr *left, *right;
    struct error *err;
    uint64_t value;

    *ret = (struct expectation){.holds = true};
    if (expr_conjunction(expr, &left, &right)) {
        err = expectation_evaluate(left, names, ret);
        return err || !ret->holds ? err : expectation_evaluate(right, names, ret);
    }
    err = expr_evaluate(expr, names, &value);
    if (err || value)
        return err;
    ret->holds = false;
    return explain(expr, names, ret);
}

void expectation_text(const struct expectation *expectation, const struct text *text)
{
    for (size_t i = 0; i < expectation->count; i++) {
        const struct expectation_side *side = &expectation->sides[i];

        text_print(text, TEXT_PLAIN, "  %-*.*s %s\n", SIDE_COLUMNS, (int)side->length, side->text,
                   text_hex(side->value));
    }
}

json_t *expectation_json(const struct expectation *expectation)
{
    json_t *array = json_array();

    for (size_t i = 0; i < expectation->count; i++) {
        const struct expectation_side *side = &expectation->sides[i];

        json_array_append_new(array, json_pack("{s:s%,s:o}", "text", side->text, side->length,
                                               "value", json_hex(side->value)));
    }
    return array;
}

struct error *expectation_error(const struct expectation *expectation)
{
    if (expectation->holds)
        return NULL;
    return error_new(ERROR_CHECK, "%.*s does not hold", (int)expectation->part_length,
                     expectation->part);
}
