/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Source files of the boot code, for their lines. Debug information may name any path. */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "annotation.h"

#define FILES_MAX      256
#define FILE_BYTES_MAX (4 << 20)

struct source {
    char *path, *name;
    char *bytes;  /* NULL: cannot be read */
    char **lines; /* into bytes, indentation skipped */
    size_t count;
};

struct sources {
    struct source list[FILES_MAX];
    size_t count;
};

struct sources *sources_new(void)
{
    return calloc(1, sizeof(struct sources));
}

void sources_free(struct sources *sources)
{
    for (size_t i = 0; sources && i < sources->count; i++) {
        free(sources->list[i].path);
        free(sources->list[i].name);
        free(sources->list[i].bytes);
        free(sources->list[i].lines);
    }
    free(sources);
}

/* Tabs and other control bytes would spoil the page. */
static void clean(char *line)
{
    for (; *line; line++)
        if (iscntrl((unsigned char)*line))
            *line = ' ';
}

static void split(struct source *source)
{
    size_t room = 0;
    char *rest = source->bytes, *line;

    while ((line = strsep(&rest, "\n")) != NULL) {
        if (source->count == room) {
            char **lines = reallocarray(source->lines, room = room ? 2 * room : 256,
                                        sizeof(*lines));

            if (!lines)
                return;
            source->lines = lines;
        }
        line += strspn(line, " \t");
        clean(line);
        source->lines[source->count++] = line;
    }
}

static void load(struct source *source)
{
    int fd = open(source->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* a FIFO must not hold us up */
    FILE *stream = fd < 0 ? NULL : fdopen(fd, "r");
    struct stat status;

    if (!stream) {
        if (fd >= 0)
            close(fd);
        return;
    }
    if (fstat(fileno(stream), &status) == 0 && S_ISREG(status.st_mode) &&
        status.st_size <= FILE_BYTES_MAX)
        source->bytes = malloc((size_t)status.st_size + 1);
    if (source->bytes) {
        size_t length = fread(source->bytes, 1, (size_t)status.st_size, stream);

        source->bytes[length] = '\0';
        split(source);
    }
    fclose(stream);
}

static struct source *find(struct sources *sources, const char *path, const char *name)
{
    for (size_t i = 0; i < sources->count; i++)
        if (strcmp(sources->list[i].path, path) == 0)
            return &sources->list[i];
    if (sources->count == FILES_MAX)
        return NULL;
    struct source *source = &sources->list[sources->count];

    *source = (struct source){.path = strdup(path), .name = strdup(name)};
    if (!source->path || !source->name)
        return NULL;
    load(source);
    sources->count++;
    return source;
}

void sources_line(struct sources *sources, const char *path, const char *file, unsigned int line,
                  const char **ret_file, const char **ret_text)
{
    const struct source *source = find(sources, path, file);

    *ret_file = source ? source->name : NULL;
    *ret_text = source && line && line <= source->count ? source->lines[line - 1] : NULL;
}
