/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inspector's own proofs, as sentences. Each is absent where it has no subject yet. */
#include "run_internal.h"

static struct error *absent(const char *what)
{
    return error_new(ERROR_CHECK, "at this checkpoint there is no proof that %s", what);
}

static struct error *bss(const struct snapshot *now)
{
    const struct bss_view *view = &now->bss;

    if (!view->present)
        return error_new(ERROR_CHECK, "there is no .bss before the copy runs");
    if (view->nonzero_bytes == 0)
        return NULL;
    return error_new(ERROR_CHECK, "%s of the %s bytes in [%s, %s) are not zero, first %s%s%s",
                     text_count(view->nonzero_bytes), text_count(view->end - view->start),
                     text_hex(view->start), text_hex(view->end), text_maybe(view->first),
                     view->first_name[0] ? " " : "", view->first_name);
}

static struct error *loaded(const struct snapshot *now)
{
    const struct loaded_view *view = &now->loaded;

    if (!view->present)
        return absent("the image is as it was loaded");
    if (!loaded_wrong(view))
        return NULL;
    return error_new(ERROR_CHECK, "%s bytes outside of its data differ from the file, first at %s",
                     text_count(view->wrong_bytes), text_maybe(view->first_wrong));
}

static struct error *copy(const struct snapshot *now)
{
    const struct moved_view *view = &now->moved;
    const struct comparison *result = view->standing.different ? &view->standing
                                                               : &view->overwritten;

    if (!view->present)
        return absent("the image is copied");
    if (!moved_wrong(view))
        return NULL;
    return error_new(ERROR_CHECK,
                     "%s of %s bytes of the copy are wrong, first at %s: must be 0x%02x, is 0x%02x",
                     text_count(moved_wrong(view)), text_count(view->size),
                     text_hex(view->copy + result->first.value), result->expected, result->found);
}

/* At decompressed the payload as a whole, later its segments. */
static struct error *kernel(const struct snapshot *now, bool whole)
{
    const struct elfload_view *view = &now->elfload;

    if (!view->present || view->whole != whole)
        return absent(whole ? "the payload is unpacked" : "the segments are loaded");
    for (unsigned int i = 0; i < view->count; i++) {
        const struct elfload_segment *segment = &view->segments[i];
        const struct comparison *result = &segment->result;

        if (result->first.known)
            return error_new(ERROR_CHECK,
                             "%s of %s bytes at %s are wrong, first at %s: must be 0x%02x, is "
                             "0x%02x",
                             text_count(result->different), text_count(segment->size),
                             text_hex(segment->to), text_hex(segment->to + result->first.value),
                             result->expected, result->found);
    }
    return NULL;
}

static struct error *relocations(const struct snapshot *now)
{
    const struct reloc_view *view = &now->reloc;
    const struct reloc_wrong_site *first = &view->wrong_list[0];

    if (!view->checked)
        return absent("relocations are applied");
    if (view->wrong == 0)
        return NULL;
    if (first->outside)
        return error_new(ERROR_CHECK, "%s sites are wrong; %s %s lies in no segment",
                         text_count(view->wrong), site_kind_name(first->kind),
                         text_hex(first->site));
    return error_new(ERROR_CHECK, "%s sites are wrong; %s %s must be %s, is %s",
                     text_count(view->wrong), site_kind_name(first->kind), text_hex(first->site),
                     text_hex(first->expected), text_hex(first->found));
}

static struct error *marker(const struct snapshot *now, bool always)
{
    const struct crosscheck_view *view = &now->crosscheck;

    /* The kernel emits none: `always` is not about its entry. */
    if (!view->present && !view->missing)
        return always ? NULL : error_new(ERROR_CHECK, "this checkpoint has no marker");
    if (view->missing)
        return error_new(ERROR_CHECK, "no marker came");
    for (size_t i = 0; i < view->count; i++)
        if (view->keys[i].checked && !view->keys[i].agrees)
            return error_new(ERROR_CHECK, "the marker says %s=%s, the machine has %s",
                             view->keys[i].key, text_hex(view->keys[i].claimed),
                             text_hex(view->keys[i].actual));
    return NULL;
}

static struct error *tables(const struct snapshot *now)
{
    const struct pagetable_view *view = &now->paging;

    if (!pagetable_wrong(view))
        return NULL;
    if (view->damaged)
        return error_new(ERROR_CHECK, "%zu damaged page table entries", view->damaged);
    return error_new(ERROR_CHECK, "%s is not mapped to itself, and must be",
                     text_maybe(view->first_other));
}

static struct error *kaslr(const struct snapshot *now)
{
    const struct kaslr_view *view = now->kaslr;

    return error_new(ERROR_CHECK, "KASLR: output %s, virtual %s: %s wrong",
                     text_hex(view->choice.output), text_hex(view->choice.virtual_address),
                     kaslr_first_wrong(view));
}

/* The first that does not hold speaks for all. */
static struct error *all(const struct snapshot *now)
{
    struct error *err = tables(now);

    if (snapshot_wrong(now) == 0)
        return NULL;
    if (!err && crosscheck_wrong(&now->crosscheck))
        err = marker(now, true);
    if (!err && bss_wrong(&now->bss))
        err = bss(now);
    if (!err && loaded_wrong(&now->loaded))
        err = loaded(now);
    if (!err && moved_wrong(&now->moved))
        err = copy(now);
    if (!err && elfload_wrong(&now->elfload))
        err = kernel(now, now->elfload.whole);
    if (!err && reloc_wrong(&now->reloc))
        err = relocations(now);
    if (!err && now->kaslr && kaslr_wrong(now->kaslr))
        err = kaslr(now);
    return err ? err : error_new(ERROR_CHECK, "%zu proofs do not hold", snapshot_wrong(now));
}

struct error *judge_proof(struct run *run, const struct statement *statement)
{
    const struct snapshot *now;
    struct error *err = run_snapshot(run, &now);

    if (err)
        return err;
    switch (statement->proof) {
    case PROOF_ALL:
        return all(now);
    case PROOF_BSS:
        return bss(now);
    case PROOF_LOADED:
        return loaded(now);
    case PROOF_COPY:
        return copy(now);
    case PROOF_PAYLOAD:
        return kernel(now, true);
    case PROOF_SEGMENTS:
        return kernel(now, false);
    case PROOF_RELOCATIONS:
        return relocations(now);
    case PROOF_MARKER:
        return marker(now, statement->moment == MOMENT_ALWAYS);
    }
    return NULL;
}
