/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A lesson's guest: opened, closed, and running commands. */
#include <stdlib.h>
#include <string.h>

#include "front.h"
#include "guest_internal.h"
#include "whereabouts.h"

static void on_console(void *context, const char *bytes, size_t length)
{
    struct lesson_guest *guest = context;

    if (!guest->unseen)
        front_console(&guest->console, bytes, length);
}

static void print_to(struct lesson_guest *guest, const struct text *text)
{
    console_break(&guest->console);
    guest->console.out = text;
    guest->environment.text = text;
}

void guest_unseen(struct lesson_guest *guest)
{
    print_to(guest, &guest->nowhere);
    guest->unseen = true;
}

void guest_seen(struct lesson_guest *guest)
{
    print_to(guest, guest->text);
    guest->unseen = false;
}

static struct error *start(struct lesson_guest *guest, const char *image)
{
    const struct debugger_options options = {
        .session = {.guest = &guest->options, .image = image, .debug = true, .count = true},
        .travel = true,
    };
    struct error *err = debugger_open(&options, &guest->debugger);

    if (err)
        return err;
    console_init(&guest->console, guest->text, false);
    qemu_on_console(debugger_session(guest->debugger)->qemu, on_console, guest);
    guest->environment = (struct environment){
        .debugger = guest->debugger, .text = guest->text, .console = &guest->console};
    return guest_note_place(guest, 0);
}

struct error *lesson_guest_open(const struct lesson *lesson, const char *image,
                                const struct text *text, struct lesson_guest **ret)
{
    struct lesson_guest *guest = calloc(1, sizeof(*guest));
    struct error *err;

    if (!guest)
        abort();
    guest->lesson = lesson;
    guest->text = text;
    guest->nowhere.stream = fopen("/dev/null", "we");
    guest->places = calloc(lesson->step_count + 1, sizeof(*guest->places));
    if (!guest->places)
        abort();
    err = guest->nowhere.stream ? guest_options_parse(guest)
                                : error_new(ERROR_SYSTEM, "/dev/null cannot be opened");
    if (!err)
        err = start(guest, image);
    if (err)
        lesson_guest_close(guest);
    else
        *ret = guest;
    return err;
}

void lesson_guest_close(struct lesson_guest *guest)
{
    if (!guest)
        return;
    debugger_close(guest->debugger);
    guest_places_free(guest);
    if (guest->nowhere.stream)
        fclose(guest->nowhere.stream);
    free(guest->initrd);
    free(guest);
}

struct debugger *lesson_guest_debugger(struct lesson_guest *guest)
{
    return guest->debugger;
}

struct environment *lesson_guest_environment(struct lesson_guest *guest)
{
    return &guest->environment;
}

static void print_prompt(struct lesson_guest *guest, const char *line, const struct text *text)
{
    char label[WHEREABOUTS_LABEL_MAX];

    whereabouts_label(guest->debugger, label);
    text_print(text, TEXT_HEADING, "(bootscope %s)", label);
    text_print(text, TEXT_PLAIN, " %s\n", line);
}

/* The last one of a block that fails must do so, and its message is what is seen of it. */
static struct error *judge_failure(const char *line, const struct text *text, struct error *err)
{
    if (!err)
        return error_new(ERROR_CHECK, "%s: was to fail, and did not", line);
    text_message(text->stream, error_message(err));
    error_free(err);
    return NULL;
}

static struct error *run_line(struct lesson_guest *guest, const struct lesson_commands *commands,
                              size_t index, const struct text *text)
{
    const char *line = commands->lines[index];
    struct error *err = commands_execute(&guest->environment, line);

    console_break(&guest->console);
    if (!err && guest->environment.interrupted && *guest->environment.interrupted)
        return error_new(ERROR_GUEST, "%s: interrupted", line);
    if (commands->fails && index + 1 == commands->count)
        return judge_failure(line, text, err);
    return error_context(err, "%s", line);
}

struct error *guest_run_each(struct lesson_guest *guest, const struct lesson_step *step,
                             bool always, const struct text *text, guest_look behind, void *context)
{
    const struct lesson_commands *commands = &step->commands;
    size_t index = (size_t)(step - guest->lesson->steps);
    const struct text *before = guest->environment.text;
    uint64_t writes = debugger_writes(guest->debugger);
    bool own = guest_at_place(guest, index);
    struct error *err = NULL;

    print_to(guest, text);
    for (size_t i = 0; !err && i < commands->count; i++) {
        if (commands->count > 1 || always)
            print_prompt(guest, commands->lines[i], text);
        err = run_line(guest, commands, i, text);
        if (!err && behind)
            err = behind(context, guest);
    }
    print_to(guest, before);
    if (err || !own)
        return err;
    guest->writes += debugger_writes(guest->debugger) > writes;
    guest->total_writes = debugger_writes(guest->debugger);
    return guest_note_place(guest, index + 1);
}

struct error *lesson_guest_run(struct lesson_guest *guest, const struct lesson_step *step,
                               bool always, const struct text *text)
{
    return guest_run_each(guest, step, always, text, NULL, NULL);
}
