/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The lines typed in earlier sessions, in the user's state directory:
 * $XDG_STATE_HOME/bootscope/history, or ~/.local/state/bootscope/history.
 */
#ifndef BOOTSCOPE_REPL_HISTORY_FILE_H
#define BOOTSCOPE_REPL_HISTORY_FILE_H

#include <limits.h>
#include <stddef.h>

#include "error.h"

/* Lines kept; older ones go. */
#define HISTORY_LINES 1000

struct history_file {
    char path[PATH_MAX]; /* "" when history is not kept */
};

/*
 * The file's path by the environment. ERROR_INPUT: neither variable names an absolute path, or the
 * path is too long.
 */
struct error *history_file_path(char *out, size_t size);

/*
 * Makes the folders (0700) and the file (0600) and reads the lines into readline's history. On
 * error, which is worth one warning, history is of this session alone.
 */
struct error *history_file_open(struct history_file *ret);
/* Adds a line to both, at once, so that no kind of end loses it; not one that repeats the last. */
void history_file_add(struct history_file *history, const char *line);
/* Cuts the file to HISTORY_LINES. */
void history_file_close(struct history_file *history);

#endif
