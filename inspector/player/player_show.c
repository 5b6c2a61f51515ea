/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the player prints: a step, and the last page. */
#include <stdlib.h>
#include <string.h>

#include "player_internal.h"
#include "render.h"
#include "render_styled.h"

#define BAR_MAX 20

void player_markdown(struct player *player, const char *markdown)
{
    struct error *err = render_markdown(markdown, strlen(markdown), render_columns(&player->out),
                                        &player->out);

    if (err)
        front_tell(err);
}

static size_t columns_of(const char *words)
{
    struct styled styled = {0};

    styled_add(&styled, TEXT_PLAIN, false, words, strlen(words));
    size_t columns = styled_columns(&styled, 0, styled.length);
    styled_clear(&styled);
    return columns;
}

static void make_bar(size_t done, size_t all, char out[BAR_MAX + 1])
{
    size_t cells = all < BAR_MAX ? all : BAR_MAX, full = (done * cells + all - 1) / all;

    memset(out, '-', cells);
    memset(out, '#', full);
    out[cells] = '\0';
}

/* "4. Where are we?  step 3 of 11  [###--------]  2 of 4 questions right" */
static void show_heading(const struct player *player, unsigned int columns, const struct text *text)
{
    const struct lesson *lesson = player->lesson;
    struct lesson_score score = progress_score(player->progress, lesson);
    const char *title = catalogue_title(lesson);
    char line[128], bar[BAR_MAX + 1], rule[TEXT_COLUMNS + 1];

    memset(rule, '-', sizeof(rule));
    make_bar(player->step + 1, lesson->step_count, bar);
    snprintf(line, sizeof(line), "step %zu of %zu  [%s]  %u of %u questions right",
             player->step + 1, lesson->step_count, bar, score.right, score.questions);
    bool fits = strlen(player->number) + 1 + columns_of(title) + 2 + strlen(line) <= columns;
    text_print(text, TEXT_PLAIN, "\n");
    text_print(text, TEXT_DIM, "%.*s\n", (int)columns, rule);
    text_print(text, TEXT_HEADING, "%s %s", player->number, title);
    text_print(text, TEXT_PLAIN, "%s%s\n", fits ? "  " : "\n", line);
}

/* The heading of the section that the step stands in, unless the step begins with it. */
static void show_section(const struct lesson_step *step, const struct text *text)
{
    size_t skip = 0;

    while (skip < step->prose.length && strchr(" \n", step->prose.text[skip]))
        skip++;
    bool own = step->prose.length - skip >= 3 && memcmp(step->prose.text + skip, "## ", 3) == 0;
    if (step->section.length > 0 && !own)
        text_print(text, TEXT_DIM, "%.*s\n", (int)step->section.length, step->section.text);
}

/*
 * The step's prose with the live values in the place of those that the file has. Owned by the caller. Values
 * point into lesson.text and prose into lesson.shown, where the same bytes have the same place.
 */
static char *live_prose(struct player *player)
{
    const struct lesson_step *step = player_step(player);
    const char *from = step->prose.text, *end = from + step->prose.length;
    char *out = NULL, *live;
    size_t size;
    FILE *stream = open_memstream(&out, &size);

    if (!stream)
        abort();
    for (size_t i = 0; i < step->value_count; i++) {
        const struct live_value *value = &step->values[i];
        struct error *err = lesson_guest_value(player->guest, value, &live);

        if (err) { /* the number of the last run of the lesson's author stays */
            error_free(err);
            continue;
        }
        const char *number = player->lesson->shown + (value->shown.text - player->lesson->text);
        fwrite(from, 1, (size_t)(number - from), stream);
        fputs(live, stream);
        from = number + value->shown.length;
        free(live);
    }
    fwrite(from, 1, (size_t)(end - from), stream);
    fclose(stream);
    return out;
}

static void show_commands(const struct lesson_step *step, const struct text *text)
{
    text_print(text, TEXT_PLAIN, "\n");
    for (size_t i = 0; i < step->commands.count; i++)
        text_print(text, TEXT_LABEL, "    %s\n", step->commands.lines[i]);
}

static size_t count_lines(const char *text)
{
    size_t lines = 0;

    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

/* A step that is longer than the screen is not cut: but one is told where to look for its beginning. */
static void put_step(struct player *player, const char *step)
{
    unsigned int rows = render_rows(&player->out);
    size_t lines = count_lines(step);

    fputs(step, player->out.stream);
    if (rows > 0 && lines + 4 > rows)
        text_print(&player->out, TEXT_DIM, "\n(The step has %zu lines: it begins further up.)\n",
                   lines);
}

/* A step may have no text, or none that is shown: then there is no blank line above it. */
static struct error *show_prose(const char *prose, unsigned int columns, const struct text *text)
{
    char *shown = NULL;
    size_t size;
    struct text lines = {open_memstream(&shown, &size), text->colour};
    struct error *err;

    if (!lines.stream)
        abort();
    err = render_markdown(prose, strlen(prose), columns, &lines);
    fclose(lines.stream);
    text_print(text, TEXT_PLAIN, "%s%s", size > 0 ? "\n" : "", shown);
    free(shown);
    return err;
}

void player_show_step(struct player *player)
{
    const struct lesson_step *step = player_step(player);
    unsigned int columns = render_columns(&player->out);
    char *shown = NULL, *prose = live_prose(player);
    size_t size;
    struct text text = {open_memstream(&shown, &size), player->out.colour};

    if (!text.stream)
        abort();
    show_heading(player, columns, &text);
    show_section(step, &text);
    struct error *err = show_prose(prose, columns, &text);
    if (!err && step->kind == STEP_COMMANDS)
        show_commands(step, &text);
    fclose(text.stream);
    put_step(player, shown);
    if (err)
        front_tell(err);
    free(shown);
    free(prose);
}

static void show_count(const struct text *text, const char *label, unsigned int count,
                       const char *note)
{
    if (count > 0)
        text_print(text, TEXT_PLAIN, "  %-18s%2u%s\n", label, count, note);
}

/* A lesson may have got a question since the learner went past its place. */
static void show_open(const struct player *player)
{
    for (size_t i = 0; i < player->lesson->step_count; i++) {
        const struct lesson_step *step = &player->lesson->steps[i];

        if (step->kind != STEP_PREDICT)
            continue;
        struct question_state state = progress_question(player->progress, player->lesson->name,
                                                        step->question.id);
        if (!state.right && !state.skipped)
            text_print(&player->out, TEXT_PLAIN, " %s", step->question.id);
    }
}

static void show_next(struct player *player)
{
    const struct catalogue_entry *next = catalogue_next(&player->catalogue, player->lesson->name);

    if (player->lesson->exercise && !progress_done(player->progress, player->lesson))
        text_print(&player->out, TEXT_PLAIN,
                   "\nThe exercise is done when `bootscope lesson verify %s` says so.\n",
                   player->lesson->name);
    else if (next)
        text_print(&player->out, TEXT_PLAIN, "\nNext: `bootscope lesson %s`, %s\n", next->number,
                   next->title);
    else
        text_print(&player->out, TEXT_PLAIN, "\nThat was the last one: all lessons are done.\n");
}

void player_show_end(struct player *player)
{
    struct lesson_score score = progress_score(player->progress, player->lesson);
    unsigned int open = score.questions - score.right - score.skipped;

    text_print(&player->out, TEXT_HEADING, "\nYou have come to the end of %s %s\n", player->number,
               catalogue_title(player->lesson));
    show_count(&player->out, "right at once", score.at_once, "");
    show_count(&player->out, "right later", score.right - score.at_once,
               "  with hints, or after wrong answers");
    show_count(&player->out, "skipped", score.skipped, "");
    if (open > 0) {
        text_print(&player->out, TEXT_PLAIN, "  %-18s%2u ", "not answered", open);
        show_open(player);
        text_print(&player->out, TEXT_PLAIN, "\n");
    }
    text_print(&player->out, TEXT_PLAIN, "  %-18s%2u of %u\n", "points", score.points, score.max);
    show_next(player);
}

void player_show_wait(struct player *player)
{
    static const char *const words[] = {
        [WAIT_ON] = "Enter goes on.",
        [WAIT_AGAIN] = "Enter tries again.",
        [WAIT_END] = "Enter leaves; until then the guest is yours.",
    };

    if (player->wait == WAIT_ANSWER)
        player_show_how(player);
    else if (player->wait == WAIT_RUN)
        text_print(&player->out, TEXT_DIM, "\nEnter runs %s.\n",
                   player_step(player)->commands.count > 1 ? "these" : "this");
    else
        text_print(&player->out, TEXT_DIM, "\n%s\n", words[player->wait]);
}
