/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "help.h"

#include <string.h>

#include "resolve.h"

static const struct {
    const char *word, *heading;
} groups[] = {
    [GROUP_MOVING] = {"moving", "moving the guest"},
    [GROUP_BREAKPOINTS] = {"breakpoints", "breakpoints and watchpoints"},
    [GROUP_REGISTERS] = {"registers", "registers and descriptor tables"},
    [GROUP_MEMORY] = {"memory", "memory, code and expressions"},
    [GROUP_PAGING] = {"paging", "paging"},
    [GROUP_BOOT] = {"boot", "the boot"},
    [GROUP_PROGRAM] = {"program", "the program"},
};

/* Where summaries begin. */
#define HELP_SUMMARY 31

/* "x/FMT EXPR" */
static void usage_of(const struct command *command, char *out, size_t size)
{
    snprintf(out, size, "%s%s%s%s", command->name, command->has_format ? "[/FMT]" : "",
             *command->arguments ? " " : "", command->arguments);
}

static void aliases_of(const struct command *command, char *out, size_t size)
{
    struct command_name name;
    size_t position = 0, used = 0;

    out[0] = '\0';
    command_next_name(command, &position, &name);
    while (command_next_name(command, &position, &name) && used < size)
        used += (size_t)snprintf(out + used, size - used, "%s%.*s", used ? ", " : "",
                                 (int)name.length, name.text);
}

/* Words in the right column, on as many lines as they need. Returns the column behind the last. */
static size_t print_words(const char *words, const struct text *text)
{
    size_t column = HELP_SUMMARY;

    while (*words) {
        size_t length = strcspn(words, " ");

        if (column > HELP_SUMMARY && column + length > TEXT_COLUMNS) {
            text_print(text, TEXT_PLAIN, "\n%*s", HELP_SUMMARY, "");
            column = HELP_SUMMARY;
        } else if (column > HELP_SUMMARY) {
            text_print(text, TEXT_PLAIN, " ");
        }
        text_print(text, TEXT_PLAIN, "%.*s", (int)length, words);
        column += length + 1;
        words += length + (words[length] == ' ');
    }
    return column;
}

static void print_row(const struct command *command, const struct text *text)
{
    char usage[128], aliases[128];

    usage_of(command, usage, sizeof(usage));
    aliases_of(command, aliases, sizeof(aliases));
    text_print(text, TEXT_PLAIN, "  %-*s", HELP_SUMMARY - 3, usage);
    if (strlen(usage) > HELP_SUMMARY - 3)
        text_print(text, TEXT_PLAIN, "\n%*s", HELP_SUMMARY - 1, "");
    text_print(text, TEXT_PLAIN, " ");
    size_t column = print_words(command->summary, text);
    if (aliases[0] && column + strlen(aliases) + 2 <= TEXT_COLUMNS)
        text_print(text, TEXT_DIM, " (%s)", aliases);
    text_print(text, TEXT_PLAIN, "\n");
}

void help_all_text(const struct text *text)
{
    int group = -1;

    for (size_t i = 0; i < commands_count(); i++) {
        const struct command *command = commands_get(i);

        if ((int)command->group != group) {
            group = (int)command->group;
            text_print(text, TEXT_HEADING, "%s%s\n", i ? "\n" : "", groups[group].heading);
        }
        print_row(command, text);
    }
    text_print(text, TEXT_PLAIN,
               "\nhelp COMMAND tells more, with an example. The beginning of a name will do where "
               "it is the only\none; commands that print data take --json.\n");
}

static void print_lines(const char *lines, const struct text *text)
{
    while (*lines) {
        size_t length = strcspn(lines, "\n");

        text_print(text, TEXT_PLAIN, "  %.*s\n", (int)length, lines);
        lines += length + (lines[length] == '\n');
    }
}

void help_command_text(const struct command *command, const struct text *text)
{
    char usage[128], aliases[128];

    usage_of(command, usage, sizeof(usage));
    aliases_of(command, aliases, sizeof(aliases));
    text_print(text, TEXT_HEADING, "%s", usage);
    text_print(text, TEXT_PLAIN, "%s: %s\n", command->has_json ? " [--json]" : "",
               command->summary);
    if (command->help)
        print_lines(command->help, text);
    if (aliases[0]) {
        text_label(text, "also");
        text_print(text, TEXT_PLAIN, "%s\n", aliases);
    }
    text_label(text, "example");
    text_print(text, TEXT_PLAIN, "%s\n", command->example);
}

json_t *help_command_json(const struct command *command)
{
    json_t *aliases = json_array();
    struct command_name name;
    size_t position = 0;

    command_next_name(command, &position, &name);
    while (command_next_name(command, &position, &name))
        json_array_append_new(aliases, json_stringn(name.text, name.length));
    return json_pack("{s:s,s:o,s:s,s:s,s:s,s:s?,s:s,s:b,s:b,s:b}", "name", command->name, "aliases",
                     aliases, "arguments", command->arguments, "summary", command->summary,
                     "example", command->example, "help", command->help, "group",
                     groups[command->group].word, "format", command->has_format, "json",
                     command->has_json, "moves", command->moves);
}

json_t *help_all_json(void)
{
    json_t *list = json_array();

    for (size_t i = 0; i < commands_count(); i++)
        json_array_append_new(list, help_command_json(commands_get(i)));
    return list;
}
