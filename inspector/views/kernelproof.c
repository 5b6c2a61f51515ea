/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernelproof.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

/* What is to be proven at a stop. */
enum proof { PROVE_NOTHING, PROVE_PAYLOAD, PROVE_SEGMENTS, PROVE_SITES };

static enum proof proof_at(const struct stop *stop)
{
    static const struct {
        const char *stage;
        enum proof proof;
    } rows[] = {
        {"decompressed", PROVE_PAYLOAD},
        {"elf-loaded", PROVE_SEGMENTS},
        {"relocations-applied", PROVE_SITES},
        {"kernel-entry", PROVE_SITES},
    };

    if (!stop->stage || !stop->image || !stop->image->kernel.bytes || !stop->facts.output.known)
        return PROVE_NOTHING;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].stage, stop->stage->name) == 0)
            return rows[i].proof;
    return PROVE_NOTHING;
}

/* Both views while the pass runs. */
struct pass {
    const struct stop *stop;
    uint8_t *buffer; /* for one window */
    struct elfload_view *elfload;
    struct reloc_view *reloc;
    uint64_t checked; /* sites */
};

static struct error *prove_window(struct pass *pass, struct kernel_window *window,
                                  struct elfload_segment *row)
{
    struct error *err = target_read_phys(pass->stop->target, phys(row->to + window->offset),
                                         window->found, (size_t)window->found_bytes);

    if (err)
        return err;
    /* First: the comparison overwrites what it leaves out. */
    if (pass->reloc->checked)
        pass->checked += reloc_check_window(window, pass->reloc);
    elfload_compare_window(window, pass->elfload->sites_masked, &row->result);
    image_trim(pass->stop->image);
    return NULL;
}

static struct error *prove_segment(struct pass *pass, const struct kernel_segment *segment,
                                   struct elfload_segment *row)
{
    const uint64_t edge = sizeof(uint64_t) - 1;
    struct kernel_window window = {
        .kernel = &pass->stop->image->kernel, .segment = segment, .found = pass->buffer};
    struct error *err = NULL;

    while (window.offset < segment->filesz && !err) {
        uint64_t left = segment->filesz - window.offset;

        window.length = left < GUEST_CHUNK ? left : GUEST_CHUNK;
        window.found_bytes = left < GUEST_CHUNK + edge ? left : GUEST_CHUNK + edge;
        err = prove_window(pass, &window, row);
        window.offset += window.length;
    }
    return error_context(err, "reading the kernel's segment at %s", text_hex(segment->paddr));
}

static struct error *prove_segments(struct pass *pass)
{
    const struct stop *stop = pass->stop;
    const struct kernel *kernel = &stop->image->kernel;
    uint64_t delta = stop->facts.output.value - stop->image->setup.pref_address;

    for (unsigned int i = 0; i < kernel->segment_count; i++) {
        const struct kernel_segment *segment = &kernel->segments[i];
        struct elfload_segment *row = &pass->elfload->segments[pass->elfload->count];
        struct error *err;

        if (segment->type != PT_LOAD)
            continue;
        pass->elfload->count++;
        *row = (struct elfload_segment){.from = segment->offset,
                                        .to = segment->paddr + delta,
                                        .size = segment->filesz,
                                        .flags = segment->flags};
        err = prove_segment(pass, segment, row);
        if (err)
            return err;
    }
    return NULL;
}

static struct error *prove_kernel(const struct stop *stop, enum proof proof,
                                  struct elfload_view *elfload, struct reloc_view *reloc)
{
    const struct kernel *kernel = &stop->image->kernel;
    struct pass pass = {.stop = stop, .elfload = elfload, .reloc = reloc};
    struct error *err;
    uint64_t total = 0;

    elfload->sites_masked = proof == PROVE_SITES && kernel->has_relocs;
    reloc->checked = elfload->sites_masked && reloc->virtual_delta.known;
    for (enum site_kind kind = 0; reloc->checked && kind < SITE_KINDS; kind++) {
        reloc->counts[kind] = site_list(kernel, kind)->count;
        total += reloc->counts[kind];
    }
    pass.buffer = malloc(GUEST_CHUNK + sizeof(uint64_t));
    if (!pass.buffer)
        return error_new(ERROR_SYSTEM, "kernel: no memory for %zu bytes", GUEST_CHUNK);
    err = prove_segments(&pass);
    if (!err && reloc->checked && pass.checked < total)
        reloc_check_outside(kernel, reloc);
    free(pass.buffer);
    return err;
}

static struct error *prove_payload(const struct stop *stop, struct elfload_view *elfload)
{
    const struct kernel *kernel = &stop->image->kernel;
    struct elfload_segment *row = &elfload->segments[elfload->count++];

    elfload->whole = true;
    *row = (struct elfload_segment){
        .to = stop->facts.output.value, .size = kernel->size, .flags = PF_R};
    return guest_compare(stop, phys(row->to), kernel->bytes, kernel->size, &row->result);
}

struct error *kernelproof_capture(const struct stop *stop, struct elfload_view *ret_elfload,
                                  struct reloc_view *ret_reloc)
{
    enum proof proof = proof_at(stop);
    struct error *err = NULL;

    *ret_elfload = (struct elfload_view){.present = proof != PROVE_NOTHING};
    reloc_addresses(stop, ret_reloc);
    if (proof == PROVE_PAYLOAD)
        err = prove_payload(stop, ret_elfload);
    else if (proof != PROVE_NOTHING)
        err = prove_kernel(stop, proof, ret_elfload, ret_reloc);
    if (err) {
        *ret_elfload = (struct elfload_view){0};
        *ret_reloc = (struct reloc_view){0};
    }
    return err;
}
