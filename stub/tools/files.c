/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"

#define READ_CHUNK (1024 * 1024)

uint8_t *bytes_grow(struct bytes *bytes, size_t size)
{
    if (size > SIZE_MAX - bytes->size)
        return NULL;
    uint8_t *data = realloc(bytes->data, bytes->size + size + !size);
    if (!data)
        return NULL;
    uint8_t *start = data + bytes->size;
    bytes->data = data;
    bytes->size += size;
    return start;
}

void bytes_free(struct bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct bytes){0};
}

/* Reads until the end, whatever stat() says: the input may be a pipe or still growing. */
static bool read_all(int fd, const char *path, struct bytes *ret, struct failure *why)
{
    size_t size = 0;
    for (;;) {
        if (ret->size == size && !bytes_grow(ret, READ_CHUNK + size / 2))
            return fail(why, "%s: out of memory after %zu bytes", path, size);
        ssize_t got = read(fd, ret->data + size, ret->size - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_errno(why, path);
        if (got == 0)
            break;
        size += (size_t)got;
        if (size > FILE_SIZE_MAX)
            return fail(why, "%s: larger than 0x%x bytes", path, FILE_SIZE_MAX);
    }
    ret->size = size;
    return true;
}

bool read_file(const char *path, struct bytes *ret, struct failure *why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_errno(why, path);
    struct bytes bytes = {0};
    bool ok = read_all(fd, path, &bytes, why);
    close(fd);
    if (ok)
        *ret = bytes;
    else
        bytes_free(&bytes);
    return ok;
}

/* Where the file finally goes: through a symbolic link to what it names, not over the link. */
static bool resolve_output(struct output *output, struct failure *why)
{
    struct stat info;
    if (stat(output->name, &info) == 0) {
        if (!S_ISREG(info.st_mode))
            return fail(why, "%s: exists and is not a regular file", output->name);
        if (realpath(output->name, output->path))
            return true;
        return fail_errno(why, output->name);
    }
    if (strlen(output->name) >= sizeof(output->path)) {
        errno = ENAMETOOLONG;
        return fail_errno(why, output->name);
    }
    strcpy(output->path, output->name);
    return true;
}

bool output_begin(struct output *output, const char *name, struct failure *why)
{
    _Static_assert(sizeof(output->path) >= PATH_MAX, "realpath() writes up to PATH_MAX bytes");
    *output = (struct output){.name = name, .fd = -1, .slot = -1};
    if (!resolve_output(output, why))
        return false;
    int length = snprintf(output->temp, sizeof(output->temp), "%s.XXXXXX", output->path);
    if (length < 0 || (size_t)length >= sizeof(output->temp)) {
        errno = ENAMETOOLONG;
        return fail_errno(why, name);
    }
    output->fd = mkostemp(output->temp, O_CLOEXEC);
    if (output->fd < 0)
        return fail_errno(why, name);
    output->slot = cleanup_add(output->temp);
    return true;
}

bool output_write(struct output *output, const void *data, size_t size, struct failure *why)
{
    const char *at = data;
    while (size > 0) {
        ssize_t put = write(output->fd, at, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return fail_errno(why, output->name);
        at += put;
        size -= (size_t)put;
    }
    return true;
}

bool output_commit(struct output *output, struct failure *why)
{
    bool ok = fchmod(output->fd, 0644) == 0;
    /* A full disk behind NFS shows only here. */
    ok = close(output->fd) == 0 && ok;
    output->fd = -1;
    ok = ok && rename(output->temp, output->path) == 0;
    if (!ok) {
        (void)fail_errno(why, output->name);
        output_abandon(output);
        return false;
    }
    cleanup_forget(output->slot);
    output->temp[0] = '\0';
    return true;
}

void output_abandon(struct output *output)
{
    if (output->fd >= 0)
        close(output->fd);
    output->fd = -1;
    if (output->temp[0])
        unlink(output->temp);
    output->temp[0] = '\0';
    cleanup_forget(output->slot);
    output->slot = -1;
}

bool write_file(const char *name, const void *data, size_t size, struct failure *why)
{
    struct output output;
    bool ok = output_begin(&output, name, why) && output_write(&output, data, size, why) &&
              output_commit(&output, why);
    if (!ok)
        output_abandon(&output);
    return ok;
}
