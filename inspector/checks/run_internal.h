/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the files that run one guest; run.h is what others use. */
#ifndef BOOTSCOPE_CHECKS_RUN_INTERNAL_H
#define BOOTSCOPE_CHECKS_RUN_INTERNAL_H

#include <jansson.h>

#include "debugger.h"
#include "run.h"

/* What is remembered of a statement from checkpoint to checkpoint. */
struct tracked {
    bool done;                            /* its result was written */
    bool judged;                          /* ALWAYS: it held at one checkpoint at least */
    unsigned int watchpoint;              /* NEVER_WRITE: its number; 0: none */
    struct maybe baseline;                /* UNCHANGED: at the earlier checkpoint */
    struct maybe variable;                /* LET */
    struct maybe before[CHECK_SIDES_MAX]; /* each side at the checkpoint before */
    const struct stage *before_at;        /* which that was */
};

struct ending {
    const char *word;  /* guest_end_word()'s; "left" for a guest that was not followed to its end */
    bool died;         /* it did not get where it should */
    bool asked;        /* a check is about that: it fails, and the run is no error */
    char message[512]; /* why, in one line; "" for a good end */
    char *detail;      /* where it stands and what explains it, or NULL */
};

struct run {
    const struct run_job *job;
    FILE *out;
    struct debugger *debugger;
    const struct stages *stages;
    const struct stop *stop;   /* where the guest is; NULL when it is gone */
    const struct stage *stage; /* the checkpoint it stands at, or NULL */
    const struct stage *last;  /* the last one that was passed, that one included */
    struct tracked *tracked;   /* one per statement */
    bool passed[STAGES_MAX];
    char disorder[160];  /* "a came after b"; "" as long as all is in order */
    bool snapshot_taken; /* of the present checkpoint */
    struct snapshot snapshot;
    struct maybe instructions; /* when it was last looked at */
    int64_t started, deadline; /* loop_now() milliseconds */
    int64_t limit;             /* the same: the strictest `within` of the whole run */
    struct ending ending;
};

/* The names of expressions at the present stop: variables, then what evaluate_names() knows. */
struct expr_names run_names(struct run *run);
/* Evaluates, with an error in one line: without column and caret, which the file's place replaces. */
struct error *run_evaluate(struct run *run, const struct expr *expr, uint64_t *ret);
/* Takes an expression's error, and returns its reason alone. */
struct error *run_reason(struct error *err);
/* All proofs of the present checkpoint, captured once. */
struct error *run_snapshot(struct run *run, const struct snapshot **ret);
/* The range's bounds now. ERROR_CHECK when it is empty. */
struct error *run_range(struct run *run, const struct range_text *range, uint64_t *ret_start,
                        uint64_t *ret_end);

/*
 * Whether the statement holds where the guest stands: NULL when it does; ERROR_CHECK or ERROR_INPUT
 * why it does not; all other kinds are failures to look. Values that explain it go to values.
 */
struct error *judge(struct run *run, const struct statement *statement, json_t *values);
struct error *judge_proof(struct run *run, const struct statement *statement);
struct error *judge_paging(struct run *run, const struct statement *statement);
/* Appends {"text","now","before"} to values; before NULL: the value has no past. */
void judge_value(json_t *values, const char *text, size_t length, const char *now,
                 const struct maybe *before);

/* Statements that are about the whole run, when it is over. */
struct error *judge_run(struct run *run, const struct statement *statement);

/* How the guest ended, after a movement that ended elsewhere than at a checkpoint. */
struct error *run_end(struct run *run, const struct arrival *arrival);

/* Writes the result of a statement, once. err is freed. */
void emit_result(struct run *run, size_t index, struct error *err, json_t *values);
void emit_show(struct run *run, size_t index);
/* A check that could not be judged: the guest did not get there. */
void emit_unreached(struct run *run, size_t index);
void emit_end(struct run *run);
/* An error before or beside the guest: no check can be judged. Frees err. */
void emit_fatal(struct run *run, struct error *err);

#endif
