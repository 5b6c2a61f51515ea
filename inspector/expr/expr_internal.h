/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the expression language share: tokens, nodes, and the form of errors. */
#ifndef BOOTSCOPE_EXPR_EXPR_INTERNAL_H
#define BOOTSCOPE_EXPR_EXPR_INTERNAL_H

#include "expr.h"

enum expr_operator {
    OPERATOR_NONE,
    OPERATOR_NOT,
    OPERATOR_INVERT,
    OPERATOR_MULTIPLY,
    OPERATOR_DIVIDE,
    OPERATOR_REMAINDER,
    OPERATOR_PLUS,
    OPERATOR_MINUS,
    OPERATOR_LEFT,
    OPERATOR_RIGHT,
    OPERATOR_LESS,
    OPERATOR_LESS_EQUAL,
    OPERATOR_GREATER,
    OPERATOR_GREATER_EQUAL,
    OPERATOR_EQUAL,
    OPERATOR_UNEQUAL,
    OPERATOR_BIT_AND,
    OPERATOR_BIT_XOR,
    OPERATOR_BIT_OR,
    OPERATOR_AND,
    OPERATOR_OR,
    OPERATOR_QUESTION,
    OPERATOR_COLON,
    OPERATOR_OPEN,
    OPERATOR_CLOSE,
    OPERATOR_OPEN_INDEX,
    OPERATOR_CLOSE_INDEX,
};

/* As in C: * / % bind at 10, || at 1; 0 for what is no binary operator. */
unsigned int operator_precedence(enum expr_operator op);
/* "==", "&&", ...: the C spelling. */
const char *operator_text(enum expr_operator op);

enum token_kind { TOKEN_END, TOKEN_NUMBER, TOKEN_NAME, TOKEN_REGISTER, TOKEN_OPERATOR, TOKEN_BAD };

struct token {
    enum token_kind kind;
    enum expr_operator op; /* TOKEN_OPERATOR */
    uint64_t number;       /* TOKEN_NUMBER */
    size_t at, length;     /* in the text; a register with its $ */
    char message[64];      /* TOKEN_BAD: what is wrong at at */
};

/* The token at or behind offset at; TOKEN_END at the text's end and at a character in stops. */
struct token expr_lex(const char *text, size_t at, const char *stops);

enum expr_kind { EXPR_NUMBER, EXPR_NAME, EXPR_MEMORY, EXPR_UNARY, EXPR_BINARY, EXPR_CHOICE };

struct expr {
    enum expr_kind kind;
    enum expr_operator op;
    uint64_t number;
    enum expr_name_kind name_kind;
    size_t name_at, name_length;
    bool physical;      /* EXPR_MEMORY ... */
    unsigned int width; /* ... and how many bytes */
    const struct expr *child[3];
    size_t start, length; /* the part of the text that it is made from */
    size_t at;            /* where an error in it is marked */
    const struct expr_tree *tree;
};

/* One allocation holds an expression: no part outlives the whole. */
struct expr_tree {
    char *text;
    size_t count;
    struct expr nodes[];
};

/* An error of this kind in the form of expr.h; at is an offset into text. */
struct error *expr_error(enum error_kind kind, const char *text, size_t at, const char *format, ...)
    __attribute__((format(printf, 4, 5), warn_unused_result, returns_nonnull));

#endif
