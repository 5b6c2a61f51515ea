/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions: asked, answered, helped with, skipped. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "player_internal.h"
#include "question_text.h"

static struct question_state state_now(const struct player *player)
{
    return progress_question(player->progress, player->lesson->name,
                             player_step(player)->question.id);
}

static void show_filled(struct player *player, const struct question *question,
                        const char *markdown)
{
    char *filled;
    struct error *err;

    if (!markdown)
        return;
    err = lesson_guest_fill(player->guest, question, markdown, &filled);
    if (err) {
        front_tell(err);
        return;
    }
    player_markdown(player, filled);
    free(filled);
}

/* "Question 2 of 4" */
static void show_title(struct player *player, const struct question_state *state)
{
    unsigned int number = 0, count = 0;

    for (size_t i = 0; i < player->lesson->step_count; i++) {
        count += player->lesson->steps[i].kind == STEP_PREDICT;
        if (i <= player->step)
            number = count;
    }
    text_print(&player->out, TEXT_HEADING, "\nQuestion %u of %u", number, count);
    if (state->tries > 0 && !state->right)
        text_print(&player->out, TEXT_PLAIN, "  (%u %s so far)", state->tries,
                   state->tries > 1 ? "tries" : "try");
    text_print(&player->out, TEXT_PLAIN, "\n");
}

void player_show_how(struct player *player)
{
    static const char *const words[] = {
        [QUESTION_NUMBER] = "Type a number (4096, 0x1000, 4K), or `answer` and an expression.",
        [QUESTION_ADDRESS] = "Type an address (0x100000, 1M), or `answer` and an expression.",
        [QUESTION_FLAG] = "Type yes or no.",
        [QUESTION_CHOICE] = "Type the number of your choice.",
    };
    const struct question *question = &player_step(player)->question;
    struct question_state state = state_now(player);

    text_print(&player->out, TEXT_DIM, "\n%s\n", words[question->kind]);
    if (state.hints < question->hint_count)
        text_print(&player->out, TEXT_DIM, "`hint` helps (%zu left), ",
                   question->hint_count - state.hints);
    text_print(&player->out, TEXT_DIM, "`skip` tells the answer.\n");
}

/* After a question is done with. */
static void explain(struct player *player)
{
    const struct question *question = &player_step(player)->question;

    text_print(&player->out, TEXT_PLAIN, "\n");
    show_filled(player, question, question->explain);
    player_note_home(player);
    player->wait = WAIT_ON;
}

void player_ask(struct player *player)
{
    const struct question *question = &player_step(player)->question;
    struct question_state state = state_now(player);
    char *choices = question_choices(question);

    show_title(player, &state);
    show_filled(player, NULL, question->ask);
    if (choices) {
        text_print(&player->out, TEXT_PLAIN, "\n");
        show_filled(player, NULL, choices);
    }
    free(choices);
    player->wait = WAIT_ANSWER;
    if (state.right)
        text_print(&player->out, TEXT_GOOD, "\nYou have answered this one (%u of %d points).\n",
                   progress_points(&state), PROGRESS_POINTS_MAX);
    else if (state.skipped)
        text_print(&player->out, TEXT_PLAIN, "\nYou have skipped this one.\n");
    if (state.right || state.skipped)
        explain(player);
}

bool player_is_answer(const struct player *player, const char *line)
{
    enum question_kind kind = player_step(player)->question.kind;
    bool word = strcasecmp(line, "yes") == 0 || strcasecmp(line, "no") == 0;

    if (isdigit((unsigned char)line[0]) || line[0] == '\'')
        return true;
    if (line[0] == '-' && isdigit((unsigned char)line[1]))
        return true;
    return word && player_step(player)->kind == STEP_PREDICT && kind == QUESTION_FLAG;
}

static void show_value(struct player *player, uint64_t value)
{
    const struct text *text = &player->out;

    switch (player_step(player)->question.kind) {
    case QUESTION_FLAG:
        text_print(text, TEXT_PLAIN, "%s", value ? "yes" : "no");
        break;
    case QUESTION_CHOICE:
        text_print(text, TEXT_PLAIN, "%llu", (unsigned long long)value);
        break;
    case QUESTION_ADDRESS:
        text_print(text, TEXT_PLAIN, "%s", text_hex(value));
        break;
    case QUESTION_NUMBER:
        text_print(text, TEXT_PLAIN, value < 10 ? "%s" : "%s (%s)", text_count(value),
                   text_hex(value));
        break;
    }
}

/* Whether text has the word before its first blank line. */
static bool has_word(const char *text, const char *word)
{
    const char *end = strstr(text, "\n\n");

    for (const char *at = text; (at = strstr(at, word)) && (!end || at < end); at++) {
        bool begins = at == text || !isalnum((unsigned char)at[-1]);

        if (begins && !isalnum((unsigned char)at[strlen(word)]))
            return true;
    }
    return false;
}

/* An explanation that names the number needs nobody to say it before. */
static bool explains_value(const struct player *player, const struct verdict *verdict)
{
    enum question_kind kind = player_step(player)->question.kind;
    char plain[24];

    if (kind != QUESTION_NUMBER && kind != QUESTION_ADDRESS)
        return false;
    snprintf(plain, sizeof(plain), "%llu", (unsigned long long)verdict->given);
    return has_word(verdict->says, text_hex(verdict->given)) ||
           has_word(verdict->says, text_count(verdict->given)) || has_word(verdict->says, plain);
}

static void show_right(struct player *player, const struct verdict *verdict)
{
    struct question_state state = state_now(player);
    unsigned int points = progress_points(&state);

    text_print(&player->out, TEXT_GOOD, "Right");
    if (!explains_value(player, verdict)) {
        text_print(&player->out, TEXT_PLAIN, ": ");
        show_value(player, verdict->given);
    }
    text_print(&player->out, TEXT_PLAIN, ". %u point%s.\n\n", points, points == 1 ? "" : "s");
    player_markdown(player, verdict->says);
    player->wait = WAIT_ON;
}

static void show_wrong(struct player *player, const struct verdict *verdict)
{
    struct question_state state = state_now(player);
    size_t left = player_step(player)->question.hint_count - state.hints;

    text_print(&player->out, TEXT_BAD, "Not so: ");
    show_value(player, verdict->given);
    text_print(&player->out, TEXT_PLAIN, ".\n");
    if (*verdict->says) {
        text_print(&player->out, TEXT_PLAIN, "\n");
        player_markdown(player, verdict->says);
    }
    text_print(&player->out, TEXT_DIM,
               "\n%u %s so far. Answer again, or `hint` (%zu left), or `skip`.\n", state.tries,
               state.tries > 1 ? "tries" : "try", left);
}

void player_answer(struct player *player, const char *answer)
{
    const struct question *question = &player_step(player)->question;
    struct verdict verdict;
    struct error *err = player_bring(player);

    if (!err)
        err = lesson_guest_judge(player->guest, question, answer, &verdict);
    if (err) {
        front_tell(err);
        text_print(&player->out, TEXT_PLAIN, "The answer was not judged; it does not count.\n");
        return;
    }
    /* What the question itself wrote on its way is not the learner's straying. */
    player_note_home(player);
    if (verdict.kind == ANSWER_UNREADABLE) {
        player_markdown(player, verdict.says);
    } else {
        player_noted(player, progress_answer(player->progress, player->lesson->name, question->id,
                                             verdict.kind == ANSWER_RIGHT));
        if (verdict.kind == ANSWER_RIGHT)
            show_right(player, &verdict);
        else
            show_wrong(player, &verdict);
    }
    verdict_clear(&verdict);
}

static void show_hint(struct player *player, size_t index)
{
    char *hint = question_hint(&player_step(player)->question, index);

    show_filled(player, NULL, hint);
    free(hint);
}

void player_hint(struct player *player)
{
    const struct question *question = &player_step(player)->question;
    struct error *err = player_bring(player);

    if (err) {
        front_tell(err);
        return;
    }
    if (state_now(player).hints >= question->hint_count) {
        text_print(&player->out, TEXT_PLAIN, "All hints are open:\n");
        for (size_t i = 0; i < question->hint_count; i++) {
            text_print(&player->out, TEXT_PLAIN, "\n");
            show_hint(player, i);
        }
        return;
    }
    player_noted(player, progress_hint(player->progress, player->lesson->name, question->id));
    show_hint(player, state_now(player).hints - 1);
}

void player_skip(struct player *player)
{
    const struct question *question = &player_step(player)->question;
    struct error *err = player_bring(player);

    if (err) {
        front_tell(err);
        return;
    }
    player_noted(player, progress_skip(player->progress, player->lesson->name, question->id));
    text_print(&player->out, TEXT_PLAIN, "Skipped: no points.\n");
    explain(player);
}
