/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The language of check files, parsed. docs/checks.md is its reference. Everything is parsed before
 * a guest is started; what a name in an expression means is known only at a stop.
 *
 * A statement stands at a moment: over the whole run, at a checkpoint, at each of several, or at
 * the end. Most are checks: each gives one result per guest. `let` and `show` give none.
 */
#ifndef BOOTSCOPE_CHECKS_LANGUAGE_H
#define BOOTSCOPE_CHECKS_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checkpoint.h"
#include "error.h"
#include "expectation.h"
#include "expr.h"
#include "matrix.h"
#include "source.h"
#include "stages.h"

#define CHECKS_STATEMENTS_MAX 4096 /* of one file, what it includes counted */
#define CHECKS_INCLUDE_DEPTH  8
#define CHECKS_INCLUDES_MAX   256
#define CHECK_SAID_MAX        200  /* of a description */
#define CHECK_NAME_MAX        1280 /* a block's description, a line */
#define CHECK_TAGS_MAX        8
#define CHECK_TAG_MAX         32
#define CHECK_SIDES_MAX       32
#define VARIABLE_NAME_MAX     32

enum moment {
    MOMENT_START,  /* before the first instruction */
    MOMENT_RUN,    /* the whole run */
    MOMENT_AT,     /* one checkpoint */
    MOMENT_ALWAYS, /* each checkpoint from .. to */
    MOMENT_END,    /* the guest has ended */
};

enum statement_kind {
    STATEMENT_ORDER,       /* require order [strict] */
    STATEMENT_CHECKPOINTS, /* require checkpoints A B | all */
    STATEMENT_WITHIN,
    STATEMENT_NEVER_FAULT,
    STATEMENT_NEVER_REACH,
    STATEMENT_NEVER_WRITE,
    STATEMENT_PROOF,
    STATEMENT_PAGING,
    STATEMENT_EXPECT, /* expect EXPR */
    STATEMENT_IN,     /* expect EXPR in RANGE */
    STATEMENT_UNCHANGED,
    STATEMENT_EXIT,
    STATEMENT_RUN_COMMAND,
    STATEMENT_SHOW, /* no check */
    STATEMENT_LET,  /* no check */
};

/* What the inspector proves by itself. */
enum proof {
    PROOF_ALL,
    PROOF_BSS,
    PROOF_LOADED,
    PROOF_COPY,
    PROOF_PAYLOAD,
    PROOF_SEGMENTS,
    PROOF_RELOCATIONS,
    PROOF_MARKER,
};

enum paging_claim {
    PAGING_IS_ON,
    PAGING_IS_OFF,
    PAGING_IS_IDENTITY,
    PAGING_MAPS,     /* and nothing about where to */
    PAGING_MAPS_TO,  /* to target */
    PAGING_MAPS_NOT, /* no byte of it */
};

/* A checkpoint by name, and where the name stands. stage is filled in by checks_link(). */
struct checkpoint_name {
    char name[CHECKPOINT_NAME_MAX];
    struct place place;
    const struct stage *stage;
};

/* [start, end), or an area that the boot code has a name for. */
struct range_text {
    char name[16]; /* "" for expressions */
    struct expr *start, *end;
};

struct statement {
    enum statement_kind kind;
    enum moment moment;
    struct place place; /* of its first word */
    const char *text;   /* from there to the end of the line; owned by the source */
    char name[CHECK_NAME_MAX];
    size_t tag_count;
    char tags[CHECK_TAGS_MAX][CHECK_TAG_MAX];
    struct checkpoint_name at;       /* MOMENT_AT */
    struct checkpoint_name from, to; /* MOMENT_ALWAYS; from: since, after; name "": none */
    struct checkpoint_name *names;   /* require checkpoints, never reach */
    size_t name_count;               /* 0: all */
    bool strict;                     /* require order strict */
    int64_t limit_ms;                /* within; 0: none */
    uint64_t limit_instructions;     /* within; 0: none */
    enum proof proof;                /* STATEMENT_PROOF */
    enum paging_claim claim;         /* STATEMENT_PAGING */
    struct range_text range;         /* IN, PAGING, NEVER_WRITE */
    bool single;                     /* PAGING: one address, range.start */
    struct expr *expr;               /* EXPECT, IN, UNCHANGED, LET; PAGING_MAPS_TO: where to */
    bool rights_asked;               /* PAGING */
    unsigned int rights;             /* enum page_flag, of PAGE_RIGHTS without PAGE_USER */
    char word[VARIABLE_NAME_MAX];    /* LET: the variable; EXIT: how */
    const char *command;             /* RUN_COMMAND, SHOW; owned by the source */
    size_t side_count;               /* of expr: what a failure shows */
    struct expectation_side sides[CHECK_SIDES_MAX];
};

struct checks {
    struct source *sources; /* the file itself first */
    struct statement *statements;
    size_t count;
    struct matrix matrix;
};

/*
 * Parses a file and all that it includes. ERROR_INPUT with file, line, column and the line itself.
 */
struct error *checks_open(const char *path, struct checks **ret);
/* The same of a source that is there already, which it takes over. */
struct error *checks_parse(struct source *source, struct checks **ret);
/* The same of what stands below one `at CHECKPOINT`, with or without indentation. */
struct error *checks_parse_block(struct source *source, struct checks **ret);
void checks_free(struct checks *checks);

/* Finds the checkpoints that are named. ERROR_INPUT, where the name stands: the image has none. */
struct error *checks_link(struct checks *checks, const struct stages *stages);

/* Whether the statement gives a result. */
bool statement_is_check(const struct statement *statement);

#endif
