/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a stretch of the boot did, instruction by instruction: gathered by annotate_walk.h, printed as
 * text, Markdown or JSON here. It holds no reference to the guest.
 */
#ifndef BOOTSCOPE_COMMANDS_ANNOTATION_H
#define BOOTSCOPE_COMMANDS_ANNOTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

#include "address.h"
#include "text.h"

#define ANNOTATION_BYTES_MAX 16
#define ANNOTATION_NOTE_MAX  80

enum annotation_what {
    ANNOTATED_REGISTER,
    ANNOTATED_FLAGS, /* rflags */
    ANNOTATED_READ,  /* memory: address and size */
    ANNOTATED_WRITE,
    ANNOTATED_FILL, /* memory that repetitions wrote, from address on; now is the first piece */
};

/* One value that an instruction took or made. */
struct annotation_value {
    enum annotation_what what;
    char name[16];                  /* of a register, as wide as the code names it */
    uint64_t address;               /* of memory, linear */
    uint64_t size;                  /* in bytes */
    struct maybe before, now;       /* of up to 8 bytes; of wider memory the first 8 */
    char note[ANNOTATION_NOTE_MAX]; /* the symbol or the flags that now means; "" */
};

enum annotation_kind {
    ANNOTATED_STEP,
    ANNOTATED_REPEAT, /* a string instruction with rep, all its repetitions */
    ANNOTATED_LOOP,   /* further passes of a loop whose first pass is above */
    ANNOTATED_CALL,   /* all that a called function did */
};

struct annotation_entry {
    enum annotation_kind kind;
    uint64_t address;   /* of the instruction; of a loop its first one; of a call its first one */
    unsigned int depth; /* of calls */
    const char *file;   /* NULL: no line known; owned by the annotation's sources */
    unsigned int line;
    const char *source; /* the line's text; NULL when the file cannot be read; owned likewise */
    char *code;         /* the instruction, or the name of what a call called */
    bool conditional;   /* a jump that may not be taken */
    bool taken;         /* a jump, call or return went somewhere else: */
    char target[ANNOTATION_NOTE_MAX]; /* where, by name or address */
    uint64_t times;                   /* repetitions; passes beyond the first, 0: not known */
    struct maybe instructions;        /* that a loop or call ran */
    struct maybe at;                  /* instructions since reset, before it */
    struct annotation_value *values;
    size_t value_count;
};

struct sources;

struct annotation {
    char from[64], to[64]; /* checkpoints, or a place */
    struct annotation_entry *entries;
    size_t count, room;
    uint64_t stepped;          /* instructions that were looked at one by one */
    struct maybe instructions; /* that ran in all */
    bool complete;             /* it got to its end */
    struct sources *sources;
};

void annotation_init(struct annotation *annotation);
void annotation_free(struct annotation *annotation);

/* A new last entry, zeroed, valid until the next one; NULL without memory. */
struct annotation_entry *annotation_add(struct annotation *annotation);
/* Adds a value to an entry; nothing without memory. */
void annotation_value(struct annotation_entry *entry, const struct annotation_value *value);

void annotation_text(const struct annotation *annotation, const struct text *text);
void annotation_markdown(const struct annotation *annotation, FILE *stream);
/*
 * {"from","to","instructions":n|null,"stepped":n,"complete":true,"entries":[{"kind":"step"|"repeat"|
 *  "loop"|"call","address","depth","code","source":{"file","line","text":".."|null}|null,
 *  "target":".."|null,"times":n|null,"instructions":n|null,"changed":{"ebp":{"before","now","name"}},
 *  "memory":[{"access":"read"|"write"|"fill","address","size","before","now","name"}]}]}
 */
json_t *annotation_json(const struct annotation *annotation);

/* Source files, read once and kept. */
struct sources *sources_new(void);
void sources_free(struct sources *sources);
/* *ret_file is the path's form for a reader, and *ret_text the line without its indentation, or NULL. */
void sources_line(struct sources *sources, const char *path, const char *file, unsigned int line,
                  const char **ret_file, const char **ret_text);

#endif
