/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The debugger's commands: one table for the REPL, scripts, check files and gdb's `monitor`, so that
 * a command learned once works everywhere. A front door keeps one struct environment and hands
 * lines to commands_execute(); it prints the error, if there is one, and goes on or ends.
 */
#ifndef BOOTSCOPE_COMMANDS_COMMAND_H
#define BOOTSCOPE_COMMANDS_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>
#include <signal.h>

#include "console.h"
#include "debugger.h"
#include "error.h"
#include "text.h"

#define COMMAND_LINE_MAX  4096
#define COMMAND_WORDS_MAX 64

/* Where commands go on that are given no address. Theirs alone; all zero at first. */
struct command_cursor {
    char letter;                 /* x and xp: the last form ... */
    unsigned int size;           /* ... and size */
    struct maybe examined[2];    /* the next address of x, of xp */
    struct maybe dumped;         /* the next of hexdump */
    bool listing;                /* list: something was shown, */
    enum module list_module;     /* of this place, */
    uint64_t list_link, list_pc; /* while the next instruction was this, */
    unsigned int list_next;      /* up to this line */
};

/* What a command works with. The front door sets it up; debugger and text are the front door's. */
struct environment {
    struct debugger *debugger;
    const struct text *text; /* where commands print, JSON as well */
    bool json;  /* the front door's default; --json on a command sets it for that one */
    bool quit;  /* a command asked the front door to end */
    bool moved; /* set after a command whose row says that it moves */
    /* Files may be named: -o FILE writes, source FILE reads. Not for a debugger on a socket. */
    bool may_write_files;
    unsigned int depth;      /* of scripts that run one another */
    struct console *console; /* of the guest, for a half line before an arrival; may be NULL */
    /* Set by a signal: a script ends behind the command that it was in. May be NULL. */
    const volatile sig_atomic_t *interrupted;
    struct command_cursor cursor;
};

/* One line, taken apart. Owned by the caller of the command. */
struct command_line {
    const char *name;   /* as typed: an alias, perhaps */
    const char *format; /* of "x/4gx": "4gx"; "" when there is none */
    const char *rest;   /* all behind the name, --json taken out, outer blanks trimmed */
    int count;          /* words in rest; quotes "..." keep blanks together */
    const char *words[COMMAND_WORDS_MAX];
};

enum command_group {
    GROUP_MOVING,
    GROUP_BREAKPOINTS,
    GROUP_REGISTERS,
    GROUP_MEMORY,
    GROUP_PAGING,
    GROUP_BOOT,
    GROUP_PROGRAM,
};

/* What an argument is, for completion. */
enum argument_kind {
    ARGUMENT_NONE,
    ARGUMENT_CHECKPOINT,
    ARGUMENT_EXPRESSION,
    ARGUMENT_REGISTER,
    ARGUMENT_COMMAND,
    ARGUMENT_FILE
};

struct command {
    const char *name;      /* one word, or two: "info gdt", "pt diff" */
    const char *aliases;   /* other names, separated by commas; NULL: none */
    const char *arguments; /* as in a usage line: "[CHECKPOINT]"; "" when there are none */
    const char *summary;   /* one line, lower case, without a full stop */
    const char *example;   /* a whole line that works at some checkpoint of the teaching kernel */
    const char *help;      /* more, in lines of at most 80 columns; NULL: nothing */
    enum command_group group;
    enum argument_kind completes;
    bool has_format; /* takes /FMT behind its name */
    bool has_json;   /* prints data: takes --json */
    bool moves;      /* the guest may be elsewhere afterwards */
    /*
     * Errors: ERROR_INPUT for usage, ERROR_CHECK when a proof or an expectation fails, else those of the debugger.
     * What was printed before an error stays.
     */
    struct error *(*run)(struct environment *environment, const struct command_line *line);
};

/* The whole table, group by group; index < commands_count(). */
size_t commands_count(void);
const struct command *commands_get(size_t index);
/* By name or alias, exactly; NULL when there is none. */
const struct command *commands_find(const char *name);

/*
 * Runs one line. A blank line or one that begins with # is nothing. ERROR_INPUT for an unknown or ambiguous command
 * (with the nearest name), too long a line or one that is not UTF-8 (with its column), --json
 * where it means nothing; else what the command returns. A unique
 * beginning of a name stands for it.
 */
struct error *commands_execute(struct environment *environment, const char *line);

/* Prints a JSON value on one line and releases it. */
void command_print_json(const struct environment *environment, json_t *value);
/* ERROR_INPUT "usage: NAME ARGUMENTS" for a line with other than min..max words. */
struct error *command_usage(const struct command_line *line, int min, int max);
/*
 * For commands that show something of the machine: the present stop. ERROR_GUEST when there is none any more.
 */
struct error *command_stop(const struct environment *environment, const struct stop **ret);
/*
 * A checkpoint by name, decimal index or the unique beginning of a name. ERROR_INPUT with the
 * nearest name for an unknown one, with the candidates for an ambiguous one.
 */
struct error *command_checkpoint(const struct environment *environment, const char *name,
                                 const struct stage **ret);

/* The groups; each is one file, and ends with a row whose name is NULL. */
extern const struct command commands_moving[];      /* moving.c */
extern const struct command commands_elsewhere[];   /* elsewhere.c: at */
extern const struct command commands_breakpoints[]; /* breakpoints.c */
extern const struct command commands_registers[];   /* registers.c */
extern const struct command commands_memory[];      /* memory.c */
extern const struct command commands_paging[];      /* paging.c */
extern const struct command commands_boot[];        /* boot.c */
extern const struct command commands_annotate[];    /* annotate.c */
extern const struct command commands_program[]; /* program.c: help, quit, expect, source, echo */

#endif
