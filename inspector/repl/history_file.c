/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <readline/history.h>

struct error *history_file_path(char *out, size_t size)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int length;

    /* A relative path is none, says the XDG base directory specification. */
    if (state && state[0] == '/')
        length = snprintf(out, size, "%s/bootscope/history", state);
    else if (home && home[0] == '/')
        length = snprintf(out, size, "%s/.local/state/bootscope/history", home);
    else
        return error_new(ERROR_INPUT, "neither XDG_STATE_HOME nor HOME is an absolute path");
    if (length < 0 || (size_t)length >= size)
        return error_new(ERROR_INPUT, "the path of the state directory is too long");
    return NULL;
}

/* Makes every folder above the file that is not there. */
static struct error *make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int failed = mkdir(path, 0700) < 0 && errno != EEXIST && errno != EISDIR ? errno : 0;
        struct error *err = failed ? error_errno(failed, "%s", path) : NULL;
        *slash = '/';
        if (err)
            return err;
    }
    return NULL;
}

static struct error *read_lines(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct stat status;

    if (fd < 0)
        return error_errno(errno, "%s", path);
    int regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    close(fd);
    if (!regular)
        return error_new(ERROR_INPUT, "%s: not a regular file", path);
    history_truncate_file(path, HISTORY_LINES);
    int failed = read_history(path);
    return failed ? error_errno(failed, "%s", path) : NULL;
}

struct error *history_file_open(struct history_file *ret)
{
    struct error *err = history_file_path(ret->path, sizeof(ret->path));

    using_history();
    stifle_history(HISTORY_LINES);
    if (!err)
        err = make_folders(ret->path);
    if (!err)
        err = read_lines(ret->path);
    if (err)
        ret->path[0] = '\0';
    return error_context(err, "history is not kept");
}

void history_file_add(struct history_file *history, const char *line)
{
    HIST_ENTRY *last = history_length ? history_get(history_base + history_length - 1) : NULL;

    if (last && strcmp(last->line, line) == 0)
        return;
    add_history(line);
    if (history->path[0])
        append_history(1, history->path);
}

void history_file_close(struct history_file *history)
{
    if (history->path[0])
        history_truncate_file(history->path, HISTORY_LINES);
}
