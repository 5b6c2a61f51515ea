/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outside.h"

#include <stdlib.h>
#include <string.h>

#include "lesson_guest.h"
#include "library.h"
#include "progress_file.h"
#include "question_text.h"
#include "render.h"

/* The question at which a lesson stands. */
struct standing {
    struct library library;
    struct progress_file *progress;
    struct lesson *lesson;
    size_t step;
    const struct question *question;
    struct question_state state;
};

static void clear(struct standing *standing)
{
    lesson_free(standing->lesson);
    progress_close(standing->progress);
    library_clear(&standing->library);
}

static struct error *find_lesson(struct standing *standing, const char *name)
{
    const char *current = progress_current(standing->progress);
    const struct library_entry *entry;
    struct error *err;

    if (!name && !current)
        return error_new(ERROR_INPUT, "no lesson was begun; `bootscope lesson` begins the first");
    err = library_find(&standing->library, name ? name : current, &entry);
    return err ? err : lesson_open(entry->folder, &standing->lesson);
}

static struct error *find_question(struct standing *standing)
{
    const struct lesson *lesson = standing->lesson;

    standing->step = progress_step(standing->progress, lesson);
    const struct lesson_step *step = &lesson->steps[standing->step];
    if (step->kind == STEP_PREDICT) {
        standing->question = &step->question;
        standing->state = progress_question(standing->progress, lesson->name, step->question.id);
        if (!standing->state.right && !standing->state.skipped)
            return NULL;
    }
    return error_new(ERROR_INPUT,
                     "%s: no question is open at step %zu of %zu; `bootscope lesson` goes on",
                     lesson->name, standing->step + 1, lesson->step_count);
}

static struct error *stand(struct standing *standing, const char *name)
{
    struct error *err = library_open(&standing->library);

    if (!err)
        err = progress_open(&standing->progress);
    if (!err)
        err = find_lesson(standing, name);
    return err ? err : find_question(standing);
}

/* In a guest of this moment's own. question as for lesson_guest_fill(). */
static struct error *fill_in_guest(const struct standing *standing, const struct question *question,
                                   const char *markdown, char **ret)
{
    struct text nowhere = {.stream = fopen("/dev/null", "we")};
    struct lesson_guest *guest;
    unsigned int removed;
    char *image = NULL;
    struct error *err;

    if (!nowhere.stream)
        return error_new(ERROR_SYSTEM, "/dev/null cannot be opened");
    err = library_image(&standing->library, standing->lesson, &image);
    if (!err)
        err = lesson_guest_open(standing->lesson, image, &nowhere, &guest);
    if (!err) {
        err = lesson_guest_to_step(guest, standing->step, &removed);
        if (!err)
            err = lesson_guest_fill(guest, question, markdown, ret);
        lesson_guest_close(guest);
    }
    free(image);
    fclose(nowhere.stream);
    return err;
}

static struct error *print_filled(const struct standing *standing, const struct question *question,
                                  const char *markdown, const struct text *text)
{
    char *filled = NULL;
    struct error *err = NULL;

    if (strchr(markdown, '{'))
        err = fill_in_guest(standing, question, markdown, &filled);
    if (!err) {
        const char *shown = filled ? filled : markdown;

        err = render_markdown(shown, strlen(shown), render_columns(text), text);
    }
    free(filled);
    return err;
}

static struct error *print_hint(const struct standing *standing, size_t index,
                                const struct text *text)
{
    char *hint = question_hint(standing->question, index);
    struct error *err = print_filled(standing, NULL, hint, text);

    free(hint);
    return err;
}

static struct error *next_hint(struct standing *standing, const struct text *text)
{
    size_t opened = standing->state.hints, count = standing->question->hint_count;
    struct error *err = NULL;

    if (opened < count) {
        err = print_hint(standing, opened, text);
        return err ? err
                   : progress_hint(standing->progress, standing->lesson->name,
                                   standing->question->id);
    }
    for (size_t i = 0; !err && i < count; i++) {
        if (i > 0)
            text_print(text, TEXT_PLAIN, "\n");
        err = print_hint(standing, i, text);
    }
    return err;
}

struct error *outside_hint(const char *name, const struct text *text)
{
    struct standing standing = {0};
    struct error *err = stand(&standing, name);

    if (!err)
        err = next_hint(&standing, text);
    clear(&standing);
    return err;
}

struct error *outside_skip(const char *name, const struct text *text)
{
    struct standing standing = {0};
    struct error *err = stand(&standing, name);

    if (!err)
        err = progress_skip(standing.progress, standing.lesson->name, standing.question->id);
    if (!err) {
        text_print(text, TEXT_PLAIN, "Question %s of %s is skipped.\n\n", standing.question->id,
                   standing.lesson->name);
        err = print_filled(&standing, standing.question, standing.question->explain, text);
    }
    clear(&standing);
    return err;
}

/* The name in the progress file: a lesson's, or as it was typed when the file knows it. */
static struct error *find_name(const struct library *library, const struct progress_file *progress,
                               const char *typed, const char **ret)
{
    const struct library_entry *entry;
    struct error *err = library_find(library, typed, &entry);

    *ret = err ? typed : entry->name;
    if (err && progress_begun(progress, typed)) {
        error_free(err);
        return NULL;
    }
    return err;
}

static struct error *forget(struct progress_file *progress, const char *name,
                            const struct text *text)
{
    struct forgotten forgotten;
    struct error *err = progress_forget(progress, name, &forgotten);

    if (err)
        return err;
    if (!forgotten.known)
        text_print(text, TEXT_PLAIN, "%s: nothing was known of it.\n", name);
    else
        text_print(text, TEXT_PLAIN,
                   "%s: forgot the place, %u answer%s, %u hint%s and %u point%s; it begins anew.\n",
                   name, forgotten.answers, forgotten.answers == 1 ? "" : "s", forgotten.hints,
                   forgotten.hints == 1 ? "" : "s", forgotten.points,
                   forgotten.points == 1 ? "" : "s");
    return NULL;
}

struct error *outside_reset(const char *name, const struct text *text)
{
    struct progress_file *progress = NULL;
    struct library library = {0};
    const char *known;
    struct error *err = library_open(&library);

    if (!err)
        err = progress_open(&progress);
    if (!err)
        err = find_name(&library, progress, name, &known);
    if (!err)
        err = forget(progress, known, text);
    progress_close(progress);
    library_clear(&library);
    return err;
}

struct error *outside_reset_all(const struct text *text)
{
    char *to;
    struct error *err = progress_move_aside(&to);

    if (err)
        return err;
    if (to)
        text_print(text, TEXT_PLAIN, "All progress is forgotten. What was known is kept in %s\n",
                   to);
    else
        text_print(text, TEXT_PLAIN, "Nothing was known yet.\n");
    free(to);
    return NULL;
}
