/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All views of one stop, captured together: what `trace` shows for a checkpoint.
 */
#ifndef BOOTSCOPE_COMMANDS_SNAPSHOT_H
#define BOOTSCOPE_COMMANDS_SNAPSHOT_H

#include "bootparams.h"
#include "bss.h"
#include "crosscheck.h"
#include "elfload.h"
#include "moved.h"
#include "pagetable.h"
#include "regs.h"
#include "reloc.h"
#include "tables.h"
#include "views.h"

struct snapshot {
    const struct stage *stage;
    struct registers registers;
    struct maybe instructions;
    struct marker marker; /* a copy; has_marker tells whether there is one */
    bool has_marker;
    char where[160]; /* the place in the source, "" when unknown */

    struct crosscheck_view crosscheck;
    struct regs_view regs;
    struct tables_view tables;
    struct pagetable_view paging;
    struct pagetable_diff paging_diff;
    struct bss_view bss;
    bool bss_must_be_zero;
    struct moved_view moved;
    struct elfload_view elfload;
    struct reloc_view reloc;
    struct bootparams_view boot_params;
};

/*
 * Captures every view at the stop. before is the snapshot to compare with, or NULL. On error the
 * snapshot is empty. Errors: those of the views, with the checkpoint's name as context.
 */
struct error *snapshot_capture(const struct stop *stop, const struct snapshot *before,
                               struct snapshot *ret);
void snapshot_free(struct snapshot *snapshot);

void snapshot_text(const struct snapshot *snapshot, const struct snapshot *before,
                   const struct text *text);
/* One object, docs/json.md. */
json_t *snapshot_json(const struct snapshot *snapshot);

/* How many proofs do not hold. */
size_t snapshot_wrong(const struct snapshot *snapshot);

#endif
