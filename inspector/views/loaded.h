/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * View: the decompressor as it was loaded, [load, load + _bss), held against the image file. What
 * differs is what the boot code itself has written into its image so far. In its data (its GDT's
 * base, its first IDT) that is legitimate, and moved.h needs to know it where the copy overwrites
 * its own source; anywhere else it is wrong. Present at load-address-known, and at stage1-idt, which is the last checkpoint before the
 * copy is made: after the copy the source may be overwritten, and nobody needs it.
 */
#ifndef BOOTSCOPE_VIEWS_LOADED_H
#define BOOTSCOPE_VIEWS_LOADED_H

#include "views.h"

#define LOADED_CHANGES_MAX 64

/* [offset, offset + length) of the image differs from the file: offsets from load. */
struct loaded_change {
    uint64_t offset, length;
};

struct loaded_view {
    bool present;
    uint64_t load;                 /* guest-physical */
    uint64_t size;                 /* bytes compared */
    uint64_t changed;              /* bytes that differ from the file */
    unsigned int count;            /* ranges kept; adjacent ones closer than 8 bytes are one */
    bool cut;                      /* there were more */
    bool data_known;               /* the symbols tell where the data is */
    uint64_t data_start, data_end; /* [_data, _edata), offsets: what may differ */
    uint64_t wrong_bytes;          /* bytes outside of it that differ */
    struct maybe first_wrong;      /* guest-physical: the first of them */
    struct loaded_change changes[LOADED_CHANGES_MAX];
};

/* Errors of target_read_phys; ERROR_SYSTEM without memory. */
struct error *loaded_capture(const struct stop *stop, struct loaded_view *ret);
void loaded_text(const struct loaded_view *view, const struct text *text);
/* {"load","size","changed_bytes":n,"changes":[{"start","length":n}]} */
json_t *loaded_json(const struct loaded_view *view);
/* 1 when bytes outside the decompressor's data differ from the file. */
size_t loaded_wrong(const struct loaded_view *view);

/*
 * How many bytes of the image both the file and the decompressor's symbols have: what is loaded and
 * what is copied, up to _bss. 0 when the stop has no image or no symbols.
 */
uint64_t loaded_size(const struct stop *stop);

#endif
