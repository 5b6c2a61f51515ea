/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the front doors at a terminal share, the REPL and a lesson's player: lines are read with
 * history and completion, commands run, errors told, a guest that is lost noticed.
 */
#ifndef BOOTSCOPE_REPL_FRONT_H
#define BOOTSCOPE_REPL_FRONT_H

#include "command.h"
#include "error.h"
#include "history_file.h"
#include "repeat.h"

/* A person at a terminal has Ctrl-C; only who asks for one gets a shorter deadline. */
#define PATIENCE_MS (INT64_C(24) * 3600 * 1000)

struct front {
    struct environment *environment; /* with its debugger, text and console */
    struct history_file history;
    struct repeat repeat;
};

/*
 * Takes over the signals, and with a terminal lets readline ask about this debugger; again when another guest takes
 * the place of one. front_end() gives the signals back.
 */
struct error *front_begin(struct front *front, struct environment *environment, bool terminal);
void front_end(struct front *front);
/* Reads what was typed in earlier sessions; what keeps it from doing so is told once. */
void front_open_history(struct front *front);
void front_close_history(struct front *front);

enum front_event {
    FRONT_LINE, /* *ret_line is owned by the caller, and in the history unless it is blank */
    FRONT_END,  /* Ctrl-D */
    FRONT_LOST, /* the guest ended while nobody typed: that was told */
};
/* Errors are those of the loop. */
struct error *front_read(struct front *front, enum front_event *ret, char **ret_line);

/* Runs a command; an error is told. */
void front_execute(struct front *front, const char *line);

/* Prints an error on stderr and frees it. */
void front_tell(struct error *err);

/* For the console's handler: prints, and shows the line that is being typed again behind it. */
void front_console(struct console *console, const char *bytes, size_t length);

#endif
