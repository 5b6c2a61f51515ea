/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHECKPOINT(index, identifier, name, mode, where, keys) STAGE_##identifier = (index),
enum {
#include "checkpoints.def"
};
#undef CHECKPOINT

#define KERNEL_ENTRY_NAME "kernel-entry"

#define CHECKPOINT(index, identifier, name, mode, where, keys) {name, index, mode},
static const struct stage_entry table[] = {
#include "checkpoints.def"
};
#undef CHECKPOINT

static struct error *add(struct stages *stages, const struct stage *stage)
{
    for (size_t i = 0; i < stages->count; i++) {
        const struct stage *other = &stages->list[i];

        if (other->index == stage->index)
            return error_new(ERROR_INPUT, "checkpoints %s and %s both have index %u", other->name,
                             stage->name, stage->index);
        if (strcmp(other->name, stage->name) == 0)
            return error_new(ERROR_INPUT, "checkpoint %s is there twice, as %u and %u", stage->name,
                             other->index, stage->index);
    }
    if (stages->count == STAGES_MAX)
        return error_new(ERROR_INPUT, "more than %d checkpoints", STAGES_MAX);
    stages->list[stages->count++] = *stage;
    return NULL;
}

static struct error *add_error(struct stages *stages, const struct stage *stage)
{
    if (stages->error_count == STAGES_ERRORS_MAX)
        return error_new(ERROR_INPUT, "more than %d error stops", STAGES_ERRORS_MAX);
    stages->errors[stages->error_count++] = *stage;
    return NULL;
}

static struct error *add_records(struct stages *stages, const struct symbols *symbols,
                                 enum module module)
{
    size_t count;
    const struct checkpoint_record *records = symbols_checkpoints(symbols, &count);

    for (size_t i = 0; i < count; i++) {
        struct stage stage = {
            .index = records[i].index,
            .bits = records[i].mode,
            .module = module,
            .address = records[i].address,
            .after = -1,
        };
        memcpy(stage.name, records[i].name, sizeof(stage.name));
        struct error *err = stage.index == CHECKPOINT_ERROR ? add_error(stages, &stage)
                                                            : add(stages, &stage);
        if (err)
            return error_context(err, "%s", symbols_path(symbols));
    }
    return NULL;
}

/*
 * The kernel's first instruction comes after whatever the boot code lists; its index is ours when
 * the boot code is, and the next free one behind somebody else's list.
 */
static struct error *add_kernel_entry(struct stages *stages, const struct image *image)
{
    struct stage stage = {
        .name = KERNEL_ENTRY_NAME,
        .index = STAGE_kernel_entry,
        .bits = image->kernel.bits == 32 ? CHECKPOINT_PROTECTED32 : CHECKPOINT_LONG64,
        .module = MODULE_KERNEL,
        .address = image->kernel.entry,
        .source = STAGE_FROM_PROTOCOL,
        .after = -1,
    };

    for (size_t i = 0; i < stages->count; i++)
        if (stages->list[i].index >= stage.index)
            stage.index = stages->list[i].index + 1;
    return error_context(add(stages, &stage), "%s", image->path);
}

static int compare_index(const void *a, const void *b)
{
    const struct stage *left = a, *right = b;

    return (left->index > right->index) - (left->index < right->index);
}

struct error *stages_from_symbols(const struct symbols *setup, const struct symbols *stub,
                                  const struct image *image, struct stages *ret)
{
    struct stages stages = {0};
    struct error *err = NULL;

    if (setup)
        err = add_records(&stages, setup, MODULE_SETUP);
    if (!err && stub)
        err = add_records(&stages, stub, MODULE_STUB);
    if (!err && image && image->kernel.bits)
        err = add_kernel_entry(&stages, image);
    if (err)
        return err;
    qsort(stages.list, stages.count, sizeof(stages.list[0]), compare_index);
    *ret = stages;
    return NULL;
}

const struct stage *stages_named(const struct stages *stages, const char *name)
{
    for (size_t i = 0; i < stages->count; i++)
        if (strcmp(stages->list[i].name, name) == 0)
            return &stages->list[i];
    return NULL;
}

const struct stage *stages_find(const struct stages *stages, const char *name)
{
    const struct stage *stage = stages_named(stages, name);
    char *end;

    if (stage || *name < '0' || *name > '9')
        return stage;
    errno = 0;
    unsigned long index = strtoul(name, &end, 10);
    if (errno || *end)
        return NULL;
    for (size_t i = 0; i < stages->count; i++)
        if (stages->list[i].index == index)
            return &stages->list[i];
    return NULL;
}

const char *stage_source_name(enum stage_source source)
{
    static const char *const names[] = {[STAGE_FROM_RECORD] = "record",
                                        [STAGE_FROM_PROTOCOL] = "protocol",
                                        [STAGE_FROM_SYMBOL] = "symbol",
                                        [STAGE_FROM_CODE] = "code"};

    return names[source];
}

const char *stage_certainty_name(enum stage_certainty certainty)
{
    return certainty == STAGE_CERTAIN ? "certain" : "likely";
}

#define TABLE_LENGTH (sizeof(table) / sizeof(table[0]))

const struct stage_entry *stage_table(size_t position)
{
    static const struct stage_entry la57 = {LA57_TRAMPOLINE_NAME, TABLE_LENGTH, CHECKPOINT_LONG64};
    const size_t at = STAGE_stage1_idt + 1;

    if (position == at)
        return &la57;
    position -= position > at;
    return position < TABLE_LENGTH ? &table[position] : NULL;
}
