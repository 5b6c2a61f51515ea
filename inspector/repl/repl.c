/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "console.h"
#include "front.h"
#include "script.h"
#include "unpack_note.h"

struct repl {
    const struct repl_options *options;
    struct debugger *debugger;
    struct text out;
    struct console console;
    struct environment environment;
    struct front front;
    bool terminal;
};

static void on_console(void *context, const char *bytes, size_t length)
{
    struct repl *repl = context;

    front_console(&repl->console, bytes, length);
}

/* What is loaded, and how to begin. */
static void print_banner(const struct repl *repl)
{
    const struct session_options *options = &repl->options->debugger.session;
    const struct session *session = debugger_session(repl->debugger);
    const struct symbols *symbols[] = {session->symbols.setup, session->symbols.stub,
                                       session->symbols.kernel};

    text_print(&repl->out, TEXT_HEADING, "%s", options->image ? options->image : options->connect);
    text_print(&repl->out, TEXT_PLAIN, ": %zu checkpoints", session->stages.count);
    if (session->stages.discovered)
        text_print(&repl->out, TEXT_PLAIN, ", found in its code");
    for (size_t i = 0, count = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
        if (!symbols[i] || symbols_are_made(symbols[i]))
            continue;
        const char *path = symbols_path(symbols[i]);
        const char *slash = strrchr(path, '/');
        text_print(&repl->out, TEXT_PLAIN, "%s%s", count++ ? ", " : "; symbols of ",
                   slash ? slash + 1 : path);
    }
    text_print(&repl->out, TEXT_PLAIN, "\n%s. ",
               options->connect ? "The guest is stopped" : "The guest stands in reset");
    text_print(&repl->out, TEXT_PLAIN,
               "next goes to the first checkpoint, c NAME to any; help lists all.\n");
}

/* One line from the terminal; false at its end. */
static bool interact_once(struct repl *repl, struct error **err)
{
    enum front_event event;
    char *line;

    *err = front_read(&repl->front, &event, &line);
    if (*err || event != FRONT_LINE)
        return !*err && event == FRONT_LOST;
    front_execute(&repl->front, repeat_line(&repl->front.repeat, line));
    free(line);
    return !repl->environment.quit;
}

static struct error *interact(struct repl *repl)
{
    struct error *err;

    front_open_history(&repl->front);
    do {
        err = NULL;
    } while (interact_once(repl, &err));
    front_close_history(&repl->front);
    return err;
}

static struct error *run_scripts(struct repl *repl)
{
    struct error *err = NULL;

    for (size_t i = 0; !err && i < repl->options->script_count && !repl->environment.quit; i++) {
        err = script_run_file(&repl->environment, repl->options->scripts[i]);
        console_break(&repl->console);
        if (err && repl->terminal) {
            front_tell(err);
            return NULL;
        }
    }
    return err;
}

static struct error *run(struct repl *repl)
{
    struct error *err;

    if (repl->terminal && !repl->options->json)
        print_banner(repl);
    unpack_note(debugger_session(repl->debugger), repl->options->json, &repl->out);
    err = run_scripts(repl);
    if (err || repl->environment.quit)
        return err;
    if (repl->terminal)
        return interact(repl);
    err = script_run(&repl->environment, stdin, "stdin");
    console_break(&repl->console);
    return err;
}

static struct error *serve(struct repl *repl)
{
    struct session *session = debugger_session(repl->debugger);
    int64_t timeout = repl->options->timeout_ms;
    if (timeout == 0)
        timeout = repl->terminal ? PATIENCE_MS : TIMEOUT_DEFAULT_MS;
    debugger_set_timeout(repl->debugger, timeout);
    console_init(&repl->console, &repl->out, repl->options->json);
    if (session->qemu)
        qemu_on_console(session->qemu, on_console, repl);
    repl->environment = (struct environment){
        .debugger = repl->debugger,
        .text = &repl->out,
        .console = &repl->console,
        .json = repl->options->json,
        .may_write_files = true,
    };
    struct error *err = front_begin(&repl->front, &repl->environment, repl->terminal);
    if (err)
        return err;
    err = run(repl);
    front_end(&repl->front);
    return err;
}

struct error *repl(const struct repl_options *options)
{
    struct repl *repl = calloc(1, sizeof(*repl));
    struct error *err;

    if (!repl)
        return error_new(ERROR_SYSTEM, "no memory");
    repl->options = options;
    repl->out = text_to(stdout);
    repl->terminal = isatty(STDIN_FILENO);
    err = debugger_open(&options->debugger, &repl->debugger);
    if (!err) {
        err = serve(repl);
        debugger_close(repl->debugger);
    }
    free(repl);
    return err;
}
