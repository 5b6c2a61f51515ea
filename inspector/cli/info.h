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
#include "discover.h"
#include "text.h"

struct info {
    struct image *image;
    struct error *not_unpacked; /* why the kernel in it is not known, or NULL */
    struct symbol_files symbols;
    struct discovery found; /* its checkpoints, and what is known of them: stages_of() */
    /* These are 0 when the kernel is not known. */
    uint64_t
        kernel_size; /* of the kernel in memory, from pref_address on, .bss and .brk included */
    uint64_t margin; /* by how much the compressed data must end above the unpacked */
    uint64_t init_minimum; /* what init_size must be at least for both; see info_open */
};

/*
 * Opens and unpacks the image, and its ELF files: those named (vmlinux may be NULL), and for the
 * parts that none was named for, those that are found (find.h). A payload that does not unpack is
 * no error here: the rest is told, with the reason. Errors as image_open, symbols_named, symbols_vmlinux and stages_of.
 *
 * init_minimum follows Linux's header.S: the buffer must hold the kernel, and it must hold the
 * decompressor at its end so that unpacking from its start never overtakes the compressed data. How
 * much .bss follows the decompressor's code is not in the image: the real minimum is higher by
 * that.
 */
struct error *info_open(const char *path, const char *const *symbols, size_t symbol_count,
                        const char *vmlinux, struct info *ret);
void info_close(struct info *info);

/* The text form, for a person; fits 100 columns. */
void info_text(const struct info *info, const struct text *out);

/* The JSON form: one object, with the fields that docs/json.md lists under info. */
json_t *info_json(const struct info *info);

/* Parts of both forms: the checkpoints, and those that were looked for and are not there. */
void info_stages_text(const struct info *info, const struct text *out);
json_t *info_stages_json(const struct stages *stages);
json_t *info_absent_json(const struct stages *stages);

/* What both forms say of flags: the name of a bit of loadflags or xloadflags; NULL when unknown. */
const char *loadflag_name(unsigned int bit);
const char *xloadflag_name(unsigned int bit);
const char *info_mode_name(unsigned int bits);
const char *info_module_name(enum module module);
/* "r-x" for a segment's flags, into out. */
void info_segment_flags(uint32_t flags, char out[4]);

#endif
