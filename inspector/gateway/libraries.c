/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libraries.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "elf_file.h"
#include "layout.h"
#include "wide_file.h"

/* First and last byte that the PT_LOADs of a file take, as linked, and the first one's p_paddr. */
struct extent {
    uint64_t start, end, physical;
};

static struct error *read_extent(const struct symbols *file, struct extent *ret)
{
    struct elf_file elf;
    struct error *err = elf_file_open(symbols_path(file), &elf);
    size_t count;
    bool found = false;

    if (err)
        return error_context(err, "%s", symbols_path(file));
    if (elf_getphdrnum(elf.elf, &count) != 0)
        count = 0;
    for (size_t i = 0; i < count && i < INT_MAX; i++) {
        GElf_Phdr header;

        if (!gelf_getphdr(elf.elf, (int)i, &header) || header.p_type != PT_LOAD)
            continue;
        /* .data..percpu is linked at 0, and is no place in the kernel. */
        if (!found || (header.p_vaddr >= ret->start && header.p_vaddr + header.p_memsz > ret->end))
            ret->end = header.p_vaddr + header.p_memsz;
        if (!found) {
            ret->start = header.p_vaddr;
            ret->physical = header.p_paddr;
        }
        found = true;
    }
    elf_file_close(&elf);
    return found ? NULL : error_new(ERROR_INPUT, "%s: has no PT_LOAD", symbols_path(file));
}

/* The number of a place's name: as before when it had one. */
static unsigned int name_of(struct library_names *names, const struct symbols *file, uint64_t bias)
{
    unsigned int number = 0;

    for (size_t i = 0; i < names->count; i++) {
        if (names->list[i].file != file)
            continue;
        if (names->list[i].bias == bias)
            return number;
        number++;
    }
    if (names->count < LIBRARY_NAMES) {
        names->list[names->count].file = file;
        names->list[names->count++].bias = bias;
    }
    return number;
}

struct collection {
    const struct stop *stop;
    struct library_names *names;
    struct libraries *out;
    struct error *err;
};

/* Made once. A file that cannot be copied is announced as it is; gdb then says what it thinks of it. */
static int copy_of(struct library_names *names, const struct symbols *file)
{
    size_t i = 0;

    while (i < names->copied && names->copies[i].file != file)
        i++;
    if (i == MODULE_COUNT) { /* other files than before */
        libraries_end(names);
        i = 0;
    }
    if (i == names->copied) {
        names->copies[i].file = file;
        error_free(wide_file_make(symbols_path(file), &names->copies[i].copy));
        names->copied++;
    }
    return names->copies[i].copy > 0 ? names->copies[i].copy : 0;
}

void libraries_end(struct library_names *names)
{
    for (size_t i = 0; i < names->copied; i++)
        if (names->copies[i].copy > 0)
            close(names->copies[i].copy);
    names->copied = 0;
}

static void add(struct collection *in, const struct symbols *file, uint64_t bias)
{
    struct extent extent;

    if (!file || in->err || in->out->count == LIBRARIES_MAX)
        return;
    in->err = read_extent(file, &extent);
    if (in->err)
        return;
    in->out->list[in->out->count++] = (struct library){
        .file = file,
        .bias = bias,
        .start = extent.start + bias,
        .end = extent.end + bias,
        .name = name_of(in->names, file, bias),
        .copy = copy_of(in->names, file),
    };
}

static void add_setup(struct collection *in, bool ours)
{
    const struct facts *facts = &in->stop->facts;

    if (facts->setup.known)
        add(in, in->stop->setup, facts->setup.value);
    else if (ours)
        add(in, in->stop->setup, QEMU_SETUP_ADDRESS);
}

static void add_stub(struct collection *in)
{
    const struct facts *facts = &in->stop->facts;
    const struct image *image = in->stop->image;
    uint64_t expected = image && image->setup.code32_start ? image->setup.code32_start
                                                           : DEFAULT_LOAD_ADDRESS;

    if (!facts->running_copy)
        add(in, in->stop->stub, facts->load.known ? facts->load.value : expected);
    if (facts->copy.known)
        add(in, in->stop->stub, facts->copy.value);
}

static void add_kernel(struct collection *in)
{
    const struct facts *facts = &in->stop->facts;
    const struct image *image = in->stop->image;
    struct maybe physical = stop_base(in->stop, MODULE_KERNEL);
    struct extent extent;

    if (!in->stop->kernel || in->err)
        return;
    if (!image || !facts->virtual.known) {
        add(in, in->stop->kernel, 0);
        return;
    }
    in->err = read_extent(in->stop->kernel, &extent);
    if (physical.known && !in->err)
        add(in, in->stop->kernel, physical.value + extent.physical - extent.start);
    add(in, in->stop->kernel, facts->virtual.value - image->setup.pref_address);
}

struct error *libraries_at(const struct stop *stop, bool ours, struct library_names *names,
                           struct libraries *ret)
{
    struct collection in = {.stop = stop, .names = names, .out = ret};

    *ret = (struct libraries){0};
    add_setup(&in, ours);
    add_stub(&in);
    add_kernel(&in);
    return in.err;
}

bool libraries_equal(const struct libraries *a, const struct libraries *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->list[i].file != b->list[i].file || a->list[i].bias != b->list[i].bias)
            return false;
    return true;
}

const struct library *libraries_find(const struct libraries *libraries, uint64_t address)
{
    for (size_t i = 0; i < libraries->count; i++)
        if (address >= libraries->list[i].start && address < libraries->list[i].end)
            return &libraries->list[i];
    return NULL;
}

/* The document -------------------------------------------------------------------------------- */

static void print_escaped(FILE *stream, const char *text)
{
    for (; *text; text++) {
        if (strchr("<>&\"'", *text))
            fprintf(stream, "&#%d;", *text);
        else
            putc(*text, stream);
    }
}

/* The file's absolute path, with "./" before its last component as often as told. */
static struct error *print_name(FILE *stream, const struct library *library)
{
    char *path = NULL;

    /* A file in memory has no other path than that of its descriptor. */
    if (!library->copy && symbols_are_made(library->file))
        path = strdup(symbols_path(library->file));
    else if (!library->copy)
        path = realpath(symbols_path(library->file), NULL);
    else if (asprintf(&path, "/proc/%d/fd/%d", (int)getpid(), library->copy) < 0)
        path = NULL;
    if (!path)
        return error_errno(errno, "%s", symbols_path(library->file));
    char *last = strrchr(path, '/');
    *last = '\0';
    print_escaped(stream, path);
    putc('/', stream);
    for (unsigned int i = 0; i < library->name; i++)
        fputs("./", stream);
    print_escaped(stream, last + 1);
    free(path);
    return NULL;
}

struct error *libraries_document(const struct libraries *libraries, char **ret)
{
    struct error *err = NULL;
    size_t size;
    char *text = NULL;
    FILE *stream = open_memstream(&text, &size);

    if (!stream)
        return error_errno(errno, "library list");
    fputs("<?xml version=\"1.0\"?>\n"
          "<!DOCTYPE library-list SYSTEM \"library-list.dtd\">\n<library-list>\n",
          stream);
    for (size_t i = 0; i < libraries->count && !err; i++) {
        fputs("  <library name=\"", stream);
        err = print_name(stream, &libraries->list[i]);
        fprintf(stream, "\"><segment address=\"0x%llx\"/></library>\n",
                (unsigned long long)libraries->list[i].start);
    }
    fputs("</library-list>\n", stream);
    if (fclose(stream) != 0 && !err)
        err = error_errno(errno, "library list");
    if (err)
        free(text);
    else
        *ret = text;
    return err;
}

void libraries_text(const struct libraries *libraries, FILE *stream)
{
    for (size_t i = 0; i < libraries->count; i++) {
        const struct library *library = &libraries->list[i];

        fprintf(stream, "0x%-16llx 0x%-16llx %s\n", (unsigned long long)library->bias,
                (unsigned long long)library->start, symbols_path(library->file));
    }
}
