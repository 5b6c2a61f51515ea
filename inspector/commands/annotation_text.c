/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An annotation for a person: a terminal's page, or Markdown's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "annotation_words.h"

#define INDENT        2 /* for each call */
#define INDENT_MAX    16
#define PLACE_COLUMNS 28
#define CODE_COLUMN   14 /* behind the address */
#define VALUE_COLUMN  48

struct page {
    const struct text *text;
    int indent; /* of the entry */
    int column;
};

static int indent_of(const struct annotation_entry *entry)
{
    int indent = (int)entry->depth * INDENT;

    return indent < INDENT_MAX ? indent : INDENT_MAX;
}

static void print_source(const struct annotation_entry *entry, const struct text *text)
{
    int indent = indent_of(entry), room = TEXT_COLUMNS - indent;
    char place[64];

    if (!entry->file) {
        text_print(text, TEXT_DIM, "%*s(no source line)\n", indent, "");
        return;
    }
    /* Of a long path its end says most. */
    int used = snprintf(place, sizeof(place), "%.48s:%u",
                        strlen(entry->file) > 48 ? entry->file + strlen(entry->file) - 48
                                                 : entry->file,
                        entry->line);
    text_print(text, TEXT_LABEL, "%*s%s", indent, "", place);
    if (entry->source && entry->source[0]) {
        int gap = used < PLACE_COLUMNS ? PLACE_COLUMNS - used : 2;

        int length = (int)strnlen(entry->source, (size_t)(room - used - gap));

        while (length > 0 && entry->source[length - 1] == ' ')
            length--;
        text_print(text, TEXT_HEADING, "%*s%.*s", length ? gap : 0, "", length, entry->source);
    }
    text_print(text, TEXT_PLAIN, "\n");
}

static void new_line(struct page *page)
{
    if (page->column)
        text_print(page->text, TEXT_PLAIN, "\n");
    page->column = 0;
}

/* How much of the words fits: up to a blank, unless there is none. */
static int fitting(const char *words, int room)
{
    int length = (int)strlen(words), cut = room;

    if (length <= room)
        return length;
    while (cut > 0 && words[cut] != ' ')
        cut--;
    return cut > 0 ? cut : room;
}

/* A piece behind the instruction: on its line where there is room, else on lines of its own. */
static void print_piece(struct page *page, enum text_style style, const char *words)
{
    int start = page->indent + VALUE_COLUMN, length = (int)strlen(words);

    if (page->column + 2 > start && page->column + 2 + length <= TEXT_COLUMNS)
        start = page->column + 2;
    else if (page->column + 2 > start)
        new_line(page);
    if (start + length > TEXT_COLUMNS) { /* what is wide starts further left */
        new_line(page);
        start = page->indent + CODE_COLUMN;
    }
    while (*words) {
        int piece = fitting(words, TEXT_COLUMNS - start);

        text_print(page->text, style, "%*s%.*s", start - page->column, "", piece, words);
        page->column = start + piece;
        words += piece;
        words += strspn(words, " ");
        if (*words)
            new_line(page);
    }
}

static enum text_style style_of(const struct annotation_value *value)
{
    switch (value->what) {
    case ANNOTATED_REGISTER:
    case ANNOTATED_WRITE:
    case ANNOTATED_FILL:
        return TEXT_CHANGED;
    case ANNOTATED_FLAGS:
    case ANNOTATED_READ:
        break;
    }
    return TEXT_DIM;
}

static void print_entry(const struct annotation_entry *entry, const struct text *text)
{
    struct page page = {.text = text, .indent = indent_of(entry)};
    char words[WORDS_MAX];
    bool folded = entry->kind >= ANNOTATED_LOOP;
    int room = TEXT_COLUMNS - page.indent - CODE_COLUMN;

    text_print(text, TEXT_DIM, "%*s%-*s", page.indent + 2, "", CODE_COLUMN - 2,
               folded ? "" : text_hex(entry->address));
    words_entry(entry, words);
    text_print(text, folded ? TEXT_LABEL : TEXT_PLAIN, "%.*s", room, words);
    page.column = page.indent + CODE_COLUMN +
                  ((int)strlen(words) < room ? (int)strlen(words) : room);
    print_piece(&page, TEXT_PLAIN, words_branch(entry, words));
    for (size_t i = 0; i < entry->value_count; i++)
        print_piece(&page, style_of(&entry->values[i]), words_value(&entry->values[i], words));
    text_print(text, TEXT_PLAIN, "\n");
}

static void print_entries(const struct annotation *annotation, const struct text *text)
{
    for (size_t i = 0; i < annotation->count; i++) {
        const struct annotation_entry *entry = &annotation->entries[i];

        if (words_new_line(i ? entry - 1 : NULL, entry))
            print_source(entry, text);
        print_entry(entry, text);
    }
}

void annotation_text(const struct annotation *annotation, const struct text *text)
{
    char words[WORDS_MAX];

    text_print(text, TEXT_HEADING, "%s\n", words_title(annotation, words));
    print_entries(annotation, text);
}

/* A fence must be longer than any row of backquotes within. */
static size_t longest_row(const char *text)
{
    size_t longest = 0;

    while (*text) {
        size_t row = strspn(text, "`");

        longest = row > longest ? row : longest;
        text += row ? row : strcspn(text, "`");
    }
    return longest;
}

static size_t fence_length(const struct annotation *annotation)
{
    size_t longest = 2;

    for (size_t i = 0; i < annotation->count; i++) {
        size_t row = annotation->entries[i].source ? longest_row(annotation->entries[i].source) : 0;

        longest = row > longest ? row : longest;
    }
    return longest + 1;
}

static void print_fence(FILE *stream, size_t length, const char *language)
{
    for (size_t i = 0; i < length; i++)
        fputc('`', stream);
    fprintf(stream, "%s\n", language);
}

/* A new heading wherever another file's code runs. */
void annotation_markdown(const struct annotation *annotation, FILE *stream)
{
    const struct text text = {.stream = stream, .colour = false};
    size_t fence = fence_length(annotation);
    char words[WORDS_MAX];

    fprintf(stream, "# %s to %s\n\n%s.\n", annotation->from, annotation->to,
            words_title(annotation, words));
    for (size_t i = 0; i < annotation->count; i++) {
        const struct annotation_entry *entry = &annotation->entries[i];
        const struct annotation_entry *before = i ? entry - 1 : NULL;

        if (!before || before->file != entry->file) {
            if (before)
                print_fence(stream, fence, "");
            fprintf(stream, "\n## %s\n\n", entry->file ? entry->file : "no source");
            print_fence(stream, fence, "text");
        }
        if (words_new_line(before, entry))
            print_source(entry, &text);
        print_entry(entry, &text);
    }
    if (annotation->count)
        print_fence(stream, fence, "");
}
