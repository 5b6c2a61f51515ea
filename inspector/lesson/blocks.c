/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * md4c tells of a block when it begins, and hands its text over in pieces that point into ours. A
 * fence itself is no text: it is the first line that looks like one behind the last piece, since
 * whatever else might look so would have been a piece.
 */
#include "blocks.h"

#include <stdlib.h>
#include <string.h>
#include <md4c.h>

#define COMMENT_BEGIN "<!--="
#define COMMENT_END   "-->"

struct walk {
    const char *path, *text, *end;
    struct blocks *blocks;
    const char *next;  /* the first line behind what was seen */
    unsigned int nest; /* lists and quotations around */
    bool heading, code, span;
    const char *heading_text; /* the heading's first piece, or NULL */
    size_t lines;             /* of the code block so far */
    struct span value;        /* the code span that has just ended; length 0: none */
    struct error *err;
};

static int fail(struct walk *walk, const char *place, const char *message)
{
    if (!walk->err)
        walk->err = error_new(ERROR_INPUT, "%s:%u: %s", walk->path, line_at(walk->text, place),
                              message);
    return 1;
}

static const char *line_end(const struct walk *walk, const char *place)
{
    const char *newline = memchr(place, '\n', (size_t)(walk->end - place));

    return newline ? newline : walk->end;
}

static const char *line_behind(const struct walk *walk, const char *place)
{
    const char *end = line_end(walk, place);

    return end < walk->end ? end + 1 : end;
}

static const char *line_begin(const struct walk *walk, const char *place)
{
    while (place > walk->text && place[-1] != '\n')
        place--;
    return place;
}

static int add(struct walk *walk, const struct block *block)
{
    struct blocks *blocks = walk->blocks;

    if (blocks->count == BLOCKS_MAX)
        return fail(walk, block->whole.text, "more blocks and values than a lesson may have");
    if (blocks->count == blocks->room) {
        blocks->room = blocks->room ? 2 * blocks->room : 64;
        blocks->list = reallocarray(blocks->list, blocks->room, sizeof(*blocks->list));
        if (!blocks->list)
            abort();
    }
    blocks->list[blocks->count++] = *block;
    return 0;
}

static struct span between(const char *from, const char *to)
{
    return (struct span){from, (size_t)(to - from)};
}

static size_t fence_length(const char *line, const char *end, char fence)
{
    size_t length = 0;

    while (line + length < end && line[length] == fence)
        length++;
    return length;
}

/* Past blanks; in a list or quotation also past what marks those. */
static const char *fence_in(const struct walk *walk, const char *line, char fence)
{
    const char *end = line_end(walk, line), *at = line;

    while (at < end && (*at == ' ' || *at == '\t' || (walk->nest && *at != fence)))
        at++;
    return fence_length(at, end, fence) >= 3 ? at : NULL;
}

static int open_code(struct walk *walk, char fence)
{
    struct block block = {.kind = BLOCK_CODE};
    const char *line = walk->next, *at;

    while (line < walk->end && !fence_in(walk, line, fence))
        line = line_behind(walk, line);
    at = fence_in(walk, line, fence);
    if (!at)
        return fail(walk, line, "a code block whose fence is not found");
    block.whole = between(line, line_behind(walk, line));
    at += fence_length(at, walk->end, fence);
    block.info = span_trim(between(at, line_end(walk, at)));
    block.content = between(line_behind(walk, line), line_behind(walk, line));
    walk->code = true;
    walk->lines = 0;
    walk->next = block.content.text;
    if (walk->nest && block.info.length > 0)
        return fail(walk, line,
                    "a named code block does nothing within a list or a quotation: end that first");
    return add(walk, &block);
}

static int close_code(struct walk *walk, char fence)
{
    struct block *block = &walk->blocks->list[walk->blocks->count - 1];
    const char *end = block->content.text;

    walk->code = false;
    for (size_t i = 0; i < walk->lines; i++)
        end = line_behind(walk, end);
    if (end == walk->end || (!walk->nest && !fence_in(walk, end, fence)))
        return fail(walk, block->whole.text, "this code block is never closed");
    block->content = between(block->content.text, end);
    block->whole = between(block->whole.text, line_behind(walk, end));
    walk->next = block->whole.text + block->whole.length;
    return 0;
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *context)
{
    struct walk *walk = context;
    const MD_BLOCK_CODE_DETAIL *code = detail;

    walk->value.length = 0;
    if (type == MD_BLOCK_UL || type == MD_BLOCK_OL || type == MD_BLOCK_QUOTE)
        walk->nest++;
    walk->heading = type == MD_BLOCK_H;
    walk->heading_text = NULL;
    if (type == MD_BLOCK_CODE && code->fence_char)
        return open_code(walk, code->fence_char);
    return 0;
}

static int close_heading(struct walk *walk, unsigned int level)
{
    struct block block = {.kind = level == 1 ? BLOCK_TITLE : BLOCK_SECTION};
    const char *line;

    walk->heading = false;
    if (level > 2)
        return 0;
    if (walk->nest)
        return fail(walk, walk->next, "a heading within a list or a quotation");
    if (!walk->heading_text)
        return fail(walk, walk->next, "a heading without text");
    line = line_begin(walk, walk->heading_text);
    if (*line != '#')
        return fail(walk, line, "write headings with # in front of them");
    block.whole = between(line, line_behind(walk, line));
    block.content = span_trim(between(line + level, line_end(walk, line)));
    return add(walk, &block);
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *context)
{
    struct walk *walk = context;

    if (type == MD_BLOCK_UL || type == MD_BLOCK_OL || type == MD_BLOCK_QUOTE)
        walk->nest--;
    if (type == MD_BLOCK_H)
        return close_heading(walk, ((MD_BLOCK_H_DETAIL *)detail)->level);
    if (type == MD_BLOCK_CODE && walk->code)
        return close_code(walk, ((MD_BLOCK_CODE_DETAIL *)detail)->fence_char);
    return 0;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *context)
{
    struct walk *walk = context;

    (void)detail;
    walk->value.length = 0;
    walk->span = type == MD_SPAN_CODE;
    return 0;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *context)
{
    (void)detail;
    if (type == MD_SPAN_CODE)
        ((struct walk *)context)->span = false;
    return 0;
}

/* A comment <!--= ... -->, which stands directly behind a code span. */
static int value(struct walk *walk, const char *comment, size_t length)
{
    const char *shown_end = walk->value.text + walk->value.length, *begin = walk->value.text;
    struct block block = {.kind = BLOCK_VALUE, .content = walk->value};
    size_t begins = strlen(COMMENT_BEGIN), ends = strlen(COMMENT_END);

    if (length < begins + ends || memcmp(comment + length - ends, COMMENT_END, ends) != 0)
        return fail(walk, comment, "a comment <!--= ... --> stands on one line");
    while (walk->value.length && shown_end < comment && (*shown_end == '`' || *shown_end == ' '))
        shown_end++;
    if (!walk->value.length || shown_end != comment)
        return fail(walk, comment, "a comment <!--= ... --> stands directly behind a code span");
    while (begin > walk->text && (begin[-1] == '`' || begin[-1] == ' '))
        begin--;
    block.whole = between(begin, comment + length);
    block.comment = span_trim((struct span){comment + begins, length - begins - ends});
    walk->value.length = 0;
    return add(walk, &block);
}

/* A backslash makes a brace a brace, and ${NAME} is a shell's. */
static int braces(struct walk *walk, const char *text, size_t length)
{
    const char *end = text + length, *close = NULL;

    for (const char *at = text; at < end; at++) {
        bool plain = at > walk->text && (at[-1] == '\\' || at[-1] == '$');

        if (*at != '{' || plain)
            continue;
        close = memchr(at, '}', (size_t)(end - at));
        if (!close)
            break;
        const struct block block = {.kind = BLOCK_BRACES,
                                    .whole = between(at, close + 1),
                                    .content = between(at + 1, close)};
        if (add(walk, &block))
            return 1;
        at = close;
    }
    return 0;
}

static int see(struct walk *walk, MD_TEXTTYPE type, const char *text, size_t length)
{
    bool html = type == MD_TEXT_HTML && length >= strlen(COMMENT_BEGIN) &&
                memcmp(text, COMMENT_BEGIN, strlen(COMMENT_BEGIN)) == 0;

    if (walk->heading && !walk->heading_text)
        walk->heading_text = text;
    if (walk->span) /* a second piece: a span of several lines */
        walk->value = (struct span){text, walk->value.length ? 0 : length};
    else if (html && value(walk, text, length))
        return 1;
    else if (!walk->span)
        walk->value.length = 0;
    if (type != MD_TEXT_HTML && braces(walk, text, length))
        return 1;
    if (length > 0)
        walk->next = line_behind(walk, text + length - 1);
    return 0;
}

static int text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE length, void *context)
{
    struct walk *walk = context;

    if (walk->code) {
        for (MD_SIZE i = 0; i < length; i++)
            walk->lines += text[i] == '\n';
        return 0;
    }
    if (text >= walk->text && text + length <= walk->end)
        return see(walk, type, text, length);
    walk->value.length = 0;
    return 0;
}

struct error *blocks_read(const char *path, const char *markdown, size_t length, struct blocks *ret)
{
    static const MD_PARSER parser = {
        .flags = MD_FLAG_TABLES,
        .enter_block = enter_block,
        .leave_block = leave_block,
        .enter_span = enter_span,
        .leave_span = leave_span,
        .text = text,
    };
    struct walk walk = {
        .path = path, .text = markdown, .end = markdown + length, .blocks = ret, .next = markdown};

    *ret = (struct blocks){0};
    int status = md_parse(markdown, (MD_SIZE)length, &parser, &walk);
    if (status && !walk.err)
        walk.err = error_new(ERROR_INPUT, "%s: this is no Markdown that md4c can read", path);
    if (walk.err)
        blocks_clear(ret);
    return walk.err;
}

void blocks_clear(struct blocks *blocks)
{
    free(blocks->list);
    *blocks = (struct blocks){0};
}
