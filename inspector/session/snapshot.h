/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All views of one stop, captured together: what `trace` shows for a checkpoint.
 */
#ifndef BOOTSCOPE_SESSION_SNAPSHOT_H
#define BOOTSCOPE_SESSION_SNAPSHOT_H

#include "bss.h"
#include "crosscheck.h"
#include "gdt.h"
#include "handover.h"
#include "idt.h"
#include "kaslr.h"
#include "kernelproof.h"
#include "loaded.h"
#include "moved.h"
#include "pagetable.h"
#include "params.h"
#include "regs.h"
#include "views.h"

#define SNAPSHOT_WHERE_MAX 160

/* How much of a stop is captured. */
enum snapshot_depth {
    SNAPSHOT_FULL,  /* every view, and every proof */
    SNAPSHOT_BRIEF, /* registers and marker only: no memory is read */
    SNAPSHOT_LIGHT, /* what later stops are compared with: no proofs, which read far more memory */
};

struct snapshot {
    const struct stage *stage; /* NULL: empty */
    struct maybe instructions;
    virt_t pc;
    char where[SNAPSHOT_WHERE_MAX]; /* the place in the source, "" when unknown */
    struct marker marker;           /* a copy; crosscheck.present tells whether there is one */
    enum snapshot_depth depth;      /* the views that it leaves out are absent */

    struct crosscheck_view crosscheck;
    struct handover_view handover;
    struct regs_view regs;
    struct gdt_view gdt;
    struct idt_view idt;
    struct pagetable_view paging;
    struct pagetable_diff paging_diff;
    struct bss_view bss;
    struct loaded_view loaded, loaded_last; /* now, and as last seen before the copy was made */
    struct moved_view moved;
    struct elfload_view elfload;
    struct reloc_view reloc;
    struct kaslr_view *kaslr; /* owned; NULL but at location-chosen */
    struct params_view boot_params;
};

/*
 * Captures the views of that depth at the stop. before is the
 * snapshot to compare with, or NULL. On error *ret is empty. Errors: those of the views, with
 * the checkpoint's name as context.
 */
struct error *snapshot_capture(const struct stop *stop, const struct snapshot *before,
                               enum snapshot_depth depth, struct snapshot *ret);
void snapshot_free(struct snapshot *snapshot);

/* before is the snapshot that was captured before this one, or NULL: what did not change is short.
 */
void snapshot_text(const struct snapshot *snapshot, const struct snapshot *before,
                   const struct text *text);
/* One object, docs/json.md. */
json_t *snapshot_json(const struct snapshot *snapshot);

/* How many proofs do not hold. */
size_t snapshot_wrong(const struct snapshot *snapshot);

#endif
