/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* One line with its newline, which goes; *ret_end at the end of the stream. */
static struct error *read_line(FILE *stream, char *line, bool *ret_end)
{
    size_t length = 0;
    int byte;

    while ((byte = getc(stream)) != EOF && byte != '\n') {
        if (byte == '\0')
            return error_new(ERROR_INPUT, "a zero byte: this is no text");
        if (length == COMMAND_LINE_MAX - 1)
            return error_new(ERROR_INPUT, "a line of more than %d characters",
                             COMMAND_LINE_MAX - 1);
        line[length++] = (char)byte;
    }
    if (byte == EOF && ferror(stream))
        return error_errno(errno, "reading");
    if (length > 0 && line[length - 1] == '\r')
        length--;
    line[length] = '\0';
    *ret_end = byte == EOF;
    return NULL;
}

static struct error *run_line(struct environment *environment, const char *line)
{
    struct error *err = commands_execute(environment, line);

    if (!err && environment->interrupted && *environment->interrupted)
        err = error_new(ERROR_GUEST, "interrupted");
    struct error *lost = text_flush(environment->text);
    if (!err)
        return lost;
    error_free(lost);
    return err;
}

static struct error *run_lines(struct environment *environment, FILE *stream, const char *name)
{
    char line[COMMAND_LINE_MAX];
    struct error *err = NULL;
    unsigned int number = 0;
    bool end = false;

    while (!err && !end && !environment->quit) {
        number++;
        err = read_line(stream, line, &end);
        if (!err)
            err = run_line(environment, line);
    }
    return error_context(err, "%s:%u", name, number);
}

struct error *script_run(struct environment *environment, FILE *stream, const char *name)
{
    struct error *err;

    if (environment->depth == SCRIPT_DEPTH_MAX)
        return error_new(ERROR_INPUT, "%s: scripts run one another more than %d deep", name,
                         SCRIPT_DEPTH_MAX);
    environment->depth++;
    err = run_lines(environment, stream, name);
    environment->depth--;
    return err;
}

struct error *script_run_file(struct environment *environment, const char *path)
{
    FILE *stream = fopen(path, "re");
    struct stat status;
    struct error *err;

    if (!stream)
        return error_new(ERROR_INPUT, "%s: %s", path, strerror(errno));
    if (fstat(fileno(stream), &status) == 0 && S_ISDIR(status.st_mode))
        err = error_new(ERROR_INPUT, "%s: %s", path, strerror(EISDIR));
    else
        err = script_run(environment, stream, path);
    fclose(stream);
    return err;
}
