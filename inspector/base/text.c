/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char *const escapes[] = {
    [TEXT_PLAIN] = "",           [TEXT_HEADING] = "\033[1m",  [TEXT_LABEL] = "\033[36m",
    [TEXT_CHANGED] = "\033[33m", [TEXT_GOOD] = "\033[32m",    [TEXT_BAD] = "\033[1;31m",
    [TEXT_DIM] = "\033[2m",      [TEXT_EMPHASIS] = "\033[4m",
};

struct text text_to(FILE *stream)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    bool plain = (no_color && *no_color) || !term || strcmp(term, "dumb") == 0;

    return (struct text){stream, !plain && isatty(fileno(stream))};
}

void text_print(const struct text *text, enum text_style style, const char *format, ...)
{
    bool escape = text->colour && style != TEXT_PLAIN;
    va_list args;

    if (escape)
        fputs(escapes[style], text->stream);
    va_start(args, format);
    vfprintf(text->stream, format, args);
    va_end(args);
    if (escape)
        fputs("\033[0m", text->stream);
}

struct error *text_flush(const struct text *text)
{
    errno = 0;
    if (fflush(text->stream) == 0 && !ferror(text->stream))
        return NULL;
    /* An earlier write failed, whose reason is no longer known. */
    return error_errno(errno ? errno : EIO, "standard output");
}

/* Columns of the terminal, at most TEXT_COLUMNS; 0: no terminal. */
static size_t columns_of(FILE *stream)
{
    struct winsize size;

    if (!isatty(fileno(stream)))
        return 0;
    if (ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0 ||
        size.ws_col > TEXT_COLUMNS)
        return TEXT_COLUMNS;
    return size.ws_col;
}

/* The blank at which a line of more than columns ends; its length when there is none. */
static size_t break_at(const char *line, size_t length, size_t columns)
{
    size_t at = columns;

    while (at > 0 && line[at] != ' ')
        at--;
    if (at == 0)
        at = strcspn(line, " \n");
    return at < length ? at : length;
}

void text_message(FILE *stream, const char *message)
{
    size_t columns = columns_of(stream), length, end;

    while ((length = strcspn(message, "\n")) > columns && columns &&
           (end = break_at(message, length, columns)) < length) {
        fprintf(stream, "%.*s\n", (int)end, message);
        message += end + 1;
    }
    fprintf(stream, "%s\n", message);
}

void text_label(const struct text *text, const char *label)
{
    text_print(text, TEXT_PLAIN, "  ");
    text_print(text, TEXT_LABEL, "%-13s", label);
}

#define RING      16
#define RING_TEXT 48

static char *ring_next(void)
{
    static char ring[RING][RING_TEXT];
    static unsigned int next;

    return ring[next++ % RING];
}

const char *text_hex(uint64_t value)
{
    char *out = ring_next();

    snprintf(out, RING_TEXT, "0x%" PRIx64, value);
    return out;
}

const char *text_maybe(struct maybe value)
{
    return value.known ? text_hex(value.value) : "-";
}

const char *text_size(uint64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    char *out = ring_next();
    unsigned int unit = 0;
    uint64_t scale = 1;

    /* From here on one decimal would say 1024.0. */
    while (unit < 6 && (double)bytes / (double)scale >= 1023.95) {
        scale *= 1024;
        unit++;
    }
    if (bytes % scale == 0)
        snprintf(out, RING_TEXT, "%" PRIu64 " %s", bytes / scale, units[unit]);
    else
        snprintf(out, RING_TEXT, "%.1f %s", (double)bytes / (double)scale, units[unit]);
    return out;
}

const char *text_count(uint64_t count)
{
    char digits[24];
    char *out = ring_next();
    char *end = out;
    int length = snprintf(digits, sizeof(digits), "%" PRIu64, count);

    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            *end++ = ',';
        *end++ = digits[i];
    }
    *end = '\0';
    return out;
}

json_t *json_hex(uint64_t value)
{
    return json_string(text_hex(value));
}

json_t *json_maybe(struct maybe value)
{
    return value.known ? json_hex(value.value) : json_null();
}

char *text_new(const char *format, ...)
{
    va_list args;
    char *out;

    va_start(args, format);
    if (vasprintf(&out, format, args) < 0)
        abort();
    va_end(args);
    return out;
}
