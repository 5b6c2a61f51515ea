/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "staging.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const int signals[] = {SIGHUP, SIGINT, SIGTERM};
#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

static struct staging *volatile current; /* what the handler removes */
static struct sigaction before[SIGNALS];

/* Only calls that a signal handler may make. */
static void clear(struct staging *staging)
{
    unlink(staging->image);
    unlink(staging->elf);
    rmdir(staging->folder);
}

static void on_signal(int signal)
{
    struct staging *staging = current;

    if (staging) {
        pid_t child = staging->child;
        if (child > 0) {
            kill(child, SIGTERM);
            waitpid(child, NULL, 0); /* it removes its own files first, or they would come after */
        }
        clear(staging);
    }
    raise(signal); /* SA_RESETHAND: this time it ends the program */
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < SIGNALS; i++)
        sigaddset(&action.sa_mask, signals[i]);
    for (size_t i = 0; i < SIGNALS; i++) {
        sigaction(signals[i], &action, &before[i]);
        if (before[i].sa_handler == SIG_IGN) /* nohup */
            sigaction(signals[i], &before[i], NULL);
    }
}

static void release_signals(void)
{
    for (size_t i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &before[i], NULL);
}

static char *text(const char *left, const char *right)
{
    char *out;

    if (asprintf(&out, "%s%s", left, right) < 0)
        abort();
    return out;
}

static void release(struct staging *staging)
{
    free(staging->folder);
    free(staging->image);
    free(staging->elf);
    free(staging);
}

struct error *staging_begin(const char *target, struct staging **ret)
{
    struct staging *staging = calloc(1, sizeof(*staging));

    if (!staging)
        abort();
    staging->target = target;
    staging->folder = text(target, ".XXXXXX");
    if (!mkdtemp(staging->folder)) {
        struct error *err = error_errno(errno, "%s: cannot be made", target);
        release(staging);
        return err;
    }
    staging->image = text(staging->folder, "/image");
    staging->elf = text(staging->folder, "/image.elf");
    current = staging;
    catch_signals();
    *ret = staging;
    return NULL;
}

/*
 * The symbols first: an image never lies beside symbols that are not its own for longer than
 * between two renames, and never without any.
 */
struct error *staging_publish(struct staging *staging)
{
    char *elf = text(staging->target, ".elf");
    struct stat status;
    struct error *err = NULL;
    bool there = stat(elf, &status) == 0;

    if (there && !S_ISREG(status.st_mode))
        err = error_new(ERROR_INPUT, "%s: exists and is no regular file", elf);
    else if (rename(staging->elf, elf) != 0)
        err = error_errno(errno, "%s", elf);
    else if (rename(staging->image, staging->target) != 0) {
        err = error_errno(errno, "%s", staging->target);
        unlink(elf);
    }
    free(elf);
    return err;
}

void staging_end(struct staging *staging)
{
    release_signals();
    current = NULL;
    clear(staging);
    release(staging);
}
