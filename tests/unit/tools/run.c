/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];

int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/tools-test.XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(setenv("TMPDIR", folder, 1), 0);
    return 0;
}

const char *in_folder(const char *name)
{
    static char paths[16][512];
    static unsigned int next;
    char *path = paths[next++ % 16];
    snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
    return path;
}

static size_t walk_folder(bool remove_files)
{
    size_t count = 0;
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        count++;
        if (remove_files)
            assert_int_equal(remove(in_folder(entry->d_name)), 0);
    }
    closedir(directory);
    return count;
}

size_t count_folder(void)
{
    return walk_folder(false);
}

int tear_down(void **state)
{
    (void)state;
    walk_folder(true);
    assert_int_equal(rmdir(folder), 0);
    return 0;
}

uint8_t *load_file(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("cannot open %s", path);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size_t size = (size_t)ftell(file);
    rewind(file);
    uint8_t *data = malloc(size + 1);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, size, file), size);
    fclose(file);
    *ret_size = size;
    return data;
}

void store_file(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        fail_msg("cannot create %s", path);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static _Noreturn void become(const char *const argv[], const struct run_options *options, int out)
{
    dup2(out, STDERR_FILENO);
    if (options && options->path)
        setenv("PATH", options->path, 1);
    if (options && options->file_limit) {
        struct rlimit limit = {options->file_limit, options->file_limit};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    execv(argv[0], (char *const *)argv);
    _exit(127);
}

struct run run_program(const char *const argv[], const struct run_options *options)
{
    struct run run = {.status = -1};
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        become(argv, options, ends[1]);
    close(ends[1]);
    size_t size = 0;
    for (ssize_t got; size < sizeof(run.errors) - 1 &&
                      (got = read(ends[0], run.errors + size, sizeof(run.errors) - 1 - size)) > 0;)
        size += (size_t)got;
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status))
        run.status = WEXITSTATUS(status);
    return run;
}

void assert_refused(const struct run *run, const char *program, const char *reason)
{
    size_t length = strlen(run->errors), prefix = strlen(program);
    bool one_line = length > 0 && strchr(run->errors, '\n') == run->errors + length - 1;
    bool named = strncmp(run->errors, program, prefix) == 0 &&
                 strncmp(run->errors + prefix, ": ", 2) == 0;
    if (run->status != 2 || !one_line || !named || !strstr(run->errors, reason))
        fail_msg("expected status 2 and \"%s: ...%s...\", got %d and \"%s\"", program, reason,
                 run->status, run->errors);
}
