/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <jansson.h>

static struct error *no_memory(const char *path)
{
    return error_errno(ENOMEM, "%s", path);
}

/* Tabs are blanks, a CR before the end of a line belongs to it, and all else must be text. */
static struct error *check_line(struct source *source, char *line)
{
    struct place place = {source, (unsigned int)source->count, 1};
    size_t length = strlen(line);

    if (length && line[length - 1] == '\r')
        line[--length] = '\0';
    if (length > SOURCE_LINE_MAX)
        return error_new(ERROR_INPUT, "%s:%zu: a line of %zu bytes; %d is the most", source->path,
                         source->count, length, SOURCE_LINE_MAX);
    json_t *text = json_string(line);

    json_decref(text);
    if (!text)
        return error_new(ERROR_INPUT, "%s:%zu: not UTF-8", source->path, source->count);
    for (char *at = line; *at; at++, place.column++)
        if (((unsigned char)*at < ' ' && *at != '\t') || *at == 0x7f) {
            unsigned int byte = (unsigned char)*at;

            *at = '.';
            return place_error(&place, ERROR_INPUT, "a control character (0x%02x)", byte);
        }
    return NULL;
}

static struct error *add_line(struct source *source, char *line)
{
    if (source->count == SOURCE_LINES_MAX)
        return error_new(ERROR_INPUT, "%s: more than %d lines", source->path, SOURCE_LINES_MAX);
    source->lines[source->count++] = line;
    return check_line(source, line);
}

static struct error *split(struct source *source, size_t length)
{
    struct error *err = NULL;
    char *line = source->text;

    source->lines = calloc(SOURCE_LINES_MAX, sizeof(*source->lines));
    if (!source->lines)
        return no_memory(source->path);
    while (!err && line < source->text + length) {
        char *end = memchr(line, '\n', (size_t)(source->text + length - line));

        if (!end)
            end = source->text + length;
        *end = '\0';
        if (strlen(line) != (size_t)(end - line))
            return error_new(ERROR_INPUT, "%s:%zu: a NUL: this is no text file", source->path,
                             source->count + 1);
        err = add_line(source, line);
        line = end + 1;
    }
    return err;
}

struct error *source_from_text(const char *path, const char *bytes, size_t length,
                               struct source **ret)
{
    struct source *source = calloc(1, sizeof(*source));
    struct error *err = NULL;

    if (source) {
        source->path = strdup(path);
        source->text = malloc(length + 1);
    }
    if (!source || !source->path || !source->text) {
        source_free(source);
        return no_memory(path);
    }
    memcpy(source->text, bytes, length);
    source->text[length] = '\0';
    err = split(source, length);
    if (err)
        source_free(source);
    else
        *ret = source;
    return err;
}

/* One byte more than may be there tells whether there are more. */
static struct error *read_all(const char *path, int fd, char *bytes, size_t *ret_length)
{
    size_t length = 0;

    while (length <= SOURCE_BYTES_MAX) {
        ssize_t count = read(fd, bytes + length, SOURCE_BYTES_MAX + 1 - length);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return error_new(ERROR_INPUT, "%s: %s", path, strerror(errno));
        if (count == 0)
            break;
        length += (size_t)count;
    }
    if (length > SOURCE_BYTES_MAX)
        return error_new(ERROR_INPUT, "%s: more than %zu bytes: no check file", path,
                         SOURCE_BYTES_MAX);
    *ret_length = length;
    return NULL;
}

struct error *source_open(const char *path, struct source **ret)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    char *bytes = malloc(SOURCE_BYTES_MAX + 1);
    struct error *err = NULL;
    struct stat status;
    size_t length;

    if (fd < 0 || fstat(fd, &status) < 0)
        err = error_new(ERROR_INPUT, "%s: %s", path, strerror(errno));
    else if (!bytes)
        err = no_memory(path);
    if (!err)
        err = read_all(path, fd, bytes, &length);
    if (!err)
        err = source_from_text(path, bytes, length, ret);
    if (!err) {
        (*ret)->device = status.st_dev;
        (*ret)->inode = status.st_ino;
    }
    free(bytes);
    if (fd >= 0)
        close(fd);
    return err;
}

void source_free(struct source *source)
{
    while (source) {
        struct source *next = source->next;

        free(source->path);
        free(source->text);
        free(source->lines);
        free(source);
        source = next;
    }
}

/* What stands before the caret is blank, save tabs, so that it stands below its column. */
static void caret(const struct place *place, const char *line, char *out, size_t size)
{
    size_t at = 0;

    for (; at + 1 < place->column && line[at] && at + 2 < size; at++)
        out[at] = line[at] == '\t' ? '\t' : ' ';
    out[at++] = '^';
    out[at] = '\0';
}

struct error *place_error(const struct place *place, enum error_kind kind, const char *format, ...)
{
    const char *line = place->source->lines[place->line - 1];
    char message[512], below[SOURCE_LINE_MAX + 3];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    caret(place, line, below, sizeof(below));
    return error_new(kind, "%s:%u:%u: %s\n    %s\n    %s", place->source->path, place->line,
                     place->column, message, line, below);
}
