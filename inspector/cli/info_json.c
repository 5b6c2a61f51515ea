/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "info.h"

#include <ctype.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *string_or_null(const char *text)
{
    return text && *text ? json_string(text) : json_null();
}

/* JSON is UTF-8, and a path need not be: then its other bytes are shown as '?'. */
static json_t *path_string(const char *path)
{
    json_t *string = json_string(path);

    if (string)
        return string;
    char *ascii = strdup(path);
    if (!ascii)
        abort();
    for (char *c = ascii; *c; c++)
        if (!isascii((unsigned char)*c))
            *c = '?';
    string = json_string(ascii);
    free(ascii);
    return string;
}

static json_t *flags(unsigned int value, const char *(*name)(unsigned int bit))
{
    json_t *names = json_array();
    char unnamed[8];

    for (unsigned int bit = 0; bit < 16; bit++) {
        if (!(value & 1u << bit))
            continue;
        snprintf(unnamed, sizeof(unnamed), "bit%u", bit);
        json_array_append_new(names, json_string(name(bit) ? name(bit) : unnamed));
    }
    return json_pack("{s:o,s:o}", "value", json_hex(value), "names", names);
}

static json_t *protocol(uint16_t version)
{
    return json_sprintf("%u.%02u", version >> 8, version & 0xff);
}

static json_t *payload(const struct image *image)
{
    return json_pack("{s:s,s:o,s:I,s:o}", "codec", codec_name(image->codec), "offset",
                     json_hex((uint64_t)(image->payload - image->bytes)), "bytes",
                     (json_int_t)image->payload_size, "unpacked",
                     image->kernel.bytes ? json_integer((json_int_t)image->kernel.size)
                                         : json_null());
}

static json_t *kernel(const struct kernel *kernel)
{
    if (!kernel->bytes)
        return json_null();
    json_t *segments = json_array();
    char access[4];

    for (unsigned int i = 0; i < kernel->segment_count; i++) {
        const struct kernel_segment *segment = &kernel->segments[i];

        if (segment->type != PT_LOAD)
            continue;
        info_segment_flags(segment->flags, access);
        json_array_append_new(
            segments,
            json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:s}", "offset", json_hex(segment->offset), "virt",
                      json_hex(segment->vaddr), "phys", json_hex(segment->paddr), "file_size",
                      json_hex(segment->filesz), "memory_size", json_hex(segment->memsz), "align",
                      json_hex(segment->align), "flags", access));
    }
    return json_pack("{s:o,s:o}", "entry", json_hex(kernel->entry), "segments", segments);
}

static json_t *relocations(const struct kernel *kernel)
{
    if (!kernel->has_relocs)
        return json_null();
    return json_pack("{s:I,s:o,s:I}", "abs32", (json_int_t)kernel->abs32.count, "inverse32",
                     kernel->has_inverse ? json_integer((json_int_t)kernel->inverse32.count)
                                         : json_null(),
                     "abs64", (json_int_t)kernel->abs64.count);
}

static json_t *path_of(const struct symbols *symbols)
{
    return symbols ? path_string(symbols_path(symbols)) : json_null();
}

static json_t *alignment(const struct setup_fields *setup)
{
    return json_pack("{s:o,s:o}", "kernel", json_hex(setup->kernel_alignment), "minimum",
                     setup->min_alignment < 64 ? json_hex(1ull << setup->min_alignment)
                                               : json_null());
}

/* Of the unpacked kernel, or null. */
static json_t *measured(const struct info *info, uint64_t value)
{
    return info->not_unpacked ? json_null() : json_hex(value);
}

static void add_header(const struct info *info, json_t *object)
{
    const struct image *image = info->image;
    const struct setup_fields *setup = &image->setup;

    json_object_set_new(object, "image", path_string(image->path));
    json_object_set_new(object, "version", string_or_null(image->version));
    json_object_set_new(object, "protocol", protocol(setup->version));
    json_object_set_new(object, "setup",
                        json_pack("{s:I,s:I}", "sectors",
                                  (json_int_t)(image->protected_offset / 512 - 1), "bytes",
                                  (json_int_t)image->protected_offset));
    json_object_set_new(object, "code",
                        json_pack("{s:o,s:I,s:o}", "offset", json_hex(image->protected_offset),
                                  "bytes", (json_int_t)image->protected_size, "start",
                                  json_hex(setup->code32_start)));
    json_object_set_new(object, "loadflags", flags(setup->loadflags, loadflag_name));
    json_object_set_new(object, "xloadflags", flags(setup->xloadflags, xloadflag_name));
    json_object_set_new(object, "relocatable", json_boolean(setup->relocatable_kernel));
    json_object_set_new(object, "alignment", alignment(setup));
    json_object_set_new(object, "pref_address", json_hex(setup->pref_address));
    json_object_set_new(object, "init_size", json_hex(setup->init_size));
    json_object_set_new(object, "init_size_minimum", measured(info, info->init_minimum));
    json_object_set_new(object, "kernel_size", measured(info, info->kernel_size));
    json_object_set_new(object, "margin", measured(info, info->margin));
    json_object_set_new(object, "command_line_max", json_integer(setup->cmdline_size));
    json_object_set_new(object, "build_id", string_or_null(image->build_id));
}

json_t *info_json(const struct info *info)
{
    json_t *object = json_object();

    add_header(info, object);
    json_object_set_new(object, "payload", payload(info->image));
    json_object_set_new(object, "not_unpacked",
                        info->not_unpacked ? string_or_null(error_message(info->not_unpacked))
                                           : json_null());
    json_object_set_new(object, "kernel", kernel(&info->image->kernel));
    json_object_set_new(object, "relocations", relocations(&info->image->kernel));
    json_object_set_new(object, "symbols",
                        json_pack("{s:o,s:o,s:o}", "setup", path_of(info->symbols.setup), "stub",
                                  path_of(info->symbols.stub), "kernel",
                                  path_of(info->symbols.kernel)));
    json_object_set_new(object, "checkpoints", info_stages_json(&info->found.stages));
    json_object_set_new(object, "absent", info_absent_json(&info->found.stages));
    json_object_set_new(object, "refused", string_or_null(info->found.refused));
    return object;
}
