/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an expression is worth, and what it is made of. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "expr_internal.h"

/* Says what failed, and where; takes err. */
static struct error *mark(const struct expr *expr, struct error *err, const char *what)
{
    struct error *marked;

    if (!err)
        return NULL;
    marked = expr_error(error_kind(err), expr->tree->text, expr->at, "%s: %s", what,
                        error_message(err));
    error_free(err);
    return marked;
}

static struct error *evaluate_name(const struct expr *expr, const struct expr_names *names,
                                   uint64_t *ret)
{
    char name[EXPR_LENGTH_MAX + 1];
    struct error *err;

    memcpy(name, expr->tree->text + expr->name_at, expr->name_length);
    name[expr->name_length] = '\0';
    err = names->name(names->context, name, expr->name_kind, ret);
    return mark(expr, err, name);
}

static struct error *evaluate_memory(const struct expr *expr, const struct expr_names *names,
                                     uint64_t *ret)
{
    uint64_t address;
    char what[40];
    struct error *err = expr_evaluate(expr->child[0], names, &address);

    if (err)
        return err;
    snprintf(what, sizeof(what), "%s%u[0x%" PRIx64 "]", expr->physical ? "phys" : "u",
             expr->width * 8, address);
    err = names->memory(names->context, expr->physical, address, expr->width, ret);
    return mark(expr, err, what);
}

static struct error *evaluate_unary(const struct expr *expr, const struct expr_names *names,
                                    uint64_t *ret)
{
    uint64_t value;
    struct error *err = expr_evaluate(expr->child[0], names, &value);

    if (err)
        return err;
    switch (expr->op) {
    case OPERATOR_NOT:
        *ret = !value;
        break;
    case OPERATOR_INVERT:
        *ret = ~value;
        break;
    case OPERATOR_MINUS:
        *ret = -value;
        break;
    default:
        *ret = value;
    }
    return NULL;
}

/* Unlike C's, a shift by 64 or more is defined: nothing is left. */
static uint64_t shifted(enum expr_operator op, uint64_t left, uint64_t right)
{
    if (right >= 64)
        return 0;
    return op == OPERATOR_LEFT ? left << right : left >> right;
}

/* Everything that needs both sides, division's zero excluded. */
static uint64_t calculate(enum expr_operator op, uint64_t left, uint64_t right)
{
    switch (op) {
    case OPERATOR_MULTIPLY:
        return left * right;
    case OPERATOR_DIVIDE:
        return left / right;
    case OPERATOR_REMAINDER:
        return left % right;
    case OPERATOR_PLUS:
        return left + right;
    case OPERATOR_MINUS:
        return left - right;
    case OPERATOR_LEFT:
    case OPERATOR_RIGHT:
        return shifted(op, left, right);
    case OPERATOR_LESS:
        return left < right;
    case OPERATOR_LESS_EQUAL:
        return left <= right;
    case OPERATOR_GREATER:
        return left > right;
    case OPERATOR_GREATER_EQUAL:
        return left >= right;
    case OPERATOR_EQUAL:
        return left == right;
    case OPERATOR_UNEQUAL:
        return left != right;
    case OPERATOR_BIT_AND:
        return left & right;
    case OPERATOR_BIT_XOR:
        return left ^ right;
    case OPERATOR_BIT_OR:
        return left | right;
    default: /* && and ||, whose left side did not decide */
        return right != 0;
    }
}

static struct error *evaluate_binary(const struct expr *expr, const struct expr_names *names,
                                     uint64_t *ret)
{
    enum expr_operator op = expr->op;
    uint64_t left, right;
    struct error *err = expr_evaluate(expr->child[0], names, &left);

    if (err)
        return err;
    if ((op == OPERATOR_AND && !left) || (op == OPERATOR_OR && left)) {
        *ret = left != 0;
        return NULL;
    }
    err = expr_evaluate(expr->child[1], names, &right);
    if (err)
        return err;
    if ((op == OPERATOR_DIVIDE || op == OPERATOR_REMAINDER) && right == 0)
        return expr_error(ERROR_INPUT, expr->tree->text, expr->at, "division by zero");
    *ret = calculate(op, left, right);
    return NULL;
}

struct error *expr_evaluate(const struct expr *expr, const struct expr_names *names, uint64_t *ret)
{
    uint64_t condition;
    struct error *err;

    switch (expr->kind) {
    case EXPR_NUMBER:
        *ret = expr->number;
        return NULL;
    case EXPR_NAME:
        return evaluate_name(expr, names, ret);
    case EXPR_MEMORY:
        return evaluate_memory(expr, names, ret);
    case EXPR_UNARY:
        return evaluate_unary(expr, names, ret);
    case EXPR_BINARY:
        return evaluate_binary(expr, names, ret);
    case EXPR_CHOICE:
        break;
    }
    err = expr_evaluate(expr->child[0], names, &condition);
    return err ? err : expr_evaluate(expr->child[condition ? 1 : 2], names, ret);
}

bool expr_comparison(const struct expr *expr, const struct expr **ret_left,
                     const char **ret_operator, const struct expr **ret_right)
{
    if (expr->kind != EXPR_BINARY || expr->op < OPERATOR_LESS || expr->op > OPERATOR_UNEQUAL)
        return false;
    *ret_left = expr->child[0];
    *ret_operator = operator_text(expr->op);
    *ret_right = expr->child[1];
    return true;
}

bool expr_conjunction(const struct expr *expr, const struct expr **ret_left,
                      const struct expr **ret_right)
{
    if (expr->kind != EXPR_BINARY || expr->op != OPERATOR_AND)
        return false;
    *ret_left = expr->child[0];
    *ret_right = expr->child[1];
    return true;
}

bool expr_is_number(const struct expr *expr)
{
    return expr->kind == EXPR_NUMBER;
}

const char *expr_text(const struct expr *expr, size_t *ret_length)
{
    *ret_length = expr->length;
    return expr->tree->text + expr->start;
}

bool expr_memory(const struct expr *expr, bool *ret_physical, unsigned int *ret_width,
                 const struct expr **ret_address)
{
    if (expr->kind != EXPR_MEMORY)
        return false;
    *ret_physical = expr->physical;
    *ret_width = expr->width;
    *ret_address = expr->child[0];
    return true;
}

bool expr_register(const struct expr *expr, const char **ret_name, size_t *ret_length)
{
    if (expr->kind != EXPR_NAME || expr->name_kind != EXPR_NAME_REGISTER)
        return false;
    *ret_name = expr->tree->text + expr->name_at;
    *ret_length = expr->name_length;
    return true;
}
