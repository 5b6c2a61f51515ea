/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <argp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "subcommand.h"
#include "options.h"
#include "text.h"

#ifndef BOOTSCOPE_VERSION
#define BOOTSCOPE_VERSION "0.1"
#endif

static void usage(FILE *stream)
{
    fputs("usage: bootscope COMMAND [OPTION...] ...\n\n", stream);
    for (const struct subcommand *command = subcommands; command->name; command++)
        fprintf(stream, "  %-8s %-18s %s\n", command->name, command->arguments, command->summary);
    fputs("\n`bootscope COMMAND --help` lists the options of a command.\n"
          "Exit status: 0 all is as it must be; 1 a proof failed; 2 usage or input;\n"
          "3 the guest died, stopped at an error or timed out.\n",
          stream);
}

static const struct subcommand *find(const char *name)
{
    for (const struct subcommand *command = subcommands; command->name; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

/* What was printed must have arrived: a full disk behind stdout is a failure like any other. */
static struct error *close_stdout(void)
{
    const struct text out = {.stream = stdout};

    return text_flush(&out);
}

static int report(const char *name, struct error *err)
{
    int status = error_exit_status(err);

    fflush(stdout);
    char *message;
    if (asprintf(&message, "bootscope %s: %s", name, error_message(err)) < 0)
        abort();
    text_message(stderr, message);
    free(message);
    error_free(err);
    return status;
}

int main(int argc, char **argv)
{
    const struct subcommand *command;
    struct error *err;
    char name[64];
    int status = 0;

    /* A reader that goes away (`| head`) shows up as a write error, not as a killed process. */
    signal(SIGPIPE, SIG_IGN);
    argp_err_exit_status = OPTION_EXIT_USAGE;
    if (argc < 2) {
        usage(stderr);
        return OPTION_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        usage(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("bootscope " BOOTSCOPE_VERSION);
        return 0;
    }
    command = find(argv[1]);
    if (!command) {
        fprintf(stderr, "bootscope: %s: no such command; see bootscope --help\n", argv[1]);
        return OPTION_EXIT_USAGE;
    }
    snprintf(name, sizeof(name), "bootscope %s", command->name);
    argv[1] = name;
    err = command->run(argc - 1, argv + 1, &status);
    if (!err)
        err = close_stdout();
    return err ? report(command->name, err) : status;
}
