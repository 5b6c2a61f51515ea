/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "boot_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "symbols_made.h"

static size_t collect(const struct discovery *discovery, enum module module,
                      struct made_symbol list[LABELS_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < discovery->label_count; i++) {
        const struct label *label = &discovery->labels[i];

        if (label->module == module)
            list[count++] = (struct made_symbol){label->name, label->address, label->size,
                                                 label->function};
    }
    return count;
}

/* The place of a label; otherwise when there is none. */
static uint64_t value_of(const struct made_symbol *list, size_t count, const char *name,
                         uint64_t otherwise)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            return list[i].address;
    return otherwise;
}

static struct error *make(const struct image *image, enum module module,
                          const struct made_symbol *list, size_t count, struct symbols **ret)
{
    bool setup = module == MODULE_SETUP;
    size_t loaded = setup ? image->protected_offset : image->protected_size;
    struct made_file file = {
        .name = setup ? "setup code" : "decompressor",
        .bits = setup ? 32 : 64,
        .size = value_of(list, count, "_bss", loaded),
        .symbols = list,
        .count = count,
    };

    file.end = value_of(list, count, "_end", file.size);
    return symbols_make(&file, ret);
}

static struct error *name_part(const struct image *image, const struct discovery *discovery,
                               enum module module, struct symbols **symbols)
{
    struct made_symbol list[LABELS_MAX];
    size_t count = collect(discovery, module, list);

    if (!*symbols)
        return count ? make(image, module, list, count, symbols) : NULL;
    for (size_t i = 0; i < count; i++)
        symbols_add(*symbols, list[i].name, list[i].address, list[i].size, list[i].function);
    return NULL;
}

static struct error *find_stages(const struct image *image, struct discovery *discovery,
                                 struct boot_files *files)
{
    struct symbol_files *symbols = &files->symbols;
    struct error *err = stages_of(image, symbols->setup, symbols->stub, discovery);

    if (!err && discovery->stages.discovered)
        err = name_part(image, discovery, MODULE_SETUP, &symbols->setup);
    if (!err && discovery->stages.discovered)
        err = name_part(image, discovery, MODULE_STUB, &symbols->stub);
    if (err)
        return err;
    files->stages = discovery->stages;
    memcpy(files->refused, discovery->refused, sizeof(files->refused));
    return NULL;
}

struct error *boot_files_open(struct image *image, const struct guest_options *options,
                              struct boot_files *ret)
{
    struct discovery *discovery = calloc(1, sizeof(*discovery));
    struct error *err;

    *ret = (struct boot_files){0};
    if (!discovery)
        return error_errno(ENOMEM, "stages");
    /* What the user names comes first; the rest is looked for beside the image. */
    err = symbols_named(image, options->symbols, options->symbol_count, &ret->symbols);
    if (!err && options->vmlinux)
        err = symbols_vmlinux(image, options->vmlinux, &ret->symbols);
    if (!err && image)
        err = symbols_find(image, &ret->symbols);
    if (!err)
        err = find_stages(image, discovery, ret);
    ret->wraps = image && image->kernel.bits == 64;
    free(discovery);
    return err;
}

void boot_files_close(struct boot_files *files)
{
    symbol_files_close(&files->symbols);
    *files = (struct boot_files){0};
}

struct error *boot_files_usable(const struct boot_files *files, const char *name, bool attached)
{
    bool followable = files->stages.discovered || files->symbols.stub ||
                      (attached && files->symbols.setup);

    if (followable && files->stages.count > 0)
        return NULL;
    if (files->refused[0])
        return error_new(
            ERROR_INPUT,
            "%s: %s; and no ELF file with a .checkpoints section belongs to it: name "
            "one with --symbols%s",
            name, files->refused,
            files->wraps ? ", or put the stub in front of this kernel with bootscope wrap" : "");
    return error_new(ERROR_INPUT,
                     "%s: no ELF file with a .checkpoints section belongs to it; name one with "
                     "--symbols, or put the stub in front of this kernel with bootscope wrap",
                     name);
}
