/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "install.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

static const char *const folders[] = {"", "/..", "/../lib/bootscope"};
#define FOLDERS (sizeof(folders) / sizeof(folders[0]))

char *install_own_folder(void)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

    if (length <= 0)
        return text_new(".");
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    if (slash)
        slash[slash == path] = '\0'; /* the root keeps its slash */
    return text_new("%s", path);
}

static bool has(const char *folder, const char *name)
{
    char *path = text_new("%s/%s", folder, name);
    bool readable = access(path, R_OK) == 0;

    free(path);
    return readable;
}

static bool has_all(const char *folder, const char *const *names)
{
    for (; *names; names++)
        if (!has(folder, *names))
            return false;
    return true;
}

char *install_find_folder(const char *const *names)
{
    char *own = install_own_folder();
    char *found = NULL;

    for (size_t i = 0; i < FOLDERS && !found; i++) {
        char *folder = text_new("%s%s", own, folders[i]);

        if (has_all(folder, names))
            found = realpath(folder, NULL);
        free(folder);
    }
    free(own);
    return found;
}

char *install_find(const char *name)
{
    const char *names[] = {name, NULL};
    char *folder = install_find_folder(names);
    char *path = folder ? text_new("%s/%s", folder, name) : NULL;

    free(folder);
    return path;
}

char *install_folders(void)
{
    char *own = install_own_folder();
    char *list = text_new("%s, %s/.. or %s/../lib/bootscope", own, own, own);

    free(own);
    return list;
}
