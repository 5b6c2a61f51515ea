/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Expressions: C's operators and precedence over unsigned 64-bit values. No assignment, no side
 * effect. What a name means is the caller's: the language knows no guest.
 *
 *      1234  0x1f  0b101  0777  'a'  4K  2M  1G      numbers; K, M, G are binary
 *      $rax  rax  cr0                                a register: with $ always, without where no
 *                                                    symbol and no value has the name
 *      startup_64  copy  output  virtual_delta       symbols, values of this boot, marker keys
 *      sym(_pgtable)                                 the symbol's address where it is now, even
 *                                                    where something else has that name
 *      u8[A] u16[A] u32[A] u64[A]                    guest memory at a virtual address
 *      phys8[A] ... phys64[A]                        at a physical one
 *      ! ~ - + * / % << >> < <= > >= == != & ^ | && || ?: ( )
 *
 * "and", "or" and "not" are other spellings of &&, || and !, and bind like them: "not a == b" is
 * (!a) == b. Comparison is unsigned, as addresses are. && || ?: look at no more than they need.
 * Division by zero is an error; a shift by 64 or more leaves nothing. In names a dot is a letter
 * (.Lrelocated, marker.rip).
 */
#ifndef BOOTSCOPE_EXPR_EXPR_H
#define BOOTSCOPE_EXPR_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* Nesting and length beyond these are ERROR_INPUT: an expression may come from a file or a peer. */
#define EXPR_LENGTH_MAX 1024
#define EXPR_DEPTH_MAX  64

struct expr;

/*
 * Parses the whole of text. ERROR_INPUT, with the column (from 1, in bytes) and the text marked
 * below it:
 *
 *      column 8: a value is missing
 *          cr0 >> ) 1
 *                 ^
 *
 * All three lines are the message.
 */
struct error *expr_parse(const char *text, struct expr **ret);
/*
 * Parses the longest expression at the start of text, which ends at a blank-separated word that
 * cannot go on ("5 to 9" ends before "to") or at one of the characters in stops (may be ""), which
 * count outside brackets only. *ret_end is there, or at the end of text.
 */
struct error *expr_parse_prefix(const char *text, const char *stops, struct expr **ret,
                                const char **ret_end);
void expr_free(struct expr *expr);

/* How a name was written: bare, $NAME, sym(NAME). */
enum expr_name_kind { EXPR_NAME_ANY, EXPR_NAME_REGISTER, EXPR_NAME_SYMBOL };

/* What names mean and what memory holds. Each returns NULL and sets *ret, or an error. */
struct expr_names {
    /*
     * What a name stands for. ERROR_INPUT with the words "no such
     * register, symbol or value" or the like, without name or column: they are added.
     */
    struct error *(*name)(void *context, const char *name, enum expr_name_kind kind, uint64_t *ret);
    /* width is 1, 2, 4 or 8 bytes, little endian. */
    struct error *(*memory)(void *context, bool physical, uint64_t address, unsigned int width,
                            uint64_t *ret);
    void *context;
};

/* Errors: of names, and ERROR_INPUT for a division by zero, each with text and column marked as by
 * expr_parse(). */
struct error *expr_evaluate(const struct expr *expr, const struct expr_names *names, uint64_t *ret);

/*
 * The top of an expression, for a report that shows both sides: true when it is a comparison
 * (== != < <= > >=), then *ret_left and *ret_right are its sides as parsed (owned by expr) and
 * *ret_operator its text.
 */
bool expr_comparison(const struct expr *expr, const struct expr **ret_left,
                     const char **ret_operator, const struct expr **ret_right);
/* The operands of a top-level && in order: *ret_left and *ret_right (owned by expr). */
bool expr_conjunction(const struct expr *expr, const struct expr **ret_left,
                      const struct expr **ret_right);
/* True when it is nothing but a number, whose value needs no showing. */
bool expr_is_number(const struct expr *expr);
/* Guest memory or a register at the top, which is what can be written. */
bool expr_memory(const struct expr *expr, bool *ret_physical, unsigned int *ret_width,
                 const struct expr **ret_address);
/* *ret_name is in the text (expr_text()), without its $. */
bool expr_register(const struct expr *expr, const char **ret_name, size_t *ret_length);
/* The source text of this part; a pointer into a copy owned by the parsed whole, and its length. */
const char *expr_text(const struct expr *expr, size_t *ret_length);

#endif
