/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A lesson as a gdb script: what is said as echo, what is done as commands. */
#include "gdb_script.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest_internal.h"
#include "image_name.h"
#include "judging.h"
#include "render.h"

#define COLUMNS      92
#define ONLY_MONITOR 16 /* as 16-bit code, which gdb does not know */

struct script {
    const struct lesson *lesson;
    struct lesson_guest *guest;
    FILE *out;
    size_t bits_count; /* the width of the code: before each command, and behind the last */
    unsigned int bits[COMMAND_LINE_MAX];
};

/* One line of text. gdb drops blanks in front, and a backslash begins an escape. */
static void echo_line(FILE *out, const char *line, size_t length)
{
    fputs("echo ", out);
    if (length && line[0] == ' ')
        putc('\\', out);
    for (size_t i = 0; i < length; i++) {
        if (line[i] == '\\')
            putc('\\', out);
        putc(line[i], out);
    }
    fputs("\\n\n", out);
}

static void echo(FILE *out, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");

        echo_line(out, text, length);
        text += length + (text[length] == '\n');
    }
}

static struct error *echo_markdown(struct script *script, const char *markdown, size_t length)
{
    char *plain = NULL;
    size_t size;
    FILE *stream = open_memstream(&plain, &size);
    struct error *err;

    if (!stream)
        abort();
    const struct text text = {stream, false};
    err = render_markdown(markdown, length, COLUMNS, &text);
    fclose(stream);
    if (!err && size) {
        echo_line(script->out, "", 0);
        echo(script->out, plain);
    }
    free(plain);
    return err;
}

/* A text of the question, with its values; at its place when question is given. */
static struct error *echo_filled(struct script *script, const struct question *question,
                                 const char *markdown)
{
    char *filled;
    struct error *err = lesson_guest_fill(script->guest, question, markdown, &filled);

    if (err)
        return err;
    err = echo_markdown(script, filled, strlen(filled));
    free(filled);
    return err;
}

static void pause_for(struct script *script, const char *what)
{
    fprintf(script->out, "echo \\n[Enter: %s]\\n\nshell read _\n", what);
}

/* gdb reads memory around a step, which a CPU without page tables does not let it. */
static bool can_be_read(const struct stop *stop)
{
    char byte;
    struct error *err = target_read_virt(stop->target, registers_pc(&stop->regs), &byte, 1);

    error_free(err);
    return !err;
}

static unsigned int bits_here(struct lesson_guest *guest)
{
    const struct stop *stop;
    struct error *err = debugger_stop(guest->debugger, &stop);

    if (!err && can_be_read(stop))
        return cpu_mode_bits(registers_mode(&stop->regs));
    error_free(err);
    return ONLY_MONITOR; /* or the guest has ended */
}

static struct error *look_bits(void *context, struct lesson_guest *guest)
{
    struct script *script = context;

    if (script->bits_count < COMMAND_LINE_MAX)
        script->bits[script->bits_count++] = bits_here(guest);
    return NULL;
}

static void command(struct script *script, const char *line, unsigned int bits)
{
    char *own = gdb_command(line, bits);
    const char *prefix = own ? "" : "monitor ";
    char *shown;

    if (asprintf(&shown, "(gdb) %s%s", prefix, own ? own : line) < 0)
        abort();
    echo(script->out, shown);
    fprintf(script->out, "%s\n", shown + strlen("(gdb) "));
    free(shown);
    free(own);
}

/* Of the code before and behind a command: what ends in 16-bit code or in a fault is left to monitor. */
static unsigned int width(const struct script *script, size_t index)
{
    if (index + 1 >= script->bits_count || script->bits[index + 1] == ONLY_MONITOR)
        return ONLY_MONITOR;
    return script->bits[index];
}

static struct error *commands_step(struct script *script, const struct lesson_step *step)
{
    const struct lesson_commands *commands = &step->commands;
    struct error *err;

    script->bits_count = 0;
    look_bits(script, script->guest);
    err = guest_run_each(script->guest, step, false, &script->guest->nowhere, look_bits, script);
    if (err)
        return err;
    pause_for(script, "run");
    for (size_t i = 0; i < commands->count; i++)
        command(script, commands->lines[i], width(script, i));
    return NULL;
}

/* "at CHECKPOINT AFTER; AFTER; COMMAND", or the command alone where the guest stands. */
static void command_there(struct script *script, const struct question *question,
                          const char *format, const char *expression)
{
    char *line = NULL, *own = NULL;
    size_t size;
    FILE *out = open_memstream(&line, &size);

    if (!out)
        abort();
    if (question->at || question->after_count)
        fprintf(out, "at %s ", question->at ? question->at : ".");
    for (size_t i = 0; i < question->after_count; i++)
        fprintf(out, "%s; ", question->after[i]);
    fprintf(out, "p/%s %s", format, expression);
    fclose(out);
    if (!question->at && !question->after_count)
        own = gdb_command(line, bits_here(script->guest));
    fprintf(script->out, "%s%s\n", own ? "" : "monitor ", own ? own : line);
    free(own);
    free(line);
}

struct right {
    const struct question *question;
    uint64_t value;
};

static struct error *look_right(void *context, struct lesson_guest *guest)
{
    struct right *right = context;

    return question_right(guest, right->question, &right->value);
}

/* The comment is for whoever wants to hold the live answer against it. */
static struct error *answer(struct script *script, const struct question *question)
{
    struct right right = {question, 0};
    struct error *err = guest_elsewhere(script->guest, question->at, question->after,
                                        question->after_count, look_right, &right);

    if (err)
        return err;
    fprintf(script->out, "# answer %s 0x%" PRIx64 "\n", question->id, right.value);
    if (question->kind == QUESTION_CHOICE) {
        fprintf(script->out,
                "echo \\nThe answer is %" PRIu64 ": of the choices it holds (1), "
                "and no other (0).\\n\n",
                right.value);
        for (size_t i = 0; i < question->choice_count; i++) {
            char *when;

            if (asprintf(&when, "(%s) != 0", question->choices[i].when) < 0)
                abort();
            fprintf(script->out, "echo choice %zu:\\n\n", i + 1);
            command_there(script, question, "d", when);
            free(when);
        }
        return NULL;
    }
    fprintf(script->out, "echo \\nThe answer is:\\n\n");
    command_there(script, question, "x", question->answer);
    return NULL;
}

static struct error *question_step(struct script *script, const struct question *question)
{
    struct error *err = echo_filled(script, NULL, question->ask);

    for (size_t i = 0; !err && i < question->choice_count; i++) {
        fprintf(script->out, "echo \\ \\ %zu\\ \\ \n", i + 1);
        echo(script->out, question->choices[i].text);
    }
    for (size_t i = 0; !err && i < question->hint_count; i++) {
        pause_for(script, "a hint");
        err = echo_filled(script, NULL, question->hints[i]);
    }
    if (err)
        return err;
    pause_for(script, "the answer");
    err = answer(script, question);
    return err ? err : echo_filled(script, question, question->explain);
}

/* Of the statements, those are commands too that say expect EXPR. */
static void check_step(struct script *script, const struct lesson_step *step)
{
    char *text = strndup(step->check.text, step->check.length), *rest = text, *line;

    if (!text)
        abort();
    echo(script->out, "\nWhat must hold here:\n");
    while ((line = strsep(&rest, "\n"))) {
        char *shown;

        line += strspn(line, " \t");
        if (!*line || *line == '#')
            continue;
        if (asprintf(&shown, "  %s", line) < 0)
            abort();
        echo(script->out, shown);
        free(shown);
        if (strncmp(line, "expect ", 7) == 0 && !strstr(line, " in "))
            fprintf(script->out, "monitor %s\n", line);
    }
    free(text);
}

static struct error *emit_step(struct script *script, size_t index)
{
    const struct lesson_step *step = &script->lesson->steps[index];
    unsigned int removed;
    struct error *err = lesson_guest_to_step(script->guest, index, &removed);

    if (!err)
        err = echo_markdown(script, step->prose.text, step->prose.length);
    if (err)
        return err;
    switch (step->kind) {
    case STEP_COMMANDS:
        return commands_step(script, step);
    case STEP_PREDICT:
        return question_step(script, &step->question);
    case STEP_CHECK:
        check_step(script, step);
        break;
    case STEP_TEXT:
        break;
    }
    return NULL;
}

/* A word for the shell. */
static void quoted(FILE *out, const char *word)
{
    if (*word && strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                              "-_=./,:") == strlen(word)) {
        fprintf(out, " %s", word);
        return;
    }
    fputs(" '", out);
    for (; *word; word++)
        fputs(*word == '\'' ? "'\\''" : (char[]){*word, '\0'}, out);
    putc('\'', out);
}

static void begin(struct script *script)
{
    const struct lesson *lesson = script->lesson;
    char *file = image_name_file(lesson->image);
    FILE *out = script->out;

    fprintf(out,
            "# %s\n"
            "#\n"
            "# Made from lesson.md by make lessons-update: change that. In the project's folder, "
            "after make:\n"
            "#\n"
            "#     gdb -q -x lessons/%s/lesson.gdb\n"
            "#\n"
            "# The gateway stands between gdb and the guest (docs/gdb.md). The guest is moved by "
            "monitor\n"
            "# commands, and so are its breakpoints: gdb's own are met by gdb's continue only.\n"
            "set pagination off\n"
            "set confirm off\n"
            "set width 0\n"
            "source gdbinit/gateway.gdb\n"
            "target remote | ${OUT:-build}/bootscope gateway ${BUILD:-build}/%s",
            lesson->title, lesson->name, file);
    free(file);
    for (size_t i = 0; i < lesson->option_count; i++)
        quoted(out, lesson->options[i]);
    fputs("\n\necho Enter goes on. Ctrl-C ends the lesson: then the guest is yours, and quit "
          "leaves gdb.\\n\\n\n",
          out);
    echo(out, lesson->title);
}

static struct error *end(struct script *script)
{
    const struct stop *stop;
    struct error *err;

    if (debugger_alive(script->guest->debugger)) {
        err = debugger_stop(script->guest->debugger, &stop);
        if (err)
            return err;
        fprintf(script->out, "\n# end 0x%" PRIx64 "\n", stop->instructions.value);
    }
    echo(script->out, "\nThat was the lesson. The guest is yours; quit ends it.");
    return NULL;
}

struct error *gdb_script(const struct lesson *lesson, const char *image, char **ret)
{
    struct script *script = calloc(1, sizeof(*script));
    struct text nowhere = {fopen("/dev/null", "we"), false};
    char *text = NULL;
    size_t size;
    struct error *err;

    if (!script || !nowhere.stream)
        abort();
    script->lesson = lesson;
    script->out = open_memstream(&text, &size);
    if (!script->out)
        abort();
    begin(script);
    err = lesson_guest_open(lesson, image, &nowhere, &script->guest);
    for (size_t i = 0; !err && i < lesson->step_count; i++)
        err = error_context(emit_step(script, i), "%s:%u", lesson->path, lesson->steps[i].line);
    if (!err)
        err = end(script);
    lesson_guest_close(script->guest);
    fclose(script->out);
    fclose(nowhere.stream);
    free(script);
    if (err)
        free(text);
    else
        *ret = text;
    return err;
}
