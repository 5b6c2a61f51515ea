/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "annotation_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *memory_words(const struct annotation_value *value, char *out)
{
    char piece[32] = "", was[48] = "";

    if (value->size != 1 && value->size != 2 && value->size != 4 && value->size != 8)
        snprintf(piece, sizeof(piece), ", %" PRIu64 " bytes", value->size);
    if (value->what == ANNOTATED_WRITE && value->before.known)
        snprintf(was, sizeof(was), " was %s", text_hex(value->before.value));
    snprintf(out, WORDS_MAX, "%s[%s%s]=%s%s%s%s%s", value->what == ANNOTATED_READ ? "reads " : "",
             text_hex(value->address), piece, text_maybe(value->now), value->note[0] ? " (" : "",
             value->note, value->note[0] ? ")" : "", was);
    return out;
}

const char *words_value(const struct annotation_value *value, char *out)
{
    switch (value->what) {
    case ANNOTATED_REGISTER:
        snprintf(out, WORDS_MAX, "%s=%s%s%s%s", value->name, text_maybe(value->now),
                 value->note[0] ? " (" : "", value->note, value->note[0] ? ")" : "");
        return out;
    case ANNOTATED_FLAGS:
        snprintf(out, WORDS_MAX, "flags %s", value->note[0] ? value->note : "none");
        return out;
    case ANNOTATED_FILL:
        snprintf(out, WORDS_MAX, "[%s, %s)=%s ...", text_hex(value->address),
                 text_hex(value->address + value->size), text_maybe(value->now));
        return out;
    case ANNOTATED_READ:
    case ANNOTATED_WRITE:
        break;
    }
    return memory_words(value, out);
}

const char *words_branch(const struct annotation_entry *entry, char *out)
{
    out[0] = '\0';
    if (entry->kind <= ANNOTATED_REPEAT && entry->taken)
        snprintf(out, WORDS_MAX, "-> %s", entry->target);
    else if (entry->conditional && entry->kind == ANNOTATED_STEP)
        snprintf(out, WORDS_MAX, "not taken");
    return out;
}

const char *words_entry(const struct annotation_entry *entry, char *out)
{
    const char *ran = entry->instructions.known ? text_count(entry->instructions.value) : NULL;

    switch (entry->kind) {
    case ANNOTATED_REPEAT:
        snprintf(out, WORDS_MAX, "%s  (%s times)", entry->code, text_count(entry->times));
        return out;
    case ANNOTATED_LOOP:
        if (entry->times)
            snprintf(out, WORDS_MAX, "... from here %s more time%s%s%s%s, ending with",
                     text_count(entry->times), entry->times == 1 ? "" : "s", ran ? " (" : "",
                     ran ? ran : "", ran ? " instructions)" : "");
        else
            snprintf(out, WORDS_MAX, "... from here again and again%s%s%s, ending with",
                     ran ? " (" : "", ran ? ran : "", ran ? " instructions)" : "");
        return out;
    case ANNOTATED_CALL:
        snprintf(out, WORDS_MAX, "... %s%s%s%s", entry->target, ran ? ": " : "", ran ? ran : "",
                 ran ? " instructions" : "");
        return out;
    case ANNOTATED_STEP:
        break;
    }
    snprintf(out, WORDS_MAX, "%s", entry->code);
    return out;
}

const char *words_title(const struct annotation *annotation, char *out)
{
    snprintf(out, WORDS_MAX, "%s to %s: %s instructions, %s of them one by one", annotation->from,
             annotation->to,
             annotation->instructions.known ? text_count(annotation->instructions.value)
                                            : "(not counted)",
             text_count(annotation->stepped));
    return out;
}

bool words_new_line(const struct annotation_entry *before, const struct annotation_entry *entry)
{
    return !before || before->file != entry->file || before->line != entry->line ||
           before->depth != entry->depth;
}
