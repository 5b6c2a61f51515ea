/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A command's line, taken apart. */
#ifndef BOOTSCOPE_COMMANDS_LINE_H
#define BOOTSCOPE_COMMANDS_LINE_H

#include "command.h"

/* A line and the bytes that its pieces point into: it must not be copied. */
struct parsed_line {
    const struct command *command;
    struct command_line line;
    bool json; /* --json was there */
    char name[COMMAND_LINE_MAX];
    char format[COMMAND_LINE_MAX];
    char rest[COMMAND_LINE_MAX];
    char words[COMMAND_LINE_MAX];
};

/*
 * Finds the command and takes the rest apart. The line must not be blank. ERROR_INPUT: too long,
 * the errors of resolve(), /FMT or --json where it means nothing, a quote that never ends, more
 * than COMMAND_WORDS_MAX words.
 */
struct error *line_parse(const char *text, struct parsed_line *ret);

#endif
