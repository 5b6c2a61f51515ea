/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lessons as they are and as they must not be; each mistake is told with its line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "lesson.h"

#define HEAD "# T\n\n```image\nteaching\n```\n" /* 5 lines */
#define LAST "\n## What you know now\n\nMuch.\n"
#define QUESTION(id)                                                                               \
    "```predict\nid: " id "\nask: What?\nanswer: 1 + 1\nhints:\n  - Count.\nexplain: So.\n```\n"

static struct lesson *parse(const char *text)
{
    struct lesson *lesson = NULL;
    struct error *err = lesson_parse("a.md", text, strlen(text), &lesson);

    if (err)
        fail_msg("%s", error_message(err));
    return lesson;
}

static void refuse_bytes(const char *text, size_t length, const char *message)
{
    struct lesson *lesson = NULL;
    struct error *err = lesson_parse("a.md", text, length, &lesson);

    if (!err)
        fail_msg("taken, and not refused with: %s", message);
    assert_int_equal(error_kind(err), ERROR_INPUT);
    if (strncmp(error_message(err), message, strlen(message)) != 0)
        fail_msg("%s\ninstead of\n%s", error_message(err), message);
    error_free(err);
}

static void refuse(const char *text, const char *message)
{
    refuse_bytes(text, strlen(text), message);
}

static void assert_span(struct span span, const char *text)
{
    assert_int_equal(span.length, strlen(text));
    assert_memory_equal(span.text, text, span.length);
}

static void test_steps(void **state)
{
    struct lesson *lesson = parse(
        "# The *title*\n\nBefore.\n\n```image\nlinux/cloud\n```\n```options\n--memory 1G "
        "--append \"a b\"\n```\n\nMore.\n\n```bootscope\n# aside\nnext\n\n  where\n```\n\n"
        "```output rsp=0x10 instructions\nold\n```\n\n## A part\n\nText.\n\n```\ndrawing\n"
        "```\n\n" QUESTION("two") "```check\nbss is zero\n```" LAST);
    const struct lesson_step *steps = lesson->steps;

    (void)state;
    assert_string_equal(lesson->title, "The *title*");
    assert_string_equal(lesson->image, "linux/cloud");
    assert_int_equal(lesson->option_count, 4);
    assert_string_equal(lesson->options[3], "a b");
    assert_int_equal(lesson->step_count, 4);

    assert_int_equal(steps[0].kind, STEP_COMMANDS);
    assert_int_equal(steps[0].line, 14);
    assert_int_equal(steps[0].section.length, 0);
    assert_non_null(memmem(steps[0].prose.text, steps[0].prose.length, "Before.", 7));
    assert_non_null(memmem(steps[0].prose.text, steps[0].prose.length, "More.", 5));
    assert_null(memmem(steps[0].prose.text, steps[0].prose.length, "cloud", 5));
    assert_null(memmem(steps[0].prose.text, steps[0].prose.length, "title", 5));
    assert_int_equal(steps[0].commands.count, 2);
    assert_string_equal(steps[0].commands.lines[1], "where");
    assert_false(steps[0].commands.fails);
    assert_span(steps[0].commands.output, "old\n");
    assert_span(steps[0].commands.info, "rsp=0x10 instructions");
    assert_int_equal(steps[0].commands.mask_count, 2);
    assert_string_equal(steps[0].commands.masks[0].value, "0x10");
    assert_null(steps[0].commands.masks[1].value);

    assert_int_equal(steps[1].kind, STEP_PREDICT);
    assert_span(steps[1].section, "A part");
    assert_non_null(memmem(steps[1].prose.text, steps[1].prose.length, "drawing", 7));
    assert_string_equal(steps[1].question.answer, "1 + 1");
    assert_ptr_equal(lesson_find_question(lesson, "two"), &steps[1]);
    assert_null(lesson_find_question(lesson, "three"));

    assert_int_equal(steps[2].kind, STEP_CHECK);
    assert_span(steps[2].check, "bss is zero\n");
    assert_int_equal(steps[3].kind, STEP_TEXT);
    assert_span(steps[3].section, "What you know now");
    lesson_free(lesson);
}

/* Text before a heading is a step of its own, and numbers go with the text that they stand in. */
static void test_values(void **state)
{
    struct lesson *lesson = parse(
        HEAD "It is `0x10`<!--= load -->.\n\n## Next\n\n| a | b |\n|---|---|\n| x | `1,024`<!--= "
             "copy at relocated --> |\n\n```bootscope\nnext\n```\n" LAST);

    (void)state;
    assert_int_equal(lesson->step_count, 3);
    assert_int_equal(lesson->steps[0].kind, STEP_TEXT);
    assert_int_equal(lesson->steps[0].line, 6);
    assert_int_equal(lesson->steps[0].value_count, 1);
    assert_string_equal(lesson->steps[0].values[0].expression, "load");
    assert_null(lesson->steps[0].values[0].at);
    assert_int_equal(lesson->steps[1].value_count, 1);
    assert_span(lesson->steps[1].values[0].shown, "1,024");
    assert_string_equal(lesson->steps[1].values[0].expression, "copy");
    assert_string_equal(lesson->steps[1].values[0].at, "relocated");
    assert_int_equal(lesson->steps[1].values[0].line, 12);
    /* Where it stands in the text is where it is rewritten. */
    assert_true(lesson->steps[1].values[0].shown.text > lesson->text &&
                lesson->steps[1].values[0].shown.text < lesson->text + lesson->length);
    lesson_free(lesson);
}

/* What is filled in within a question would stand there as it is in a sentence. */
static void test_braces(void **state)
{
    struct lesson *lesson = parse(HEAD
                                  "A set {1 2}, `struct {int a;}`, \\{load}, `${OUT}`, { and }.\n\n"
                                  "```\n{load}\n```\n" LAST);

    (void)state;
    lesson_free(lesson);
    refuse(HEAD "It is at\n{load}.\n" LAST, "a.md:7: {load}: only the texts of a question");
    refuse(HEAD "It is `{/d copy - load}`.\n" LAST,
           "a.md:6: {/d copy - load}: only the texts of a question are filled in; a number in a "
           "sentence is `?`<!--= copy - load -->");
    refuse(HEAD "| a |\n|---|\n| {$rip} |\n" LAST, "a.md:8: {$rip}: only ");
}

static void test_question(void **state)
{
    struct lesson *lesson = parse(HEAD "```predict\n"
                                       "id: where\n"
                                       "ask: |\n  Two\n  lines.\n"
                                       "kind: choice\n"
                                       "at: relocated\n"
                                       "after: [si, si 2]\n"
                                       "choices:\n"
                                       "  - {text: up, when: copy > load}\n"
                                       "  - {text: down, when: copy < load}\n"
                                       "hints: [one, two]\n"
                                       "wrong:\n  - value: 2\n    says: No.\n"
                                       "evidence: \"`{copy}`\"\n"
                                       "explain: Up.\n```\n" LAST);
    const struct question *question = &lesson->steps[0].question;

    (void)state;
    assert_string_equal(question->ask, "Two\nlines.");
    assert_int_equal(question->kind, QUESTION_CHOICE);
    assert_int_equal(question->after_count, 2);
    assert_string_equal(question->after[1], "si 2");
    assert_int_equal(question->choice_count, 2);
    assert_string_equal(question->choices[1].when, "copy < load");
    assert_int_equal(question->hint_count, 2);
    assert_string_equal(question->wrong[0].says, "No.");
    lesson_free(lesson);
}

static void test_whole(void **state)
{
    (void)state;
    refuse("", "a.md:1: no title");
    refuse("Text.\n" LAST, "a.md:1: no title");
    refuse("# T\n" LAST, "a.md:1: no image block");
    refuse(HEAD "# U\n" LAST, "a.md:6: a second title");
    refuse("Text.\n\n# T\n", "a.md:3: the title stands first");
    refuse("T\n=\n", "a.md:1: write headings with #");
    refuse(HEAD "Text.\n", "a.md:7: the last section is to be \"## What you know now\"");
    refuse(HEAD LAST "\n## More\n", "a.md:12: the last section");
}

static void test_blocks(void **state)
{
    (void)state;
    refuse(HEAD "```bootscope\nnext\n", "a.md:6: this code block is never closed");
    refuse(HEAD "~~~\nnext\n```\n", "a.md:6: this code block is never closed");
    refuse(HEAD "- a\n\n  ```bootscope\n  next\n  ```\n",
           "a.md:8: a named code block does nothing within a list");
    refuse(HEAD "```image\nteaching\n```\n", "a.md:6: a second image");
    refuse("# T\n```image\n../../etc\n```\n", "a.md:2: image: a name within");
    refuse("# T\n```options\n-m 1\n```\n", "a.md:2: options stand behind image");
    refuse("# T\n```image\nteaching\n```\n```options\n--append \"a\n```\n",
           "a.md:5: a quote that never ends");
    refuse(HEAD "```output\n```\n", "a.md:6: output stands directly behind");
    refuse(HEAD "```bootscope\nnext\n```\nText.\n```output\n```\n",
           "a.md:10: output stands directly behind");
    refuse(HEAD "```bootscope\nnext\n```\n```output 1+\n```\n", "a.md:9: column 3:");
    refuse(HEAD "```bootscope\n\n# no\n```\n", "a.md:6: a bootscope block without a command");
    refuse(HEAD "```bootscope may fail\nnext\n```\n", "a.md:6: behind bootscope stands fails");
    refuse(HEAD "```check\n\n```\n", "a.md:6: a check block that checks nothing");
    refuse(HEAD "```bootscop\nnext\n```\n", "a.md:6: bootscop: no such block; bootscope is one");
    refuse(HEAD "Text.\n\n<!--= load -->\n", "a.md:8: a comment <!--= ... -->");
    refuse(HEAD "A `1` and <!--= load -->\n", "a.md:6: a comment <!--= ... --> stands directly");
    refuse(HEAD "A `1`<!--= lo ad -->\n" LAST, "a.md:6: column 4:");
}

static void test_wide_drawing(void **state)
{
    char text[400];

    (void)state;
    strcpy(text, HEAD "```\nnarrow\n");
    memset(text + strlen(text), '-', 97);
    text[strlen(HEAD "```\nnarrow\n") + 97] = '\0';
    strcat(text, "\n```\n");
    refuse(text, "a.md:8: a drawing has at most 96 columns, not 97");
}

static void test_questions(void **state)
{
    (void)state;
    refuse(HEAD QUESTION("a") "\n" QUESTION("a") LAST, "a.md:15: a second question with the id a; "
                                                       "the first is in line 6");
    refuse(HEAD "```predict\nid: a\nask: \"x\n```\n", "a.md:9: found unexpected end of stream");
    refuse(HEAD "```predict\nid: a\nhint: x\n```\n", "a.md:8: hint: no such key");
    refuse(HEAD "```predict\nid: a\nid: b\n```\n",
           "a.md:8: id: stands here twice, first in line 7");
    refuse(HEAD "```predict\nid: A\n```\n", "a.md:7: id: lower case letters");
    refuse(HEAD "```predict\nid: a\nask:\n```\n", "a.md:8: ask: nothing stands here");
    refuse(HEAD "```predict\nid: a\nask: {x: y}\n```\n", "a.md:8: ask: a text is wanted");
    refuse(HEAD "```predict\nid: a\nask: x\nanswer: 1 +\n```\n", "a.md:9: answer: column 4:");
    refuse(HEAD "```predict\nid: a\nask: x\nanswer: 1\nexplain: y\n```\n",
           "a.md:7: a question without hints");
    refuse(HEAD "```predict\nid: a\nhints: []\n```\n", "a.md:8: hints: 0 of them");
    refuse(HEAD "```predict\nid: a\nhints: x\n```\n", "a.md:8: hints: a list is wanted");
    refuse(HEAD "```predict\nid: a\nkind: hex\n```\n", "a.md:8: kind: hex is none of");
    refuse(HEAD "```predict\nid: a\nask: x\nhints: [y]\nexplain: z\n```\n",
           "a.md:7: a: a question without answer");
    refuse(HEAD "```predict\nid: a\nask: x\nhints: [y]\nexplain: z\nkind: choice\n```\n",
           "a.md:7: a: a choice has two choices");
    refuse(HEAD "```predict\nid: a\nchoices:\n  - text: x\n```\n", "a.md:9: a choice has text");
    refuse(HEAD "```predict\nid: a\nwrong:\n  - text: x\n```\n", "a.md:9: text: a wrong answer");
    refuse(HEAD "```predict\nid: a\nask: \"x\\0y\"\n```\n", "a.md:8: ask: a NUL");
    refuse(HEAD "```predict\n- id\n```\n", "a.md:7: lines of the form");
    refuse(HEAD "```predict\nid: a\n---\nid: b\n```\n", "a.md:8: a second YAML document");
}

static void test_bytes(void **state)
{
    static const char nul[] = HEAD "a\0b\n";
    char *large = malloc(LESSON_BYTES_MAX + 1);

    (void)state;
    refuse_bytes(nul, sizeof(nul) - 1, "a.md:6: a NUL");
    refuse(HEAD "a\n\xff\n", "a.md:7: not UTF-8");
    refuse(HEAD "a\r\n", "a.md:6: a carriage return");
    refuse(HEAD "a\n\nb\033[31m\n", "a.md:8: a control character, 0x1b");
    refuse("# T\x7f\n", "a.md:1: a control character, 0x7f");
    refuse("# T\xc2\x9b"
           "31m\n",
           "a.md:1: a control character, 0x9b");
    memset(large, 'a', LESSON_BYTES_MAX + 1);
    refuse_bytes(large, LESSON_BYTES_MAX + 1, "a.md: larger than 1048576 bytes");
    free(large);
}

static void test_bounds(void **state)
{
    static const char step[] = "```bootscope\nnext\n```\n";
    size_t length = strlen(HEAD), count = LESSON_STEPS_MAX + 1;
    char *text = malloc(length + count * strlen(step) + 1);

    (void)state;
    strcpy(text, HEAD);
    for (size_t i = 0; i < count; i++, length += strlen(step))
        strcpy(text + length, step);
    refuse(text, "a.md:606: more than 200 steps");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),     cmocka_unit_test(test_values),
        cmocka_unit_test(test_question),  cmocka_unit_test(test_whole),
        cmocka_unit_test(test_blocks),    cmocka_unit_test(test_wide_drawing),
        cmocka_unit_test(test_questions), cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_bounds),    cmocka_unit_test(test_braces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
