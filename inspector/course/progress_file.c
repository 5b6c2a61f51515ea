/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "progress_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "progress_internal.h"
#include "progress_valid.h"
#include "state_file.h"

#define NAME "lessons.json"

static struct error *read_all(int fd, char **ret_bytes, size_t *ret_length)
{
    char *bytes = malloc(PROGRESS_BYTES_MAX + 1);
    size_t length = 0;
    ssize_t got = 1;

    if (!bytes)
        return error_new(ERROR_SYSTEM, "no memory");
    while (got > 0 && length <= PROGRESS_BYTES_MAX) {
        got = read(fd, bytes + length, PROGRESS_BYTES_MAX + 1 - length);
        if (got > 0)
            length += (size_t)got;
    }
    struct error *err = NULL;
    if (got < 0)
        err = error_errno(errno, "read");
    else if (length > PROGRESS_BYTES_MAX)
        err = error_new(ERROR_INPUT, "it is larger than 1 MiB");
    if (err) {
        free(bytes);
        return err;
    }
    *ret_bytes = bytes;
    *ret_length = length;
    return NULL;
}

static struct error *read_regular(int fd, json_t **ret)
{
    struct stat status;
    char *bytes;
    size_t length;
    struct error *err;

    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
        return error_new(ERROR_INPUT, "it is no regular file");
    err = read_all(fd, &bytes, &length);
    if (err)
        return err;
    err = progress_valid(bytes, length, ret);
    free(bytes);
    return err;
}

/* *ret is the file's value; an empty one when there is no file. */
static struct error *load(const char *path, json_t **ret)
{
    /* Not to wait for the other end of a FIFO. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct error *err;

    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
        *ret = json_pack("{s:i,s:{}}", "version", PROGRESS_VERSION, "lessons");
        return *ret ? NULL : error_new(ERROR_SYSTEM, "no memory");
    }
    if (fd < 0)
        return error_errno(errno, "%s", path);
    err = read_regular(fd, ret);
    close(fd);
    if (err && error_kind(err) == ERROR_INPUT) {
        struct error *told = error_new(
            ERROR_INPUT, "%s is damaged: %s; `bootscope lesson reset --all` moves it aside", path,
            error_message(err));
        error_free(err);
        return told;
    }
    return error_context(err, "%s", path);
}

struct error *progress_open(struct progress_file **ret)
{
    struct progress_file *file = calloc(1, sizeof(*file));
    struct error *err;

    if (!file)
        return error_new(ERROR_SYSTEM, "no memory");
    file->held = -1;
    err = state_file_path(NAME, file->path, sizeof(file->path));
    if (!err)
        err = load(file->path, &file->root);
    if (err)
        progress_close(file);
    else
        *ret = file;
    return err;
}

void progress_close(struct progress_file *file)
{
    if (!file)
        return;
    json_decref(file->root);
    if (file->held >= 0)
        close(file->held);
    free(file);
}

const char *progress_path(const struct progress_file *file)
{
    return file->path;
}

static struct error *beside(const struct progress_file *file, const char *suffix, char *out)
{
    int length = snprintf(out, PATH_MAX, "%s%s", file->path, suffix);

    return length >= PATH_MAX ? error_new(ERROR_INPUT, "%s: the path is too long", file->path)
                              : NULL;
}

static struct error *running(int fd)
{
    char process[16] = "";
    ssize_t length = pread(fd, process, sizeof(process) - 1, 0);

    if (length <= 0 || strspn(process, "0123456789") != (size_t)length)
        return error_new(ERROR_INPUT, "a lesson is running in another terminal; quit it first");
    return error_new(ERROR_INPUT,
                     "a lesson is running in another terminal (process %s); quit it first",
                     process);
}

struct error *progress_hold(struct progress_file *file)
{
    char path[PATH_MAX], process[16];
    struct error *err = beside(file, ".lock", path);

    if (!err)
        err = state_file_folders(file->path);
    if (err)
        return err;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return error_errno(errno, "%s", path);
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        err = errno == EWOULDBLOCK ? running(fd) : error_errno(errno, "%s", path);
        close(fd);
        return err;
    }
    /* Only for the message above: a disk that is full does not keep anybody from learning. */
    int length = snprintf(process, sizeof(process), "%d", (int)getpid());
    if (ftruncate(fd, 0) == 0 && pwrite(fd, process, (size_t)length, 0) != length)
        ftruncate(fd, 0);
    file->held = fd;
    return NULL;
}

/* The folder's descriptor, locked. */
static struct error *lock_folder(struct progress_file *file, int *ret)
{
    struct error *err = state_file_folders(file->path);
    char *slash = strrchr(file->path, '/');
    int fd;

    if (err)
        return err;
    *slash = '\0';
    fd = open(file->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || flock(fd, LOCK_EX) < 0) {
        err = error_errno(errno, "%s", file->path);
        if (fd >= 0)
            close(fd);
    } else {
        *ret = fd;
    }
    *slash = '/';
    return err;
}

struct error *progress_begin_event(struct progress_file *file, int *ret_lock)
{
    json_t *now = NULL;
    struct error *err;

    *ret_lock = -1;
    err = lock_folder(file, ret_lock);
    if (!err)
        err = load(file->path, &now);
    if (err && *ret_lock >= 0) {
        close(*ret_lock);
        *ret_lock = -1;
    }
    if (!err && !file->unwritten) {
        json_decref(file->root);
        file->root = json_incref(now);
    }
    json_decref(now);
    return err;
}

static struct error *write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);

        if (written < 0 && errno != EINTR)
            return error_errno(errno, "write");
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        }
    }
    return fsync(fd) < 0 ? error_errno(errno, "fsync") : NULL;
}

static struct error *replace(const struct progress_file *file, int folder, const char *bytes)
{
    char path[PATH_MAX];
    struct error *err = beside(file, ".new", path);

    if (err)
        return err;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return error_errno(errno, "%s", path);
    err = write_all(fd, bytes, strlen(bytes));
    if (close(fd) < 0 && !err)
        err = error_errno(errno, "close");
    if (!err && rename(path, file->path) < 0)
        err = error_errno(errno, "rename");
    if (err)
        unlink(path);
    else
        fsync(folder); /* the new name is on the disk, too */
    return error_context(err, "%s", path);
}

struct error *progress_end_event(struct progress_file *file, int lock, struct error *err)
{
    char *bytes = NULL;

    if (!err) {
        bytes = json_dumps(file->root, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
        if (!bytes)
            err = error_new(ERROR_SYSTEM, "no memory");
        else if (strlen(bytes) > PROGRESS_BYTES_MAX)
            err = error_new(ERROR_SYSTEM, "%s: there is more to keep than 1 MiB", file->path);
        else
            err = replace(file, lock, bytes);
    }
    free(bytes);
    if (lock >= 0)
        close(lock);
    file->unwritten = err != NULL;
    return err;
}

struct error *progress_move_aside(char **ret)
{
    char path[PATH_MAX], *to = NULL;
    struct error *err = state_file_path(NAME, path, sizeof(path));
    unsigned int number = 1;
    int status;

    *ret = NULL;
    if (err)
        return err;
    do {
        free(to);
        if (asprintf(&to, "%s.%u", path, number++) < 0)
            return error_new(ERROR_SYSTEM, "no memory");
        status = renameat2(AT_FDCWD, path, AT_FDCWD, to, RENAME_NOREPLACE);
    } while (status < 0 && errno == EEXIST && number != 0);
    if (status == 0) {
        *ret = to;
        return NULL;
    }
    if (errno != ENOENT && errno != ENOTDIR)
        err = error_errno(errno, "%s", path);
    free(to);
    return err;
}
