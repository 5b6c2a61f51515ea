/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statements about the state at one checkpoint. */
#include <ctype.h>
#include <string.h>

#include "areas.h"
#include "command.h"
#include "paging.h"
#include "parse.h"

static const struct {
    const char *words;
    enum proof proof;
} proofs[] = {
    {"bss is zero", PROOF_BSS},
    {"image is intact", PROOF_LOADED},
    {"image is copied", PROOF_COPY},
    {"payload is unpacked", PROOF_PAYLOAD},
    {"segments are loaded", PROOF_SEGMENTS},
    {"relocations are applied", PROOF_RELOCATIONS},
    {"marker agrees", PROOF_MARKER},
    {"proofs hold", PROOF_ALL},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool take_proof(struct cursor *cursor, struct statement *ret)
{
    for (size_t i = 0; i < COUNT(proofs); i++)
        if (cursor_take(cursor, proofs[i].words)) {
            ret->kind = STATEMENT_PROOF;
            ret->proof = proofs[i].proof;
            return true;
        }
    return false;
}

/* "rwx", "r-x", "rw-", "r--". */
static bool take_rights(struct cursor *cursor, struct statement *ret)
{
    static const struct {
        const char *word;
        unsigned int flags;
    } rights[] = {
        {"rwx", PAGE_WRITE | PAGE_EXEC}, {"rw-", PAGE_WRITE}, {"r-x", PAGE_EXEC}, {"r--", 0}};

    for (size_t i = 0; i < COUNT(rights); i++)
        if (cursor_take(cursor, rights[i].word)) {
            ret->rights_asked = true;
            ret->rights = rights[i].flags;
            return true;
        }
    return false;
}

/* [A, B) or one address. */
static struct error *paging_range(struct cursor *cursor, struct statement *ret)
{
    if (*cursor->at == '[')
        return parse_range(cursor, &ret->range);
    ret->single = true;
    return parse_expr(cursor, "", &ret->range.start);
}

static struct error *parse_paging(struct cursor *cursor, struct statement *ret)
{
    struct place place = cursor_place(cursor);
    struct error *err;

    ret->kind = STATEMENT_PAGING;
    if (cursor_take(cursor, "is on") || cursor_take(cursor, "is off")) {
        ret->claim = strstr(ret->text, "off") ? PAGING_IS_OFF : PAGING_IS_ON;
        return NULL;
    }
    if (cursor_take(cursor, "is identity")) {
        ret->claim = PAGING_IS_IDENTITY;
        return NULL;
    }
    if (cursor_take(cursor, "does not map")) {
        ret->claim = PAGING_MAPS_NOT;
        return paging_range(cursor, ret);
    }
    if (!cursor_take(cursor, "maps"))
        return place_error(&place, ERROR_INPUT,
                           "paging is on, is off, is identity, maps [FROM, TO), or does not map "
                           "[FROM, TO)");
    ret->claim = PAGING_MAPS;
    err = paging_range(cursor, ret);
    if (!err && cursor_take(cursor, "identity")) {
        ret->claim = PAGING_MAPS_TO;
    } else if (!err && cursor_take(cursor, "to")) {
        ret->claim = PAGING_MAPS_TO;
        err = parse_expr(cursor, "", &ret->expr);
    }
    if (!err)
        take_rights(cursor, ret);
    return err;
}

static struct error *range_or_area(struct cursor *cursor, struct range_text *ret)
{
    struct place place = cursor_place(cursor);
    struct error *err;

    if (*cursor->at == '[')
        return parse_range(cursor, ret);
    err = cursor_word(cursor, "a range [FROM, TO) or the name of an area", ret->name,
                      sizeof(ret->name));
    if (err || area_known(ret->name))
        return err;
    return place_error(&place, ERROR_INPUT, "%s: no such area; there are %s", ret->name,
                       AREA_NAMES);
}

static struct error *parse_expect(struct cursor *cursor, struct statement *ret)
{
    struct error *err = parse_expr(cursor, "", &ret->expr);
    struct place place;

    ret->kind = STATEMENT_EXPECT;
    if (err)
        return err;
    if (cursor_take(cursor, "in")) {
        ret->kind = STATEMENT_IN;
        err = range_or_area(cursor, &ret->range);
        place = cursor_place(cursor);
        if (!err && cursor_take(cursor, "and"))
            return place_error(
                &place, ERROR_INPUT,
                "an expectation ends here: what else is expected belongs on its own line");
    } else if (cursor_take(cursor, "unchanged since")) {
        ret->kind = STATEMENT_UNCHANGED;
        err = parse_checkpoint(cursor, &ret->from);
    }
    if (ret->kind == STATEMENT_EXPECT)
        ret->side_count = expectation_sides(ret->expr, ret->sides, CHECK_SIDES_MAX);
    else
        ret->sides[ret->side_count++] = (struct expectation_side){.expr = ret->expr};
    return err;
}

struct error *parse_state(struct cursor *cursor, struct statement *ret)
{
    struct place place = cursor_place(cursor);

    if (cursor_take(cursor, "expect"))
        return parse_expect(cursor, ret);
    if (cursor_take(cursor, "paging"))
        return parse_paging(cursor, ret);
    if (cursor_take(cursor, "run")) {
        ret->kind = STATEMENT_RUN_COMMAND;
        return parse_command(cursor, ret);
    }
    if (take_proof(cursor, ret))
        return NULL;
    for (size_t i = 0; i < COUNT(proofs); i++) {
        size_t length = strcspn(proofs[i].words, " ");

        if (strncmp(cursor->at, proofs[i].words, length) == 0 && cursor->at[length] <= ' ')
            return place_error(&place, ERROR_INPUT, "did you mean \"%s\"?", proofs[i].words);
    }
    return place_error(&place, ERROR_INPUT,
                       "\"%.*s\" begins no statement about a checkpoint (docs/checks.md)",
                       (int)strcspn(cursor->at, " \t"), cursor->at);
}

bool parse_state_begins(const struct cursor *cursor)
{
    struct cursor ahead = *cursor;

    if (cursor_take(&ahead, "expect") || cursor_take(&ahead, "paging") ||
        cursor_take(&ahead, "run") || cursor_take(&ahead, "show"))
        return true;
    for (size_t i = 0; i < COUNT(proofs); i++) {
        size_t length = strcspn(proofs[i].words, " ");

        if (strncmp(cursor->at, proofs[i].words, length) == 0 && cursor->at[length] <= ' ')
            return true;
    }
    return false;
}

struct error *parse_exit(struct cursor *cursor, struct statement *ret)
{
    static const char *const words[] = {"pass",         "fail",   "powered-off", "error",  "reset",
                                        "triple-fault", "killed", "halted",      "timeout"};
    struct place place = cursor_place(cursor);
    struct error *err = NULL;

    ret->kind = STATEMENT_EXIT;
    if (!cursor_take(cursor, "expect exit"))
        return place_error(&place, ERROR_INPUT,
                           "at the end there is only this to check: expect exit HOW");
    place = cursor_place(cursor);
    err = cursor_word(cursor, "how the guest ends", ret->word, sizeof(ret->word));
    for (size_t i = 0; !err && i < COUNT(words); i++)
        if (strcmp(words[i], ret->word) == 0)
            return NULL;
    if (err)
        return err;
    return place_error(&place, ERROR_INPUT,
                       "%s: a guest ends with pass, fail, powered-off, error, reset, "
                       "triple-fault, killed or timeout",
                       ret->word);
}

static bool variable_name(const char *name)
{
    if (!isalpha((unsigned char)*name) && *name != '_')
        return false;
    for (; *name; name++)
        if (!isalnum((unsigned char)*name) && *name != '_')
            return false;
    return true;
}

struct error *parse_let(struct cursor *cursor, struct statement *ret)
{
    static const struct registers nothing;
    struct place place = cursor_place(cursor);
    unsigned int width;
    uint64_t value;
    struct error *err = cursor_word(cursor, "a name", ret->word, sizeof(ret->word));

    ret->kind = STATEMENT_LET;
    if (err)
        return err;
    if (!variable_name(ret->word))
        return place_error(&place, ERROR_INPUT, "%s: a name has letters, digits and _", ret->word);
    if (registers_get(&nothing, ret->word, &value, &width))
        return place_error(&place, ERROR_INPUT, "%s is a register; take another name", ret->word);
    place = cursor_place(cursor);
    if (!cursor_take(cursor, "="))
        return place_error(&place, ERROR_INPUT, "a = belongs here: let NAME = EXPR");
    return parse_expr(cursor, "", &ret->expr);
}

/* The command of the first two words, else of the first one; NULL: unknown here. */
static const struct command *find_command(const char *line)
{
    char words[64];
    size_t first = strcspn(line, " \t/"), second = strspn(line + first, " \t");

    if (line[first] != '/') {
        second = first + second + strcspn(line + first + second, " \t");
        snprintf(words, sizeof(words), "%.*s", (int)second, line);
        const struct command *command = commands_find(words);

        if (command)
            return command;
    }
    snprintf(words, sizeof(words), "%.*s", (int)first, line);
    return commands_find(words);
}

struct error *parse_command(struct cursor *cursor, struct statement *ret)
{
    struct place place = cursor_place(cursor);
    const struct command *command;

    if (cursor_at_end(cursor))
        return place_error(&place, ERROR_INPUT, "a command is missing here");
    command = find_command(cursor->at);
    if (!command)
        return place_error(&place, ERROR_INPUT, "no such command (bootscope repl: help)");
    if (command->moves)
        return place_error(&place, ERROR_INPUT,
                           "%s moves the guest; checks go from checkpoint to checkpoint themselves",
                           command->name);
    ret->command = cursor->at;
    cursor->at += strlen(cursor->at);
    return NULL;
}
