/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "info.h"

#include <elf.h>
#include <stdarg.h>
#include <string.h>

/* text_label() ends at this column. */
#define INDENT 15
#define WIDTH  (TEXT_COLUMNS - INDENT)

static void line(const struct text *out, const char *label, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void line(const struct text *out, const char *label, const char *format, ...)
{
    va_list args;

    text_label(out, label);
    va_start(args, format);
    vfprintf(out->stream, format, args);
    va_end(args);
    text_print(out, TEXT_PLAIN, "\n");
}

/* Breaks at blanks where it can, so that a long version string or path stays in its column. */
static void wrapped(const struct text *out, const char *label, const char *words)
{
    size_t left = strlen(words);

    while (left > WIDTH) {
        size_t cut = WIDTH;

        while (cut > 0 && words[cut] != ' ')
            cut--;
        if (cut == 0)
            cut = WIDTH;
        line(out, label, "%.*s", (int)cut, words);
        label = "";
        words += cut + (words[cut] == ' ');
        left = strlen(words);
    }
    line(out, label, "%s", words);
}

static void flags(const struct text *out, const char *label, unsigned int value,
                  const char *(*name)(unsigned int bit))
{
    char words[256] = "";
    size_t used = (size_t)snprintf(words, sizeof(words), "0x%02x", value);

    for (unsigned int bit = 0; bit < 16; bit++) {
        if (!(value & 1u << bit))
            continue;
        if (name(bit))
            used += (size_t)snprintf(words + used, sizeof(words) - used, " %s", name(bit));
        else
            used += (size_t)snprintf(words + used, sizeof(words) - used, " bit%u", bit);
    }
    wrapped(out, label, words);
}

static void header(const struct info *info, const struct text *out)
{
    const struct image *image = info->image;
    const struct setup_fields *setup = &image->setup;

    text_print(out, TEXT_HEADING, "%s\n", image->path);
    wrapped(out, "version", image->version[0] ? image->version : "-");
    line(out, "protocol", "%u.%02u", setup->version >> 8, setup->version & 0xff);
    line(out, "setup code", "%s, %zu sectors of it after the boot sector",
         text_size(image->protected_offset), image->protected_offset / 512 - 1);
    line(out, "main code", "%s at %s in the file, loaded at %s", text_size(image->protected_size),
         text_hex(image->protected_offset), text_hex(setup->code32_start));
    line(out, "build ID", "%s", image->build_id[0] ? image->build_id : "-");
    flags(out, "loadflags", setup->loadflags, loadflag_name);
    flags(out, "xloadflags", setup->xloadflags, xloadflag_name);
    line(out, "placement", "%s, alignment %s (at least %s), best at %s",
         setup->relocatable_kernel ? "relocatable" : "not relocatable",
         text_hex(setup->kernel_alignment),
         setup->min_alignment < 64 ? text_hex(1ull << setup->min_alignment) : "-",
         text_hex(setup->pref_address));
    line(out, "command line", "up to %s bytes", text_count(setup->cmdline_size));
}

static void memory(const struct info *info, const struct text *out)
{
    const struct setup_fields *setup = &info->image->setup;
    bool enough = setup->init_size >= info->init_minimum;

    text_label(out, "init_size");
    text_print(out, TEXT_PLAIN, "%s (%s), ", text_hex(setup->init_size),
               text_size(setup->init_size));
    text_print(out, enough ? TEXT_GOOD : TEXT_BAD, "%s %s\n",
               enough ? "enough: at least" : "too small: at least", text_hex(info->init_minimum));
    line(out, "", "kernel %s, in-place margin %s", text_hex(info->kernel_size),
         text_hex(info->margin));
}

static void packed_payload(const struct info *info, const struct text *out)
{
    const struct image *image = info->image;

    line(out, "payload", "%s at %s in the file, %s bytes, %s unpacked by its length word",
         codec_name(image->codec), text_hex((uint64_t)(image->payload - image->bytes)),
         text_count(image->payload_size), text_count(image->unpacked_size_hint));
    wrapped(out, "", error_message(info->not_unpacked));
}

static void payload(const struct info *info, const struct text *out)
{
    const struct image *image = info->image;
    const struct kernel *kernel = &image->kernel;

    line(out, "payload", "%s at %s in the file, %s bytes, %s unpacked", codec_name(image->codec),
         text_hex((uint64_t)(image->payload - image->bytes)), text_count(image->payload_size),
         text_count(kernel->size));
    if (!kernel->has_relocs)
        line(out, "relocations", "none");
    else if (kernel->bits == 32)
        line(out, "relocations", "%s 32-bit, of a 32-bit kernel", text_count(kernel->abs32.count));
    else if (kernel->has_inverse)
        line(out, "relocations", "%s 32-bit, %s inverse 32-bit, %s 64-bit",
             text_count(kernel->abs32.count), text_count(kernel->inverse32.count),
             text_count(kernel->abs64.count));
    else
        line(out, "relocations", "%s 32-bit, %s 64-bit (no inverse list: Linux 6.15 or newer)",
             text_count(kernel->abs32.count), text_count(kernel->abs64.count));
    line(out, "kernel entry", "%s", text_hex(kernel->entry));
}

static void segments(const struct info *info, const struct text *out)
{
    const struct kernel *kernel = &info->image->kernel;
    char access[4];

    text_label(out, "segments");
    text_print(out, TEXT_DIM, "%-18s  %-11s  %-10s  %-10s  %-10s  %-3s  %s\n", "virtual",
               "physical", "offset", "in file", "in memory", "", "align");
    for (unsigned int i = 0; i < kernel->segment_count; i++) {
        const struct kernel_segment *segment = &kernel->segments[i];

        if (segment->type != PT_LOAD)
            continue;
        info_segment_flags(segment->flags, access);
        line(out, "", "%-18s  %-11s  %-10s  %-10s  %-10s  %s  %s", text_hex(segment->vaddr),
             text_hex(segment->paddr), text_hex(segment->offset), text_hex(segment->filesz),
             text_hex(segment->memsz), access, text_hex(segment->align));
    }
}

static void symbol_line(const struct text *out, const char *label, const struct symbols *symbols)
{
    if (symbols)
        wrapped(out, label, symbols_path(symbols));
}

static void checkpoints(const struct info *info, const struct text *out)
{
    symbol_line(out, "setup ELF", info->symbols.setup);
    symbol_line(out, "stub ELF", info->symbols.stub);
    symbol_line(out, "kernel ELF", info->symbols.kernel);
    info_stages_text(info, out);
}

void info_text(const struct info *info, const struct text *out)
{
    header(info, out);
    if (info->not_unpacked) {
        line(out, "init_size", "%s (%s)", text_hex(info->image->setup.init_size),
             text_size(info->image->setup.init_size));
        packed_payload(info, out);
    } else {
        memory(info, out);
        payload(info, out);
        segments(info, out);
    }
    checkpoints(info, out);
}
