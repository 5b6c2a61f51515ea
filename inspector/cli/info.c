/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "info.h"

#include <elf.h>

#include "bootparams.h"

/* Linux's header.S (ZO_z_extra_bytes): 128 KiB, and 1/256 of what comes out. */
#define MARGIN_FIXED 131072
#define MARGIN_SHIFT 8
#define PAGE         4096u

static uint64_t page_up(uint64_t value)
{
    return (value + PAGE - 1) & ~(uint64_t)(PAGE - 1);
}

static uint64_t kernel_size(const struct image *image)
{
    uint64_t end = image->setup.pref_address;

    for (unsigned int i = 0; i < image->kernel.segment_count; i++) {
        const struct kernel_segment *segment = &image->kernel.segments[i];

        if (segment->type == PT_LOAD && segment->paddr + segment->memsz > end)
            end = segment->paddr + segment->memsz;
    }
    return end - image->setup.pref_address;
}

static void measure(struct info *info)
{
    uint64_t unpacked = info->image->kernel.size;
    uint64_t packed = info->image->setup.payload_length;

    info->kernel_size = kernel_size(info->image);
    info->margin = (unpacked >> MARGIN_SHIFT) + MARGIN_FIXED;
    uint64_t head = unpacked > packed ? unpacked + info->margin - packed : info->margin;
    uint64_t in_place = info->image->protected_size + page_up(head);
    info->init_minimum = in_place > info->kernel_size ? in_place : info->kernel_size;
}

struct error *info_open(const char *path, const char *const *symbols, size_t symbol_count,
                        const char *vmlinux, struct info *ret)
{
    struct info info = {0};
    struct error *err = image_open(path, &info.image);

    if (!err)
        err = image_try_unpack(info.image, &info.not_unpacked);
    if (!err)
        err = symbols_named(info.image, symbols, symbol_count, &info.symbols);
    if (!err && vmlinux)
        err = symbols_vmlinux(info.image, vmlinux, &info.symbols);
    if (!err)
        err = symbols_find(info.image, &info.symbols);
    if (!err)
        err = stages_of(info.image, info.symbols.setup, info.symbols.stub, &info.found);
    if (err) {
        info_close(&info);
        return err;
    }
    if (!info.not_unpacked)
        measure(&info);
    *ret = info;
    return NULL;
}

void info_close(struct info *info)
{
    symbol_files_close(&info->symbols);
    image_close(info->image);
    error_free(info->not_unpacked);
    *info = (struct info){0};
}

static const char *const loadflags[] = {"LOADED_HIGH", "KASLR_FLAG",    NULL,          NULL, NULL,
                                        "QUIET_FLAG",  "KEEP_SEGMENTS", "CAN_USE_HEAP"};
static const char *const xloadflags[] = {
    "KERNEL_64", "CAN_BE_LOADED_ABOVE_4G", "EFI_HANDOVER_32", "EFI_HANDOVER_64", "EFI_KEXEC",
    "5LEVEL",    "5LEVEL_ENABLED"};
_Static_assert(1 << 7 == CAN_USE_HEAP && 1 << 5 == QUIET_FLAG && 1 << 6 == XLF_5LEVEL_ENABLED,
               "the tables are by bit number");

const char *loadflag_name(unsigned int bit)
{
    return bit < sizeof(loadflags) / sizeof(loadflags[0]) ? loadflags[bit] : NULL;
}

const char *xloadflag_name(unsigned int bit)
{
    return bit < sizeof(xloadflags) / sizeof(xloadflags[0]) ? xloadflags[bit] : NULL;
}

const char *info_mode_name(unsigned int bits)
{
    switch (bits) {
    case CHECKPOINT_REAL16:
        return "real16";
    case CHECKPOINT_PROTECTED32:
        return "protected32";
    default:
        return "long64";
    }
}

const char *info_module_name(enum module module)
{
    static const char *const names[MODULE_COUNT] = {"setup", "stub", "kernel"};

    return names[module];
}

void info_segment_flags(uint32_t flags, char out[4])
{
    out[0] = flags & PF_R ? 'r' : '-';
    out[1] = flags & PF_W ? 'w' : '-';
    out[2] = flags & PF_X ? 'x' : '-';
    out[3] = '\0';
}
