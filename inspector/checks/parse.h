/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the files of the parser; language.h is what others use. */
#ifndef BOOTSCOPE_CHECKS_PARSE_H
#define BOOTSCOPE_CHECKS_PARSE_H

#include "language.h"

/* What stands behind `require`, `within`, `never` on a line of its own. The rest of the line. */
struct error *parse_require(struct cursor *cursor, struct statement *ret);
struct error *parse_within(struct cursor *cursor, struct statement *ret);
struct error *parse_never(struct cursor *cursor, struct statement *ret);

/* A statement about the state at a checkpoint; the rest of the line. */
struct error *parse_state(struct cursor *cursor, struct statement *ret);
/* Whether the line could be one: whether its first word begins one. */
bool parse_state_begins(const struct cursor *cursor);
/* `expect exit WORD`, at the end. */
struct error *parse_exit(struct cursor *cursor, struct statement *ret);
/* Behind `let`: NAME = EXPR. */
struct error *parse_let(struct cursor *cursor, struct statement *ret);
/* Behind `show` and `run`: a command of the debugger's, which must not move the guest. */
struct error *parse_command(struct cursor *cursor, struct statement *ret);

/*
 * The longest expression, which ends at a word that cannot belong to it or at a character of
 * stops. Errors are placed in the file.
 */
struct error *parse_expr(struct cursor *cursor, const char *stops, struct expr **ret);
/* [A, B) */
struct error *parse_range(struct cursor *cursor, struct range_text *ret);
struct error *parse_checkpoint(struct cursor *cursor, struct checkpoint_name *ret);

#endif
