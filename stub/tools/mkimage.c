/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mkimage: puts the annotated stub in front of a kernel. mkimage.h shows the steps. */
#include "mkimage.h"

#include <elf.h>
#include <getopt.h>
#include <stdlib.h>

#include "cleanup.h"
#include "layout.h"

#define USAGE                                                                                      \
    "usage: mkimage --stub DIR (--payload FILE | --kernel ELF --relocs TABLE) -o IMAGE --elf ELF " \
    "[--pref-address N] [--alignment N] [--level 1..9] [--version TEXT]"

#define PAGE 4096

enum {
    OPT_STUB = 256,
    OPT_PAYLOAD,
    OPT_KERNEL,
    OPT_RELOCS,
    OPT_ELF,
    OPT_PREF,
    OPT_ALIGN,
    OPT_LEVEL,
    OPT_VERSION
};

static const struct option long_options[] = {
    {"stub", required_argument, NULL, OPT_STUB},
    {"payload", required_argument, NULL, OPT_PAYLOAD},
    {"kernel", required_argument, NULL, OPT_KERNEL},
    {"relocs", required_argument, NULL, OPT_RELOCS},
    {"output", required_argument, NULL, 'o'},
    {"elf", required_argument, NULL, OPT_ELF},
    {"pref-address", required_argument, NULL, OPT_PREF},
    {"alignment", required_argument, NULL, OPT_ALIGN},
    {"level", required_argument, NULL, OPT_LEVEL},
    {"version", required_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0},
};

static bool parse_number(const char *name, const char *text, uint64_t *ret, struct failure *why)
{
    char *end;
    errno = 0;
    *ret = strtoull(text, &end, 0);
    if (errno || end == text || *end || text[0] == '-')
        return fail(why, "%s: '%s' is not a number", name, text);
    return true;
}

static bool take_option(struct options *options, int option, const char *value, struct failure *why)
{
    uint64_t level;
    switch (option) {
    case OPT_STUB:
        options->stub = value;
        return true;
    case OPT_PAYLOAD:
        options->payload = value;
        return true;
    case OPT_KERNEL:
        options->kernel = value;
        return true;
    case OPT_RELOCS:
        options->relocs = value;
        return true;
    case 'o':
        options->image = value;
        return true;
    case OPT_ELF:
        options->elf = value;
        return true;
    case OPT_VERSION:
        options->version = value;
        return true;
    case OPT_PREF:
        return parse_number("--pref-address", value, &options->pref_address, why);
    case OPT_ALIGN:
        return parse_number("--alignment", value, &options->alignment, why);
    case OPT_LEVEL:
        if (!parse_number("--level", value, &level, why))
            return false;
        if (level < 1 || level > 9)
            return fail(why, "--level: '%s' is not 1 to 9", value);
        options->level = (int)level;
        return true;
    default:
        return fail(why, "%s", USAGE);
    }
}

static bool check_options(const struct options *options, struct failure *why)
{
    bool two_files = options->kernel && options->relocs && !options->payload;
    bool one_file = options->payload && !options->kernel && !options->relocs;
    if (!options->stub || !options->image || !options->elf || (!one_file && !two_files))
        return fail(why, "%s", USAGE);
    uint64_t alignment = options->alignment;
    if (alignment < PAGE || alignment > UINT32_MAX || (alignment & (alignment - 1)))
        return fail(why, "--alignment: 0x%lx is not a power of two from 4 KiB to 2 GiB", alignment);
    if (options->pref_address == 0 || options->pref_address % alignment)
        return fail(why, "--pref-address: 0x%lx is not a multiple of the alignment 0x%lx",
                    options->pref_address, alignment);
    return true;
}

static bool parse_options(int argc, char **argv, struct options *ret, struct failure *why)
{
    *ret = (struct options){
        .pref_address = TEACHING_PHYSICAL_ADDR, .alignment = TEACHING_PHYSICAL_ALIGN, .level = 9};
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, "o:", long_options, NULL)) != -1;)
        if (!take_option(ret, option, optarg, why))
            return false;
    if (optind != argc)
        return fail(why, "%s", USAGE);
    return check_options(ret, why);
}

/* The unpacked payload: one file as it is, or an ELF with its relocation table put after it. */
static bool read_payload(const struct options *options, struct bytes *ret, struct failure *why)
{
    if (options->payload)
        return read_file(options->payload, ret, why);
    struct bytes relocs = {0};
    if (!read_file(options->kernel, ret, why) || !read_file(options->relocs, &relocs, why))
        return false;
    size_t lists = ret->size > EI_CLASS && ret->data[EI_CLASS] == ELFCLASS32 ? 1 : 3;
    if (relocs.size % sizeof(uint32_t) || relocs.size < lists * sizeof(uint32_t)) {
        bytes_free(&relocs);
        return fail(why, "%s: not a relocation table", options->relocs);
    }
    uint8_t *at = bytes_grow(ret, relocs.size);
    if (at)
        memcpy(at, relocs.data, relocs.size);
    bytes_free(&relocs);
    return at || fail(why, "out of memory");
}

/* What passes from step to step. */
struct parts {
    struct bytes payload, compressed, source, elf, image;
    struct piggy piggy;
};

static bool make_parts(const struct options *options, struct parts *parts, struct failure *why)
{
    const char *kernel = options->payload ? options->payload : options->kernel;
    struct piggy *piggy = &parts->piggy;

    piggy->load_physical_addr = options->pref_address;
    if (!read_payload(options, &parts->payload, why) ||
        !measure_kernel(kernel, &parts->payload, options->pref_address, piggy, why) ||
        !compress_payload(&parts->payload, options->level, &parts->compressed, why))
        return false;
    piggy->input_len = (uint32_t)parts->compressed.size;
    piggy->output_len = (uint32_t)parts->payload.size;
    piggy->extract_offset = extract_offset(piggy);
    return make_piggy(piggy, &parts->source, why) &&
           link_stub(options->stub, piggy->bits, &parts->source, &parts->compressed, &parts->elf,
                     why) &&
           make_image(options, piggy, &parts->elf, &parts->image, why);
}

/* Both outputs are complete on disk before either gets its name. */
static bool write_outputs(const struct options *options, const struct parts *parts,
                          struct failure *why)
{
    struct output elf, image;
    if (!output_begin(&elf, options->elf, why))
        return false;
    if (!output_begin(&image, options->image, why)) {
        output_abandon(&elf);
        return false;
    }
    bool ok = output_write(&elf, parts->elf.data, parts->elf.size, why) &&
              output_write(&image, parts->image.data, parts->image.size, why) &&
              output_commit(&elf, why) && output_commit(&image, why);
    output_abandon(&elf);
    output_abandon(&image);
    return ok;
}

int main(int argc, char **argv)
{
    struct failure why = {""};
    struct options options;
    struct parts parts = {0};
    if (!parse_options(argc, argv, &options, &why))
        return report_failure("mkimage", &why);
    cleanup_on_signals();
    bool ok = make_parts(&options, &parts, &why) && write_outputs(&options, &parts, &why);
    bytes_free(&parts.payload);
    bytes_free(&parts.compressed);
    bytes_free(&parts.source);
    bytes_free(&parts.elf);
    bytes_free(&parts.image);
    return ok ? 0 : report_failure("mkimage", &why);
}
