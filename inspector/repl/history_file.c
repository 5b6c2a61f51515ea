/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <readline/history.h>

#include "state_file.h"

struct error *history_file_path(char *out, size_t size)
{
    return state_file_path("history", out, size);
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
        err = state_file_folders(ret->path);
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
