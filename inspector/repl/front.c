/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "front.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arrival.h"
#include "interrupt.h"
#include "prompt.h"

struct error *front_begin(struct front *front, struct environment *environment, bool terminal)
{
    int signal_fd;
    struct error *err = interrupt_begin(environment->debugger, &signal_fd);

    if (err)
        return err;
    front->environment = environment;
    environment->interrupted = &interrupted;
    if (terminal)
        prompt_begin(environment->debugger, signal_fd, environment->text->colour);
    return NULL;
}

void front_end(struct front *front)
{
    (void)front;
    interrupt_end();
}

void front_open_history(struct front *front)
{
    struct error *err = history_file_open(&front->history);

    if (err)
        front_tell(err);
}

void front_close_history(struct front *front)
{
    history_file_close(&front->history);
}

void front_tell(struct error *err)
{
    fflush(stdout);
    text_message(stderr, error_message(err));
    error_free(err);
}

/* Once, when it happens: how the guest went that nobody asked to go. */
static void tell_loss(struct front *front)
{
    struct environment *environment = front->environment;
    struct arrival arrival = {.kind = ARRIVED_EXIT};
    struct error *err;

    console_break(environment->console);
    err = arrival_error(environment->debugger, &arrival);
    if (err)
        front_tell(err);
    else
        arrival_text(environment->debugger, &arrival, environment->text);
    fflush(environment->text->stream);
}

struct error *front_read(struct front *front, enum front_event *ret, char **ret_line)
{
    bool lost;
    struct error *err = prompt_read(ret_line, &lost);

    if (err)
        return err;
    *ret = lost ? FRONT_LOST : *ret_line ? FRONT_LINE : FRONT_END;
    if (lost)
        tell_loss(front);
    else if (!*ret_line)
        fputs("\n", stdout);
    else if ((*ret_line)[strspn(*ret_line, " \t")] != '\0')
        history_file_add(&front->history, *ret_line);
    return NULL;
}

void front_execute(struct front *front, const char *line)
{
    struct error *err = commands_execute(front->environment, line);

    console_break(front->environment->console);
    if (err)
        front_tell(err);
    fflush(front->environment->text->stream);
}

void front_console(struct console *console, const char *bytes, size_t length)
{
    prompt_hide();
    console_print(console, bytes, length);
    prompt_show();
}
