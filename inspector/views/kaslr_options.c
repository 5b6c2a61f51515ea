/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kaslr_options.h"

#include <string.h>

#define GIGANTIC_PAGE (UINT64_C(1) << 30)

/* A piece of the line; start NULL: there is none. */
struct piece {
    const char *start, *end;
};

struct reader {
    enum kaslr_rules rules;
    bool gigantic; /* hugepagesz=1G came before */
    bool over;     /* Linux reads no further */
    struct kaslr_options *options;
};

static bool is_blank(enum kaslr_rules rules, char c)
{
    unsigned char byte = (unsigned char)c;

    if (rules == KASLR_RULES_STUB)
        return byte <= ' ';
    return byte == ' ' || (byte >= '\t' && byte <= '\r') || byte == 0xa0; /* isspace() */
}

static bool piece_is(struct piece piece, const char *name)
{
    size_t length = strlen(name);

    return piece.start && (size_t)(piece.end - piece.start) == length &&
           memcmp(piece.start, name, length) == 0;
}

static bool piece_begins(struct piece piece, const char *name)
{
    size_t length = strlen(name);

    return (size_t)(piece.end - piece.start) >= length && memcmp(piece.start, name, length) == 0;
}

static unsigned int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned int)(c - '0');
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? (unsigned int)(c - 'a') + 10 : 16;
}

/* Takes "0x" or the 0 of an octal number off; 10 when there is neither. */
static unsigned int take_base(struct piece *piece)
{
    const char *at = piece->start;

    if (at == piece->end || *at != '0')
        return 10;
    if (piece->end - at < 3 || (at[1] | 0x20) != 'x' || digit_of(at[2]) == 16)
        return 8;
    piece->start += 2;
    return 16;
}

static unsigned int take_suffix(struct piece *piece)
{
    static const char suffixes[] = "kmgtpe";
    const char *found = NULL;

    if (piece->start < piece->end && *piece->start)
        found = strchr(suffixes, *piece->start | 0x20);
    if (!found)
        return 0;
    piece->start++;
    return 10 * (unsigned int)(found - suffixes + 1);
}

/*
 * The digits at the piece's start, taken off. False, and 0, when there is none. What needs more than
 * 64 bits is cut off by Linux, and is all ones for the stub.
 */
static bool take_digits(enum kaslr_rules rules, struct piece *piece, uint64_t *ret)
{
    unsigned int base = take_base(piece);
    const char *digits = piece->start;
    bool overflow = false;

    *ret = 0;
    for (; piece->start < piece->end && digit_of(*piece->start) < base; piece->start++) {
        overflow |= __builtin_mul_overflow(*ret, (uint64_t)base, ret);
        overflow |= __builtin_add_overflow(*ret, (uint64_t)digit_of(*piece->start), ret);
    }
    if (overflow && rules == KASLR_RULES_STUB)
        *ret = UINT64_MAX;
    return piece->start > digits;
}

/* A number as memparse() takes it: with K, M, G, T, P or E behind it. */
static bool take_size(enum kaslr_rules rules, struct piece *piece, uint64_t *ret)
{
    unsigned int shift;

    if (!take_digits(rules, piece, ret))
        return false;
    shift = take_suffix(piece);
    if (rules == KASLR_RULES_STUB && *ret > UINT64_MAX >> shift)
        *ret = UINT64_MAX;
    else
        *ret <<= shift;
    return true;
}

static void lower_limit(struct kaslr_options *options, enum mem_limit_reason reason, uint64_t limit)
{
    if (limit == 0 || limit >= options->mem_limit)
        return;
    options->mem_limit = limit;
    options->limit_reason = reason;
}

static void add_memmap(struct kaslr_options *options, uint64_t start, uint64_t size)
{
    options->memmaps[options->memmap_count++] = (struct mem_vector){start, size};
}

/* One region for Linux; false when the rest of the option is not read. */
static bool linux_memmap(struct kaslr_options *options, struct piece piece)
{
    uint64_t size, start = 0;

    if (!take_size(KASLR_RULES_LINUX, &piece, &size))
        return false;
    if (piece.start < piece.end && *piece.start == '@')
        return true;
    if (piece.start < piece.end && strchr("#$!", *piece.start)) {
        piece.start++;
        take_size(KASLR_RULES_LINUX, &piece, &start);
    }
    /* Whatever has no start is a limit: "nn", "nn%ss", and "nn$0" as well. */
    if (start == 0)
        lower_limit(options, MEM_LIMIT_MEMMAP, size);
    else
        add_memmap(options, start, size);
    return true;
}

static bool stub_memmap(struct kaslr_options *options, struct piece piece)
{
    uint64_t size, start;
    bool is_usable;

    if (!take_size(KASLR_RULES_STUB, &piece, &size))
        return false;
    if (piece.start == piece.end) {
        lower_limit(options, MEM_LIMIT_MEMMAP, size);
        return true;
    }
    is_usable = *piece.start++ == '@';
    if (!take_size(KASLR_RULES_STUB, &piece, &start))
        return false;
    if (is_usable || size == 0)
        return true;
    if (options->memmap_count == MAX_MEMMAP_REGIONS) {
        options->memmap_too_large = true;
        return false;
    }
    add_memmap(options, start, size);
    return true;
}

/* The value of one memmap=: regions with commas between. */
static void read_memmap(struct reader *reader, struct piece value)
{
    struct kaslr_options *options = reader->options;
    bool is_linux = reader->rules == KASLR_RULES_LINUX, more = true;

    if (is_linux && options->memmap_count == MAX_MEMMAP_REGIONS)
        return; /* not even looked at */
    while (more) {
        const char *comma = memchr(value.start, ',', (size_t)(value.end - value.start));
        struct piece one = {value.start, comma ? comma : value.end};

        more = is_linux ? linux_memmap(options, one) : stub_memmap(options, one);
        if (!comma)
            return;
        value.start = comma + 1;
        if (is_linux && more && options->memmap_count == MAX_MEMMAP_REGIONS) {
            options->memmap_too_large = true;
            return;
        }
    }
}

/* Linux: only a mem= of a size above 0 is one, and what comes behind another is not read. */
static void read_mem(struct reader *reader, struct piece value)
{
    uint64_t limit;
    bool is_linux = reader->rules == KASLR_RULES_LINUX;

    if (is_linux && piece_is(value, "nopentium"))
        return;
    take_size(reader->rules, &value, &limit);
    reader->over = is_linux && limit == 0;
    lower_limit(reader->options, MEM_LIMIT_MEM, limit);
}

static void read_hugepages(struct reader *reader, struct piece name, struct piece value)
{
    uint64_t number;

    if (reader->rules != KASLR_RULES_LINUX)
        return;
    if (piece_is(name, "hugepagesz")) {
        take_size(reader->rules, &value, &number);
        reader->gigantic = number == GIGANTIC_PAGE;
    } else if (piece_is(name, "hugepages") && reader->gigantic) {
        take_digits(reader->rules, &value, &number);
        reader->options->gigantic_pages = number;
    }
}

static void read_word(struct reader *reader, struct piece name, struct piece value)
{
    struct kaslr_options *options = reader->options;

    if (!value.start) {
        if (reader->rules == KASLR_RULES_STUB && piece_is(name, "nokaslr"))
            options->nokaslr = true;
        return;
    }
    if (reader->over)
        return;
    if (piece_is(name, "memmap"))
        read_memmap(reader, value);
    else if (piece_is(name, "mem"))
        read_mem(reader, value);
    else
        read_hugepages(reader, name, value);
}

/* name=value with the quotes taken off, as next_arg() does. */
static void split_word(struct piece word, struct piece *ret_name, struct piece *ret_value)
{
    bool quoted = *word.start == '"';
    const char *equals;

    if (quoted) {
        word.start++;
        if (word.end > word.start && word.end[-1] == '"')
            word.end--;
    }
    equals = memchr(word.start, '=', (size_t)(word.end - word.start));
    *ret_name = (struct piece){word.start, equals ? equals : word.end};
    *ret_value = (struct piece){NULL, NULL};
    if (!equals)
        return;
    *ret_value = (struct piece){equals + 1, word.end};
    if (!piece_begins(*ret_value, "\""))
        return;
    ret_value->start++;
    if (ret_value->end > ret_value->start && ret_value->end[-1] == '"')
        ret_value->end--;
}

/* The next word, quotes and all; false at the end of the line. */
static bool next_word(enum kaslr_rules rules, bool quotes, struct piece *rest, struct piece *ret)
{
    bool inside = false;

    while (rest->start < rest->end && is_blank(rules, *rest->start))
        rest->start++;
    ret->start = rest->start;
    while (rest->start < rest->end && (inside || !is_blank(rules, *rest->start)))
        if (*rest->start++ == '"' && quotes)
            inside = !inside;
    ret->end = rest->start;
    return ret->start < ret->end;
}

/* Linux looks for nokaslr by another reader, to which quotes are nothing and "--" no end. */
static bool find_nokaslr(struct piece line)
{
    struct piece word;

    while (next_word(KASLR_RULES_STUB, false, &line, &word))
        if (piece_is(word, "nokaslr"))
            return true;
    return false;
}

void kaslr_options_read(enum kaslr_rules rules, const char *line, size_t length, uint64_t limit,
                        struct kaslr_options *ret)
{
    struct piece rest = {line, line + length}, word, name, value;
    struct reader reader = {.rules = rules, .options = ret};

    *ret = (struct kaslr_options){.mem_limit = limit, .limit_reason = MEM_LIMIT_PROCESSOR};
    if (rules == KASLR_RULES_LINUX)
        ret->nokaslr = find_nokaslr(rest);
    while (next_word(rules, true, &rest, &word)) {
        split_word(word, &name, &value);
        if (!value.start && piece_is(name, "--")) {
            if (rules == KASLR_RULES_LINUX)
                return;
            reader.over = true;
            continue; /* the stub's nokaslr is found behind it, too */
        }
        read_word(&reader, name, value);
    }
}
