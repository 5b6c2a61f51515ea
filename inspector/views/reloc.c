/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reloc.h"

#include <elf.h>
#include <inttypes.h>

#include "kernelproof.h"

/* The check of one window. */
struct check {
    const struct kernel_window *window;
    struct reloc_view *view;
    uint64_t start; /* linked physical address of the window */
    uint64_t sites; /* checked */
};

static void note_wrong(struct reloc_view *view, struct reloc_wrong_site wrong)
{
    if (view->wrong < RELOC_WRONG_MAX)
        view->wrong_list[view->wrong] = wrong;
    view->wrong++;
}

static void check_site(void *context, enum site_kind kind, virt_t site, int64_t offset)
{
    struct check *check = context;
    const struct kernel_window *window = check->window;
    const struct kernel_segment *segment = window->segment;
    unsigned int size = site_size(kind);
    uint64_t linked, expected, found;

    /* One that begins in the window before was checked there; one of another segment, too. */
    if (offset < 0 || (uint64_t)offset + size > window->found_bytes ||
        sites_segment(window->kernel, check->start + (uint64_t)offset, size) != segment)
        return;
    check->sites++;
    linked = site_load(window->kernel->bytes + segment->offset + window->offset + (uint64_t)offset,
                       size);
    expected = site_moved(kind, linked, check->view->virtual_delta.value);
    found = site_load(window->found + offset, size);
    if (found != expected)
        note_wrong(check->view,
                   (struct reloc_wrong_site){
                       .kind = kind, .site = site.value, .expected = expected, .found = found});
}

uint64_t reloc_check_window(const struct kernel_window *window, struct reloc_view *view)
{
    struct check check = {
        .window = window, .view = view, .start = window->segment->paddr + window->offset};

    sites_visit(window->kernel, check.start, window->length, check_site, &check);
    return check.sites;
}

void reloc_check_outside(const struct kernel *kernel, struct reloc_view *view)
{
    for (enum site_kind kind = 0; kind < SITE_KINDS; kind++) {
        const struct reloc_list *list = site_list(kernel, kind);

        for (size_t i = 0; i < list->count; i++) {
            uint64_t site = reloc_site(list, i).value;

            if (!sites_segment(kernel, site - kernel_map(kernel), site_size(kind)))
                note_wrong(view,
                           (struct reloc_wrong_site){.kind = kind, .site = site, .outside = true});
        }
    }
}

void reloc_addresses(const struct stop *stop, struct reloc_view *ret)
{
    const struct facts *facts = &stop->facts;

    *ret = (struct reloc_view){
        .present = facts->load.known || facts->copy.known || facts->output.known,
        .load = facts->load,
        .copy = facts->copy,
        .output = facts->output,
        .virtual = facts->virtual,
    };
    if (stop->image && facts->output.known)
        ret->physical_delta = known(facts->output.value - stop->image->setup.pref_address);
    if (stop->image && facts->virtual.known)
        ret->virtual_delta = known(facts->virtual.value - stop->image->setup.pref_address);
}

size_t reloc_wrong(const struct reloc_view *view)
{
    return (size_t)view->wrong;
}
