/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <readline/readline.h>

#include "completion.h"
#include "interrupt.h"
#include "whereabouts.h"

/* readline's callbacks have no context of their own. */
static struct {
    struct debugger *debugger;
    int signal_fd;
    bool colour;
    bool reading; /* a line is on the screen */
    bool done, lost;
    char *line;
    struct completion completion;
    const char *const *words;
    char **matches; /* of the word that is being completed */
    size_t match_count, match_room;
} prompt;

/* The debugger learns of an end when it moves the guest; while nothing moves, QEMU's end says it. */
static bool gone(void)
{
    struct qemu *qemu = debugger_session(prompt.debugger)->qemu;

    return !debugger_alive(prompt.debugger) || (qemu && qemu_end_state(qemu) != QEMU_RUNNING);
}

/* "(bootscope bss-cleared+12) ": the checkpoint, and how many instructions the guest is past it. */
static void make_prompt(char *out, size_t size)
{
    const char *bold = prompt.colour ? "\001\033[1m\002" : "";
    const char *plain = prompt.colour ? "\001\033[0m\002" : "";
    char label[WHEREABOUTS_LABEL_MAX];

    whereabouts_label(prompt.debugger, label);
    snprintf(out, size, "%s(bootscope %s)%s ", bold, label, plain);
}

static void add_match(void *context, const char *candidate)
{
    (void)context;
    if (prompt.match_count == prompt.match_room) {
        size_t room = prompt.match_room ? 2 * prompt.match_room : 64;
        char **grown = realloc(prompt.matches, room * sizeof(*grown));

        if (!grown)
            return;
        prompt.matches = grown;
        prompt.match_room = room;
    }
    char *copy = strdup(candidate);
    if (copy)
        prompt.matches[prompt.match_count++] = copy;
}

/* readline takes the candidates one by one, and owns each. */
static char *next_match(const char *text, int state)
{
    static size_t next;

    (void)text;
    if (state == 0)
        next = 0;
    return next < prompt.match_count ? prompt.matches[next++] : NULL;
}

/* What stands at a line's end may be gone on with: no blank then. */
static int ends_open(const char *candidate)
{
    char last = *candidate ? candidate[strlen(candidate) - 1] : '\0';

    return last == '[' || last == '(';
}

static char **complete(const char *text, int start, int end)
{
    const struct session *session = debugger_session(prompt.debugger);
    const struct stop *stop = NULL;
    struct completion_names names = {
        .stages = &session->stages,
        .symbols = {[MODULE_SETUP] = session->symbols.setup,
                    [MODULE_STUB] = session->symbols.stub,
                    [MODULE_KERNEL] = session->symbols.kernel},
    };

    (void)start;
    (void)end;
    if (prompt.completion.argument == ARGUMENT_FILE)
        return NULL; /* readline completes file names by itself */
    rl_attempted_completion_over = 1;
    if (!gone())
        error_free(debugger_stop(prompt.debugger, &stop));
    names.marker = stop ? stop->marker : NULL;
    names.words = prompt.words;
    completion_each(&prompt.completion, &names, text, add_match, NULL);
    if (prompt.match_count == 1 && ends_open(prompt.matches[0]))
        rl_completion_append_character = '\0';
    char **list = rl_completion_matches(text, next_match);
    free(prompt.matches);
    prompt.matches = NULL;
    prompt.match_count = prompt.match_room = 0;
    return list;
}

/* Called before readline looks for the word: where it begins depends on what the command takes. */
static char *word_breaks(void)
{
    static char blanks[] = " \t", expression[] = " \t()[]+-*/%<>=!&|^~?:,", command[] = " \t/";

    completion_begin(rl_line_buffer, (size_t)rl_point, &prompt.completion);
    switch (prompt.completion.argument) {
    case ARGUMENT_EXPRESSION:
    case ARGUMENT_REGISTER:
        return expression;
    default:
        return prompt.completion.command ? command : blanks;
    }
}

static void on_line(char *line)
{
    prompt.line = line;
    prompt.done = true;
    rl_callback_handler_remove();
    prompt.reading = false;
}

static struct error *on_input(void *context)
{
    (void)context;
    rl_callback_read_char();
    return NULL;
}

/* Ctrl-C clears the line, as a shell does it. */
static void clear_line(void)
{
    interrupt_clear();
    rl_callback_sigcleanup();
    fputs("^C\n", stdout);
    rl_replace_line("", 0);
    rl_on_new_line();
    rl_redisplay();
}

static struct error *on_wake(void *context)
{
    (void)context;
    interrupt_drain();
    if (!prompt.reading)
        return NULL;
    if (continued) {
        rl_prep_terminal(1);
        rl_forced_update_display();
    }
    continued = 0;
    if (interrupted)
        clear_line();
    return NULL;
}

void prompt_begin(struct debugger *debugger, int signal_fd, bool colour)
{
    prompt.debugger = debugger;
    prompt.signal_fd = signal_fd;
    prompt.colour = colour;
    rl_readline_name = "bootscope";
    rl_catch_signals = 0;
    rl_initialize();
    /* A pasted line is a line, with the newline at its end. */
    rl_variable_bind("enable-bracketed-paste", "off");
    rl_completion_word_break_hook = word_breaks;
    rl_attempted_completion_function = complete;
    rl_ignore_completion_duplicates = 1;
}

void prompt_words(const char *const *words)
{
    prompt.words = words;
}

static struct error *wait_for_line(struct loop *loop)
{
    bool was_gone = gone(), timed_out;
    struct error *err = NULL;

    while (!err && !prompt.done && !prompt.lost) {
        err = loop_once(loop, LOOP_NEVER, &timed_out);
        prompt.lost = !err && !was_gone && gone();
    }
    if (prompt.reading) {
        prompt_hide();
        rl_callback_handler_remove();
        prompt.reading = false;
    }
    return err;
}

struct error *prompt_read(char **ret_line, bool *ret_lost)
{
    struct loop *loop = debugger_session(prompt.debugger)->loop;
    struct error *err;
    char text[128];

    prompt.line = NULL;
    prompt.done = prompt.lost = false;
    make_prompt(text, sizeof(text));
    interrupt_clear();
    continued = 0;
    interrupt_drain();
    err = loop_watch(loop, STDIN_FILENO, on_input, NULL);
    if (err)
        return err;
    err = loop_watch(loop, prompt.signal_fd, on_wake, NULL);
    if (!err) {
        rl_callback_handler_install(text, on_line);
        prompt.reading = true;
        err = wait_for_line(loop);
    }
    loop_unwatch(loop, prompt.signal_fd);
    loop_unwatch(loop, STDIN_FILENO);
    *ret_line = prompt.line;
    *ret_lost = prompt.lost;
    return err;
}

void prompt_hide(void)
{
    if (prompt.reading)
        rl_clear_visible_line();
}

void prompt_show(void)
{
    if (!prompt.reading)
        return;
    rl_on_new_line();
    rl_redisplay();
}
