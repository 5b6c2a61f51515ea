/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep_results.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sweep_json.h"
#include "text.h"

#define LINE_MAX_BYTES 8192

void sweep_results_free(struct sweep_results *results)
{
    json_decref(results->setup);
    free(results->boots);
    *results = (struct sweep_results){0};
}

struct error *sweep_results_add(struct sweep_results *results, const struct sweep_boot *boot)
{
    if (results->count == SWEEP_BOOTS_MAX)
        return error_new(ERROR_SYSTEM, "more than %d boots", SWEEP_BOOTS_MAX);
    if (results->count == results->room) {
        size_t room = results->room ? 2 * results->room : 64;
        struct sweep_boot *boots = reallocarray(results->boots, room, sizeof(*boots));

        if (!boots)
            return error_errno(ENOMEM, "%zu boots", room);
        results->boots = boots;
        results->room = room;
    }
    results->boots[results->count++] = *boot;
    return NULL;
}

/* A boot says null for its seed when, and only when, the sweep has none. */
static bool parse_boot(const json_t *line, bool seeded, struct sweep_boot *ret)
{
    *ret = (struct sweep_boot){.seeded = seeded};
    if (seeded ? !sweep_count(line, "seed", &ret->seed)
               : !json_is_null(json_object_get(line, "seed")))
        return false;
    return sweep_hex(line, "input", &ret->input) && sweep_hex(line, "output", &ret->output) &&
           sweep_hex(line, "physical", &ret->physical) &&
           sweep_hex(line, "virtual", &ret->virtual) &&
           sweep_count(line, "physical_slots", &ret->physical_slots) &&
           sweep_count(line, "virtual_slots", &ret->virtual_slots);
}

static struct error *parse_first(json_t *line, struct sweep_results *results)
{
    struct sweep_bounds bounds;
    uint64_t form;

    if (!sweep_count(line, "sweep", &form) || form != 1)
        return error_new(ERROR_INPUT, "not the results of a sweep");
    results->setup = json_incref(line);
    return sweep_setup_bounds(line, &bounds);
}

static struct error *parse_line(const char *text, size_t length, struct sweep_results *results)
{
    struct sweep_boot boot;
    struct error *err = NULL;
    json_t *line = length <= LINE_MAX_BYTES ? json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL)
                                            : NULL;

    if (!line)
        return error_new(ERROR_INPUT, "not the results of a sweep");
    if (!results->setup)
        err = parse_first(line, results);
    else if (parse_boot(line, json_is_true(json_object_get(results->setup, "seeded")), &boot))
        err = sweep_results_add(results, &boot);
    else
        err = error_new(ERROR_INPUT, "not the result of a boot");
    json_decref(line);
    return err;
}

struct error *sweep_results_parse(const char *name, const char *text, size_t length,
                                  struct sweep_results *ret, size_t *ret_whole)
{
    const char *at = text, *end = text + length;
    struct error *err = NULL;

    *ret = (struct sweep_results){0};
    for (size_t number = 1; !err && at < end; number++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));

        if (!newline)
            break;
        err = error_context(parse_line(at, (size_t)(newline - at), ret), "%s:%zu", name, number);
        at = newline + 1;
    }
    ret->torn = at < end;
    *ret_whole = (size_t)(at - text);
    if (err)
        sweep_results_free(ret);
    return err;
}

/* The whole of an open file; the caller frees *ret_text. */
static struct error *read_all(const char *path, int fd, char **ret_text, size_t *ret_length)
{
    size_t length = 0, room = 65536;
    char *text = malloc(room);
    ssize_t got = 1;

    while (text && (got = read(fd, text + length, room - length)) > 0) {
        length += (size_t)got;
        if (length == room) {
            char *more = reallocarray(text, room *= 2, 1);

            if (!more)
                free(text);
            text = more;
        }
    }
    if (!text)
        return error_errno(ENOMEM, "%s", path);
    if (got < 0) {
        struct error *err = error_new(ERROR_INPUT, "%s: %s", path, strerror(errno));

        free(text);
        return err;
    }
    *ret_text = text;
    *ret_length = length;
    return NULL;
}

static struct error *load(const char *path, int fd, struct sweep_results *ret, size_t *ret_whole)
{
    char *text;
    size_t length;
    struct error *err = read_all(path, fd, &text, &length);

    if (err)
        return err;
    err = sweep_results_parse(path, text, length, ret, ret_whole);
    free(text);
    return err;
}

struct error *sweep_results_read(const char *path, struct sweep_results *ret)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct error *err;
    size_t whole;

    if (fd < 0)
        return error_new(ERROR_INPUT, "%s: %s", path, strerror(errno));
    err = load(path, fd, ret, &whole);
    close(fd);
    if (!err && !ret->setup) {
        sweep_results_free(ret);
        err = error_new(ERROR_INPUT, "%s: no results in it", path);
    }
    return err;
}

/* Which of the things that the choices depend on is another one. */
static struct error *same_setup(const char *name, const json_t *there, const json_t *here)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)here, key, value)
    {
        json_t *other = json_object_get(there, key);

        if (other && json_equal(other, value))
            continue;
        char *theirs = other ? json_dumps(other, JSON_ENCODE_ANY) : NULL;
        char *ours = json_dumps(value, JSON_ENCODE_ANY);
        struct error *err = error_new(
            ERROR_INPUT, "%s: made with another %s: %.64s, not %.64s; use another file", name, key,
            theirs ? theirs : "none", ours ? ours : "?");
        free(theirs);
        free(ours);
        return err;
    }
    return NULL;
}

static struct error *write_line(const char *path, int fd, const json_t *line)
{
    char *text = json_dumps(line, JSON_COMPACT);
    size_t length = text ? strlen(text) : 0;

    if (!text)
        return error_errno(ENOMEM, "%s", path);
    text[length++] = '\n'; /* in the place of its NUL */
    ssize_t written = write(fd, text, length);
    int number = written < 0 ? errno : ENOSPC;
    free(text);
    return written == (ssize_t)length ? NULL : error_errno(number, "%s", path);
}

static struct error *resume(const char *path, int fd, const json_t *setup,
                            struct sweep_results *ret)
{
    size_t whole;
    struct error *err;

    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return error_new(ERROR_INPUT, "%s: another sweep is writing to it", path);
    err = load(path, fd, ret, &whole);
    if (!err && ret->setup)
        err = same_setup(path, ret->setup, setup);
    if (!err && ret->torn && ftruncate(fd, (off_t)whole) != 0)
        err = error_errno(errno, "%s", path);
    if (!err && !ret->setup) {
        ret->setup = json_deep_copy(setup);
        err = write_line(path, fd, setup);
    }
    return err;
}

struct error *sweep_results_resume(const char *path, const json_t *setup, struct sweep_results *ret,
                                   int *ret_fd)
{
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    struct error *err;

    *ret = (struct sweep_results){0};
    if (fd < 0)
        return error_new(ERROR_INPUT, "%s: %s", path, strerror(errno));
    err = resume(path, fd, setup, ret);
    if (err) {
        sweep_results_free(ret);
        close(fd);
        return err;
    }
    *ret_fd = fd;
    return NULL;
}

struct error *sweep_results_write(const char *path, int fd, const struct sweep_boot *boot)
{
    json_t *line = json_pack(
        "{s:o,s:o,s:o,s:o,s:o,s:I,s:I}", "seed",
        boot->seeded ? json_integer((json_int_t)boot->seed) : json_null(), "input",
        json_hex(boot->input), "output", json_hex(boot->output), "physical",
        json_hex(boot->physical), "virtual", json_hex(boot->virtual), "physical_slots",
        (json_int_t)boot->physical_slots, "virtual_slots", (json_int_t)boot->virtual_slots);
    struct error *err = write_line(path, fd, line);

    json_decref(line);
    return err;
}

struct error *sweep_results_merge(const char *name, struct sweep_results *into,
                                  const struct sweep_results *from)
{
    struct error *err = NULL;

    if (!into->setup)
        into->setup = json_incref(from->setup);
    else
        err = same_setup(name, from->setup, into->setup);
    for (size_t i = 0; !err && i < from->count; i++)
        err = sweep_results_add(into, &from->boots[i]);
    return err;
}

static int by_seed(const void *left, const void *right)
{
    const struct sweep_boot *one = left, *two = right;

    return (one->seed > two->seed) - (one->seed < two->seed);
}

struct error *sweep_results_sort(struct sweep_results *results, size_t *ret_dropped)
{
    size_t kept = 0;

    *ret_dropped = 0;
    if (!results->count || !results->boots[0].seeded)
        return NULL;
    qsort(results->boots, results->count, sizeof(*results->boots), by_seed);
    for (size_t i = 0; i < results->count; i++) {
        const struct sweep_boot *boot = &results->boots[i];
        const struct sweep_boot *last = kept ? &results->boots[kept - 1] : NULL;

        if (!last || last->seed != boot->seed)
            results->boots[kept++] = *boot;
        else if (last->physical != boot->physical || last->virtual != boot->virtual)
            return error_new(ERROR_CHECK,
                             "seed %llu chose %s/%s and another time %s/%s (physical/virtual): a "
                             "boot with a seed must repeat",
                             (unsigned long long)boot->seed, text_hex(last->physical),
                             text_hex(last->virtual), text_hex(boot->physical),
                             text_hex(boot->virtual));
    }
    *ret_dropped = results->count - kept;
    results->count = kept;
    return NULL;
}
