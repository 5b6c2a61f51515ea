/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "resolve.h"

#include <string.h>

#define BLANKS    " \t"
#define NAME_ENDS " \t/"

/* Names that an error lists. */
#define LISTED_MAX 8

bool command_next_name(const struct command *command, size_t *position, struct command_name *ret)
{
    const char *aliases = command->aliases ? command->aliases : "";

    if (*position == 0) {
        *ret = (struct command_name){command->name, strlen(command->name)};
        *position = 1;
        return true;
    }
    const char *start = aliases + *position - 1;
    start += strspn(start, ", ");
    *ret = (struct command_name){start, strcspn(start, ",")};
    *position = (size_t)(start + ret->length - aliases) + 1;
    return ret->length > 0;
}

/* The first two words of a line, or of a name. */
struct words {
    struct command_name first, second; /* of length 0 when there is none */
};

static struct command_name word_at(const char *text, const char *end, const char *ends)
{
    size_t length = 0;

    while (text + length < end && !strchr(ends, text[length]))
        length++;
    return (struct command_name){text, length};
}

static struct words words_of(const char *text, size_t length, const char *ends)
{
    const char *end = text + length;
    struct words words = {.first = word_at(text, end, ends)};
    const char *next = words.first.text + words.first.length;

    while (next < end && strchr(BLANKS, *next))
        next++;
    words.second = word_at(next, end, ends);
    return words;
}

/* How well a name fits what was typed; the best fit wins. */
enum fit { FIT_NONE, FIT_BEGINNING, FIT_TWO_BEGINNINGS, FIT_SECOND, FIT_WORD, FIT_TWO_WORDS };

static bool begins(struct command_name name, struct command_name typed)
{
    return typed.length > 0 && typed.length <= name.length &&
           memcmp(name.text, typed.text, typed.length) == 0;
}

static bool equals(struct command_name name, struct command_name typed)
{
    return typed.length == name.length && begins(name, typed);
}

static enum fit fit_of(struct command_name name, const struct words *typed)
{
    struct words words = words_of(name.text, name.length, BLANKS);

    if (!begins(words.first, typed->first))
        return FIT_NONE;
    bool first = equals(words.first, typed->first);
    if (words.second.length == 0)
        return first ? FIT_WORD : FIT_BEGINNING;
    if (!begins(words.second, typed->second))
        return FIT_NONE;
    if (!equals(words.second, typed->second))
        return FIT_TWO_BEGINNINGS;
    return first ? FIT_TWO_WORDS : FIT_SECOND;
}

static enum fit command_fit(const struct command *command, const struct words *typed)
{
    enum fit best = FIT_NONE;
    struct command_name name;
    size_t position = 0;

    while (command_next_name(command, &position, &name)) {
        enum fit fit = fit_of(name, typed);

        if (fit > best)
            best = fit;
    }
    return best;
}

/* A list of names for a message. */
struct listing {
    size_t count;
    char text[512];
};

static void list(struct listing *listing, const char *name, size_t length)
{
    size_t used = strlen(listing->text);

    if (listing->count++ < LISTED_MAX)
        snprintf(listing->text + used, sizeof(listing->text) - used, "%s%.*s", used ? ", " : "",
                 (int)length, name);
    else if (listing->count == LISTED_MAX + 1)
        snprintf(listing->text + used, sizeof(listing->text) - used, ", ...");
}

/* What was typed, for a message: cut, and nothing in it steers a terminal. */
struct shown {
    char text[40];
};

static struct shown show(const struct words *typed, bool both)
{
    const char *end = both && typed->second.length ? typed->second.text + typed->second.length
                                                   : typed->first.text + typed->first.length;
    struct shown shown;

    snprintf(shown.text, sizeof(shown.text), "%.*s", (int)(end - typed->first.text),
             typed->first.text);
    for (char *byte = shown.text; *byte; byte++)
        if (*byte < ' ' || *byte > '~')
            *byte = '.';
    return shown;
}

static struct error *ambiguous(const struct words *typed, enum fit fit)
{
    bool both = fit == FIT_TWO_BEGINNINGS || fit == FIT_SECOND;
    struct listing listing = {0};

    for (size_t i = 0; i < commands_count(); i++) {
        const struct command *command = commands_get(i);

        if (command_fit(command, typed) == fit)
            list(&listing, command->name, strlen(command->name));
    }
    return error_new(ERROR_INPUT, "%s: may be %s", show(typed, both).text, listing.text);
}

/* The second words that may follow the first one typed: of "info", say. */
static void list_second(const struct words *typed, struct listing *listing)
{
    struct command_name name;

    for (size_t i = 0; i < commands_count(); i++)
        for (size_t position = 0; command_next_name(commands_get(i), &position, &name);) {
            struct words words = words_of(name.text, name.length, BLANKS);

            if (words.second.length > 0 && equals(words.first, typed->first))
                list(listing, words.second.text, words.second.length);
        }
}

static unsigned int least(unsigned int a, unsigned int b)
{
    return a < b ? a : b;
}

unsigned int resolve_distance(const char *a, size_t a_length, const char *b, size_t b_length,
                              unsigned int limit)
{
    /* The last three rows of the table of distances between the beginnings of a and of b. */
    unsigned int rows[3][RESOLVE_WORD_MAX + 1];

    if (a_length > RESOLVE_WORD_MAX || b_length > RESOLVE_WORD_MAX)
        return limit + 1;
    for (unsigned int j = 0; j <= b_length; j++)
        rows[0][j] = j;
    for (unsigned int i = 1; i <= a_length; i++) {
        unsigned int *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

        row[0] = i;
        for (unsigned int j = 1; j <= b_length; j++) {
            row[j] = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = least(row[j], least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
    }
    return least(rows[a_length % 3][b_length], limit + 1);
}

/* The name that is the fewest edits away from the first word; *ret_name.length 0 when none is near. */
static struct command_name nearest(const struct words *typed)
{
    /* A third of the letters wrong, and one looks like any other. */
    unsigned int limit = (unsigned int)least((unsigned int)typed->first.length, 12) / 3 + 1;
    struct command_name name, best = {"", 0};

    if (typed->first.length < 2)
        return best;
    for (size_t i = 0; i < commands_count(); i++)
        for (size_t position = 0; command_next_name(commands_get(i), &position, &name);) {
            struct words words = words_of(name.text, name.length, BLANKS);
            unsigned int distance = resolve_distance(typed->first.text, typed->first.length,
                                                     words.first.text, words.first.length, limit);

            /* One letter is near to everything. */
            if (distance < limit && words.first.length > 1) {
                limit = distance;
                best = words.second.length ? words.first : name;
            }
        }
    return best;
}

static struct error *unknown(const struct words *typed)
{
    struct listing listing = {0};
    struct command_name near;

    list_second(typed, &listing);
    if (listing.count > 0)
        return error_new(ERROR_INPUT, "%s: %s %.*s goes with %s", show(typed, true).text,
                         typed->second.length ? "no such command;" : "which one?",
                         (int)typed->first.length, typed->first.text, listing.text);
    near = nearest(typed);
    if (near.length > 0)
        return error_new(ERROR_INPUT, "%s: no such command; did you mean %.*s?",
                         show(typed, false).text, (int)near.length, near.text);
    return error_new(ERROR_INPUT, "%s: no such command; help lists them all",
                     show(typed, false).text);
}

struct error *resolve(const char *text, const struct command **ret, const char **ret_end)
{
    struct words typed = words_of(text, strlen(text), NAME_ENDS);
    const struct command *found = NULL;
    enum fit best = FIT_NONE;
    size_t count = 0;

    for (size_t i = 0; i < commands_count(); i++) {
        enum fit fit = command_fit(commands_get(i), &typed);

        if (fit > best) {
            best = fit;
            count = 0;
        }
        if (fit == best && count++ == 0)
            found = commands_get(i);
    }
    if (best == FIT_NONE)
        return unknown(&typed);
    if (count > 1)
        return ambiguous(&typed, best);
    bool two = best == FIT_TWO_WORDS || best == FIT_SECOND || best == FIT_TWO_BEGINNINGS;
    *ret_end = two ? typed.second.text + typed.second.length
                   : typed.first.text + typed.first.length;
    *ret = found;
    return NULL;
}
