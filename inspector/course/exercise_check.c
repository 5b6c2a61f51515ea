/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootscope lesson --check of an exercise: that its bug is one, and its solution. */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "check.h"
#include "exercise.h"
#include "exercise_folder.h"
#include "text.h"

#define FOLDER "build/exercises"

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *ftw)
{
    (void)status, (void)kind, (void)ftw;
    return remove(path);
}

/* Links in it are removed, not followed. */
static struct error *remove_tree(const char *path)
{
    if (nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT)
        return error_errno(errno, "%s: cannot be removed", path);
    return NULL;
}

static struct error *prepare(const struct library *library, const struct prepare *prepare,
                             const struct text *text)
{
    char *said = NULL;
    struct error *err = exercise_prepare(library, prepare, &said);

    if (err && said)
        text_print(text, TEXT_PLAIN, "%s", said);
    free(said);
    return err;
}

/* A report that is kept until it is known whether anybody wants it. */
static struct error *run_checks(const struct library_entry *entry, const char *image,
                                char **ret_report, int *ret_status)
{
    size_t length;
    struct text report = {.stream = open_memstream(ret_report, &length)};
    char *file = text_new("%s/verify.check", entry->folder);
    struct error *err = check_file(image, file, &report, ret_status);

    free(file);
    fclose(report.stream);
    return err;
}

struct error *exercise_check_bug(const struct library *library, const struct library_entry *entry,
                                 const struct text *text, char **ret_image)
{
    char *work, *report = NULL, *image;
    int status = 0;
    struct error *err = exercise_folder(library, FOLDER, entry->name, &work);

    if (err)
        return err;
    err = remove_tree(work);
    if (!err)
        err = prepare(library,
                      &(struct prepare){"start", entry->folder, work,
                                        "the stub with bug.patch cannot be built"},
                      text);
    image = exercise_image_in(work);
    if (!err)
        err = run_checks(entry, image, &report, &status);
    if (!err && status == 0)
        err = error_new(ERROR_CHECK, "verify.check passes with the bug");
    free(report);
    free(work);
    if (err)
        free(image);
    else
        *ret_image = image;
    return error_context(err, "%s", entry->name);
}

struct error *exercise_check_solution(const struct library *library,
                                      const struct library_entry *entry, const struct text *text)
{
    char *work, *report = NULL, *image;
    int status = 0;
    struct error *err = exercise_folder(library, FOLDER, entry->name, &work);

    if (err)
        return err;
    err = prepare(library,
                  &(struct prepare){"mend", entry->folder, work,
                                    "the stub with solution.patch cannot be built"},
                  text);
    image = exercise_image_in(work);
    if (!err)
        err = run_checks(entry, image, &report, &status);
    if (!err && status != 0) {
        text_print(text, TEXT_PLAIN, "%s", report);
        err = error_new(ERROR_CHECK, "verify.check fails with the solution");
    }
    free(report);
    free(image);
    free(work);
    return error_context(err, "%s", entry->name);
}
