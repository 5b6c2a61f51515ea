/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `include FILE`. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser.h"

/* The path of an included file counts from the folder of the file that names it. */
static char *relative_to(const char *base, const char *path)
{
    const char *slash = strrchr(base, '/');
    char *joined;

    if (*path == '/' || !slash)
        return strdup(path);
    return asprintf(&joined, "%.*s/%s", (int)(slash - base), base, path) < 0 ? NULL : joined;
}

static struct error *check_include(const struct parser *parser, const struct place *place,
                                   const struct source *source)
{
    for (size_t i = 0; i < parser->depth; i++)
        if (parser->open[i]->device == source->device && parser->open[i]->inode == source->inode)
            return place_error(place, ERROR_INPUT, "%s includes itself%s", source->path,
                               i + 1 < parser->depth ? " by way of others" : "");
    if (parser->depth == CHECKS_INCLUDE_DEPTH)
        return place_error(place, ERROR_INPUT, "more than %d files deep", CHECKS_INCLUDE_DEPTH);
    return NULL;
}

static struct error *open_include(struct parser *parser, const struct source *from,
                                  const struct place *place, const char *name, struct source **ret)
{
    char *path = relative_to(from->path, name);
    struct error *err;

    if (!path)
        return error_errno(ENOMEM, "include %s", name);
    if (parser->includes++ == CHECKS_INCLUDES_MAX)
        err = place_error(place, ERROR_INPUT, "more than %d includes", CHECKS_INCLUDES_MAX);
    else
        err = source_open(path, ret);
    free(path);
    if (err && parser->includes <= CHECKS_INCLUDES_MAX) {
        struct error *placed = place_error(place, error_kind(err), "%s", error_message(err));

        error_free(err);
        err = placed;
    }
    return err;
}

struct error *parse_include(struct parser *parser, struct cursor *cursor)
{
    const struct source *from = cursor->place.source;
    struct place place = cursor_place(cursor);
    struct source *source = NULL;
    char name[512];
    struct error *err = cursor_word(cursor, "a file", name, sizeof(name));

    if (!err)
        err = cursor_expect_end(cursor);
    if (!err)
        err = open_include(parser, from, &place, name, &source);
    if (err)
        return err;
    source->next = parser->checks->sources->next;
    parser->checks->sources->next = source;
    err = check_include(parser, &place, source);
    return err ? err : parse_lines(parser, source);
}
