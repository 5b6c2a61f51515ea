/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a breakpoint or watchpoint was met last. */
#ifndef BOOTSCOPE_SESSION_SEARCH_H
#define BOOTSCOPE_SESSION_SEARCH_H

#include "debugger.h"

struct search {
    uint64_t end; /* only places with fewer instructions count */

    bool stopped; /* somebody interrupted, or time ran out: what was found may not be the last */
    bool once;    /* end at the first hit */
    bool found;
    uint64_t count; /* where: instructions, and pc, which an exception changes without counting */
    virt_t pc;
    unsigned int number;
    virt_t watched;
};

/* Leaves the guest anywhere, gone even: it has to be taken somewhere afterwards. */
struct error *search_back(struct debugger *debugger, struct search *search);

#endif
