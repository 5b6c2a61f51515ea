/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a learner types: a word of the lesson's, an answer, or a command of the debugger. A command is never
 * hidden: where a word is one too, it is the lesson's only behind "lesson".
 */
#include <ctype.h>
#include <string.h>

#include "help.h"
#include "player_internal.h"

static void word_hint(struct player *player, const char *rest);
static void word_skip(struct player *player, const char *rest);
static void word_again(struct player *player, const char *rest);
static void word_list(struct player *player, const char *rest);
static void word_answer(struct player *player, const char *rest);
static void word_quit(struct player *player, const char *rest);

static const struct word {
    const char *name, *arguments, *summary;
    void (*run)(struct player *player, const char *rest);
} words[] = {
    {"hint", "", "open the next hint of the question; it costs a point", word_hint},
    {"skip", "", "give the question up: its answer is told, for no points", word_skip},
    {"answer", "EXPR", "answer with an expression; a plain number, yes or no needs no word",
     word_answer},
    {"again", "", "show the text of this step again", word_again},
    {"list", "", "all lessons and exercises", word_list},
    {"quit", "", "leave; `bootscope lesson` goes on from here", word_quit},
};

#define WORD_COUNT (sizeof(words) / sizeof(words[0]))

const char *const player_words[] = {"hint", "skip", "answer", "again", "lesson", NULL};

/* The question that is open; else it says that there is none. */
static bool has_question(struct player *player)
{
    if (player->wait == WAIT_ANSWER)
        return true;
    text_print(&player->out, TEXT_PLAIN, "No question is open here.");
    text_print(&player->out, TEXT_PLAIN, player->wait == WAIT_END ? "\n" : " Enter goes on.\n");
    return false;
}

static void word_hint(struct player *player, const char *rest)
{
    (void)rest;
    if (has_question(player))
        player_hint(player);
}

static void word_skip(struct player *player, const char *rest)
{
    (void)rest;
    if (!has_question(player))
        return;
    player_skip(player);
    if (player->wait == WAIT_ON)
        player_show_wait(player);
}

static void word_again(struct player *player, const char *rest)
{
    (void)rest;
    player_again(player);
}

static void word_list(struct player *player, const char *rest)
{
    (void)rest;
    catalogue_print(&player->catalogue, &player->out);
}

static void word_answer(struct player *player, const char *rest)
{
    if (!has_question(player))
        return;
    player_answer(player, rest);
    if (player->wait == WAIT_ON)
        player_show_wait(player);
}

static void word_quit(struct player *player, const char *rest)
{
    (void)rest;
    player->quit = true;
}

/* The word that a line begins with; *ret_rest is what stands behind it. */
static const struct word *find_word(const char *line, const char **ret_rest)
{
    size_t length = strcspn(line, " \t");

    for (size_t i = 0; i < WORD_COUNT; i++)
        if (strlen(words[i].name) == length && memcmp(words[i].name, line, length) == 0) {
            *ret_rest = line + length + strspn(line + length, " \t");
            return &words[i];
        }
    return NULL;
}

static void show_row(const struct text *text, const char *prefix, const struct word *word)
{
    char usage[64];

    snprintf(usage, sizeof(usage), "%s%s%s%s", prefix, word->name, *word->arguments ? " " : "",
             word->arguments);
    text_print(text, TEXT_PLAIN, "  %-28s %s\n", usage, word->summary);
}

static void show_help(struct player *player)
{
    const struct text *text = &player->out;

    help_all_text(text);
    text_print(text, TEXT_HEADING, "\nthe lesson\n");
    text_print(text, TEXT_PLAIN, "  %-28s %s\n", "Enter",
               "run what is shown, or go on; at a question, repeat the last command");
    text_print(text, TEXT_PLAIN, "  %-28s %s\n", "NUMBER, yes, no", "answer the question");
    for (size_t i = 0; i < WORD_COUNT; i++)
        show_row(text, commands_find(words[i].name) && words[i].run != word_quit ? "lesson " : "",
                 &words[i]);
    text_print(text, TEXT_PLAIN,
               "\nAll commands above work at each step; the lesson brings the guest back before "
               "it goes on. `list`\nis the debugger's, so the lesson's is `lesson list`; `lesson` "
               "may stand before each of its words.\n");
}

/* help hint; false when it is about a command. */
static bool show_word_help(struct player *player, const char *name)
{
    const char *rest;
    const struct word *word = find_word(name, &rest);

    if (!word || commands_find(word->name))
        return false;
    show_row(&player->out, "", word);
    return true;
}

/* An empty line repeats what was typed last, and only that. */
static void run_word(struct player *player, const struct word *word, const char *rest)
{
    player->front.repeat.line[0] = '\0';
    word->run(player, rest);
}

/* "lesson list" and the like: what one types in a shell. */
static void run_lesson_word(struct player *player, const char *line)
{
    const char *rest;
    const struct word *word = find_word(line, &rest);

    if (word)
        run_word(player, word, rest);
    else
        text_print(&player->out, TEXT_PLAIN,
                   "lesson %.40s: not at this prompt; there are hint, skip, answer, again, list "
                   "and quit.\n",
                   line);
}

static void run_command(struct player *player, const char *line)
{
    struct environment *environment = lesson_guest_environment(player->guest);

    front_execute(&player->front, line);
    player->quit = player->quit || environment->quit;
    environment->quit = false;
}

/* Enter is the lesson's, save at a question: there it repeats a command, as in the REPL. */
static void on_blank(struct player *player)
{
    const char *repeated = repeat_line(&player->front.repeat, "");

    if (player->wait == WAIT_ANSWER && *repeated)
        run_command(player, repeated);
    else
        player_on_enter(player);
}

void player_line(struct player *player, const char *line)
{
    const char *start = line + strspn(line, " \t"), *rest;
    const struct word *word = find_word(start, &rest);
    size_t length = strcspn(start, " \t");
    const char *behind = start + length + strspn(start + length, " \t");
    char first[32];

    snprintf(first, sizeof(first), "%.*s", length < sizeof(first) ? (int)length : 0, start);
    if (*start == '\0')
        on_blank(player);
    else if (strcmp(first, "lesson") == 0)
        run_lesson_word(player, behind);
    else if (word && !commands_find(first))
        run_word(player, word, rest);
    else if (player_is_answer(player, start))
        run_word(player, find_word("answer", &rest), start);
    else if (strcmp(start, "help") == 0 || strcmp(start, "?") == 0)
        show_help(player);
    else if (strcmp(first, "help") == 0 && show_word_help(player, behind))
        return;
    else
        run_command(player, repeat_line(&player->front.repeat, start));
}
