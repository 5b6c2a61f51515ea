/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct error *state_file_path(const char *name, char *out, size_t size)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int length;

    /* A relative path is none, says the XDG base directory specification. */
    if (state && state[0] == '/')
        length = snprintf(out, size, "%s/bootscope/%s", state, name);
    else if (home && home[0] == '/')
        length = snprintf(out, size, "%s/.local/state/bootscope/%s", home, name);
    else
        return error_new(ERROR_INPUT, "neither XDG_STATE_HOME nor HOME is an absolute path");
    if (length < 0 || (size_t)length >= size)
        return error_new(ERROR_INPUT, "the path of the state directory is too long");
    return NULL;
}

struct error *state_file_folders(char *path)
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
