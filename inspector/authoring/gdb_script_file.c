/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a lesson's gdb script goes: to a file beside it, or to standard output. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gdb_script.h"
#include "library.h"
#include "text_file.h"

struct error *gdb_script_write(const struct lesson *lesson, const char *image)
{
    char *script, *path;
    struct error *err = gdb_script(lesson, image, &script);

    if (err)
        return err;
    if (asprintf(&path, "%s/lesson.gdb", lesson->folder) < 0)
        abort();
    err = text_file_write(path, script, strlen(script), NULL);
    free(path);
    free(script);
    return err;
}

static struct error *print_entry(const struct library *library, const struct library_entry *entry)
{
    struct lesson *lesson;
    char *image = NULL, *script;
    struct error *err;

    if (entry->exercise)
        return error_new(ERROR_INPUT, "%s: an exercise, which is no gdb script", entry->name);
    err = lesson_open(entry->folder, &lesson);
    if (err)
        return err;
    err = library_image(library, lesson, &image);
    if (!err)
        err = gdb_script(lesson, image, &script);
    if (!err) {
        fputs(script, stdout);
        free(script);
    }
    free(image);
    lesson_free(lesson);
    return err;
}

struct error *gdb_script_print(const char *name)
{
    const struct library_entry *entry;
    struct library library;
    struct error *err = library_open(&library);

    if (err)
        return err;
    err = library_find(&library, name, &entry);
    if (!err)
        err = print_entry(&library, entry);
    library_clear(&library);
    return err;
}
