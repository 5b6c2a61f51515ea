/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The state at a stop as named values, for putting two boots side by side. Addresses keep where they
 * are relative to what was placed (the image as loaded, its copy, the kernel), for two boots that
 * only put these elsewhere are at the same places.
 */
#ifndef BOOTSCOPE_SESSION_FIELDS_H
#define BOOTSCOPE_SESSION_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "pagetable.h"
#include "timeline.h"

/* What an address is relative to: the most special that it lies in. */
enum anchor {
    ANCHOR_NONE,
    ANCHOR_BOOT_PARAMS, /* struct boot_params */
    ANCHOR_SETUP,       /* the real-mode code, its heap and its stack: 64 KiB */
    ANCHOR_LOAD,        /* the image as loaded */
    ANCHOR_COPY,        /* the decompressor's copy, up to the end of the kernel's buffer */
    ANCHOR_OUTPUT,      /* where the kernel is unpacked to: physical, init_size bytes */
    ANCHOR_VIRTUAL,     /* the same at the kernel's virtual addresses */
};
/* "boot_params", "setup", "load", "copy", "output", "virtual"; "" for none. */
const char *anchor_name(enum anchor anchor);

struct place {
    enum anchor anchor;
    uint64_t offset; /* from the anchor's start */
};

enum field_group {
    FIELD_CODE,     /* mode, rip */
    FIELD_REGISTER, /* rsp, control registers, segments, gdtr and idtr; the general registers */
    FIELD_GDT,      /* a descriptor */
    FIELD_IDT,      /* a vector */
    FIELD_PAGING,   /* the tables as a whole; ranges are in the view */
    FIELD_PARAMS,   /* boot_params */
    FIELD_GROUPS,
};
/* "code", "registers", "gdt", "idt", "paging", "boot_params". */
const char *field_group_name(enum field_group group);

#define FIELD_NAME_MAX 32

struct field {
    enum field_group group;
    char name[FIELD_NAME_MAX]; /* one of its kind in a list: "cr4", "gdt 0x10" */
    char *value;               /* for people, with bits by name */
    /*
     * Of an address: value is head, the address, and tail ("0x20 base ", 0x1ab4040, " limit 0x67").
     * Both must be the same for the same place. head is NULL when value holds no address.
     */
    uint64_t address;
    char *head, *tail;
    /* After fields_place(): where the address is, and what symbol is there ("" when none fits). */
    struct place place;
    char symbol[64];
    /* A general register: many hold what is left of a computation. */
    bool scratch;
};

struct fields {
    struct field *list; /* by group */
    size_t count, room;
};

/* Where things are for fields_capture, beyond the facts of a stop. */
struct field_anchors {
    struct facts facts;
    uint64_t file_size, kernel_size; /* in bytes: protected-mode code in the file; init_size */
    uint64_t map;                    /* image_map() */
    uint64_t copy_end;               /* 0: not known */
};
struct place field_place_of(const struct field_anchors *anchors, uint64_t address);

/*
 * Takes the state of a stop; paging is its page tables, which were captured before. Errors: those of
 * the views gdt, idt and params. On error *ret is empty.
 */
struct error *fields_capture(const struct stop *stop, const struct pagetable_view *paging,
                             struct fields *ret);
/*
 * Finds the place of every address, from what is known of the boot: afterwards that is more than at
 * the stop itself. Of stop only the facts, the image and the symbols are used. copy_end: see
 * field_anchors.
 */
void fields_place(struct fields *fields, const struct stop *stop, uint64_t copy_end);
void fields_free(struct fields *fields);

/* By name; NULL when there is none. */
const struct field *fields_find(const struct fields *fields, const char *name);

enum field_state {
    FIELD_SAME,
    FIELD_MOVED, /* another address, at the same place */
    FIELD_DIFFERS,
    FIELD_ONLY_A,
    FIELD_ONLY_B,
};
/* "same", "same-place", "differs", "only-a", "only-b". */
const char *field_state_name(enum field_state state);
/* Either may be NULL, but not both. */
enum field_state field_compare(const struct field *a, const struct field *b);

/* For fields_capture's parts, and tests: adds a copy. The format gives the value. */
struct field *fields_add(struct fields *fields, enum field_group group, const char *name,
                         const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
