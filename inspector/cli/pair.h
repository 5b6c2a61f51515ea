/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The options of a command that boots twice: those of every guest, which both boots get, and the
 * same with a 2 behind the name, which the second gets instead.
 */
#ifndef BOOTSCOPE_CLI_PAIR_H
#define BOOTSCOPE_CLI_PAIR_H

#include <argp.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "options.h"
#include "recording.h"
#include "text.h"

struct pair_options {
    struct guest_options guest;
    /* Of the second boot; NULL (no symbols): as the first. */
    const char *memory, *cpu, *append, *initrd, *vmlinux;
    const char *symbols[OPTION_SYMBOLS_MAX];
    size_t symbol_count;
};

/*
 * guest_argp and --memory2 --cpu2 --append2 --initrd2 --symbols2 --vmlinux2. The parent's parser must set
 * state->child_inputs[0] to a struct pair_options in ARGP_KEY_INIT.
 */
extern const struct argp pair_argp;

void pair_options_init(struct pair_options *options);

/* An option of the second boot that was given ("--append2"), or NULL. */
const char *pair_given(const struct pair_options *options);

/*
 * What the second boot gets. --symbols and --vmlinux are the first image's: the second gets them only
 * when both are the same file, and only where it has none of its own.
 */
struct guest_options pair_second(const struct pair_options *options, const char *image,
                                 const char *image2);

/* What both commands say of an image and its boot ---------------------------------------------- */

/*
 * {"image","version":..|null,"build_id":..|null,"bytes":n,"payload":{"codec","bytes","unpacked"},
 *  "memory":..|null,"cpu":..|null,"append":..|null,"initrd":..|null,"instructions":n|null,
 *  "failure":..|null}; instructions from startup-32 to kernel-entry.
 */
json_t *pair_boot_json(const struct recording *recording, const struct guest_options *guest);
/* "6.1.0 (gcc ...)" cut to the width; "3.1 MiB (3,234,816 bytes), payload gzip ..." */
void pair_boot_text(const char *letter, const struct recording *recording,
                    const struct guest_options *guest, const struct text *text);

/*
 * Begins a stage's line, 23 columns wide: index and name, with a ? behind the name when one of the boots
 * has it only as STAGE_LIKELY, which is returned. a or b may be NULL.
 */
bool pair_stage_text(const struct recorded_stop *a, const struct recorded_stop *b,
                     const struct text *text);
/* What the ? means, for below the lines. */
void pair_likely_text(const struct text *text);

/* b / a in the form "1.25"; "-" when a is 0. Valid as text_hex()'s. */
void pair_ratio_text(uint64_t a, uint64_t b, char out[16]);
/* With its sign; "0". */
void pair_difference_text(uint64_t a, uint64_t b, char out[32]);
json_t *pair_ratio_json(uint64_t a, uint64_t b);

#endif
