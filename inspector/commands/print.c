/* SPDX-License-Identifier: GPL-3.0-or-later */
/* p: the value of an expression. */
#include <inttypes.h>
#include <string.h>

#include "evaluate.h"
#include "format.h"
#include "memory.h"

/* Smaller values are numbers, whatever happens to be at that address. */
#define SYMBOL_MIN 0x1000
/* Above this a value may well be a negative number. */
#define NEGATIVE_MIN (UINT64_MAX - INT32_MAX)

/* In a form of p's: without the leading zeros that memory has, unless a size is given. */
static const char *formatted(const struct format *format, bool sized, uint64_t value, char *out)
{
    const char *digits;

    if (sized || format->letter == 'c')
        return format_value(format->letter, format->size, value, out);
    switch (format->letter) {
    case 'o':
        snprintf(out, FORMAT_TEXT_MAX, "0%" PRIo64, value);
        return out;
    case 't':
        digits = strchr(format_value('t', 8, value, out), '1');
        return digits ? digits : "0";
    case 'x':
        return format_value('a', 8, value, out);
    default:
        return format_value(format->letter, 8, value, out);
    }
}

static struct error *parse_format(const char *text, struct format *ret)
{
    struct error *err = format_parse(text, 8, ret);

    if (!err && (ret->count != 1 || ret->letter == 's' || ret->letter == 'i'))
        err = error_new(ERROR_INPUT, "p shows one value, as x, d, u, o, t, a or c; memory shows x");
    return err;
}

static void print_plain(const struct environment *environment, uint64_t value, const char *where)
{
    const struct text *text = environment->text;

    text_print(text, TEXT_PLAIN, "%s", text_hex(value));
    text_print(text, TEXT_PLAIN, "  %" PRIu64, value);
    if (value >= NEGATIVE_MIN)
        text_print(text, TEXT_PLAIN, "  %" PRId64, (int64_t)value);
    if (*where)
        text_print(text, TEXT_DIM, "  %s", where);
    text_print(text, TEXT_PLAIN, "\n");
}

struct error *run_print(struct environment *environment, const struct command_line *line)
{
    const struct stop *stop;
    struct format format = {1, 'x', 8};
    char where[96] = "", out[FORMAT_TEXT_MAX];
    uint64_t value;
    struct error *err = command_usage(line, 1, COMMAND_WORDS_MAX);

    if (!err)
        err = parse_format(line->format, &format);
    if (!err)
        err = command_stop(environment, &stop);
    if (!err)
        err = evaluate(environment->debugger, line->rest, &value);
    if (err)
        return err;
    if (value >= SYMBOL_MIN && !stop_describe(stop, virt(value), where, sizeof(where)))
        where[0] = '\0';
    if (environment->json)
        command_print_json(environment,
                           json_pack("{s:s, s:o, s:s?}", "expression", line->rest, "value",
                                     json_hex(value), "symbol", *where ? where : NULL));
    else if (*line->format && strcmp(line->format, "a") != 0)
        text_print(environment->text, TEXT_PLAIN, "%s\n",
                   formatted(&format, strpbrk(line->format, "bhwg"), value, out));
    else
        print_plain(environment, value, where);
    return NULL;
}
