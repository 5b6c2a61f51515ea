/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * View: the decompressor's .bss, [_bss, _ebss) of the copy that runs. Counts the bytes that are not
 * zero. They must all be zero at checkpoint bss-cleared only: before, nobody cleared them, and
 * after, the heap and the stack live there. Absent until the copy runs.
 */
#ifndef BOOTSCOPE_VIEWS_BSS_H
#define BOOTSCOPE_VIEWS_BSS_H

#include "views.h"

struct bss_view {
    bool present;
    bool must_be_zero;   /* at bss-cleared */
    uint64_t start, end; /* guest-physical */
    uint64_t nonzero_bytes;
    struct maybe first;  /* address of the first byte that is not zero */
    char first_name[96]; /* what lies there; "" when no symbol fits */
};

/* ERROR_INPUT: _ebss below _bss, or more than 1 GiB of it. Else errors of target_read_phys. */
struct error *bss_capture(const struct stop *stop, struct bss_view *ret);
void bss_text(const struct bss_view *view, const struct text *text);
/* {"start","end","nonzero_bytes":n,"first":"0x.."|null,"first_name":".."|null} */
json_t *bss_json(const struct bss_view *view);
/* 1 when it must be zero and is not. */
size_t bss_wrong(const struct bss_view *view);

#endif
