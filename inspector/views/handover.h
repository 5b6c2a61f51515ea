/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * View: what a 64-bit decompressor hands over at kernel-jump. rax must be the kernel's entry, output +
 * (e_entry - pref_address), and rsi boot_params. Boot code that emits markers claims both, and
 * crosscheck.h holds that against the machine; this is for boot code that says nothing.
 */
#ifndef BOOTSCOPE_VIEWS_HANDOVER_H
#define BOOTSCOPE_VIEWS_HANDOVER_H

#include "views.h"

struct handover_register {
    bool checked; /* what it must be is known */
    uint64_t is, must;
};

struct handover_view {
    bool present;
    struct handover_register entry, boot_params; /* rax, rsi */
};

void handover_capture(const struct stop *stop, struct handover_view *ret);
void handover_text(const struct handover_view *view, const struct text *text);
/* {"rax":{"is","must"}|null,"rsi":{"is","must"}|null}; null is not known. */
json_t *handover_json(const struct handover_view *view);
/* How many of the registers are not what they must be. */
size_t handover_wrong(const struct handover_view *view);

#endif
