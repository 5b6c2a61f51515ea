/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "exercise_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spawn.h"
#include "text.h"

static bool has(const char *folder, const char *name)
{
    char *path = text_new("%s/%s", folder, name);
    bool there = access(path, R_OK) == 0;

    free(path);
    return there;
}

struct error *exercise_checkout(const struct library *library, char **ret)
{
    char *path = text_new("%s/..", library->folder), *checkout = realpath(path, NULL);

    free(path);
    if (checkout && has(checkout, "Makefile") && has(checkout, "stub/stub.mk") &&
        has(checkout, "lessons/exercises/prepare")) {
        *ret = checkout;
        return NULL;
    }
    free(checkout);
    return error_new(ERROR_INPUT,
                     "exercises are built from source: clone bootscope, run `make` there, and "
                     "use its build/bootscope");
}

struct error *exercise_folder(const struct library *library, const char *folder, const char *name,
                              char **ret)
{
    char *checkout;
    struct error *err = exercise_checkout(library, &checkout);

    if (err)
        return err;
    *ret = text_new("%s/%s/%s", checkout, folder, name);
    free(checkout);
    return NULL;
}

char *exercise_shown(const char *path)
{
    char here[PATH_MAX];
    size_t length;

    if (!getcwd(here, sizeof(here)))
        return text_new("%s", path);
    length = strlen(here);
    if (strncmp(path, here, length) == 0 && path[length] == '/')
        path += length + 1;
    return text_new("%s", path);
}

char *exercise_image_in(const char *work)
{
    return text_new("%s/build/teaching.bzImage", work);
}

/* To its end, so that the child is never blocked; what does not fit is lost. */
static char *hear(int fd)
{
    char *said = malloc(EXERCISE_SAID_MAX + 1), piece[4096];
    size_t used = 0;
    ssize_t got;

    if (!said)
        abort();
    while ((got = read(fd, piece, sizeof(piece))) > 0 || (got < 0 && errno == EINTR)) {
        size_t room = EXERCISE_SAID_MAX - used, taken = got > 0 ? (size_t)got : 0;

        if (taken > room)
            taken = room;
        memcpy(said + used, piece, taken);
        used += taken;
    }
    said[used] = '\0';
    return said;
}

/* Make's own lines name rules and not what is wrong. */
static void drop_make_lines(char *said)
{
    char *to = said;

    for (char *line = said; *line;) {
        size_t length = strcspn(line, "\n");

        length += line[length] == '\n';
        if (strncmp(line, "make: ", 6) != 0 && strncmp(line, "make[", 5) != 0) {
            memmove(to, line, length);
            to += length;
        }
        line += length;
    }
    *to = '\0';
}

static bool succeeded(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static struct error *run(char *const *argv, const char *failed, char **ret_said)
{
    struct spawn spawn = {.arguments = argv};
    int ends[2], pidfd;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_errno(errno, "%s: pipe", argv[0]);
    spawn.stderr_fd = ends[1];
    struct error *err = spawn_child(&spawn, &pid, &pidfd);
    close(ends[1]);
    if (!err) {
        close(pidfd); /* its stderr ends when it does */
        *ret_said = hear(ends[0]);
        if (!succeeded(pid))
            err = error_new(ERROR_CHECK, "%s", failed);
        drop_make_lines(*ret_said);
    }
    close(ends[0]);
    return err;
}

struct error *exercise_prepare(const struct library *library, const struct prepare *prepare,
                               char **ret_said)
{
    char *checkout, *program;
    struct error *err = exercise_checkout(library, &checkout);

    *ret_said = NULL;
    if (err)
        return err;
    program = text_new("%s/lessons/exercises/prepare", checkout);
    /* execvp is older than const. */
    const char *argv[] = {program, prepare->word, prepare->first, prepare->second, NULL};
    err = run((char *const *)(uintptr_t)argv, prepare->failed, ret_said);
    free(program);
    free(checkout);
    return err;
}
