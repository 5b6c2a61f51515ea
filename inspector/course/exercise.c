/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "exercise.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "exercise_folder.h"
#include "progress_file.h"
#include "text.h"

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static struct error *only_exercises(const struct library_entry *entry)
{
    if (entry->exercise)
        return NULL;
    return error_new(ERROR_INPUT, "%s is a lesson: only exercises are started and verified",
                     entry->name);
}

/* The files that the bug is in: not the lines. */
static void print_files(const struct library_entry *entry, const struct text *text)
{
    char *path = text_new("%s/bug.patch", entry->folder);
    const char *label = "look at";
    FILE *file = fopen(path, "re");
    char line[512];

    free(path);
    if (!file)
        return;
    while (fgets(line, sizeof(line), file)) {
        if (strncmp(line, "+++ b/", 6) != 0)
            continue;
        line[strcspn(line, "\t\n")] = '\0';
        text_label(text, label);
        text_print(text, TEXT_PLAIN, "%s\n", line + 6);
        label = "";
    }
    fclose(file);
}

static void print_started(const struct library_entry *entry, const char *work, bool there,
                          const struct text *text)
{
    char *shown = exercise_shown(work);

    text_print(text, TEXT_HEADING, "%s", entry->name);
    text_print(text, TEXT_PLAIN, there ? ": was started before; your changes are kept\n" : "\n");
    text_label(text, "source");
    text_print(text, TEXT_PLAIN, "%s\n", shown);
    print_files(entry, text);
    text_label(text, "image");
    text_print(text, TEXT_PLAIN, "%s/build/teaching.bzImage\n", shown);
    text_label(text, "questions");
    text_print(text, TEXT_PLAIN, "bootscope lesson %s\n", entry->name);
    text_label(text, "when mended");
    text_print(text, TEXT_PLAIN, "bootscope lesson verify %s\n", entry->name);
    free(shown);
}

/* What the compiler or patch said goes to the reader as it is. */
static void print_said(const char *said, const struct text *text)
{
    if (said)
        text_print(text, TEXT_PLAIN, "%s", said);
}

struct error *exercise_start(const struct library *library, const struct library_entry *entry,
                             const struct text *text)
{
    struct error *err = only_exercises(entry);
    char *work = NULL, *said = NULL;

    if (!err)
        err = exercise_folder(library, "work", entry->name, &work);
    if (err)
        return err;
    bool there = is_there(work);
    struct prepare prepare = {"start", entry->folder, work, "the image cannot be built"};
    if (!there)
        err = exercise_prepare(library, &prepare, &said);
    if (!err)
        print_started(entry, work, there, text);
    else
        print_said(said, text);
    free(said);
    free(work);
    return error_context(err, "%s", entry->name);
}

/* The learner's folder; ERROR_INPUT when there is none. */
static struct error *find_work(const struct library *library, const char *name, char **ret)
{
    struct error *err = exercise_folder(library, "work", name, ret);

    if (err || is_there(*ret))
        return err;
    free(*ret);
    return error_new(ERROR_INPUT, "%s was not started: `bootscope lesson start %s` makes its image",
                     name, name);
}

struct error *exercise_image(const struct library *library, const char *name, char **ret)
{
    char *work;
    struct error *err = find_work(library, name, &work);

    if (err)
        return err;
    *ret = exercise_image_in(work);
    free(work);
    if (is_there(*ret))
        return NULL;
    free(*ret);
    return error_new(ERROR_INPUT, "%s does not build: `bootscope lesson verify %s` says why", name,
                     name);
}

static struct error *note_verified(const char *name)
{
    struct progress_file *file;
    struct error *err = progress_open(&file);

    if (err)
        return err;
    err = progress_verified(file, name);
    progress_close(file);
    return err;
}

static struct error *judge(const struct library_entry *entry, const char *work,
                           const struct text *text)
{
    char *checks = text_new("%s/verify.check", entry->folder);
    char *shown = exercise_shown(checks), *image = exercise_image_in(work);
    int status = 0;
    struct error *err = check_file(image, shown, text, &status);

    if (!err && status == 0) {
        text_print(text, TEXT_GOOD, "\n%s is mended.\n", entry->name);
        err = note_verified(entry->name);
    } else if (!err) {
        err = error_new(ERROR_CHECK, "%s is not mended yet", entry->name);
    }
    free(image);
    free(shown);
    free(checks);
    return err;
}

struct error *exercise_verify(const struct library *library, const struct library_entry *entry,
                              const struct text *text)
{
    struct error *err = only_exercises(entry);
    char *work = NULL, *said = NULL;

    if (!err)
        err = find_work(library, entry->name, &work);
    if (err)
        return err;
    char *failed = text_new("%s does not build", entry->name);
    err = exercise_prepare(library, &(struct prepare){"build", work, NULL, failed}, &said);
    print_said(said, text);
    if (!err)
        err = judge(entry, work, text);
    free(failed);
    free(said);
    free(work);
    return err;
}

/* Whether path is folder, or lies in it. */
static bool within(const char *path, const char *folder)
{
    size_t length = strlen(folder);

    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* The exercises that were started, the first two; the one that the program stands in alone, if there is one. */
static struct error *find_started(const struct library *library, const char *here,
                                  const struct library_entry *ret[2])
{
    size_t count = 0;

    for (size_t i = 0; i < library->count && count < 2; i++) {
        const struct library_entry *entry = &library->entries[i];
        char *work;
        struct error *err;

        if (!entry->exercise)
            continue;
        err = exercise_folder(library, "work", entry->name, &work);
        if (err)
            return err;
        if (is_there(work) && (!here || within(here, work)))
            ret[count++] = entry;
        free(work);
    }
    return NULL;
}

struct error *exercise_started(const struct library *library, const struct library_entry **ret)
{
    const struct library_entry *found[2] = {NULL, NULL};
    char here[PATH_MAX];
    struct error *err = NULL;

    if (getcwd(here, sizeof(here)))
        err = find_started(library, here, found);
    if (!err && !found[0])
        err = find_started(library, NULL, found);
    if (err)
        return err;
    if (!found[0])
        return error_new(ERROR_INPUT, "no exercise was started: `bootscope lesson start NAME`");
    if (found[1])
        return error_new(ERROR_INPUT,
                         "which exercise, %s or %s? `bootscope lesson verify NAME`, or say it in "
                         "the exercise's work folder",
                         found[0]->name, found[1]->name);
    *ret = found[0];
    return NULL;
}
