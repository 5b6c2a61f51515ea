/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lessons side by side, a process for each: what one prints is held in a file until it is its turn, and a crash takes
 * one lesson with it, not all.
 */
#include "verify.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "verify_internal.h"

#define CRASHED 3

struct job {
    const struct library_entry *entry;
    pid_t pid;
    FILE *report;
    bool ended;
    int status;
};

struct pool {
    const struct verify_options *options;
    const struct library *library;
    struct toolchain recorded, now;
    size_t count, next, printed;
    unsigned int running;
    bool told; /* that nothing is compared */
    struct job *jobs;
};

static void print_counts(FILE *out, const struct verify_counts *counts, bool update)
{
    const struct {
        unsigned int count;
        const char *one, *many;
    } parts[] = {{counts->commands, "command", "commands"},
                 {counts->outputs, "output", "outputs"},
                 {counts->values, "number", "numbers"},
                 {update ? 0 : counts->questions, "question", "questions"},
                 {update ? 0 : counts->checks, "check", "checks"},
                 {counts->changed, "rewritten", "rewritten"},
                 {counts->failures, "failure", "failures"}};
    const char *comma = "";

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (!parts[i].count)
            continue;
        fprintf(out, "%s%u %s", comma, parts[i].count,
                parts[i].count == 1 ? parts[i].one : parts[i].many);
        comma = ", ";
    }
}

/* "04-where-are-we: ok: 12 commands, ..." */
static void print_line(FILE *out, const struct pool *pool, size_t index,
                       const struct verify_counts *counts)
{
    const char *name = pool->jobs[index].entry->name;
    const char *outcome = counts->skipped ? "skipped" : counts->failures ? "failed" : "ok";

    if (pool->options->tap)
        fprintf(out, "%sok %zu - %s%s%s", counts->failures ? "not " : "", index + 1, name,
                counts->skipped ? " # SKIP " : ": ", counts->skipped ? counts->skipped : "");
    else
        fprintf(out, "%s: %s%s%s", name, outcome, ": ", counts->skipped ? counts->skipped : "");
    print_counts(out, counts, pool->options->update);
    if (counts->uncompared && !pool->told && !pool->options->update)
        fprintf(out, "; outputs and numbers not compared: %s", counts->uncompared);
    putc('\n', out);
}

static int work(const struct pool *pool, size_t index)
{
    FILE *out = pool->jobs[index].report;
    struct verify_counts counts;
    char *details = NULL;
    size_t size;
    FILE *stream = open_memstream(&details, &size);

    if (!stream)
        abort();
    verify_lesson(pool->library, pool->jobs[index].entry, pool->options->update, &pool->recorded,
                  &pool->now, stream, &counts);
    fclose(stream);
    print_line(out, pool, index, &counts);
    for (char *line = details; *line;) {
        size_t length = strcspn(line, "\n");

        fprintf(out, "%s%.*s\n", pool->options->tap ? "# " : "  ", (int)length, line);
        line += length + (line[length] == '\n');
    }
    free(details);
    free(counts.skipped);
    free(counts.uncompared);
    return fclose(out) == 0 ? counts.status : CRASHED;
}

static struct error *begin(struct pool *pool)
{
    struct job *job = &pool->jobs[pool->next];
    pid_t parent = getpid();

    job->report = tmpfile();
    if (!job->report)
        return error_errno(errno, "a temporary file");
    fflush(stdout);
    job->pid = fork();
    if (job->pid < 0)
        return error_errno(errno, "starting a process for %s", job->entry->name);
    if (job->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(CRASHED);
        _exit(work(pool, pool->next));
    }
    pool->next++;
    pool->running++;
    return NULL;
}

static void print_report(const struct pool *pool, size_t index)
{
    struct job *job = &pool->jobs[index];
    char bytes[4096];
    size_t length;

    rewind(job->report);
    while ((length = fread(bytes, 1, sizeof(bytes), job->report)) > 0)
        fwrite(bytes, 1, length, stdout);
    if (ftell(job->report) == 0 && pool->options->tap)
        printf("not ok %zu - %s: its process died\n", index + 1, job->entry->name);
    else if (ftell(job->report) == 0)
        printf("%s: its process died\n", job->entry->name);
    fclose(job->report);
    fflush(stdout);
}

/* Waits for one to end, and prints what is ready, in order. */
static void wait_once(struct pool *pool)
{
    int status;
    pid_t pid = wait(&status);

    if (pid < 0)
        return;
    for (size_t i = 0; i < pool->next; i++)
        if (pool->jobs[i].pid == pid) {
            pool->jobs[i].ended = true;
            pool->jobs[i].status = WIFEXITED(status) ? WEXITSTATUS(status) : CRASHED;
            pool->running--;
        }
    while (pool->printed < pool->next && pool->jobs[pool->printed].ended)
        print_report(pool, pool->printed++);
}

static struct error *run_pool(struct pool *pool, int *ret_status)
{
    struct error *err = NULL;

    if (pool->options->tap)
        printf("1..%zu\n", pool->count);
    while (!err && pool->next < pool->count) {
        if (pool->running < pool->options->jobs)
            err = begin(pool);
        else
            wait_once(pool);
    }
    while (pool->running)
        wait_once(pool);
    for (size_t i = 0; i < pool->count; i++)
        if (pool->jobs[i].status > *ret_status)
            *ret_status = pool->jobs[i].status;
    return err;
}

/* Those that are named, else all lessons and exercises. */
static struct error *choose(const struct verify_options *options, const struct library *library,
                            struct pool *pool)
{
    struct error *err = NULL;

    pool->jobs = calloc(options->name_count + library->count, sizeof(*pool->jobs));
    if (!pool->jobs)
        abort();
    for (size_t i = 0; !err && i < options->name_count; i++)
        err = library_find(library, options->names[i], &pool->jobs[pool->count++].entry);
    for (size_t i = 0; !options->name_count && i < library->count; i++)
        pool->jobs[pool->count++].entry = &library->entries[i];
    return err;
}

/* What the outputs of this run were made with; of lessons that were not run, it stays as it is. */
static struct error *record(struct pool *pool)
{
    struct error *err = NULL;

    for (size_t i = 0; i < pool->now.count; i++)
        toolchain_set(&pool->recorded, pool->now.lines[i].name, pool->now.lines[i].text);
    for (size_t i = 0; !err && i < pool->count; i++) {
        struct lesson *lesson;
        char *image = NULL;

        if (pool->jobs[i].entry->exercise)
            continue;
        err = lesson_open(pool->jobs[i].entry->folder, &lesson);
        if (err)
            break;
        error_free(library_image(pool->library, lesson, &image));
        if (image)
            err = toolchain_add_image(&pool->recorded, lesson->image, image);
        free(image);
        lesson_free(lesson);
    }
    return err ? err : toolchain_write(pool->library->folder, &pool->recorded);
}

/* Some lessons of one compiler and some of another could never be compared again. */
static struct error *must_update_all(const struct pool *pool)
{
    char *difference = toolchain_difference(&pool->recorded, &pool->now);
    struct error *err = NULL;

    if (difference && pool->options->update && pool->options->name_count)
        err = error_new(ERROR_INPUT, "%s: update all lessons, without a NAME", difference);
    free(difference);
    return err;
}

/* Once for all lessons; an image that differs is said with its lesson. */
static void tell_difference(struct pool *pool)
{
    char *difference = toolchain_difference(&pool->recorded, &pool->now);

    if (difference && !pool->options->update) {
        printf("%soutputs and numbers are not compared: %s\n", pool->options->tap ? "# " : "",
               difference);
        pool->told = true;
    }
    free(difference);
}

static struct error *run_all(struct pool *pool, int *ret_status)
{
    struct error *err = toolchain_read(pool->library->folder, &pool->recorded);

    if (!err)
        err = toolchain_present(&pool->now);
    if (!err)
        err = must_update_all(pool);
    if (err)
        return err;
    tell_difference(pool);
    err = run_pool(pool, ret_status);
    if (!err && pool->options->update && *ret_status == 0)
        err = record(pool);
    return err;
}

struct error *lessons_verify(const struct verify_options *options, int *ret_status)
{
    struct library library;
    struct pool pool = {.options = options, .library = &library};
    struct error *err = library_open(&library);

    if (err)
        return err;
    err = choose(options, &library, &pool);
    if (!err)
        err = run_all(&pool, ret_status);
    toolchain_clear(&pool.recorded);
    toolchain_clear(&pool.now);
    free(pool.jobs);
    library_clear(&library);
    return err;
}
