/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "annotate_file.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct error *annotate_file_check(const char *path)
{
    char *copy = strdup(path);
    struct stat status;
    struct error *err = NULL;

    if (!copy)
        return error_errno(ENOMEM, "%s", path);
    if (access(dirname(copy), W_OK | X_OK) != 0)
        err = error_new(ERROR_INPUT, "%s: %s", path, strerror(errno));
    else if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        err = error_new(ERROR_INPUT, "%s: not a regular file", path);
    free(copy);
    return err;
}

/* mkstemp() makes files that only we can read. */
static int create(char *path)
{
    mode_t mask = umask(0);
    int fd = mkstemp(path);

    umask(mask);
    if (fd >= 0 && fchmod(fd, 0666 & ~mask) != 0) {
        close(fd);
        unlink(path);
        return -1;
    }
    return fd;
}

struct error *annotate_file_write(const char *path, const struct annotation *annotation)
{
    struct error *err = NULL;
    char *other;

    if (asprintf(&other, "%s.XXXXXX", path) < 0)
        return error_errno(ENOMEM, "%s", path);
    int fd = create(other);
    FILE *stream = fd < 0 ? NULL : fdopen(fd, "w");
    if (!stream) {
        err = error_errno(errno, "%s", path);
    } else {
        annotation_markdown(annotation, stream);
        bool written = !ferror(stream);

        if ((fclose(stream) != 0 || !written || rename(other, path) != 0))
            err = error_errno(errno ? errno : EIO, "%s", path);
    }
    if (err && fd >= 0)
        unlink(other);
    free(other);
    return err;
}
