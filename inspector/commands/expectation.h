/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What `expect EXPR` means, wherever it is written: the expression must not be 0, and where it is,
 * the part that failed is named and both sides of its comparison are shown with their values.
 */
#ifndef BOOTSCOPE_COMMANDS_EXPECTATION_H
#define BOOTSCOPE_COMMANDS_EXPECTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

#include "error.h"
#include "expr.h"
#include "text.h"

/* One thing whose value is worth showing; numbers are not. Owned by the expression. */
struct expectation_side {
    const struct expr *expr;
    const char *text; /* length bytes, not terminated */
    size_t length;
    uint64_t value;
};

struct expectation {
    bool holds;
    const char *part; /* the operand of && that does not hold, or the whole: length bytes */
    size_t part_length;
    size_t count; /* of sides: the failed part's, at most both of its comparison */
    struct expectation_side sides[2];
};

/*
 * Evaluates the operands of && from the left, up to the first one that does not hold. Errors are
 * expr_evaluate()'s.
 */
struct error *expectation_evaluate(const struct expr *expr, const struct expr_names *names,
                                   struct expectation *ret);

/*
 * The sides that would be shown of any part, without values: at most max of them. Returns how many.
 */
size_t expectation_sides(const struct expr *expr, struct expectation_side *ret, size_t max);

/* A line for each side: "cr3           0x1acc000". Nothing when the expectation holds. */
void expectation_text(const struct expectation *expectation, const struct text *text);
/* [{"text":"cr3","value":"0x.."}]; a new reference. */
json_t *expectation_json(const struct expectation *expectation);
/* "cr3 == sym(_pgtable) does not hold": ERROR_CHECK; NULL when the expectation holds. */
struct error *expectation_error(const struct expectation *expectation);

#endif
