/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What text and Markdown both say of an entry. */
#ifndef BOOTSCOPE_COMMANDS_ANNOTATION_WORDS_H
#define BOOTSCOPE_COMMANDS_ANNOTATION_WORDS_H

#include "annotation.h"

#define WORDS_MAX 256

/* "ebp=0x100000 (startup_32)", "[0x11f892]=0x5 (was 0x0)"; returns out. */
const char *words_value(const struct annotation_value *value, char *out);
/* The entry itself: its instruction, or what it stands for. */
const char *words_entry(const struct annotation_entry *entry, char *out);
/* Where a jump went, "not taken", or "". */
const char *words_branch(const struct annotation_entry *entry, char *out);
/* "load-address-known to early-page-tables: 16,923 instructions, 214 of them one by one". */
const char *words_title(const struct annotation *annotation, char *out);
/* Whether the entry's line is another one than the entry's before, which may be NULL. */
bool words_new_line(const struct annotation_entry *before, const struct annotation_entry *entry);

#endif
