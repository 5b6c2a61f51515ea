/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state of the parser between lines, for parse.c and include.c. */
#ifndef BOOTSCOPE_CHECKS_PARSER_H
#define BOOTSCOPE_CHECKS_PARSER_H

#include "parse.h"

/* What `tag` and `description` have said, until the statement or block that it is for. */
struct notes {
    bool any;
    struct place place;
    char description[CHECK_SAID_MAX];
    size_t tag_count;
    char tags[CHECK_TAGS_MAX][CHECK_TAG_MAX];
};

struct parser {
    struct checks *checks;
    const struct source *open[CHECKS_INCLUDE_DEPTH]; /* the files that are being read */
    size_t depth, includes;
    bool in_block;
    enum moment moment;        /* of the block */
    struct checkpoint_name at; /* of the block */
    struct notes block;        /* what was said of the block as a whole */
    struct notes notes;        /* of the statement to come */
};

/* All lines of a file, from its first column on. */
struct error *parse_lines(struct parser *parser, const struct source *source);
/* Behind `include`. */
struct error *parse_include(struct parser *parser, struct cursor *cursor);

#endif
