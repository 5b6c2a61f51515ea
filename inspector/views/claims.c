/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims.h"

#include <string.h>

/* gzip ends in the CRC-32 and the length of what was packed (RFC 1952, 2.3.1). */
#define GZIP_TRAILER 8

#define ELF_PT_LOAD 1

/* A linker symbol of the decompressor, where the code runs now. */
static struct maybe symbol(const struct stop *stop, const char *name)
{
    struct maybe base = stop_base(stop, MODULE_STUB);
    uint64_t link;

    if (!base.known || !stop->stub || !symbols_value(stop->stub, name, &link))
        return (struct maybe){0};
    return known(base.value + link);
}

static struct maybe difference(struct maybe a, struct maybe b)
{
    return a.known && b.known ? known(a.value - b.value) : (struct maybe){0};
}

static struct maybe pref_address(const struct stop *stop)
{
    return stop->image ? known(stop->image->setup.pref_address) : (struct maybe){0};
}

static struct maybe copied_bytes(const struct stop *stop, const char *name)
{
    (void)name;
    return difference(symbol(stop, "_bss"), stop_base(stop, MODULE_STUB));
}

static struct maybe source(const struct stop *stop, const char *name)
{
    (void)name;
    return stop->facts.load;
}

static struct maybe target(const struct stop *stop, const char *name)
{
    (void)name;
    return stop->facts.copy;
}

static struct maybe input_length(const struct stop *stop, const char *name)
{
    (void)name;
    return stop->image ? known(stop->image->payload_size) : (struct maybe){0};
}

/* False when the payload did not unpack. */
static bool has_kernel(const struct stop *stop)
{
    return stop->image && stop->image->kernel.bytes;
}

static struct maybe output_length(const struct stop *stop, const char *name)
{
    (void)name;
    return has_kernel(stop) ? known(stop->image->kernel.size) : (struct maybe){0};
}

static struct maybe crc(const struct stop *stop, const char *name)
{
    const struct image *image = stop->image;
    uint64_t value = 0;

    (void)name;
    if (!image || image->codec != CODEC_GZIP || image->payload_size < GZIP_TRAILER)
        return (struct maybe){0};
    for (unsigned int i = 0; i < 4; i++)
        value |= (uint64_t)image->payload[image->payload_size - GZIP_TRAILER + i] << 8 * i;
    return known(value);
}

static struct maybe segments(const struct stop *stop, const char *name)
{
    uint64_t count = 0;

    (void)name;
    if (!has_kernel(stop))
        return (struct maybe){0};
    for (unsigned int i = 0; i < stop->image->kernel.segment_count; i++)
        count += stop->image->kernel.segments[i].type == ELF_PT_LOAD;
    return known(count);
}

static struct maybe entry(const struct stop *stop, const char *name)
{
    struct maybe base = stop_base(stop, MODULE_KERNEL);

    (void)name;
    return base.known && has_kernel(stop) ? known(base.value + stop->image->kernel.entry)
                                          : (struct maybe){0};
}

static struct maybe boot_params(const struct stop *stop, const char *name)
{
    (void)name;
    return stop->facts.boot_params;
}

static struct maybe physical_delta(const struct stop *stop, const char *name)
{
    (void)name;
    return difference(stop->facts.output, pref_address(stop));
}

static struct maybe virtual_delta(const struct stop *stop, const char *name)
{
    (void)name;
    return difference(stop->facts.virtual, pref_address(stop));
}

/* Like the kernel, the stub leaves the table alone when the kernel runs where it was linked. */
static struct maybe site_count(const struct stop *stop, const char *name)
{
    struct maybe delta = virtual_delta(stop, NULL);
    const struct kernel *kernel;

    if (!delta.known || !delta.value)
        return delta;
    if (!has_kernel(stop))
        return (struct maybe){0};
    kernel = &stop->image->kernel;
    if (strcmp(name, "abs32") == 0)
        return known(kernel->abs32.count);
    return known(strcmp(name, "abs64") == 0 ? kernel->abs64.count : kernel->inverse32.count);
}

static const struct claim {
    const char *stage, *key;
    struct maybe (*value)(const struct stop *stop, const char *name);
    const char *name; /* for the function: which symbol, which list */
} claims[] = {
    {"image-copied", "from", source, NULL},
    {"image-copied", "to", target, NULL},
    {"image-copied", "bytes", copied_bytes, NULL},
    {"bss-cleared", "start", symbol, "_bss"},
    {"bss-cleared", "end", symbol, "_ebss"},
    {"stage2-idt", "pf", symbol, "boot_page_fault"},
    {"stage2-idt", "nmi", symbol, "boot_nmi_trap"},
    {"extract-kernel", "heap", symbol, "boot_heap"},
    {"extract-kernel", "heap_end", symbol, "boot_heap_end"},
    {"extract-kernel", "input", symbol, "input_data"},
    {"extract-kernel", "input_len", input_length, NULL},
    {"extract-kernel", "output_len", output_length, NULL},
    {"decompressed", "bytes", output_length, NULL},
    {"decompressed", "crc32", crc, NULL},
    {"elf-loaded", "segments", segments, NULL},
    {"elf-loaded", "entry", entry, NULL},
    {"relocations-applied", "physical_delta", physical_delta, NULL},
    {"relocations-applied", "virtual_delta", virtual_delta, NULL},
    {"relocations-applied", "abs32", site_count, "abs32"},
    {"relocations-applied", "inverse32", site_count, "inverse32"},
    {"relocations-applied", "abs64", site_count, "abs64"},
    {"kernel-jump", "ebp", entry, NULL},
    {"kernel-jump", "esi", boot_params, NULL},
    {"kernel-jump", "rax", entry, NULL},
    {"kernel-jump", "rsi", boot_params, NULL},
};

bool claim_value(const struct stop *stop, const char *key, uint64_t *ret)
{
    for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
        const struct claim *claim = &claims[i];

        if (strcmp(claim->stage, stop->stage->name) != 0 || strcmp(claim->key, key) != 0)
            continue;
        struct maybe value = claim->value(stop, claim->name);
        /* 32-bit code writes 32 bits of it: a distance down wraps there. */
        *ret = stop->stage->bits == CHECKPOINT_PROTECTED32 ? (uint32_t)value.value : value.value;
        return value.known;
    }
    return false;
}
