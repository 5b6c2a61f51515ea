/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bootscope lesson list`. */
#include <string.h>
#include <jansson.h>

#include "catalogue.h"
#include "render.h"
#include "render_styled.h"

/* What a row takes beside its title. */
#define OTHER_COLUMNS 54
#define TITLE_MIN     20

static const char *const state_names[] = {
    [CATALOGUE_DONE] = "done", [CATALOGUE_CURRENT] = "current", [CATALOGUE_OPEN] = "open"};
static const enum text_style state_styles[] = {[CATALOGUE_DONE] = TEXT_GOOD,
                                               [CATALOGUE_CURRENT] = TEXT_HEADING,
                                               [CATALOGUE_OPEN] = TEXT_PLAIN};

/* Cut or filled to its column; titles are UTF-8. */
static void print_title(const char *title, const struct text *text)
{
    size_t columns = render_columns(text), room = columns - OTHER_COLUMNS;
    struct styled styled = {0};
    struct styled_line line = {0};

    if (columns < OTHER_COLUMNS + TITLE_MIN)
        room = TITLE_MIN;
    styled_add(&styled, TEXT_PLAIN, false, title, strlen(title));
    if (styled_next_line(&styled, room, &line))
        styled_print(&styled, line.from, line.end, text);
    size_t used = styled_columns(&styled, line.from, line.end);
    bool cut = line.next < styled.length;
    text_print(text, TEXT_PLAIN, "%-*s", (int)(room - used + 4), cut ? "..." : "");
    styled_clear(&styled);
}

static void print_row(const struct catalogue *catalogue, const struct catalogue_entry *entry,
                      const struct text *text)
{
    enum catalogue_state state = catalogue_state(catalogue, entry);
    char right[32] = "", points[32];

    text_print(text, TEXT_PLAIN, "%s %3s  ", state == CATALOGUE_CURRENT ? ">" : " ", entry->number);
    print_title(entry->title, text);
    if (!entry->lesson) {
        text_print(text, TEXT_BAD, "cannot be read\n    ");
        text_print(text, TEXT_PLAIN, "%s\n", error_message(entry->err));
        return;
    }
    struct lesson_score score = progress_score(catalogue->progress, entry->lesson);
    text_print(text, state_styles[state], "%-9s", state_names[state]);
    if (progress_begun(catalogue->progress, entry->entry->name))
        snprintf(right, sizeof(right), "%u of %u right", score.right, score.questions);
    snprintf(points, sizeof(points), "%u of %u", score.points, score.max);
    text_print(text, TEXT_PLAIN, "%-16s%8s points\n", right, points);
}

struct sums {
    unsigned int points, max, done;
};

static struct sums sum(const struct catalogue *catalogue)
{
    struct sums sums = {0};

    for (size_t i = 0; i < catalogue->count; i++) {
        const struct lesson *lesson = catalogue->entries[i].lesson;
        struct lesson_score score = lesson ? progress_score(catalogue->progress, lesson)
                                           : (struct lesson_score){0};

        sums.points += score.points;
        sums.max += score.max;
        sums.done += lesson && progress_done(catalogue->progress, lesson);
    }
    return sums;
}

void catalogue_print(const struct catalogue *catalogue, const struct text *text)
{
    const struct catalogue_entry *next = catalogue_next(catalogue, NULL);
    struct sums sums = sum(catalogue);
    bool exercises = false;

    text_print(text, TEXT_HEADING, "Lessons\n");
    for (size_t i = 0; i < catalogue->count; i++) {
        if (catalogue->entries[i].entry->exercise && !exercises)
            text_print(text, TEXT_HEADING, "Exercises\n");
        exercises = catalogue->entries[i].entry->exercise;
        print_row(catalogue, &catalogue->entries[i], text);
    }
    text_print(text, TEXT_PLAIN, "\n%u of %zu done, %u of %u points.\n", sums.done,
               catalogue->count, sums.points, sums.max);
    if (next)
        text_print(
            text, TEXT_PLAIN, "`bootscope lesson` %s %s, `bootscope lesson NUMBER` opens any.\n",
            progress_begun(catalogue->progress, next->entry->name) ? "goes on with" : "begins",
            next->number);
    else
        text_print(text, TEXT_PLAIN, "`bootscope lesson NUMBER` shows one again.\n");
}

static json_t *row_json(const struct catalogue *catalogue, const struct catalogue_entry *entry)
{
    const struct lesson *lesson = entry->lesson;
    struct lesson_score score;
    json_t *step = json_null();

    if (!lesson)
        return json_pack("{s:s,s:s,s:b,s:s}", "name", entry->entry->name, "number", entry->number,
                         "exercise", entry->entry->exercise, "error", error_message(entry->err));
    score = progress_score(catalogue->progress, lesson);
    if (progress_begun(catalogue->progress, entry->entry->name))
        step = json_integer((json_int_t)progress_step(catalogue->progress, lesson) + 1);
    return json_pack(
        "{s:s,s:s,s:b,s:s,s:s,s:o,s:i,s:i,s:i,s:i,s:i,s:i}", "name", entry->entry->name, "number",
        entry->number, "exercise", entry->entry->exercise, "title", entry->title, "state",
        state_names[catalogue_state(catalogue, entry)], "step", step, "steps",
        (int)lesson->step_count, "questions", (int)score.questions, "right", (int)score.right,
        "skipped", (int)score.skipped, "points", (int)score.points, "max", (int)score.max);
}

void catalogue_print_json(const struct catalogue *catalogue, const struct text *text)
{
    struct sums sums = sum(catalogue);
    json_t *rows = json_array(), *value;

    for (size_t i = 0; i < catalogue->count; i++)
        json_array_append_new(rows, row_json(catalogue, &catalogue->entries[i]));
    value = json_pack("{s:o,s:s?,s:i,s:i,s:i}", "lessons", rows, "current",
                      progress_current(catalogue->progress), "done", (int)sums.done, "points",
                      (int)sums.points, "max", (int)sums.max);
    json_dumpf(value, text->stream, JSON_COMPACT);
    text_print(text, TEXT_PLAIN, "\n");
    json_decref(value);
}
