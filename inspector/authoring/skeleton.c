/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootscope lesson --new: a lesson to begin with, which is right as it is. */
#include "skeleton.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "library.h"
#include "text_file.h"

static const char lesson_text[] =
    "# %ld. %s\n"
    "\n"
    "```image\n"
    "teaching\n"
    "```\n"
    "```options\n"
    "--append \"quiet nokaslr\"\n"
    "```\n"
    "\n"
    "What this lesson is about, in two or three sentences. docs/lessons.md has all that a lesson "
    "can do.\n"
    "\n"
    "## A question first\n"
    "\n"
    "What one has to know to answer it.\n"
    "\n"
    "```predict\n"
    "id: paging\n"
    "ask: The CPU is about to run the first instruction of startup_32. Is paging on?\n"
    "kind: flag\n"
    "answer: (cr0 >> 31) & 1\n"
    "at: startup-32\n"
    "hints:\n"
    "  - \"Bit 31 of cr0 says it.\"\n"
    "wrong:\n"
    "  - value: 1\n"
    "    says: \"Nobody has made page tables yet.\"\n"
    "evidence: \"cr0 is {cr0} there.\"\n"
    "explain: \"cr0 is {cr0}: bit 31 is {/d (cr0 >> 31) & 1}.\"\n"
    "```\n"
    "\n"
    "Then the run that shows it. `make lessons-update` fills in what the commands print, and "
    "numbers in\n"
    "sentences: the image was loaded at `0x100000`<!--= load at startup-32 -->.\n"
    "\n"
    "```bootscope\n"
    "c startup-32\n"
    "p/x cr0 >> 31\n"
    "```\n"
    "\n"
    "```check\n"
    "expect rip >= load\n"
    "paging is off\n"
    "```\n"
    "\n"
    "## What you know now\n"
    "\n"
    "- One sentence for each thing that was learned.\n";

static const char solution_text[] = "paging: no\n";

/* What one types for something else: lesson list, lesson e1. */
static bool is_taken_word(const char *name)
{
    static const char *const words[] = {"list", "hint", "skip", "reset", "start", "verify"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(name, words[i]) == 0)
            return true;
    return name[0] == 'e' && name[1] && strspn(name + 1, "0123456789") == strlen(name + 1);
}

static bool is_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    size_t length = strlen(name);

    return length > 0 && length <= LESSON_NAME_MAX - 4 && strchr(letters, name[0]) &&
           name[length - 1] != '-' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static struct error *check_name(const struct library *library, const char *name)
{
    if (!is_name(name))
        return error_new(
            ERROR_INPUT,
            "%s: a lesson's name is lower case letters, digits and - between them, a letter first, "
            "at most %d",
            name, LESSON_NAME_MAX - 4);
    if (is_taken_word(name))
        return error_new(ERROR_INPUT, "%s: `bootscope lesson %s` means something else", name, name);
    for (size_t i = 0; i < library->count; i++) {
        const char *dash = strchr(library->entries[i].name, '-');

        if (dash && strcmp(dash + 1, name) == 0)
            return error_new(ERROR_INPUT, "%s: there is %s already", name,
                             library->entries[i].name);
    }
    return NULL;
}

static long next_number(const struct library *library)
{
    long number = 0;

    for (size_t i = 0; i < library->count; i++) {
        long other = strtol(library->entries[i].name, NULL, 10);

        if (!library->entries[i].exercise && other > number)
            number = other;
    }
    return number + 1;
}

static struct error *write_file(const char *folder, const char *name, const char *text)
{
    struct error *err;
    char *path;

    if (asprintf(&path, "%s/%s", folder, name) < 0)
        abort();
    err = text_file_write(path, text, strlen(text), NULL);
    free(path);
    return err;
}

/* The text, with the title "Page tables" for page-tables. */
static char *lesson_of(long number, const char *name)
{
    char *title, *text;

    title = strdup(name);
    if (!title)
        abort();
    for (char *at = title; *at; at++)
        if (*at == '-')
            *at = ' ';
    if (*title >= 'a' && *title <= 'z')
        *title = (char)(*title - 'a' + 'A');
    if (asprintf(&text, lesson_text, number, title) < 0)
        abort();
    free(title);
    return text;
}

static struct error *make(const struct library *library, const char *name)
{
    struct error *err = check_name(library, name);
    long number = next_number(library);
    char *folder, *text;

    if (err)
        return err;
    if (asprintf(&folder, "%s/%02ld-%s", library->folder, number, name) < 0)
        abort();
    if (mkdir(folder, 0777) < 0)
        err = error_errno(errno, "%s", folder);
    text = lesson_of(number, name);
    if (!err)
        err = write_file(folder, "lesson.md", text);
    if (!err)
        err = write_file(folder, "solution.yaml", solution_text);
    if (!err)
        printf("%s: write lesson.md, then `bootscope lesson --update %s`\n", folder, name);
    free(text);
    free(folder);
    return err;
}

struct error *skeleton_make(const char *name)
{
    struct library library;
    struct error *err = library_open_to_add(&library);

    if (err)
        return err;
    err = make(&library, name);
    library_clear(&library);
    return err;
}
