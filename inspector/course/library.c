/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "library.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exercise.h"
#include "image_name.h"
#include "install.h"
#include "resolve.h"
#include "text.h"

#define ENTRIES_MAX 1000

static bool is_folder(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Messages name files: from here, where that is shorter. */
static char *from_here(char *path)
{
    char *here = path ? getcwd(NULL, 0) : NULL, *shorter = NULL;
    size_t length = here ? strlen(here) : 0;

    if (length > 1 && strncmp(path, here, length) == 0 && path[length] == '/')
        shorter = strdup(path + length + 1);
    free(here);
    if (!shorter)
        return path;
    free(path);
    return shorter;
}

/* The project's lessons; NULL when there are none. A sanitized build lies one folder deeper. */
static char *own_lessons(void)
{
    static const char *const places[] = {"../lessons", "../../lessons",
                                         "../share/bootscope/lessons"};
    char *own = install_own_folder(), *found = NULL;

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && !found; i++) {
        char *path = text_new("%s/%s", own, places[i]);

        found = is_folder(path) ? realpath(path, NULL) : NULL;
        free(path);
    }
    free(own);
    return from_here(found);
}

static char *find_folder(void)
{
    const char *told = getenv("BOOTSCOPE_LESSONS");

    return told && *told ? strdup(told) : own_lessons();
}

/* NN-NAME, with the file that makes it a lesson. */
static bool is_entry(const char *folder, const char *name, bool exercise)
{
    char *path = text_new("%s/%s/%s", folder, name, exercise ? "exercise.md" : "lesson.md");
    bool is = name[0] >= '0' && name[0] <= '9' && strlen(name) <= LESSON_NAME_MAX &&
              access(path, F_OK) == 0;

    free(path);
    return is;
}

static void add(struct library *library, const char *folder, const char *name, bool exercise)
{
    library->entries = reallocarray(library->entries, library->count + 1,
                                    sizeof(*library->entries));
    if (!library->entries)
        abort();
    library->entries[library->count++] = (struct library_entry){
        strdup(name), text_new("%s/%s", folder, name), exercise};
}

static struct error *scan(struct library *library, const char *folder, bool exercise)
{
    DIR *dir = opendir(folder);
    struct dirent *found;

    if (!dir)
        return exercise && errno == ENOENT
                   ? NULL
                   : error_new(ERROR_INPUT, "%s: %s", folder, strerror(errno));
    while ((found = readdir(dir)) && library->count < ENTRIES_MAX)
        if (is_entry(folder, found->d_name, exercise))
            add(library, folder, found->d_name, exercise);
    closedir(dir);
    return NULL;
}

static int in_order(const void *a, const void *b)
{
    const struct library_entry *left = a, *right = b;
    long one = strtol(left->name, NULL, 10), other = strtol(right->name, NULL, 10);

    if (left->exercise != right->exercise)
        return left->exercise ? 1 : -1;
    if (one != other)
        return one < other ? -1 : 1;
    return strcmp(left->name, right->name);
}

struct error *library_open_to_add(struct library *ret)
{
    struct library library = {.folder = find_folder()};
    struct error *err;
    char *exercises;

    if (!library.folder)
        return error_new(ERROR_INPUT, "no lessons: there is no folder ../lessons or "
                                      "../share/bootscope/lessons beside the program's; "
                                      "BOOTSCOPE_LESSONS names another");
    exercises = text_new("%s/exercises", library.folder);
    err = scan(&library, library.folder, false);
    if (!err)
        err = scan(&library, exercises, true);
    free(exercises);
    if (err) {
        library_clear(&library);
        return err;
    }
    if (library.count > 0)
        qsort(library.entries, library.count, sizeof(*library.entries), in_order);
    *ret = library;
    return NULL;
}

struct error *library_open(struct library *ret)
{
    struct error *err = library_open_to_add(ret);

    if (!err && ret->count == 0) {
        err = error_new(ERROR_INPUT,
                        "%s: no lessons in it; `bootscope lesson --new NAME` makes one",
                        ret->folder);
        library_clear(ret);
    }
    return err;
}

char *library_file(const struct library *library, const char *name)
{
    char *path = text_new("%s/%s", library->folder, name), *own;

    if (access(path, F_OK) == 0)
        return path;
    own = own_lessons();
    if (!own)
        return path;
    free(path);
    path = text_new("%s/%s", own, name);
    free(own);
    return path;
}

void library_clear(struct library *library)
{
    for (size_t i = 0; i < library->count; i++) {
        free(library->entries[i].name);
        free(library->entries[i].folder);
    }
    free(library->entries);
    free(library->folder);
    *library = (struct library){0};
}

/* Behind "04-". */
static const char *bare(const char *name)
{
    const char *dash = strchr(name, '-');

    return dash ? dash + 1 : name;
}

static bool is_number(const struct library_entry *entry, const char *name)
{
    bool exercise = name[0] == 'e' && name[1] >= '0' && name[1] <= '9';
    char *end;

    name += exercise;
    if (exercise != entry->exercise || *name < '0' || *name > '9')
        return false;
    return strtol(name, &end, 10) == strtol(entry->name, NULL, 10) && *end == '\0';
}

static bool begins(const struct library_entry *entry, const char *name)
{
    return strncmp(entry->name, name, strlen(name)) == 0 ||
           strncmp(bare(entry->name), name, strlen(name)) == 0;
}

static bool is_exact(const struct library_entry *entry, const char *name)
{
    return strcmp(entry->name, name) == 0 || strcmp(bare(entry->name), name) == 0 ||
           is_number(entry, name);
}

typedef bool (*matches)(const struct library_entry *entry, const char *name);

/* How many match; *ret_first and *ret_second are the first two. */
static size_t find(const struct library *library, const char *name, matches match,
                   const struct library_entry *ret[2])
{
    size_t count = 0;

    for (size_t i = 0; i < library->count; i++)
        if (match(&library->entries[i], name) && count++ < 2)
            ret[count - 1] = &library->entries[i];
    return count;
}

static struct error *none(const struct library *library, const char *name)
{
    const struct library_entry *near = NULL;
    unsigned int least = strlen(name) < 6 ? (unsigned int)strlen(name) / 2 + 1 : 4;

    for (size_t i = 0; i < library->count; i++) {
        const char *other = bare(library->entries[i].name);
        unsigned int distance = resolve_distance(name, strlen(name), other, strlen(other),
                                                 least - 1);

        if (distance < least) {
            least = distance;
            near = &library->entries[i];
        }
    }
    return near ? error_new(ERROR_INPUT, "%s: no such lesson; %s is near", name, near->name)
                : error_new(ERROR_INPUT, "%s: no such lesson; `bootscope lesson list` shows all",
                            name);
}

struct error *library_find(const struct library *library, const char *name,
                           const struct library_entry **ret)
{
    const struct library_entry *found[2];
    size_t count = *name ? find(library, name, is_exact, found) : 0;

    if (count == 0 && *name)
        count = find(library, name, begins, found);
    if (count > 1)
        return error_new(ERROR_INPUT, "%s: %s or %s%s?", name, found[0]->name, found[1]->name,
                         count > 2 ? ", or another" : "");
    if (count == 0)
        return none(library, name);
    *ret = found[0];
    return NULL;
}

static struct error *no_image(const struct lesson *lesson, const char *file)
{
    char *target = image_name_target(lesson->image);
    const char *near = image_name_near(lesson->image);
    struct error *err;

    if (target)
        err = error_new(ERROR_INPUT, "image %s was not built: `make %s` does that", lesson->image,
                        target);
    else
        err = error_new(ERROR_INPUT, "%s: image %s: no build/%s, and make builds none%s%s%s",
                        lesson->path, lesson->image, file, near ? "; " : "", near ? near : "",
                        near ? " is near" : "");
    free(target);
    return err;
}

bool library_builds(const struct lesson *lesson)
{
    char *target = image_name_target(lesson->image);

    free(target);
    return target != NULL;
}

struct error *library_image(const struct library *library, const struct lesson *lesson, char **ret)
{
    struct error *err = NULL;
    char *file, *path;

    if (lesson->exercise)
        return exercise_image(library, lesson->name, ret);
    file = image_name_file(lesson->image);
    path = install_find(file);
    if (path)
        *ret = path;
    else
        err = no_image(lesson, file);
    free(file);
    return err;
}
