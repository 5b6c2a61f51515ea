/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blocks.h"
#include "utf8.h"

/* What would move a terminal's cursor or worse, when it is shown; UTF-8 has a second set of them. */
static const char *find_control(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        bool second = byte == 0xc2 && i + 1 < length && (unsigned char)text[i + 1] < 0xa0;

        if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f || second)
            return text + i;
    }
    return NULL;
}

struct error *text_file_check(const char *path, const char *text, size_t length)
{
    size_t good = utf8_span(text);
    const char *found = memchr(text, '\r', good);

    if (found)
        return error_new(ERROR_INPUT, "%s:%u: a carriage return: lines end with a newline alone",
                         path, line_at(text, found));
    found = find_control(text, good);
    if (found)
        return error_new(ERROR_INPUT, "%s:%u: a control character, 0x%02x: this is no text", path,
                         line_at(text, found), (unsigned char)found[*found == '\xc2']);
    if (good == length)
        return NULL;
    return error_new(ERROR_INPUT, "%s:%u: %s", path, line_at(text, text + good),
                     text[good] ? "not UTF-8" : "a NUL: this is no text");
}

bool text_file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static struct error *read_stream(const char *path, FILE *stream, size_t most, char **ret,
                                 size_t *ret_length)
{
    char *text = malloc(most + 2);
    size_t length;

    if (!text)
        return error_new(ERROR_SYSTEM, "%s: no memory", path);
    length = fread(text, 1, most + 1, stream);
    text[length] = '\0';
    *ret = text;
    *ret_length = length;
    if (ferror(stream))
        return error_new(ERROR_INPUT, "%s: %s", path, strerror(errno));
    if (length > most)
        return error_new(ERROR_INPUT, "%s: larger than %zu bytes", path, most);
    return text_file_check(path, text, length);
}

struct error *text_file_read(const char *path, size_t most, char **ret, size_t *ret_length)
{
    FILE *stream = fopen(path, "re");
    struct stat status;
    struct error *err;

    if (!stream)
        return error_new(ERROR_INPUT, "%s: %s", path, strerror(errno));
    *ret = NULL;
    if (fstat(fileno(stream), &status) == 0 && S_ISDIR(status.st_mode))
        err = error_new(ERROR_INPUT, "%s: %s", path, strerror(EISDIR));
    else
        err = read_stream(path, stream, most, ret, ret_length);
    fclose(stream);
    if (err) {
        free(*ret);
        *ret = NULL;
    }
    return err;
}

static bool holds(const char *path, const char *text, size_t length)
{
    FILE *stream = fopen(path, "re");
    char *present = malloc(length + 1);
    bool same = stream && present && fread(present, 1, length + 1, stream) == length &&
                memcmp(present, text, length) == 0;

    if (stream)
        fclose(stream);
    free(present);
    return same;
}

static bool write_all(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, text, length);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        text += written;
        length -= (size_t)written;
    }
    return true;
}

/* A new file has the rights that the old one has. */
static mode_t rights(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 ? status.st_mode & 0777 : 0644;
}

static struct error *replace(const char *path, const char *fresh, const char *text, size_t length)
{
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, rights(path));
    int error = 0;

    if (fd < 0)
        return error_errno(errno, "%s", fresh);
    if (!write_all(fd, text, length) || fsync(fd) < 0)
        error = errno;
    if (close(fd) < 0 && !error)
        error = errno;
    if (!error && rename(fresh, path) < 0)
        error = errno;
    if (!error)
        return NULL;
    unlink(fresh);
    return error_errno(error, "%s", path);
}

struct error *text_file_write(const char *path, const char *text, size_t length, bool *ret_changed)
{
    struct error *err;
    char *fresh;

    if (ret_changed)
        *ret_changed = false;
    if (holds(path, text, length))
        return NULL;
    if (asprintf(&fresh, "%s.new%d", path, (int)getpid()) < 0)
        abort();
    err = replace(path, fresh, text, length);
    free(fresh);
    if (!err && ret_changed)
        *ret_changed = true;
    return err;
}
