/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "discover.h"

#include <stdlib.h>

#include "discover_code.h"

#define PROTOCOL_64_BIT 0x020c /* the first with xloadflags */
#define XLF_KERNEL_64   1

/* xloadflags say so, and where there are none yet, the unpacked kernel does. */
static bool is_32_bit(const struct image *image)
{
    if (image->setup.version >= PROTOCOL_64_BIT)
        return !(image->setup.xloadflags & XLF_KERNEL_64);
    return image->kernel.bits == 32;
}

static struct error *refuse(const struct image *image)
{
    if (is_32_bit(image))
        return error_new(
            ERROR_INPUT,
            "%s: a 32-bit kernel: only Linux's 64-bit decompressor is followed as it is",
            image->path);
    if (image->setup.version < PROTOCOL_64_BIT)
        return error_new(ERROR_INPUT,
                         "%s: boot protocol %u.%02u does not tell whether its decompressor is a "
                         "64-bit one (from 2.12 on, Linux 3.8, it does)",
                         image->path, image->setup.version >> 8u, image->setup.version & 0xffu);
    if (image->protected_size <= STARTUP_64)
        return error_new(ERROR_INPUT, "%s: %zu bytes of protected-mode code end before startup_64",
                         image->path, image->protected_size);
    return NULL;
}

static void add_kernel_entry(struct finding *finding)
{
    if (finding->image->kernel.bits) {
        finding_stage(finding, "kernel-entry", MODULE_KERNEL, finding->image->kernel.entry,
                      STAGE_FROM_PROTOCOL, STAGE_CERTAIN, "e_entry of the kernel's ELF header");
        finding_after(finding, "kernel-entry", "location-chosen");
    } else {
        finding_absent(finding, "kernel-entry", false, "the kernel is not unpacked");
    }
}

static struct error *read_code(struct analysis *analysis)
{
    struct error *err = discover_startup_64(analysis);

    if (!err)
        err = discover_startup_32(analysis);
    if (!err)
        err = discover_relocated(analysis);
    if (!err)
        err = discover_choice(analysis);
    if (!err)
        err = discover_loading(analysis);
    if (!err && analysis->finding->image->setup.payload_offset)
        discover_label(analysis, "input_data", analysis->finding->image->setup.payload_offset);
    return err;
}

static struct error *read_protected_mode(struct finding *finding)
{
    const struct image *image = finding->image;
    const uint8_t *bytes = image->bytes + image->protected_offset;
    struct analysis analysis = {.finding = finding};
    struct error *err = code_open(bytes, 0, image->protected_size, 32, &analysis.code32);

    if (!err)
        err = code_open(bytes, 0, image->protected_size, 64, &analysis.code64);
    analysis.functions32.code = &analysis.code32;
    analysis.functions64.code = &analysis.code64;
    if (!err)
        err = read_code(&analysis);
    functions_close(&analysis.functions32);
    functions_close(&analysis.functions64);
    code_close(&analysis.code32);
    code_close(&analysis.code64);
    return err;
}

struct error *discover(const struct image *image, const struct symbols *setup,
                       const struct symbols *stub, struct discovery *ret)
{
    struct error *err = refuse(image);

    if (err)
        return err;
    struct finding *finding = calloc(1, sizeof(*finding));
    if (!finding)
        return error_new(ERROR_SYSTEM, "%s: no memory to look for stages", image->path);
    *finding = (struct finding){.image = image, .setup = setup, .stub = stub};
    err = discover_setup(finding);
    if (!err)
        err = read_protected_mode(finding);
    add_kernel_entry(finding);
    if (!err)
        finding_finish(finding, ret);
    free(finding);
    return err;
}
