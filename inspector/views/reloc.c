/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reloc.h"

#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"
#include "layout.h"

/* The piece of a segment that is in hand. */
struct pass {
    const struct kernel *kernel;
    const struct kernel_segment *segment;
    uint64_t start;       /* linked physical address of the piece */
    uint64_t length;      /* sites that begin in it are checked now */
    uint64_t found_bytes; /* may reach beyond length, for a site at the edge */
    const uint8_t *found;
    struct reloc_view *view;
    uint64_t checked; /* sites */
};

bool reloc_applied(const struct stop *stop)
{
    static const char *const stages[] = {"relocations-applied", "kernel-jump", "kernel-entry"};

    for (size_t i = 0; stop->stage && i < sizeof(stages) / sizeof(stages[0]); i++)
        if (strcmp(stop->stage->name, stages[i]) == 0)
            return true;
    return false;
}

static void note_wrong(struct reloc_view *view, struct reloc_wrong_site wrong)
{
    if (view->wrong < RELOC_WRONG_MAX)
        view->wrong_list[view->wrong] = wrong;
    view->wrong++;
}

static void check_site(void *context, enum site_kind kind, virt_t site, int64_t offset)
{
    struct pass *pass = context;
    unsigned int size = site_size(kind);
    uint64_t linked, expected, found;

    /* One that begins in the piece before was checked there; one that another segment has, too. */
    if (offset < 0 || (uint64_t)offset + size > pass->found_bytes ||
        sites_segment(pass->kernel, pass->start + (uint64_t)offset, size) != pass->segment)
        return;
    pass->checked++;
    linked = site_load(pass->kernel->bytes + pass->segment->offset +
                           (pass->start - pass->segment->paddr) + (uint64_t)offset,
                       size);
    expected = site_moved(kind, linked, pass->view->virtual_delta.value);
    found = site_load(pass->found + offset, size);
    if (found != expected)
        note_wrong(pass->view,
                   (struct reloc_wrong_site){
                       .kind = kind, .site = site.value, .expected = expected, .found = found});
}

static struct error *check_segment(const struct stop *stop, struct pass *pass, uint8_t *buffer)
{
    const struct kernel_segment *segment = pass->segment;
    const uint64_t edge = sizeof(uint64_t) - 1;

    for (uint64_t done = 0; done < segment->filesz; done += pass->length) {
        uint64_t left = segment->filesz - done;
        struct error *err;

        pass->start = segment->paddr + done;
        pass->length = left < GUEST_CHUNK ? left : GUEST_CHUNK;
        pass->found_bytes = left < GUEST_CHUNK + edge ? left : GUEST_CHUNK + edge;
        err = target_read_phys(stop->target, phys(pass->start + pass->view->physical_delta.value),
                               buffer, (size_t)pass->found_bytes);
        if (err)
            return error_context(err, "reading the kernel's segment at %s",
                                 text_hex(segment->paddr));
        pass->found = buffer;
        sites_visit(pass->kernel, pass->start, pass->length, check_site, pass);
        image_trim(stop->image);
    }
    return NULL;
}

/* Sites that lie in no segment's file bytes cannot have been meant: each is wrong. */
static void check_outside(struct pass *pass)
{
    for (enum site_kind kind = 0; kind < SITE_KINDS; kind++) {
        const struct reloc_list *list = site_list(pass->kernel, kind);

        for (size_t i = 0; i < list->count; i++) {
            uint64_t site = reloc_site(list, i).value;

            if (!sites_segment(pass->kernel, site - START_KERNEL_MAP, site_size(kind)))
                note_wrong(pass->view,
                           (struct reloc_wrong_site){.kind = kind, .site = site, .outside = true});
        }
    }
}

static struct error *check_sites(const struct stop *stop, struct reloc_view *view)
{
    const struct kernel *kernel = &stop->image->kernel;
    struct pass pass = {.kernel = kernel, .view = view};
    uint8_t *buffer = malloc(GUEST_CHUNK + sizeof(uint64_t));
    struct error *err = NULL;
    uint64_t total = 0;

    if (!buffer)
        return error_new(ERROR_SYSTEM, "relocations: no memory for %zu bytes", GUEST_CHUNK);
    for (enum site_kind kind = 0; kind < SITE_KINDS; kind++) {
        view->counts[kind] = site_list(kernel, kind)->count;
        total += view->counts[kind];
    }
    for (unsigned int i = 0; total && i < kernel->segment_count && !err; i++) {
        pass.segment = &kernel->segments[i];
        if (pass.segment->type == PT_LOAD)
            err = check_segment(stop, &pass, buffer);
    }
    if (!err && pass.checked < total)
        check_outside(&pass);
    view->checked = !err;
    free(buffer);
    return err;
}

struct error *reloc_capture(const struct stop *stop, struct reloc_view *ret)
{
    const struct facts *facts = &stop->facts;
    struct reloc_view view = {
        .present = facts->load.known || facts->copy.known || facts->output.known,
        .load = facts->load,
        .copy = facts->copy,
        .output = facts->output,
        .virtual = facts->virtual,
    };
    struct error *err = NULL;

    if (stop->image && facts->output.known)
        view.physical_delta = known(facts->output.value - stop->image->setup.pref_address);
    if (stop->image && facts->virtual.known)
        view.virtual_delta = known(facts->virtual.value - stop->image->setup.pref_address);
    if (reloc_applied(stop) && view.physical_delta.known && view.virtual_delta.known &&
        stop->image->kernel.bytes && stop->image->kernel.has_relocs)
        err = check_sites(stop, &view);
    if (!err)
        *ret = view;
    return err;
}

size_t reloc_wrong(const struct reloc_view *view)
{
    return (size_t)view->wrong;
}
