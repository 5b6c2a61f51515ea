/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "words.h"

#include <stdlib.h>
#include <string.h>

#include "blocks.h"
#include "expr.h"

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n';
}

/* Takes one word into out, which has room; false when a quote never ends. */
static bool take_word(const char **at, const char *end, char *out)
{
    char quote = '\0';

    for (; *at < end && (quote || !is_blank(**at)); (*at)++) {
        if (quote && **at == quote)
            quote = '\0';
        else if (!quote && (**at == '"' || **at == '\''))
            quote = **at;
        else
            *out++ = **at;
    }
    *out = '\0';
    return !quote;
}

struct error *words_split(struct span text, size_t *ret_count, char ***ret)
{
    const char *at = text.text, *end = text.text + text.length;
    char **words = calloc(LESSON_WORDS_MAX, sizeof(*words));
    struct error *err = NULL;
    size_t count = 0;

    if (!words)
        abort();
    for (; !err; count++) {
        while (at < end && is_blank(*at))
            at++;
        if (at == end)
            break;
        if (count == LESSON_WORDS_MAX) {
            err = error_new(ERROR_INPUT, "more than %d words", LESSON_WORDS_MAX);
            break;
        }
        words[count] = malloc((size_t)(end - at) + 1);
        if (!words[count])
            abort();
        if (!take_word(&at, end, words[count]))
            err = error_new(ERROR_INPUT, "a quote that never ends");
    }
    if (err) {
        words_free(words, count);
        return err;
    }
    *ret = words;
    *ret_count = count;
    return NULL;
}

void words_free(char **words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(words[i]);
    free(words);
}

/* The = that parts a name from its value: not one of == != <= >=. */
static size_t value_at(struct span word)
{
    for (size_t i = word.length; i-- > 1;)
        if (word.text[i] == '=' && !strchr("=!<>", word.text[i - 1]) &&
            (i + 1 == word.length || word.text[i + 1] != '='))
            return i;
    return word.length;
}

static struct error *check_name(const char *name)
{
    struct expr *expr = NULL;
    struct error *err = expr_parse(name, &expr);

    expr_free(expr);
    return err;
}

struct error *masks_parse(struct span info, struct lesson_commands *ret)
{
    struct error *err = NULL;

    while (!err) {
        struct span word = span_word(&info);
        size_t at = value_at(word);

        if (word.length == 0)
            return NULL;
        if (ret->mask_count == LESSON_WORDS_MAX)
            return error_new(ERROR_INPUT, "more than %d values behind output", LESSON_WORDS_MAX);
        struct mask *mask = &ret->masks[ret->mask_count++];
        mask->name = span_copy((struct span){word.text, at});
        if (at + 1 < word.length)
            mask->value = span_copy((struct span){word.text + at + 1, word.length - at - 1});
        err = check_name(mask->name);
    }
    return err;
}

static void add_line(struct lesson_commands *commands, struct span line)
{
    commands->lines = reallocarray(commands->lines, commands->count + 1, sizeof(*commands->lines));
    if (!commands->lines)
        abort();
    commands->lines[commands->count++] = span_copy(line);
}

struct error *command_lines_parse(struct span content, struct lesson_commands *ret)
{
    while (content.length > 0) {
        const char *newline = memchr(content.text, '\n', content.length);
        size_t length = newline ? (size_t)(newline - content.text) + 1 : content.length;
        struct span line = span_trim((struct span){content.text, length});

        if (line.length > 0 && line.text[0] != '#')
            add_line(ret, line);
        content.text += length;
        content.length -= length;
    }
    return ret->count ? NULL : error_new(ERROR_INPUT, "a bootscope block without a command");
}

void lesson_commands_clear(struct lesson_commands *commands)
{
    for (size_t i = 0; i < commands->mask_count; i++) {
        free(commands->masks[i].name);
        free(commands->masks[i].value);
    }
    words_free(commands->lines, commands->count);
    *commands = (struct lesson_commands){0};
}
