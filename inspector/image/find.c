/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "find.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "belongs.h"
#include "elf_file.h"
#include "install.h"

/* More files than this in one folder are not looked at. */
#define FOLDER_MAX 256

static struct symbols **place_of(struct symbol_files *files, enum part part)
{
    switch (part) {
    case PART_SETUP:
        return &files->setup;
    case PART_STUB:
        return &files->stub;
    case PART_KERNEL:
        return &files->kernel;
    case PART_NONE:
        break;
    }
    return NULL;
}

static char *join(const char *folder, const char *name)
{
    char *path;

    if (asprintf(&path, "%s/%s", folder, name) < 0)
        abort();
    return path;
}

/* Takes the file if it belongs and its place is free; a file that is no ELF is nobody's. */
static struct error *consider(const struct image *image, const char *path,
                              struct symbol_files *files)
{
    struct elf_file file;
    struct error *err = elf_file_open(path, &file);

    if (err) {
        error_free(err);
        return NULL;
    }
    struct symbols **place = place_of(files, part_of(image, &file));
    elf_file_close(&file);
    return place && !*place ? symbols_open(path, place) : NULL;
}

static int is_elf_name(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);

    return length > 4 && strcmp(entry->d_name + length - 4, ".elf") == 0;
}

static struct error *consider_folder(const struct image *image, const char *folder,
                                     struct symbol_files *files)
{
    struct dirent **entries;
    struct error *err = NULL;
    int count = scandir(folder, &entries, is_elf_name, alphasort);

    if (count < 0)
        return NULL; /* searchable but not readable: nothing can be found there */
    for (int i = 0; i < count; i++) {
        if (!err && i < FOLDER_MAX) {
            char *path = join(folder, entries[i]->d_name);
            err = consider(image, path, files);
            free(path);
        }
        free(entries[i]);
    }
    free(entries);
    return err;
}

static struct error *consider_own_parts(const struct image *image, struct symbol_files *files)
{
    static const char *const names[] = {"setup.elf", "stub.elf", "kernel.elf"};
    struct error *err = NULL;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !err; i++) {
        char *path = install_find(names[i]);
        if (path)
            err = consider(image, path, files);
        free(path);
    }
    return err;
}

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");

    if (!folder)
        abort();
    return folder;
}

static struct error *consider_all(const struct image *image, struct symbol_files *files)
{
    char *folder = folder_of(image->path);
    char *beside;

    if (asprintf(&beside, "%s.elf", image->path) < 0)
        abort();
    struct error *err = consider(image, beside, files);
    if (!err)
        err = consider_folder(image, folder, files);
    if (!err)
        err = consider_own_parts(image, files);
    free(beside);
    free(folder);
    return err;
}

struct error *symbols_find(const struct image *image, struct symbol_files *files)
{
    struct symbol_files filled = *files;
    struct error *err = consider_all(image, &filled);

    if (!err) {
        *files = filled;
        return NULL;
    }
    /* What was there before stays the caller's; the rest goes. */
    if (filled.setup != files->setup)
        symbols_close(filled.setup);
    if (filled.stub != files->stub)
        symbols_close(filled.stub);
    if (filled.kernel != files->kernel)
        symbols_close(filled.kernel);
    return err;
}

static struct error *mismatch(const struct image *image, const char *path,
                              const struct elf_file *file)
{
    if (file->build_id[0] && image->build_id[0] && file->header.e_ident[EI_CLASS] == ELFCLASS64)
        return error_new(ERROR_INPUT,
                         "%s: belongs to no part of %s: its build ID is %s, the decompressor's %s",
                         path, image->path, file->build_id, image->build_id);
    return error_new(ERROR_INPUT, "%s: belongs to no part of %s: other code", path, image->path);
}

static struct error *open_named(const struct image *image, const char *path,
                                struct symbol_files *files)
{
    struct elf_file file;
    struct error *err = elf_file_open(path, &file);

    if (err)
        return error_context(err, "%s", path);
    struct symbols **place = place_of(files, part_of(image, &file));
    if (!place)
        err = mismatch(image, path, &file);
    elf_file_close(&file);
    if (err)
        return err;
    if (*place)
        return error_new(ERROR_INPUT, "%s: the same part as %s", path, symbols_path(*place));
    return symbols_open(path, place);
}

struct error *symbols_named(const struct image *image, const char *const *paths, size_t count,
                            struct symbol_files *files)
{
    struct error *err = NULL;

    for (size_t i = 0; i < count && !err; i++)
        err = open_named(image, paths[i], files);
    return err;
}

static struct error *check_vmlinux(const struct image *image, const char *path,
                                   const struct elf_file *file)
{
    static const char *const others[] = {
        [PART_SETUP] = "setup code", [PART_STUB] = "decompressor", [PART_KERNEL] = NULL};
    enum part part = part_of(image, file);
    char why[MISMATCH_MAX];

    /* By its kind alone an i386 kernel is no other than its setup code. */
    if (part == PART_KERNEL || (!image && part == PART_SETUP))
        return NULL;
    if (part != PART_NONE)
        return error_new(ERROR_INPUT, "%s: this is the %s: name it with --symbols", path,
                         others[part]);
    return error_new(ERROR_INPUT, "%s: not the kernel in %s: %s", path, image->path,
                     kernel_mismatch(image, file, why));
}

struct error *symbols_vmlinux(struct image *image, const char *path, struct symbol_files *files)
{
    struct elf_file file;
    struct error *err = image ? image_unpack(image, NULL, NULL) : NULL;

    if (err)
        return err;
    err = elf_file_open(path, &file);
    if (err)
        return error_context(err, "%s", path);
    err = check_vmlinux(image, path, &file);
    elf_file_close(&file);
    if (!err && files->kernel)
        err = error_new(ERROR_INPUT, "%s: the same part as %s", path, symbols_path(files->kernel));
    return err ? err : symbols_open(path, &files->kernel);
}

void symbol_files_close(struct symbol_files *files)
{
    symbols_close(files->setup);
    symbols_close(files->stub);
    symbols_close(files->kernel);
    *files = (struct symbol_files){0};
}
