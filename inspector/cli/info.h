/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bootscope info: decodes an image without running it. One struct holds everything; the text and
 * the JSON form only read it.
 */
#ifndef BOOTSCOPE_CLI_INFO_H
#define BOOTSCOPE_CLI_INFO_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "find.h"
#include "image.h"
#include "stages.h"
#include "text.h"

struct info {
    struct image *image; /* unpacked */
    struct symbol_files symbols;
    struct stages stages;
    uint64_t
        kernel_size; /* of the kernel in memory, from pref_address on, .bss and .brk included */
    uint64_t margin; /* by how much the compressed data must end above the unpacked */
    uint64_t init_minimum; /* what init_size must be at least for both; see info_open */
};

/*
 * Opens and unpacks the image, and its ELF files: those named, and for the parts that none was
 * named for, those that are found (find.h). Errors as image_open, image_unpack, symbols_named and stages_from_symbols.
 *
 * init_minimum follows Linux's header.S: the buffer must hold the kernel, and it must hold the
 * decompressor at its end so that unpacking from its start never overtakes the compressed data. How
 * much .bss follows the decompressor's code is not in the image: the real minimum is higher by
 * that.
 */
struct error *info_open(const char *path, const char *const *symbols, size_t symbol_count,
                        struct info *ret);
void info_close(struct info *info);

/* The text form, for a person; fits 100 columns. */
void info_text(const struct info *info, const struct text *out);

/*
 * The JSON form, one object (docs/json.md):
 *
 *   image, version    strings; version is null when the image has none
 *   protocol          "2.15"
 *   setup             {"sectors": 39, "bytes": 20480}: with the boot sector in bytes, not in
 * sectors code              {"offset": "0x5000", "bytes": N, "start": "0x100000"}: the
 * protected-mode code in the file, and where a loader that knows nothing else puts it loadflags,
 * xloadflags  {"value": "0x1", "names": ["LOADED_HIGH"]} relocatable       boolean alignment
 * {"kernel": "0x200000", "minimum": "0x200000"} pref_address, init_size, init_size_minimum,
 * kernel_size, margin   "0x..." command_line_max  number, without the NUL build_id          of the
 * decompressor, hex, or null payload           {"codec": "xz", "offset": "0x..." in the file,
 * "bytes": N, "unpacked": N} kernel            {"entry": "0x...", "segments": [{"offset", "virt",
 * "phys", "file_size", "memory_size", "align": "0x...", "flags": "r-x"}, ...]}: the PT_LOADs
 *   relocations       {"abs32": N, "inverse32": N or null, "abs64": N}, or null without a table;
 *                     inverse32 is null in the tables of Linux 6.15 and newer, which have no such
 * list symbols           {"setup", "stub", "kernel"}: the ELF files' paths, or null checkpoints
 * [{"name", "index": N, "mode": "real16" | "protected32" | "long64", "module": "setup" | "stub" |
 * "kernel", "address": "0x..." as linked}, ...]
 */
json_t *info_json(const struct info *info);

/* What both forms say of flags: the name of a bit of loadflags or xloadflags; NULL when unknown. */
const char *loadflag_name(unsigned int bit);
const char *xloadflag_name(unsigned int bit);
const char *info_mode_name(unsigned int bits);
const char *info_module_name(enum module module);
/* "r-x" for a segment's flags, into out. */
void info_segment_flags(uint32_t flags, char out[4]);

#endif
