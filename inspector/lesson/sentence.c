/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sentence.h"

#include <stdlib.h>
#include <string.h>

#include "expr.h"

struct error *live_value_read(const struct block *block, unsigned int line, struct live_value *ret)
{
    struct live_value value = {.shown = block->content, .line = line};
    struct span comment = block->comment;
    struct expr *expr = NULL;
    struct error *err;

    for (size_t i = comment.length; i-- > 0 && !value.at;)
        if (i + 4 < comment.length && memcmp(comment.text + i, " at ", 4) == 0) {
            value.at = span_copy(
                span_trim((struct span){comment.text + i + 4, comment.length - i - 4}));
            comment.length = i;
        }
    value.expression = span_copy(span_trim(comment));
    err = expr_parse(value.expression, &expr);
    expr_free(expr);
    *ret = value;
    return err;
}

void live_values_free(struct live_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(values[i].expression);
        free(values[i].at);
    }
    free(values);
}

/* Whether a question could be filled in with it: "EXPR" or "/FMT EXPR". */
static bool is_expression(struct span inner, struct span *ret_expression)
{
    struct expr *expr = NULL;
    struct error *err;
    char *text;

    inner = span_trim(inner);
    if (inner.length > 0 && inner.text[0] == '/')
        span_word(&inner);
    *ret_expression = span_trim(inner);
    text = span_copy(*ret_expression);
    err = expr_parse(text, &expr);
    expr_free(expr);
    free(text);
    if (!err)
        return true;
    error_free(err);
    return false;
}

struct error *braces_refuse(const struct block *block)
{
    struct span expression;

    if (!is_expression(block->content, &expression))
        return NULL;
    return error_new(ERROR_INPUT,
                     "%.*s: only the texts of a question are filled in; a number in a sentence is "
                     "`?`<!--= %.*s -->",
                     (int)block->whole.length, block->whole.text, (int)expression.length,
                     expression.text);
}
