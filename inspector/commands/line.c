/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "line.h"

#include <string.h>

#include "resolve.h"

#define BLANKS    " \t"
#define JSON_WORD "--json"

/*
 * The end of the word at text. A word ends at a blank outside of "quotes"; a quote in a character
 * constant, '"', begins none. NULL when a quote never ends.
 */
static const char *word_end(const char *text)
{
    while (*text && !strchr(BLANKS, *text)) {
        if (strncmp(text, "'\"'", 3) == 0) {
            text += 3;
        } else if (*text == '"') {
            text = strchr(text + 1, '"');
            if (!text)
                return NULL;
            text++;
        } else {
            text++;
        }
    }
    return text;
}

/* Copies a word without its quotes; returns where the copy's NUL is. */
static char *copy_unquoted(char *out, const char *word, const char *end)
{
    while (word < end) {
        if (strncmp(word, "'\"'", 3) == 0) {
            out = mempcpy(out, word, 3);
            word += 3;
        } else if (*word == '"') {
            word++;
        } else {
            *out++ = *word++;
        }
    }
    *out = '\0';
    return out;
}

/* Copies the rest of the line without any --json, and without blanks around it. */
static struct error *copy_rest(const char *rest, struct parsed_line *ret)
{
    char *out = ret->rest;

    while (*rest) {
        size_t blanks = strspn(rest, BLANKS);
        const char *word = rest + blanks;
        const char *end = word_end(word);

        if (!end)
            return error_new(ERROR_INPUT, "%s: a quote has no end", ret->line.name);
        if ((size_t)(end - word) == strlen(JSON_WORD) &&
            strncmp(word, JSON_WORD, strlen(JSON_WORD)) == 0)
            ret->json = true;
        else if (end > word)
            out = mempcpy(out, out == ret->rest ? word : rest,
                          (size_t)(end - (out == ret->rest ? word : rest)));
        rest = end;
    }
    *out = '\0';
    return NULL;
}

static struct error *split_words(struct parsed_line *ret)
{
    struct command_line *line = &ret->line;
    char *out = ret->words;

    for (const char *at = ret->rest; *at;) {
        const char *end = word_end(at);

        if (line->count == COMMAND_WORDS_MAX)
            return error_new(ERROR_INPUT, "%s: more than %d words", line->name, COMMAND_WORDS_MAX);
        line->words[line->count++] = out;
        out = copy_unquoted(out, at, end) + 1;
        at = end + strspn(end, BLANKS);
    }
    return NULL;
}

/* "x/4gx" and, as gdb has it, "x /4gx". Returns what is behind. */
static const char *take_format(const char *rest, struct parsed_line *ret)
{
    const char *start = rest;

    if (*start != '/' && ret->command->has_format)
        start += strspn(start, BLANKS);
    if (*start != '/')
        return rest;
    size_t length = strcspn(start, BLANKS);
    *(char *)mempcpy(ret->format, start + 1, length - 1) = '\0';
    return start + length;
}

struct error *line_parse(const char *text, struct parsed_line *ret)
{
    struct error *err;
    const char *end;

    ret->json = false;
    ret->format[0] = '\0';
    ret->line = (struct command_line){ret->name, ret->format, ret->rest, 0, {NULL}};
    text += strspn(text, BLANKS);
    if (strlen(text) >= COMMAND_LINE_MAX)
        return error_new(ERROR_INPUT, "%.20s...: a line of more than %d characters", text,
                         COMMAND_LINE_MAX - 1);
    err = resolve(text, &ret->command, &end);
    if (err)
        return err;
    *(char *)mempcpy(ret->name, text, (size_t)(end - text)) = '\0';
    err = copy_rest(take_format(end, ret), ret);
    if (!err)
        err = split_words(ret);
    if (!err && ret->format[0] && !ret->command->has_format)
        err = error_new(ERROR_INPUT, "%s: takes no /%s", ret->command->name, ret->format);
    if (!err && ret->json && !ret->command->has_json)
        err = error_new(ERROR_INPUT, "%s: prints no data, so --json means nothing",
                        ret->command->name);
    return err;
}
