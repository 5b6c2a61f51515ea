/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the blocks of a Markdown file to the steps of a lesson. */
#include "build.h"

#include <stdlib.h>
#include <string.h>

#include "blocks.h"
#include "question.h"
#include "resolve.h"
#include "sentence.h"
#include "words.h"

#define LAST_SECTION  "What you know now"
#define DRAWING_WIDTH 96

struct builder {
    struct lesson *lesson;
    const char *prose; /* where the next step's begins */
    struct span section;
    size_t value_count;
    struct live_value *values; /* seen since then */
    bool has_options;
};

static struct error *at_line(const struct builder *builder, const char *place, struct error *err)
{
    const struct lesson *lesson = builder->lesson;

    return error_context(err, "%s:%u", lesson->path, line_at(lesson->text, place));
}

static struct span prose_until(const struct builder *builder, const char *end)
{
    const struct lesson *lesson = builder->lesson;

    return (struct span){lesson->shown + (builder->prose - lesson->text),
                         (size_t)(end - builder->prose)};
}

/* A step takes what stands in front of block, and the block. */
static struct error *new_step(struct builder *builder, enum step_kind kind, struct span block,
                              struct lesson_step **ret)
{
    struct lesson *lesson = builder->lesson;
    const char *line = block.text;

    if (lesson->step_count == LESSON_STEPS_MAX)
        return error_new(ERROR_INPUT, "more than %d steps", LESSON_STEPS_MAX);
    if (kind == STEP_TEXT) { /* its first line that is shown */
        line = span_trim(prose_until(builder, block.text)).text;
        line = lesson->text + (line - lesson->shown);
    }
    *ret = &lesson->steps[lesson->step_count++];
    **ret = (struct lesson_step){
        .kind = kind,
        .line = line_at(lesson->text, line),
        .prose = prose_until(builder, block.text),
        .section = builder->section,
        .block = block,
        .value_count = builder->value_count,
        .values = builder->values,
    };
    builder->values = NULL;
    builder->value_count = 0;
    builder->prose = block.text + block.length;
    return NULL;
}

/* Text up to here that belongs to no block is a step of its own. */
static struct error *flush(struct builder *builder, const char *end)
{
    struct lesson_step *step;

    if (span_is_blank(prose_until(builder, end)))
        return NULL;
    return new_step(builder, STEP_TEXT, (struct span){end, 0}, &step);
}

static struct error *take_title(struct builder *builder, const struct block *block)
{
    struct lesson *lesson = builder->lesson;

    if (lesson->title)
        return error_new(ERROR_INPUT, "a second title: a lesson has one heading with one #");
    if (!span_is_blank(prose_until(builder, block->whole.text)))
        return error_new(ERROR_INPUT, "the title stands first");
    lesson->title = span_copy(block->content);
    builder->prose = block->whole.text + block->whole.length;
    return NULL;
}

static struct error *take_section(struct builder *builder, const struct block *block)
{
    struct error *err = flush(builder, block->whole.text);

    builder->prose = block->whole.text;
    builder->section = block->content;
    return err;
}

/* Not shown; the lines stay, so that places do. */
static void blank_out(struct lesson *lesson, struct span whole)
{
    char *at = lesson->shown + (whole.text - lesson->text);

    for (size_t i = 0; i < whole.length; i++)
        if (at[i] != '\n')
            at[i] = ' ';
}

static bool has_commands(const struct lesson *lesson)
{
    for (size_t i = 0; i < lesson->step_count; i++)
        if (lesson->steps[i].kind != STEP_TEXT)
            return true;
    return false;
}

static struct error *take_image(struct builder *builder, const struct block *block)
{
    struct lesson *lesson = builder->lesson;
    struct span rest = block->content, word = span_word(&rest);

    if (lesson->image)
        return error_new(ERROR_INPUT, "a second image: a lesson boots one");
    if (has_commands(lesson))
        return error_new(ERROR_INPUT, "image stands before the first block that does something");
    if (word.length == 0 || !span_is_blank(rest))
        return error_new(ERROR_INPUT,
                         "image: one name, as in build/NAME.bzImage or build/linux/cloud/vmlinuz");
    if (word.text[0] == '/' || memmem(word.text, word.length, "..", 2))
        return error_new(ERROR_INPUT, "image: a name within the build folder");
    lesson->image = span_copy(word);
    blank_out(lesson, block->whole);
    return NULL;
}

static struct error *take_options(struct builder *builder, const struct block *block)
{
    struct lesson *lesson = builder->lesson;

    if (builder->has_options)
        return error_new(ERROR_INPUT, "options a second time");
    if (!lesson->image || has_commands(lesson))
        return error_new(ERROR_INPUT,
                         "options stand behind image, before the first block that does something");
    builder->has_options = true;
    lesson->options_line = line_at(lesson->text, block->whole.text);
    blank_out(lesson, block->whole);
    return words_split(block->content, &lesson->option_count, &lesson->options);
}

static struct error *take_commands(struct builder *builder, const struct block *block,
                                   struct span words)
{
    struct span word = span_word(&words);
    struct lesson_step *step;
    struct error *err = new_step(builder, STEP_COMMANDS, block->whole, &step);

    if (err)
        return err;
    step->commands.fails = span_is(word, "fails");
    if ((word.length > 0 && !step->commands.fails) || !span_is_blank(words))
        return error_new(ERROR_INPUT, "behind bootscope stands fails, or nothing");
    return command_lines_parse(block->content, &step->commands);
}

static struct error *take_output(struct builder *builder, const struct block *block,
                                 struct span words)
{
    struct lesson *lesson = builder->lesson;
    struct lesson_step *step = lesson->step_count ? &lesson->steps[lesson->step_count - 1] : NULL;

    if (!step || step->kind != STEP_COMMANDS || step->commands.has_output ||
        !span_is_blank(prose_until(builder, block->whole.text)))
        return error_new(ERROR_INPUT, "output stands directly behind a bootscope block");
    builder->prose = block->whole.text + block->whole.length;
    step->block.length = (size_t)(builder->prose - step->block.text);
    step->commands.has_output = true;
    step->commands.info = words;
    step->commands.output = block->content;
    return masks_parse(words, &step->commands);
}

static struct error *take_predict(struct builder *builder, const struct block *block,
                                  bool *ret_placed)
{
    struct lesson *lesson = builder->lesson;
    struct question question = {0};
    struct lesson_step *step;
    /* The first line of the YAML is the one behind the fence. */
    struct error *err = question_parse(lesson->path, line_at(lesson->text, block->content.text),
                                       block->content, &question);

    *ret_placed = err != NULL;
    if (!err && lesson_find_question(lesson, question.id))
        err = error_new(ERROR_INPUT, "a second question with the id %s; the first is in line %u",
                        question.id, lesson_find_question(lesson, question.id)->line);
    if (!err)
        err = new_step(builder, STEP_PREDICT, block->whole, &step);
    if (err)
        question_clear(&question);
    else
        step->question = question;
    return err;
}

static struct error *take_check(struct builder *builder, const struct block *block)
{
    struct lesson_step *step;
    struct error *err = new_step(builder, STEP_CHECK, block->whole, &step);

    if (err)
        return err;
    step->check = block->content;
    return span_is_blank(step->check) ? error_new(ERROR_INPUT, "a check block that checks nothing")
                                      : NULL;
}

/* A drawing must not be cut or wrapped. */
static struct error *check_drawing(const struct builder *builder, const struct block *block,
                                   bool *ret_placed)
{
    struct span rest = block->content;

    while (rest.length > 0) {
        const char *newline = memchr(rest.text, '\n', rest.length);
        size_t length = newline ? (size_t)(newline - rest.text) + 1 : rest.length, columns = 0;

        for (size_t i = 0; i < length; i++)
            columns += rest.text[i] != '\n' && (rest.text[i] & 0xc0) != 0x80;
        if (columns > DRAWING_WIDTH) {
            *ret_placed = true;
            return at_line(builder, rest.text,
                           error_new(ERROR_INPUT, "a drawing has at most %d columns, not %zu",
                                     DRAWING_WIDTH, columns));
        }
        rest = (struct span){rest.text + length, rest.length - length};
    }
    return NULL;
}

static const char *const block_names[] = {"image",  "options", "bootscope",
                                          "output", "predict", "check"};

/* Other names are of languages, for a web page; but not what is nearly one of ours. */
static struct error *other_block(struct span name)
{
    for (size_t i = 0; i < sizeof(block_names) / sizeof(block_names[0]); i++)
        if (name.length > 3 && resolve_distance(name.text, name.length, block_names[i],
                                                strlen(block_names[i]), 2) <= 2)
            return error_new(ERROR_INPUT, "%.*s: no such block; %s is one", (int)name.length,
                             name.text, block_names[i]);
    return NULL;
}

/* A language may have words behind it. */
static struct error *extra_words(struct span name, struct span words)
{
    for (size_t i = 0; i < sizeof(block_names) / sizeof(block_names[0]); i++)
        if (span_is(name, block_names[i]))
            return error_new(ERROR_INPUT, "%s: nothing stands behind it, not %.*s", block_names[i],
                             (int)words.length, words.text);
    return other_block(name);
}

static struct error *take_code(struct builder *builder, const struct block *block, bool *ret_placed)
{
    struct span words = block->info, name = span_word(&words);

    words = span_trim(words);
    if (name.length == 0)
        return check_drawing(builder, block, ret_placed);
    if (span_is(name, "bootscope"))
        return take_commands(builder, block, words);
    if (span_is(name, "output"))
        return take_output(builder, block, words);
    if (words.length > 0)
        return extra_words(name, words);
    if (span_is(name, "image"))
        return take_image(builder, block);
    if (span_is(name, "options"))
        return take_options(builder, block);
    if (span_is(name, "predict"))
        return take_predict(builder, block, ret_placed);
    if (span_is(name, "check"))
        return take_check(builder, block);
    return other_block(name);
}

static struct error *take_value(struct builder *builder, const struct block *block)
{
    struct live_value value;
    struct error *err = live_value_read(block, line_at(builder->lesson->text, block->whole.text),
                                        &value);

    builder->values = reallocarray(builder->values, builder->value_count + 1, sizeof(value));
    if (!builder->values)
        abort();
    builder->values[builder->value_count++] = value;
    return err;
}

static struct error *take_block(struct builder *builder, const struct block *block)
{
    struct error *err = NULL;
    bool placed = false;

    switch (block->kind) {
    case BLOCK_TITLE:
        err = take_title(builder, block);
        break;
    case BLOCK_SECTION:
        err = take_section(builder, block);
        break;
    case BLOCK_CODE:
        err = take_code(builder, block, &placed);
        break;
    case BLOCK_VALUE:
        err = take_value(builder, block);
        break;
    case BLOCK_BRACES:
        err = braces_refuse(block);
        break;
    }
    return placed ? err : at_line(builder, block->whole.text, err);
}

static struct error *check_whole(const struct builder *builder)
{
    const struct lesson *lesson = builder->lesson;

    if (!lesson->title)
        return error_new(ERROR_INPUT, "%s:1: no title: a lesson begins with # TITLE", lesson->path);
    if (!lesson->image)
        return error_new(ERROR_INPUT, "%s:1: no image block: nothing would boot", lesson->path);
    if (!span_is(builder->section, LAST_SECTION))
        return error_new(ERROR_INPUT, "%s:%u: the last section is to be \"## %s\"", lesson->path,
                         line_at(lesson->text, lesson->text + lesson->length), LAST_SECTION);
    return NULL;
}

static struct error *build(struct builder *builder)
{
    struct lesson *lesson = builder->lesson;
    struct blocks blocks;
    struct error *err = blocks_read(lesson->path, lesson->text, lesson->length, &blocks);

    if (err)
        return err;
    builder->prose = lesson->text;
    for (size_t i = 0; !err && i < blocks.count; i++)
        err = take_block(builder, &blocks.list[i]);
    blocks_clear(&blocks);
    if (!err)
        err = flush(builder, lesson->text + lesson->length);
    return err ? err : check_whole(builder);
}

struct error *lesson_build(struct lesson *lesson)
{
    struct builder builder = {.lesson = lesson};
    struct error *err = build(&builder);

    live_values_free(builder.values, builder.value_count);
    return err;
}
