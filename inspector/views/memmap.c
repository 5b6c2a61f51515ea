/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "memmap.h"

#include <elf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"
#include "memmap_firmware.h"
#include "sites.h"

#define SECTOR_BYTES 512u

/* The PC's own use of the lowest memory: real-mode vectors, then the BIOS data area. */
#define BIOS_DATA_END 0x500

/* All that a capture looks at. */
struct survey {
    const struct stop *stop;
    const struct boot_done *done;
    struct params_view *params;
    struct memmap_view *view;
};

void memmap_add(struct memmap_view *view, enum memmap_kind kind, uint64_t start, uint64_t size,
                const char *format, ...)
{
    struct memmap_row *row = &view->rows[view->count];
    va_list arguments;

    if (size == 0)
        return;
    if (view->count == MEMMAP_ROWS_MAX) {
        view->cut = true;
        return;
    }
    view->count++;
    *row = (struct memmap_row){.start = start, .kind = kind};
    if (__builtin_add_overflow(start, size, &row->end))
        row->end = UINT64_MAX;
    va_start(arguments, format);
    vsnprintf(row->what, sizeof(row->what), format, arguments);
    va_end(arguments);
}

/* A fixed field of the setup header, where setup itself lies. */
static struct error *read_header(const struct survey *survey, struct setup_header *ret,
                                 bool *ret_there)
{
    const struct maybe *setup = &survey->stop->facts.setup;

    *ret_there = false;
    if (!setup->known)
        return NULL;
    return guest_try_phys(survey->stop, phys(setup->value + BP_hdr), ret, sizeof(*ret), ret_there);
}

static void add_setup(struct survey *survey, const struct setup_header *header)
{
    const struct stop *stop = survey->stop;
    uint64_t at = stop->facts.setup.value, size = (header->setup_sects + 1u) * SECTOR_BYTES;
    uint64_t heap_end = (uint64_t)header->heap_end_ptr + SECTOR_BYTES, end;

    if (stop->setup && symbols_value(stop->setup, "_end", &end) && end > size)
        size = end;
    memmap_add(survey->view, MEMMAP_USED, at, size, "boot sector and setup%s",
               stop->facts.load.known ? " (done)" : "");
    if (header->loadflags & CAN_USE_HEAP && heap_end > size)
        memmap_add(survey->view, MEMMAP_USED, at + size, heap_end - size,
                   "setup's heap and stack%s", stop->facts.load.known ? " (done)" : "");
}

/* Until setup has filled boot_params, the boot loader's word is in the header. */
static void add_from_header(struct survey *survey, const struct setup_header *header)
{
    if (header->cmd_line_ptr)
        memmap_add(survey->view, MEMMAP_USED, header->cmd_line_ptr, 1, "command line (its start)");
    memmap_add(survey->view, MEMMAP_USED, header->ramdisk_image, header->ramdisk_size, "initrd");
}

/* How many bytes a command line has that is printed with \xNN for odd ones, its NUL included. */
static uint64_t cmdline_bytes(const struct params_view *params)
{
    uint64_t bytes = 1;

    for (const char *at = params->cmdline; *at; at += *at == '\\' ? 4 : 1)
        bytes++;
    return params->cmdline_cut ? bytes - 1 : bytes;
}

static bool in_setup(const struct memmap_view *view, uint64_t start, uint64_t size)
{
    for (unsigned int i = 0; i < view->count; i++)
        if (view->rows[i].kind == MEMMAP_USED && view->rows[i].start <= start &&
            view->rows[i].end >= start + size)
            return true;
    return false;
}

static void add_params(struct survey *survey)
{
    const struct params_view *params = survey->params;
    struct memmap_view *view = survey->view;

    memmap_add(view, in_setup(view, params->address, BOOT_PARAMS_SIZE) ? MEMMAP_PART : MEMMAP_USED,
               params->address, BOOT_PARAMS_SIZE, "boot_params");
    if (params->cmdline_there)
        memmap_add(view, MEMMAP_USED, params->cmdline_address, cmdline_bytes(params),
                   "command line");
    memmap_add(view, MEMMAP_USED, params->initrd, params->initrd_size, "initrd");
    for (unsigned int i = 0; i < params->setup_data_count; i++)
        memmap_add(view, MEMMAP_USED, params->setup_data[i].address,
                   sizeof(struct setup_data) + (uint64_t)params->setup_data[i].length,
                   "setup_data, type %u", params->setup_data[i].type);
}

static struct error *add_low(struct survey *survey)
{
    struct setup_header header;
    bool there;
    struct error *err = read_header(survey, &header, &there);

    if (err)
        return error_context(err, "reading the setup header");
    memmap_add(survey->view, MEMMAP_USED, 0, BIOS_DATA_END, "vectors and BIOS data");
    if (there)
        add_setup(survey, &header);
    if (survey->params->present)
        add_params(survey);
    else if (there)
        add_from_header(survey, &header);
    return NULL;
}

/* A part of the decompressor between two of its symbols. */
static void add_part(struct survey *survey, const char *from, const char *to, const char *what)
{
    const struct symbols *stub = survey->stop->stub;
    uint64_t start, end;

    if (symbols_value(stub, from, &start) && symbols_value(stub, to, &end) && end > start)
        memmap_add(survey->view, MEMMAP_PART, survey->stop->facts.copy.value + start, end - start,
                   "%s", what);
}

static void add_copy(struct survey *survey)
{
    const struct stop *stop = survey->stop;
    uint64_t end;

    if (!stop->facts.copy.known || !stop->stub || !symbols_value(stop->stub, "_end", &end))
        return;
    memmap_add(survey->view, MEMMAP_USED, stop->facts.copy.value, end, "copy%s",
               survey->done->copied ? " of the image" : ": to be made here");
    add_part(survey, "_head", "_ehead", ".head.text");
    add_part(survey, "input_data", "input_data_end", "compressed payload");
    add_part(survey, "_text", "_etext", "code");
    add_part(survey, "_rodata", "_erodata", ".rodata");
    add_part(survey, "_data", "_edata", ".data");
    add_part(survey, "boot_heap", "boot_heap_end", ".bss: heap");
    add_part(survey, "boot_stack", "boot_stack_end", ".bss: stack");
    add_part(survey, "boot_stack_end", "_ebss", ".bss: the rest");
    add_part(survey, "_pgtable", "_epgtable", "page tables");
}

static void add_kernel(struct survey *survey, uint64_t output)
{
    const struct image *image = survey->stop->image;
    const struct kernel *kernel = &image->kernel;
    uint64_t pref = image->setup.pref_address;

    memmap_add(survey->view, MEMMAP_USED, output, kernel_extent(kernel, pref), "kernel, in place");
    for (unsigned int i = 0, number = 0; i < kernel->segment_count; i++) {
        const struct kernel_segment *segment = &kernel->segments[i];

        if (segment->type == PT_LOAD && segment->paddr >= pref)
            memmap_add(survey->view, MEMMAP_PART, output + (segment->paddr - pref), segment->memsz,
                       "PT_LOAD %u", number++);
    }
}

/* What is, or will be, at output; where that is has changed when KASLR has chosen. */
static void add_output(struct survey *survey)
{
    const struct stop *stop = survey->stop;
    uint64_t output = stop->facts.output.value, extent;

    if (!stop->facts.output.known || !stop->image)
        return;
    extent = kernel_extent(&stop->image->kernel, stop->image->setup.pref_address);
    if (!survey->done->chosen)
        memmap_add(survey->view, MEMMAP_USED, output, stop->image->setup.init_size,
                   "output: buffer (init_size)");
    else if (!stop->image->kernel.bytes)
        return;
    else if (survey->done->loaded)
        add_kernel(survey, output);
    else if (survey->done->decompressed)
        memmap_add(survey->view, MEMMAP_USED, output, stop->image->kernel.size,
                   "output: unpacked payload");
    else
        memmap_add(survey->view, MEMMAP_USED, output,
                   stop->image->kernel.size > extent ? stop->image->kernel.size : extent,
                   "output: as chosen");
}

static void add_high(struct survey *survey)
{
    const struct stop *stop = survey->stop;

    if (stop->facts.load.known && stop->image)
        memmap_add(survey->view, MEMMAP_USED, stop->facts.load.value, stop->image->protected_size,
                   "image as loaded%s", survey->done->copied ? " (done)" : "");
    add_copy(survey);
    add_output(survey);
}

static int compare_rows(const void *a, const void *b)
{
    const struct memmap_row *x = a, *y = b;

    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (x->end != y->end)
        return x->end > y->end ? -1 : 1;
    return x->kind < y->kind ? -1 : x->kind > y->kind;
}

static void find_overlaps(struct memmap_view *view)
{
    for (unsigned int a = 0; a < view->count; a++) {
        for (unsigned int b = a + 1; b < view->count; b++) {
            const struct memmap_row *x = &view->rows[a], *y = &view->rows[b];

            if (y->start >= x->end)
                break;
            if (x->kind != MEMMAP_USED || y->kind != MEMMAP_USED)
                continue;
            if (view->overlap_count == MEMMAP_OVERLAPS_MAX) {
                view->cut = true;
                return;
            }
            view->overlaps[view->overlap_count++] = (struct memmap_overlap){
                a, b, y->start, x->end < y->end ? x->end : y->end};
        }
    }
}

struct error *memmap_capture(const struct stop *stop, const struct boot_done *done,
                             struct memmap_view *ret)
{
    struct survey survey = {.stop = stop, .done = done, .view = ret};
    struct error *err;

    memset(ret, 0, sizeof(*ret));
    survey.params = malloc(sizeof(*survey.params));
    if (!survey.params)
        return error_new(ERROR_SYSTEM, "memmap: no memory");
    err = params_capture(stop, survey.params);
    if (!err)
        err = add_low(&survey);
    if (!err)
        err = memmap_add_firmware(stop, survey.params, ret);
    if (!err)
        add_high(&survey);
    free(survey.params);
    qsort(ret->rows, ret->count, sizeof(*ret->rows), compare_rows);
    find_overlaps(ret);
    return err;
}
