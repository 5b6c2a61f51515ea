/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parser: precedence climbing. Each token makes at most one node, so the nodes fit into one
 * array as long as the text; nesting is counted, since it costs stack here and in evaluate.c.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expr_internal.h"

struct parser {
    struct expr_tree *tree;
    const char *text;
    const char *stops;
    struct token token;    /* the next one */
    size_t end;            /* of the one before */
    unsigned int depth;    /* of nesting */
    unsigned int brackets; /* that are open: inside them nothing in stops ends the expression */
};

static struct error *fail(const struct parser *parser, size_t at, const char *message)
{
    return expr_error(ERROR_INPUT, parser->text, at, "%s", message);
}

static void advance(struct parser *parser)
{
    parser->end = parser->token.at + parser->token.length;
    parser->token = expr_lex(parser->text, parser->end, parser->brackets ? "" : parser->stops);
}

static bool next_is(const struct parser *parser, enum expr_operator op)
{
    return parser->token.kind == TOKEN_OPERATOR && parser->token.op == op;
}

static struct error *enter(struct parser *parser)
{
    if (++parser->depth > EXPR_DEPTH_MAX)
        return expr_error(ERROR_INPUT, parser->text, parser->token.at, "nested more than %d deep",
                          EXPR_DEPTH_MAX);
    return NULL;
}

static struct expr *new_node(struct parser *parser, enum expr_kind kind, size_t start)
{
    struct expr *node = &parser->tree->nodes[parser->tree->count++];

    node->kind = kind;
    node->start = node->at = start;
    node->tree = parser->tree;
    return node;
}

static struct expr *finish(const struct parser *parser, struct expr *node)
{
    node->length = parser->end - node->start;
    return node;
}

static struct error *parse_choice(struct parser *parser, struct expr **ret);
static struct error *parse_unary(struct parser *parser, struct expr **ret);

/* Behind an opening bracket: what it holds, and the closing one. */
static struct error *parse_enclosed(struct parser *parser, enum expr_operator close, size_t opened,
                                    struct expr **ret)
{
    struct error *err = enter(parser);

    if (err)
        return err;
    parser->brackets++;
    advance(parser);
    err = parse_choice(parser, ret);
    if (err)
        return err;
    if (!next_is(parser, close)) {
        if (parser->token.kind == TOKEN_BAD)
            return fail(parser, parser->token.at, parser->token.message);
        return expr_error(ERROR_INPUT, parser->text, parser->token.at,
                          "%s is missing for the %c in column %zu", operator_text(close),
                          parser->text[opened], opened + 1);
    }
    parser->brackets--;
    parser->depth--;
    advance(parser);
    return NULL;
}

/* u8[ ... phys64[: how many bytes, or 0 for another name. */
static unsigned int memory_width(const char *name, size_t length, bool *ret_physical)
{
    static const char *const words[] = {"u8", "u16", "u32", "u64"};
    static const char *const physical[] = {"phys8", "phys16", "phys32", "phys64"};

    for (unsigned int i = 0; i < 4; i++) {
        *ret_physical = strlen(physical[i]) == length && !strncmp(name, physical[i], length);
        if (*ret_physical || (strlen(words[i]) == length && !strncmp(name, words[i], length)))
            return 1U << i;
    }
    return 0;
}

static struct error *parse_symbol(struct parser *parser, struct expr *node)
{
    size_t opened = parser->token.at;

    advance(parser);
    if (parser->token.kind != TOKEN_NAME)
        return fail(parser, parser->token.at, "a symbol's name is missing");
    node->name_kind = EXPR_NAME_SYMBOL;
    node->name_at = parser->token.at;
    node->name_length = parser->token.length;
    advance(parser);
    if (!next_is(parser, OPERATOR_CLOSE))
        return expr_error(ERROR_INPUT, parser->text, parser->token.at,
                          ") is missing for the ( in column %zu", opened + 1);
    advance(parser);
    return NULL;
}

static struct error *parse_name(struct parser *parser, struct expr **ret)
{
    struct token name = parser->token;
    const char *text = parser->text + name.at;
    struct expr *node = new_node(parser, EXPR_NAME, name.at), *address;
    struct error *err = NULL;

    node->name_at = name.at;
    node->name_length = name.length;
    if (name.kind == TOKEN_REGISTER) {
        node->name_kind = EXPR_NAME_REGISTER;
        node->name_at++;
        node->name_length--;
    }
    advance(parser);
    if (name.kind == TOKEN_NAME && next_is(parser, OPERATOR_OPEN) && name.length == 3 &&
        strncmp(text, "sym", 3) == 0) {
        err = parse_symbol(parser, node);
    } else if (name.kind == TOKEN_NAME && next_is(parser, OPERATOR_OPEN_INDEX)) {
        node->kind = EXPR_MEMORY;
        node->width = memory_width(text, name.length, &node->physical);
        if (!node->width)
            return fail(parser, name.at, "memory is u8[], u16[], u32[], u64[] or phys8[] ...");
        err = parse_enclosed(parser, OPERATOR_CLOSE_INDEX, parser->token.at, &address);
        if (!err)
            node->child[0] = address;
    }
    *ret = finish(parser, node);
    return err;
}

static struct error *parse_primary(struct parser *parser, struct expr **ret)
{
    size_t at = parser->token.at;
    struct error *err;

    switch (parser->token.kind) {
    case TOKEN_NUMBER:
        *ret = new_node(parser, EXPR_NUMBER, at);
        (*ret)->number = parser->token.number;
        advance(parser);
        finish(parser, *ret);
        return NULL;
    case TOKEN_NAME:
    case TOKEN_REGISTER:
        return parse_name(parser, ret);
    case TOKEN_BAD:
        return fail(parser, at, parser->token.message);
    case TOKEN_OPERATOR:
        if (!next_is(parser, OPERATOR_OPEN))
            break;
        err = parse_enclosed(parser, OPERATOR_CLOSE, at, ret);
        if (err)
            return err;
        /* The brackets are part of its text. */
        (*ret)->start = at;
        finish(parser, *ret);
        return NULL;
    case TOKEN_END:
        break;
    }
    return fail(parser, at, "a value is missing");
}

static bool is_prefix(const struct parser *parser)
{
    return next_is(parser, OPERATOR_NOT) || next_is(parser, OPERATOR_INVERT) ||
           next_is(parser, OPERATOR_MINUS) || next_is(parser, OPERATOR_PLUS);
}

static struct error *parse_unary(struct parser *parser, struct expr **ret)
{
    struct expr *operand, *node;
    struct error *err;

    if (!is_prefix(parser))
        return parse_primary(parser, ret);
    err = enter(parser);
    if (err)
        return err;
    node = new_node(parser, EXPR_UNARY, parser->token.at);
    node->op = parser->token.op;
    advance(parser);
    err = parse_unary(parser, &operand);
    if (err)
        return err;
    parser->depth--;
    node->child[0] = operand;
    *ret = finish(parser, node);
    return NULL;
}

/* Operands and operators that bind at least as strongly as minimum. */
static struct error *parse_binary(struct parser *parser, unsigned int minimum, struct expr **ret)
{
    struct expr *left, *right, *node;
    struct error *err = parse_unary(parser, &left);

    while (!err && parser->token.kind == TOKEN_OPERATOR) {
        unsigned int precedence = operator_precedence(parser->token.op);

        if (precedence == 0 || precedence < minimum)
            break;
        node = new_node(parser, EXPR_BINARY, left->start);
        node->op = parser->token.op;
        node->at = parser->token.at;
        advance(parser);
        err = parse_binary(parser, precedence + 1, &right);
        if (err)
            break;
        node->child[0] = left;
        node->child[1] = right;
        left = finish(parser, node);
    }
    *ret = left;
    return err;
}

static struct error *parse_choice(struct parser *parser, struct expr **ret)
{
    struct expr *condition, *yes, *no, *node;
    struct error *err = parse_binary(parser, 1, &condition);
    size_t question = parser->token.at;

    *ret = condition;
    if (err || !next_is(parser, OPERATOR_QUESTION))
        return err;
    node = new_node(parser, EXPR_CHOICE, condition->start);
    err = parse_enclosed(parser, OPERATOR_COLON, question, &yes);
    if (!err)
        err = enter(parser);
    if (!err)
        err = parse_choice(parser, &no);
    if (err)
        return err;
    parser->depth--;
    node->child[0] = condition;
    node->child[1] = yes;
    node->child[2] = no;
    *ret = finish(parser, node);
    return NULL;
}

static struct error *expr_too_long(const char *text)
{
    return expr_error(ERROR_INPUT, text, EXPR_LENGTH_MAX, "longer than %d characters",
                      EXPR_LENGTH_MAX);
}

/* What stands behind a whole expression and is no part of it. */
static struct error *left_over(const struct parser *parser, bool prefix)
{
    const struct token *token = &parser->token;

    if (token->kind == TOKEN_END)
        return NULL;
    if (next_is(parser, OPERATOR_CLOSE) || next_is(parser, OPERATOR_CLOSE_INDEX))
        return fail(parser, token->at, "there is nothing that this closes");
    if (prefix && token->at > parser->end)
        return NULL;
    if (next_is(parser, OPERATOR_COLON))
        return fail(parser, token->at, "there is no ? for this");
    if (token->kind == TOKEN_BAD)
        return fail(parser, token->at, token->message);
    return fail(parser, token->at, "an operator is missing");
}

static struct error *new_tree(const char *text, struct expr_tree **ret)
{
    size_t length = strnlen(text, EXPR_LENGTH_MAX);
    struct expr_tree *tree = calloc(1, sizeof(*tree) + (length + 1) * sizeof(struct expr));

    if (!tree)
        return error_new(ERROR_SYSTEM, "expression: out of memory");
    tree->text = strndup(text, length);
    if (!tree->text) {
        free(tree);
        return error_new(ERROR_SYSTEM, "expression: out of memory");
    }
    *ret = tree;
    return NULL;
}

static void free_tree(struct expr_tree *tree)
{
    free(tree->text);
    free(tree);
}

static struct error *parse(const char *text, const char *stops, bool prefix, struct expr **ret,
                           size_t *ret_end)
{
    struct parser parser = {.stops = stops};
    struct error *err = new_tree(text, &parser.tree);

    if (err)
        return err;
    parser.text = parser.tree->text;
    advance(&parser);
    err = parse_choice(&parser, ret);
    if (!err)
        err = left_over(&parser, prefix);
    /* Only the beginning was looked at: does the expression reach the cut? */
    if (strnlen(text, EXPR_LENGTH_MAX + 1) > EXPR_LENGTH_MAX &&
        (!prefix || parser.end == EXPR_LENGTH_MAX ||
         (err && parser.token.at + parser.token.length >= EXPR_LENGTH_MAX))) {
        error_free(err);
        err = expr_too_long(text);
    }
    if (err) {
        free_tree(parser.tree);
        return err;
    }
    *ret_end = parser.token.at;
    parser.tree->text[parser.end] = '\0';
    return NULL;
}

struct error *expr_parse(const char *text, struct expr **ret)
{
    struct expr *expr;
    size_t end;
    struct error *err = parse(text, "", false, &expr, &end);

    if (!err)
        *ret = expr;
    return err;
}

struct error *expr_parse_prefix(const char *text, const char *stops, struct expr **ret,
                                const char **ret_end)
{
    struct expr *expr;
    size_t end;
    struct error *err = parse(text, stops, true, &expr, &end);

    if (err)
        return err;
    *ret = expr;
    *ret_end = text + end;
    return NULL;
}

void expr_free(struct expr *expr)
{
    if (expr)
        free_tree((struct expr_tree *)(uintptr_t)expr->tree);
}
