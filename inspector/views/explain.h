/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why a guest that died, hangs or stopped at an error stands where it stands: sentences with the
 * values they rest on, each of them a fact read from registers and memory. No guess is made.
 */
#ifndef BOOTSCOPE_VIEWS_EXPLAIN_H
#define BOOTSCOPE_VIEWS_EXPLAIN_H

#include "disasm.h"
#include "views.h"

#define EXPLAIN_SENTENCES_MAX 16
#define EXPLAIN_SENTENCE_MAX  320

struct explain_view {
    bool instruction_there;
    struct disasm_line instruction; /* at rip, in the CPU's mode */
    unsigned int count;
    char sentences[EXPLAIN_SENTENCES_MAX][EXPLAIN_SENTENCE_MAX];
};

/*
 * event says what happened: TIMELINE_FAULT, TIMELINE_TIMEOUT, or TIMELINE_ERROR, where the boot
 * code has said itself what is wrong, so that only the instruction is shown. Errors are the
 * target's, save "nothing mapped there".
 */
struct error *explain_fault(const struct stop *stop, enum timeline_event event,
                            struct explain_view *ret);
void explain_text(const struct explain_view *view, const struct text *text);
/* {"instruction":{"address","bytes","text"}|null,"facts":["..",...]} */
json_t *explain_json(const struct explain_view *view);

#endif
