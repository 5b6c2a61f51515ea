/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "words_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue.h"
#include "exercise.h"
#include "grade.h"
#include "outside.h"
#include "player.h"

static struct error *word_list(const struct lesson_words *words, const struct text *text)
{
    struct catalogue catalogue;
    struct error *err = catalogue_open(&catalogue);

    if (err)
        return err;
    if (words->json)
        catalogue_print_json(&catalogue, text);
    else
        catalogue_print(&catalogue, text);
    catalogue_clear(&catalogue);
    return NULL;
}

static const char *name_of(const struct lesson_words *words)
{
    return words->count > 1 ? words->words[1] : NULL;
}

static struct error *word_hint(const struct lesson_words *words, const struct text *text)
{
    return outside_hint(name_of(words), text);
}

static struct error *word_skip(const struct lesson_words *words, const struct text *text)
{
    return outside_skip(name_of(words), text);
}

static struct error *word_reset(const struct lesson_words *words, const struct text *text)
{
    if (words->all && words->count > 1)
        return error_new(ERROR_INPUT, "reset: NAME or --all, not both");
    if (words->all)
        return outside_reset_all(text);
    if (words->count < 2)
        return error_new(ERROR_INPUT, "reset: which lesson? --all forgets all of them");
    return outside_reset(words->words[1], text);
}

/* "3" is exercise 3 here: lessons are neither started nor verified. */
static struct error *find_exercise(const struct library *library, const char *name,
                                   const struct library_entry **ret)
{
    char number[16];

    if (*name && strlen(name) < sizeof(number) - 1 && strspn(name, "0123456789") == strlen(name)) {
        snprintf(number, sizeof(number), "e%s", name);
        name = number;
    }
    return library_find(library, name, ret);
}

static struct error *with_exercise(const char *name,
                                   struct error *(*run)(const struct library *library,
                                                        const struct library_entry *entry,
                                                        const struct text *text),
                                   const struct text *text)
{
    const struct library_entry *entry;
    struct library library;
    struct error *err = library_open(&library);

    if (err)
        return err;
    err = name ? find_exercise(&library, name, &entry) : exercise_started(&library, &entry);
    if (!err)
        err = run(&library, entry, text);
    library_clear(&library);
    return err;
}

static struct error *word_start(const struct lesson_words *words, const struct text *text)
{
    if (words->count < 2)
        return error_new(ERROR_INPUT, "start: which exercise? `bootscope lesson list` lists them");
    return with_exercise(words->words[1], exercise_start, text);
}

static struct error *word_verify(const struct lesson_words *words, const struct text *text)
{
    return with_exercise(name_of(words), exercise_verify, text);
}

static const struct {
    const char *name;
    int words_max; /* it included */
    struct error *(*run)(const struct lesson_words *words, const struct text *text);
} table[] = {
    {"list", 1, word_list},   {"hint", 2, word_hint},   {"skip", 2, word_skip},
    {"reset", 2, word_reset}, {"start", 2, word_start}, {"verify", 2, word_verify},
};

static struct error *show_grade(const struct lesson_words *words, const struct text *text,
                                int *ret_status)
{
    struct catalogue catalogue;
    bool passed;
    struct error *err;

    if (words->count > 0)
        return error_new(ERROR_INPUT, "--grade is of all lessons: %s is too much", words->words[0]);
    err = catalogue_open(&catalogue);
    if (err)
        return err;
    err = grade(&catalogue, words->mark, text, &passed);
    catalogue_clear(&catalogue);
    if (!err)
        *ret_status = passed ? 0 : 1;
    return err;
}

static struct error *too_many(const char *what, const char *word)
{
    return error_new(ERROR_INPUT, "%s: %s is too much; see bootscope lesson --help", what, word);
}

struct error *lesson_main_words(const struct lesson_words *words, int *ret_status)
{
    struct text text = text_to(stdout);
    const char *first = words->count > 0 ? words->words[0] : "";

    if (words->all && strcmp(first, "reset") != 0)
        return error_new(ERROR_INPUT, "--all goes with reset");
    if (words->grade)
        return show_grade(words, &text, ret_status);
    if (words->json && strcmp(first, "list") != 0)
        return error_new(ERROR_INPUT, "--json goes with list");
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (strcmp(table[i].name, first) == 0)
            return words->count > table[i].words_max
                       ? too_many(first, words->words[table[i].words_max])
                       : table[i].run(words, &text);
    return words->count > 1 ? too_many(first, words->words[1])
                            : player(words->count ? first : NULL);
}
