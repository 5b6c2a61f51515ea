/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens of the expression language. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "expr_internal.h"

static const struct {
    const char *text;
    unsigned int precedence;
} operators[] = {
    [OPERATOR_NONE] = {"", 0},         [OPERATOR_NOT] = {"!", 0},
    [OPERATOR_INVERT] = {"~", 0},      [OPERATOR_MULTIPLY] = {"*", 10},
    [OPERATOR_DIVIDE] = {"/", 10},     [OPERATOR_REMAINDER] = {"%", 10},
    [OPERATOR_PLUS] = {"+", 9},        [OPERATOR_MINUS] = {"-", 9},
    [OPERATOR_LEFT] = {"<<", 8},       [OPERATOR_RIGHT] = {">>", 8},
    [OPERATOR_LESS] = {"<", 7},        [OPERATOR_LESS_EQUAL] = {"<=", 7},
    [OPERATOR_GREATER] = {">", 7},     [OPERATOR_GREATER_EQUAL] = {">=", 7},
    [OPERATOR_EQUAL] = {"==", 6},      [OPERATOR_UNEQUAL] = {"!=", 6},
    [OPERATOR_BIT_AND] = {"&", 5},     [OPERATOR_BIT_XOR] = {"^", 4},
    [OPERATOR_BIT_OR] = {"|", 3},      [OPERATOR_AND] = {"&&", 2},
    [OPERATOR_OR] = {"||", 1},         [OPERATOR_QUESTION] = {"?", 0},
    [OPERATOR_COLON] = {":", 0},       [OPERATOR_OPEN] = {"(", 0},
    [OPERATOR_CLOSE] = {")", 0},       [OPERATOR_OPEN_INDEX] = {"[", 0},
    [OPERATOR_CLOSE_INDEX] = {"]", 0},
};

#define OPERATOR_COUNT (sizeof(operators) / sizeof(operators[0]))

unsigned int operator_precedence(enum expr_operator op)
{
    return operators[op].precedence;
}

const char *operator_text(enum expr_operator op)
{
    return operators[op].text;
}

static bool begins_name(char c)
{
    return isalpha((unsigned char)c) || c == '_' || c == '.';
}

static bool goes_on_name(char c)
{
    return begins_name(c) || isdigit((unsigned char)c);
}

static void bad(struct token *token, size_t at, const char *message)
{
    token->kind = TOKEN_BAD;
    token->at = at;
    snprintf(token->message, sizeof(token->message), "%s", message);
}

static void bad_character(struct token *token, size_t at, const char *message, char c)
{
    char buffer[sizeof(token->message)];

    if (isprint((unsigned char)c))
        snprintf(buffer, sizeof(buffer), "%s: %c", message, c);
    else
        snprintf(buffer, sizeof(buffer), "%s: byte 0x%02x", message, (unsigned char)c);
    bad(token, at, buffer);
}

static int digit_value(char c)
{
    if (isdigit((unsigned char)c))
        return c - '0';
    return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : 16;
}

/* 0x, 0b and 0 as in C; *at is behind the prefix then. */
static unsigned int number_base(const char *text, size_t *at)
{
    if (text[*at] != '0')
        return 10;
    if (text[*at + 1] == 'x' || text[*at + 1] == 'X') {
        *at += 2;
        return 16;
    }
    if (text[*at + 1] == 'b' || text[*at + 1] == 'B') {
        *at += 2;
        return 2;
    }
    return 8;
}

static unsigned int suffix_shift(char c)
{
    return c == 'K' ? 10 : c == 'M' ? 20 : c == 'G' ? 30 : 0;
}

static void lex_number(const char *text, struct token *token)
{
    size_t at = token->at, digits;
    unsigned int base = number_base(text, &at), shift;
    uint64_t value = 0;
    bool fits = true;

    for (digits = at; digit_value(text[at]) < (int)base; at++) {
        fits = fits && !__builtin_mul_overflow(value, (uint64_t)base, &value) &&
               !__builtin_add_overflow(value, (uint64_t)digit_value(text[at]), &value);
    }
    if (at == digits)
        return bad(token, at, "a digit is missing");
    shift = suffix_shift(text[at]);
    if (shift) {
        fits = fits && value <= UINT64_MAX >> shift;
        value <<= shift;
        at++;
    }
    if (goes_on_name(text[at]))
        return bad_character(token, at, "this is no digit of the number", text[at]);
    if (!fits)
        return bad(token, token->at, "the number does not fit into 64 bits");
    token->kind = TOKEN_NUMBER;
    token->number = value;
    token->length = at - token->at;
}

static bool lex_escape(const char *text, size_t *at, uint64_t *ret)
{
    static const char letters[] = "0nrt\\'", values[] = "\0\n\r\t\\'";
    const char *found = text[*at] ? strchr(letters, text[*at]) : NULL;

    if (found) {
        *ret = (unsigned char)values[found - letters];
        *at += 1;
        return true;
    }
    if (text[*at] != 'x' || !isxdigit((unsigned char)text[*at + 1]) ||
        !isxdigit((unsigned char)text[*at + 2]))
        return false;
    *ret = (uint64_t)(digit_value(text[*at + 1]) * 16 + digit_value(text[*at + 2]));
    *at += 3;
    return true;
}

static void lex_character(const char *text, struct token *token)
{
    size_t at = token->at + 1;

    if (text[at] == '\\') {
        at++;
        if (!lex_escape(text, &at, &token->number))
            return bad(token, at, "no such escape: there are \\0 \\n \\r \\t \\\\ \\' \\xHH");
    } else if (text[at] == '\0' || text[at] == '\'') {
        return bad(token, at, "a character is missing");
    } else if (!isprint((unsigned char)text[at])) {
        return bad(token, at, "write this character as \\xHH");
    } else {
        token->number = (unsigned char)text[at++];
    }
    if (text[at] != '\'')
        return bad(token, at, "the closing ' is missing");
    token->kind = TOKEN_NUMBER;
    token->length = at + 1 - token->at;
}

static void lex_name(const char *text, struct token *token)
{
    static const struct {
        const char *word;
        enum expr_operator op;
    } words[] = {{"and", OPERATOR_AND}, {"or", OPERATOR_OR}, {"not", OPERATOR_NOT}};

    token->kind = TOKEN_NAME;
    while (goes_on_name(text[token->at + token->length]))
        token->length++;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (token->length == strlen(words[i].word) &&
            strncmp(text + token->at, words[i].word, token->length) == 0) {
            token->kind = TOKEN_OPERATOR;
            token->op = words[i].op;
        }
    }
}

static void lex_register(const char *text, struct token *token)
{
    if (!begins_name(text[token->at + 1]))
        return bad(token, token->at + 1, "a register's name is missing");
    token->kind = TOKEN_REGISTER;
    token->length = 1;
    while (goes_on_name(text[token->at + token->length]))
        token->length++;
}

/* The longest operator there. */
static void lex_operator(const char *text, struct token *token)
{
    for (size_t i = OPERATOR_NONE + 1; i < OPERATOR_COUNT; i++) {
        size_t length = strlen(operators[i].text);

        if (length <= token->length || strncmp(text + token->at, operators[i].text, length) != 0)
            continue;
        token->kind = TOKEN_OPERATOR;
        token->op = (enum expr_operator)i;
        token->length = length;
    }
    if (token->kind != TOKEN_OPERATOR && text[token->at] == '=')
        return bad(token, token->at, "comparison is ==, and there is no assignment");
    if (token->kind != TOKEN_OPERATOR)
        return bad_character(token, token->at, "this is no part of an expression", text[token->at]);
}

struct token expr_lex(const char *text, size_t at, const char *stops)
{
    struct token token = {.kind = TOKEN_END};

    while (isspace((unsigned char)text[at]))
        at++;
    token.at = at;
    if (text[at] == '\0' || strchr(stops, text[at]))
        return token;
    if (isdigit((unsigned char)text[at]))
        lex_number(text, &token);
    else if (begins_name(text[at]))
        lex_name(text, &token);
    else if (text[at] == '$')
        lex_register(text, &token);
    else if (text[at] == '\'')
        lex_character(text, &token);
    else
        lex_operator(text, &token);
    return token;
}
