/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cmdline.c: finding options on the kernel command line.
 *
 * What for:   nokaslr, kaslr_seed=, mem=, memmap= and quiet are for the stub as much as for the
 *             kernel, and the kernel is not there yet to parse them.
 * Handed:     boot_params. The address is 64 bits in two halves: cmd_line_ptr of the header, and
 *             ext_cmd_line_ptr, for loaders that put the line above 4 GiB.
 * Leaves:     nothing changed: words are pieces of the line, not copies.
 * If skipped: "nokaslr" would not be heard, and a kernel that must stay at its address moves.
 *
 * The line is in memory that someone else wrote. It may lack its NUL, so reading ends at
 * COMMAND_LINE_SIZE; a quote may be left open, so it ends at the end of the line.
 */
#include "cmdline.h"

#include "platform.h"
#include "stub_string.h"

uint64_t get_cmd_line_ptr(const struct boot_params *boot_params)
{
    return (uint64_t)boot_params->ext_cmd_line_ptr << 32 | boot_params->hdr.cmd_line_ptr;
}

struct cmdline_text cmdline_get(const struct boot_params *boot_params)
{
    struct cmdline_text text = {NULL, 0};
    uint64_t address = get_cmd_line_ptr(boot_params);

    if (!address)
        return text;
    text.start = platform_memory(address, COMMAND_LINE_SIZE);
    while (text.start && text.length < COMMAND_LINE_SIZE && text.start[text.length])
        text.length++;
    return text;
}

void cmdline_walk_start(struct cmdline_walk *walk, struct cmdline_text text)
{
    walk->at = text.start;
    walk->end = text.start + text.length;
}

/* White space as the kernel sees it here: the blank and every control character. */
static bool is_space(char c)
{
    return (unsigned char)c <= ' ';
}

/* Splits a word at its first '='; takes enclosing quotes off the value, or off a quoted word. */
static struct cmdline_word split_word(const char *start, const char *end)
{
    struct cmdline_word word = {{start, end - start}, {NULL, 0}};
    const char *equals = start;

    if (*start == '"') {
        word.name.start = equals = ++start;
        if (end > start && end[-1] == '"')
            end--;
        word.name.length = end - start;
    }
    while (equals < end && *equals != '=')
        equals++;
    if (equals == end)
        return word;
    word.name.length = equals - start;
    word.value.start = equals + 1;
    if (word.value.start < end && *word.value.start == '"') {
        word.value.start++;
        if (end > word.value.start && end[-1] == '"')
            end--;
    }
    word.value.length = end - word.value.start;
    return word;
}

/* A word ends at the first white space that is not between quotes. */
bool cmdline_next(struct cmdline_walk *walk, struct cmdline_word *ret)
{
    bool quoted = false;
    const char *start;

    while (walk->at < walk->end && is_space(*walk->at))
        walk->at++;
    if (walk->at >= walk->end)
        return false;
    start = walk->at;
    while (walk->at < walk->end && (quoted || !is_space(*walk->at))) {
        if (*walk->at == '"')
            quoted = !quoted;
        walk->at++;
    }
    *ret = split_word(start, walk->at);
    return true;
}

bool cmdline_text_is(struct cmdline_text text, const char *string)
{
    return text.length == strlen(string) && !memcmp(text.start, string, text.length);
}

bool cmdline_find_option_bool(struct cmdline_text line, const char *option)
{
    struct cmdline_walk walk;
    struct cmdline_word word;

    cmdline_walk_start(&walk, line);
    while (cmdline_next(&walk, &word))
        if (!word.value.start && cmdline_text_is(word.name, option))
            return true;
    return false;
}

bool cmdline_find_option(struct cmdline_text line, const char *option,
                         struct cmdline_text *ret_value)
{
    struct cmdline_walk walk;
    struct cmdline_word word;
    bool found = false;

    cmdline_walk_start(&walk, line);
    while (cmdline_next(&walk, &word)) {
        if (!word.value.start || !cmdline_text_is(word.name, option))
            continue;
        *ret_value = word.value;
        found = true;
    }
    return found;
}

/* The value of a digit in any base up to 16; 16 when c is none. */
static unsigned int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 16;
}

/* Powers of two that the suffixes stand for; 0 when c is no suffix. */
static unsigned int suffix_shift(char c)
{
    switch (c | 0x20) { /* lower case */
    case 'k':
        return 10;
    case 'm':
        return 20;
    case 'g':
        return 30;
    case 't':
        return 40;
    case 'p':
        return 50;
    case 'e':
        return 60;
    default:
        return 0;
    }
}

/* Strips the base's prefix from *text: "0x" is one only when a digit follows. */
static unsigned int number_base(struct cmdline_text *text)
{
    if (text->length >= 3 && text->start[0] == '0' && (text->start[1] | 0x20) == 'x' &&
        digit_value(text->start[2]) < 16) {
        text->start += 2;
        text->length -= 2;
        return 16;
    }
    return text->length && text->start[0] == '0' ? 8 : 10;
}

bool cmdline_parse_number(struct cmdline_text *text, bool with_suffix, uint64_t *ret)
{
    struct cmdline_text rest = *text;
    unsigned int base = number_base(&rest);
    uint64_t value = 0;
    size_t digits = 0;

    for (; digits < rest.length && digit_value(rest.start[digits]) < base; digits++)
        if (__builtin_mul_overflow(value, (uint64_t)base, &value) ||
            __builtin_add_overflow(value, (uint64_t)digit_value(rest.start[digits]), &value))
            value = UINT64_MAX;
    if (!digits)
        return false;
    if (with_suffix && digits < rest.length && suffix_shift(rest.start[digits])) {
        unsigned int shift = suffix_shift(rest.start[digits++]);

        value = value > UINT64_MAX >> shift ? UINT64_MAX : value << shift;
    }
    text->start = rest.start + digits;
    text->length = rest.length - digits;
    *ret = value;
    return true;
}
