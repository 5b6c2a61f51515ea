/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expressions and commands in gdb's words. What means something else there is left to monitor. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gdb_script.h"

#define BRACKETS_MAX 32

struct converter {
    const char *at;
    FILE *out;
    unsigned int open; /* brackets that have not ended yet */
    bool memory[BRACKETS_MAX];
};

/* gdb knows them with a sign, ours have none; so each is cast. */
static const char *register_cast(const char *name, size_t length)
{
    static const struct {
        const char *names, *cast;
    } kinds[] = {
        {" rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 ", "(unsigned long)"},
        {" eax ebx ecx edx esi edi ebp esp ", "(unsigned long)(unsigned int)"},
        {" cr0 cr2 cr3 cr4 ", "(unsigned long)"},
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        for (const char *at = kinds[i].names; (at = strchr(at, ' ')) && at[1]; at++)
            if (strncmp(at + 1, name, length) == 0 && at[1 + length] == ' ')
                return kinds[i].cast;
    return NULL;
}

static bool is_name(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_' || byte == '.' || byte == '$';
}

static bool open_bracket(struct converter *converter, bool memory)
{
    if (converter->open == BRACKETS_MAX)
        return false;
    converter->memory[converter->open++] = memory;
    return true;
}

static const char *memory_type(const char *name, size_t length)
{
    static const char *const types[][2] = {
        {"u8", "char"}, {"u16", "short"}, {"u32", "int"}, {"u64", "long"}};

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strlen(types[i][0]) == length && strncmp(types[i][0], name, length) == 0)
            return types[i][1];
    return NULL;
}

static const char *word_operator(const char *name, size_t length)
{
    static const char *const words[][2] = {{"and", "&&"}, {"or", "||"}, {"not", "!"}};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strlen(words[i][0]) == length && strncmp(words[i][0], name, length) == 0)
            return words[i][1];
    return NULL;
}

static bool convert_name(struct converter *converter)
{
    const char *name = converter->at, *word;
    size_t length = 0;

    while (is_name(name[length]))
        length++;
    converter->at += length;
    word = memory_type(name, length);
    if (word && *converter->at == '[') {
        converter->at++;
        fprintf(converter->out, "(unsigned long)*(unsigned %s *)(", word);
        return open_bracket(converter, true);
    }
    word = word_operator(name, length);
    if (word) {
        fputs(word, converter->out);
        return true;
    }
    name += *name == '$';
    length = (size_t)(converter->at - name);
    word = register_cast(name, length);
    if (word)
        fprintf(converter->out, "%s$%.*s", word, (int)length, name);
    return word != NULL;
}

/* 4K and 0x1f; not 0b1 and 'a'. */
static bool convert_number(struct converter *converter)
{
    static const char suffixes[] = "KMG";
    char *end;
    unsigned long long value = strtoull(converter->at, &end, 0);
    const char *suffix = *end ? strchr(suffixes, *end) : NULL;

    if (suffix)
        value <<= 10 * (suffix - suffixes + 1);
    end += suffix != NULL;
    if (is_name(*end))
        return false;
    if (strncmp(converter->at, "0x", 2) == 0 || suffix)
        fprintf(converter->out, "0x%llxUL", value);
    else
        fprintf(converter->out, "%lluUL", value);
    converter->at = end;
    return true;
}

static bool convert_other(struct converter *converter)
{
    char byte = *converter->at++;

    if (byte == '(' && !open_bracket(converter, false))
        return false;
    if (byte == ')' || byte == ']') {
        if (!converter->open || converter->memory[--converter->open] != (byte == ']'))
            return false;
        byte = ')';
    } else if (!strchr(" (!~-+*/%<>=&^|?:", byte)) {
        return false;
    }
    putc(byte, converter->out);
    return true;
}

static bool convert(struct converter *converter)
{
    bool good = true;

    while (good && *converter->at) {
        if (isdigit((unsigned char)*converter->at))
            good = convert_number(converter);
        else if (is_name(*converter->at))
            good = convert_name(converter);
        else
            good = convert_other(converter);
    }
    return good && !converter->open;
}

char *gdb_expression(const char *expression)
{
    char *converted = NULL;
    size_t size;
    FILE *out = open_memstream(&converted, &size);
    struct converter converter = {.at = expression, .out = out};
    bool good;

    if (!out)
        abort();
    good = convert(&converter);
    fclose(out);
    if (!good) {
        free(converted);
        converted = NULL;
    }
    return converted;
}

static char *joined(const char *command, const char *argument)
{
    char *line;

    if (asprintf(&line, "%s%s%s", command, *argument ? " " : "", argument) < 0)
        abort();
    return line;
}

static bool is_whole_number(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

/* A register alone needs no cast where its size shows anyhow: the address of x, the digits of p/x. */
static char *lone_register(const char *name, const char *argument, bool hexadecimal)
{
    const char *bare = argument + (*argument == '$');
    const char *cast = register_cast(bare, strlen(bare));
    bool narrow = cast && strcmp(cast, "(unsigned long)") != 0;
    char *line;

    if (!cast || (*name == 'p' && !hexadecimal))
        return NULL;
    if (asprintf(&line, "%s$%s", narrow && *name == 'x' ? "(unsigned int)" : "", bare) < 0)
        abort();
    return line;
}

/* p and x, with their format: "p/x rax". Instructions are ours, since gdb does not know how wide the code is. */
static char *formatted(const char *name, const char *format, size_t length, const char *argument)
{
    char *converted, *line = NULL, *command;

    if (memchr(format, 'i', length) || memchr(format, 'a', length) || memchr(format, 's', length) ||
        memchr(format, 'c', length))
        return NULL;
    if (strcmp(name, "x") == 0 && (!length || !*argument))
        return NULL;
    converted = lone_register(name, argument, !length || (length == 1 && *format == 'x'));
    if (!converted)
        converted = gdb_expression(argument);
    if (!converted || !*converted) {
        free(converted);
        return NULL;
    }
    if (asprintf(&command, "%s/%.*s", name, length ? (int)length : 1, length ? format : "x") < 0)
        abort();
    line = joined(command, converted);
    free(command);
    free(converted);
    return line;
}

char *gdb_command(const char *line, unsigned int bits)
{
    size_t length = strcspn(line, " /");
    const char *format = line[length] == '/' ? line + length + 1 : "";
    size_t format_length = strcspn(format, " ");
    const char *argument = line + strcspn(line, " ");

    argument += strspn(argument, " ");
    /* What addresses and registers mean in 16-bit code, gdb has no idea. */
    if (bits == 16)
        return NULL;
    if ((length == 1 && *line == 'p') || (length == 5 && strncmp(line, "print", 5) == 0))
        return formatted("p", format, format_length, argument);
    if (length == 1 && *line == 'x')
        return formatted("x", format, format_length, argument);
    if (*format)
        return NULL;
    if (strcmp(line, "regs") == 0 || strcmp(line, "info registers") == 0)
        return joined("info registers", "");
    if (strcmp(line, "si") == 0 || strcmp(line, "stepi") == 0)
        return joined("stepi", "");
    if (strncmp(line, "si ", 3) == 0 && is_whole_number(argument))
        return joined("stepi", argument);
    if (strcmp(line, "rsi") == 0)
        return joined("reverse-stepi", "");
    if (strncmp(line, "rsi ", 4) == 0 && is_whole_number(argument))
        return joined("reverse-stepi", argument);
    if (strcmp(line, "list") == 0)
        return joined("list", "*$pc");
    return NULL;
}
