/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "completion.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "evaluate.h"
#include "regs.h"
#include "resolve.h"

#define BLANKS " \t"

/* A candidate is offered when it begins with the word. */
struct offer {
    const char *word;
    void (*add)(void *context, const char *candidate);
    void *context;
};

static void offer(const struct offer *to, const char *candidate)
{
    if (strncmp(candidate, to->word, strlen(to->word)) == 0)
        to->add(to->context, candidate);
}

/* Part of a name, "$rax" included. */
static bool in_name(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_' || byte == '$' || byte == '.';
}

/* Where the last word of the line begins. */
static size_t word_start(const char *line, size_t length, bool expression)
{
    size_t start = length;

    while (start > 0 && (expression ? in_name(line[start - 1]) : !strchr(BLANKS, line[start - 1])))
        start--;
    return start;
}

/* Whether any name has this first word and a second one. */
static bool has_second(const char *first)
{
    struct command_name name;
    size_t length = strlen(first);

    for (size_t i = 0; i < commands_count(); i++)
        for (size_t position = 0; command_next_name(commands_get(i), &position, &name);)
            if (name.length > length + 1 && strncmp(name.text, first, length) == 0 &&
                name.text[length] == ' ')
                return true;
    return false;
}

/* The command that a line begins with, when it is complete: something stands behind its name. */
static void find_argument(const char *line, size_t length, struct completion *ret)
{
    char copy[COMMAND_LINE_MAX];
    const struct command *command;
    const char *end;

    if (length >= sizeof(copy))
        return;
    *(char *)mempcpy(copy, line, length) = '\0';
    struct error *err = resolve(copy, &command, &end);
    if (!err && *end != '\0')
        ret->argument = command->completes;
    error_free(err);
}

/* For `help`, which takes a command: what is behind counts as a line of its own. */
static void begin_at(const char *line, size_t length, size_t offset, struct completion *ret)
{
    size_t first = offset, end;

    while (first < length && strchr(BLANKS, line[first]))
        first++;
    end = first;
    while (end < length && !strchr(BLANKS "/", line[end]))
        end++;
    ret->start = first;
    ret->command = end == length;
    if (ret->command)
        return;
    size_t second = end;
    while (second < length && strchr(BLANKS, line[second]))
        second++;
    ret->start = second;
    /* The second word of a name is being typed, if nothing stands behind it. */
    if (second > end && !memchr(line + second, ' ', length - second) &&
        end - first < sizeof(ret->first)) {
        snprintf(ret->first, sizeof(ret->first), "%.*s", (int)(end - first), line + first);
        ret->command = has_second(ret->first);
    }
    if (!ret->command)
        ret->first[0] = '\0';
}

void completion_begin(const char *line, size_t length, struct completion *ret)
{
    size_t blanks = 0;

    *ret = (struct completion){.argument = ARGUMENT_NONE};
    while (blanks < length && strchr(BLANKS, line[blanks]))
        blanks++;
    begin_at(line, length, blanks, ret);
    if (ret->command && !ret->first[0])
        return;
    find_argument(line + blanks, length - blanks, ret);
    if (ret->argument == ARGUMENT_COMMAND) {
        size_t name = blanks;

        while (name < length && !strchr(BLANKS, line[name]))
            name++;
        ret->argument = ARGUMENT_NONE;
        begin_at(line, length, name, ret);
        return;
    }
    bool expression = ret->argument == ARGUMENT_EXPRESSION || ret->argument == ARGUMENT_REGISTER;
    if (!ret->command || expression)
        ret->start = word_start(line, length, expression);
}

/* "info b" beside "info breakpoints" would only be in the way. */
static bool abbreviates(struct command_name name, const struct command *command)
{
    return name.length < strlen(command->name) &&
           strncmp(name.text, command->name, name.length) == 0;
}

static void offer_commands(const struct completion *completion, const struct offer *to)
{
    size_t skip = strlen(completion->first);
    struct command_name name;
    char text[64];

    for (size_t i = 0; i < commands_count(); i++)
        for (size_t position = 0; command_next_name(commands_get(i), &position, &name);) {
            if (abbreviates(name, commands_get(i)))
                continue;
            snprintf(text, sizeof(text), "%.*s", (int)name.length, name.text);
            char *blank = strchr(text, ' ');
            if (skip == 0) {
                if (blank)
                    *blank = '\0';
                offer(to, text);
            } else if (blank == text + skip && strncmp(text, completion->first, skip) == 0) {
                offer(to, blank + 1);
            }
        }
}

static void offer_words(const struct completion *completion, const struct completion_names *names,
                        const struct offer *to)
{
    for (size_t i = 0; !completion->first[0] && names->words && names->words[i]; i++)
        offer(to, names->words[i]);
}

static void offer_checkpoints(const struct stages *stages, const struct offer *to)
{
    for (size_t i = 0; stages && i < stages->count; i++)
        offer(to, stages->list[i].name);
}

/* With a $ where the user typed one: it is then a register and nothing else. */
static void offer_register(const struct offer *to, const char *name)
{
    char text[32];

    snprintf(text, sizeof(text), "%s%s", to->word[0] == '$' ? "$" : "", name);
    offer(to, text);
}

static void offer_registers(const struct offer *to)
{
    static const struct registers none;
    const char *name;
    uint64_t value;
    char narrow[8];
    bool is_known;

    for (unsigned int i = 0; regs_field(&none, i, &name, &value, &is_known); i++) {
        /* The limits of tables are no registers to an expression. */
        if (!strchr(name, '.'))
            offer_register(to, name);
        if (i <= RSP) {
            snprintf(narrow, sizeof(narrow), "e%s", name + 1);
            offer_register(to, narrow);
            offer_register(to, name + 1);
        }
    }
    for (unsigned int i = RAX; i <= RDX; i++) {
        const char *word = gpr_name((enum gpr)i) + 1;

        snprintf(narrow, sizeof(narrow), "%cl", word[0]);
        offer_register(to, narrow);
        snprintf(narrow, sizeof(narrow), "%ch", word[0]);
        offer_register(to, narrow);
    }
    for (int i = 0; i < SEG_LDTR; i++) {
        snprintf(narrow, sizeof(narrow), "%s_base", segment_name((enum segment_register)i));
        offer_register(to, narrow);
    }
    offer_register(to, "pc");
    offer_register(to, "eip");
    offer_register(to, "eflags");
}

static void offer_expression(const struct completion_names *names, const struct offer *to)
{
    static const char *const words[] = {
        "sym(", "u8[", "u16[", "u32[", "u64[", "phys8[", "phys16[", "phys32[", "phys64[",
    };
    struct symbol_info symbol;
    const char *name;

    offer_registers(to);
    for (size_t i = 0; (name = evaluate_value_name(i)); i++)
        offer(to, name);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        offer(to, words[i]);
    for (size_t i = 0; names->marker && i < names->marker->count; i++)
        offer(to, names->marker->keys[i].key);
    for (size_t module = 0; module < MODULE_COUNT; module++)
        for (size_t i = 0;
             names->symbols[module] && symbols_match(names->symbols[module], to->word, i, &symbol);
             i++)
            offer(to, symbol.name);
}

void completion_each(const struct completion *completion, const struct completion_names *names,
                     const char *word, void (*add)(void *context, const char *candidate),
                     void *context)
{
    struct offer to = {word, add, context};

    if (completion->command) {
        offer_commands(completion, &to);
        offer_words(completion, names, &to);
    }
    switch (completion->argument) {
    case ARGUMENT_CHECKPOINT:
        offer_checkpoints(names->stages, &to);
        break;
    case ARGUMENT_EXPRESSION:
        offer_expression(names, &to);
        break;
    case ARGUMENT_REGISTER:
        offer_registers(&to);
        break;
    case ARGUMENT_COMMAND:
    case ARGUMENT_FILE:
    case ARGUMENT_NONE:
        break;
    }
}
