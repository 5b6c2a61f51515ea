/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console.h"

void console_init(struct console *console, const struct text *out, bool json)
{
    *console = (struct console){.out = out, .json = json};
}

/* How many columns of a line of text fit behind the margin. */
#define CONSOLE_COLUMNS (TEXT_COLUMNS - 4)

/* Blanks at the end would be seen by nobody. */
static void print_part(const struct console *console, const char *part, size_t length)
{
    while (length > 0 && part[length - 1] == ' ')
        length--;
    text_print(console->out, TEXT_DIM, "  |");
    text_print(console->out, TEXT_PLAIN, "%s%.*s\n", length ? " " : "", (int)length, part);
}

static void print_text(const struct console *console)
{
    size_t start = 0;

    do {
        size_t part = console->length - start;

        if (part > CONSOLE_COLUMNS)
            part = CONSOLE_COLUMNS;
        print_part(console, console->line + start, part);
        start += part;
    } while (start < console->length);
}

/* Prints the line so far, which may be empty. */
static void end_line(struct console *console)
{
    if (console->json) {
        json_t *line = json_pack("{s:s%}", "console", console->line, console->length);

        json_dumpf(line, console->out->stream, JSON_COMPACT);
        putc('\n', console->out->stream);
        json_decref(line);
    } else {
        print_text(console);
    }
    fflush(console->out->stream);
    console->length = 0;
}

void console_print(struct console *console, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];

        if (byte == '\r')
            continue;
        if (byte == '\n') {
            if (!console->full)
                end_line(console);
            console->full = false;
            continue;
        }
        /* Other bytes than printable ASCII could steer a terminal, or be no UTF-8 for JSON. */
        console->line[console->length++] = byte >= ' ' && byte < 0x7f ? (char)byte : '.';
        console->full = console->length == CONSOLE_LINE_MAX;
        if (console->full)
            end_line(console);
    }
}

void console_break(struct console *console)
{
    if (console->length > 0)
        end_line(console);
}
