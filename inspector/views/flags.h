/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bits of CR0, CR4, EFER and RFLAGS by their names in the manuals (Intel SDM vol. 3, 2.3 and
 * 2.5; AMD APM vol. 2, 3.1.7). Masks of single bits are in x86.h.
 */
#ifndef BOOTSCOPE_VIEWS_FLAGS_H
#define BOOTSCOPE_VIEWS_FLAGS_H

#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

struct flag_name {
    uint8_t bit;   /* lowest bit of the field */
    uint8_t width; /* in bits; a field wider than one bit is shown as NAME=value */
    const char *name;
};

/* All named fields of one register. */
struct flag_set {
    const struct flag_name *names;
    size_t count;
    uint64_t silent; /* bits that carry no news (RFLAGS bit 1 is always set) */
};

extern const struct flag_set flags_cr0, flags_cr4, flags_efer, flags_rflags;
/* loadflags of the setup header (boot protocol). */
extern const struct flag_set flags_loadflags;

#define FLAGS_TEXT_MAX 256

/*
 * The names of the fields that are not zero, lowest bit first, separated by blanks; set bits
 * without a name come last as one hex number. Cut to size (at least 1), NUL-terminated; returns
 * out.
 */
const char *flags_text(const struct flag_set *set, uint64_t value, char *out, size_t size);

/* The same as a JSON array of strings; a new reference. */
json_t *flags_json(const struct flag_set *set, uint64_t value);

/* The names of the fields that are zero, as flags_text() has the others. */
const char *flags_clear_text(const struct flag_set *set, uint64_t value, char *out, size_t size);
json_t *flags_clear_json(const struct flag_set *set, uint64_t value);

#endif
