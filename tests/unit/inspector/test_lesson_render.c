/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a lesson's Markdown looks like in a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <stdio.h>

#include "render.h"

static char *rendered(const char *markdown, unsigned int columns, bool colour)
{
    char *out = NULL;
    size_t size = 0;
    struct text text = {open_memstream(&out, &size), colour};
    struct error *err = render_markdown(markdown, strlen(markdown), columns, &text);

    assert_null(err);
    fclose(text.stream);
    return out;
}

static void expect(const char *markdown, unsigned int columns, const char *expected)
{
    char *out = rendered(markdown, columns, false);

    assert_string_equal(out, expected);
    free(out);
}

static void expect_colour(const char *markdown, const char *expected)
{
    char *out = rendered(markdown, 100, true);

    assert_string_equal(out, expected);
    free(out);
}

static void expect_error(const char *markdown, const char *expected)
{
    char *out = NULL;
    size_t size = 0;
    struct text text = {open_memstream(&out, &size), false};
    struct error *err = render_markdown(markdown, strlen(markdown), 100, &text);

    assert_non_null(err);
    assert_non_null(strstr(error_message(err), expected));
    error_free(err);
    fclose(text.stream);
    free(out);
}

static void test_paragraphs_are_wrapped(void **state)
{
    (void)state;
    expect("one two\nthree four five six seven eight nine ten\n\nnext", 40,
           "one two three four five six seven eight\nnine ten\n\nnext\n");
    /* 40 columns exactly, and one more. */
    expect("123456789 123456789 123456789 1234567890 x", 40,
           "123456789 123456789 123456789 1234567890\nx\n");
    expect("123456789 123456789 123456789 12345678901", 40,
           "123456789 123456789 123456789\n12345678901\n");
    expect("hard  \nbreak and\\\nanother", 40, "hard\nbreak and\nanother\n");
    expect("", 40, "");
}

static void test_long_words_are_cut(void **state)
{
    (void)state;
    expect("a 12345678901234567890123456789012345678901234567890 b", 40,
           "a\n1234567890123456789012345678901234567890\n1234567890 b\n");
}

static void test_headings(void **state)
{
    (void)state;
    expect("# 4. Where\n\ntext\n\n## Second\n### Third\nmore", 40,
           "4. Where\n========\n\ntext\n\nSecond\n------\n\nThird\n\nmore\n");
    expect("Set\n===", 40, "Set\n===\n");
}

/* What is code stays in one piece where that is possible. */
static void test_code_spans(void **state)
{
    (void)state;
    expect("Then `mov %rax, %rbx` runs, as `lgdt` did.", 40,
           "Then `mov %rax, %rbx` runs, as `lgdt`\ndid.\n");
    expect("The instruction here is `mov %rax, %rbx`.", 40,
           "The instruction here is\n`mov %rax, %rbx`.\n");
    expect("`aaaaaaaaa bbbbbbbbb ccccccccc ddddddddd eeeee`", 40,
           "`aaaaaaaaa bbbbbbbbb ccccccccc ddddddddd\neeeee`\n");
}

static void test_styles(void **state)
{
    (void)state;
    expect("*so* and **so** `code`", 40, "so and so `code`\n");
    expect_colour("*so* and **so** `code`",
                  "\033[4mso\033[0m and \033[1mso\033[0m \033[36mcode\033[0m\n");
    expect_colour("# `a` b", "\033[36ma\033[0m\033[1m b\033[0m\n===\n");
}

static void test_wide_characters(void **state)
{
    (void)state;
    /* Each takes two columns: 20 of them and nothing more. */
    expect("日本語日本語日本語日本語日本語日本語日本語", 40,
           "日本語日本語日本語日本語日本語日本語日本\n語\n");
    expect("## 日本", 40, "日本\n----\n");
    /* é from two code points takes one column. */
    expect("e\xcc\x81 123456789 123456789 123456789 12345678 x", 40,
           "e\xcc\x81 123456789 123456789 123456789 12345678\nx\n");
    expect("| 日本 | b |\n|---|---|\n| x | y |", 40, "日本  b\n----  -\nx     y\n");
}

static void test_lists(void **state)
{
    (void)state;
    expect("before\n\n- one\n- two\n  goes on\n\nafter", 40,
           "before\n\n- one\n- two goes on\n\nafter\n");
    expect("- one\n  - nested\n    1. deep\n    2. deeper\n- two", 40,
           "- one\n  - nested\n    1. deep\n    2. deeper\n- two\n");
    expect("9. nine\n10. ten is a long item that is wrapped below", 40,
           "9. nine\n10. ten is a long item that is wrapped\n    below\n");
    expect("- loose\n\n- list", 40, "- loose\n\n- list\n");
    expect("- with code\n  ```\n  a  b\n  ```\n- next", 40, "- with code\n\n      a  b\n- next\n");
    expect("-\n- x", 40, "- \n- x\n");
}

static void test_quotes(void **state)
{
    (void)state;
    expect("> quoted\n>\n> more\n\nafter", 40, "| quoted\n|\n| more\n\nafter\n");
    expect("1. item\n\n   > quoted", 40, "1. item\n\n   | quoted\n");
}

static void test_code_blocks(void **state)
{
    (void)state;
    expect("a\n```\nx  y\n\nz\tw\n```\nb", 40, "a\n\n    x  y\n\n    z       w\n\nb\n");
    /* Never wrapped. */
    expect("```text\n123456789 123456789 123456789 123456789 123456789\n```", 40,
           "    123456789 123456789 123456789 123456789 123456789\n");
    expect("    indented", 40, "    indented\n");
}

static void test_tables(void **state)
{
    (void)state;
    expect("| name | n | m |\n|---|--:|:-:|\n| a | 1 | x |\n| bcdefg | 234 | `y` |", 40,
           "name      n   m\n------  ---  ---\na         1   x\nbcdefg  234  `y`\n");
    /* Missing cells, and a table in a list. */
    expect("- | a | b |\n  |---|---|\n  | c |", 40, "- a  b\n  -  -\n  c\n");
    /* The widest column gives way. */
    expect("| a | b |\n|---|---|\n| one two three four five six seven | 12345678 |", 40,
           "a                               b\n------------------------------  --------\n"
           "one two three four five six     12345678\nseven\n");
}

static void test_links(void **state)
{
    (void)state;
    expect("[text](other.md) and [text](../a/b.md#c)", 40, "text and text\n");
    expect("[QEMU](https://qemu.org)", 40, "QEMU (https://qemu.org)\n");
    expect("<https://qemu.org>", 40, "https://qemu.org\n");
    expect("![a drawing](a.svg)", 40, "a drawing\n");
}

static void test_html_is_left_out(void **state)
{
    (void)state;
    expect("loaded at `0x100000`<!--= load --> and", 40, "loaded at `0x100000` and\n");
    expect("a\n\n<!-- a\n\ncomment -->\n\nb", 40, "a\n\nb\n");
    expect("a <b>bold</b> c", 40, "a bold c\n");
}

static void test_references(void **state)
{
    (void)state;
    expect("&amp;&lt;&#65;&#x42;&nbsp;&rarr; &nosuch; &#xd800;|&#x110000;|&#0;", 60,
           "&<AB → &nosuch; \xef\xbf\xbd|\xef\xbf\xbd|\xef\xbf\xbd\n");
}

/* A lesson may come from anybody: nothing of it is an order to the terminal. */
static void test_control_characters(void **state)
{
    (void)state;
    expect("a\033[31mb\x7f\xc2\x9b"
           "1m",
           40,
           "a\xef\xbf\xbd[31mb\xef\xbf\xbd\xef\xbf\xbd"
           "1m\n");
    expect("```\na\033]0;b\007\n```", 40, "    a\xef\xbf\xbd]0;b\xef\xbf\xbd\n");
    expect("a&#27;[1m", 40, "a\xef\xbf\xbd[1m\n");
    expect("no \xff\xc3 UTF-8 \xe6\x97", 40,
           "no \xef\xbf\xbd\xef\xbf\xbd UTF-8 \xef\xbf\xbd\xef\xbf\xbd\n");
}

static void test_bounds(void **state)
{
    char deep[200] = {0}, wide[400] = {0};

    (void)state;
    memset(deep, '>', 100);
    expect_error(deep, "nested deeper than 32");
    for (int i = 0; i < 40; i++)
        strcat(wide, "|a");
    strcat(wide, "\n");
    for (int i = 0; i < 40; i++)
        strcat(wide, "|---");
    expect_error(wide, "a table has 40 columns; 32 can be shown");
    /* Deep, but not too deep, in few columns: there is always room for words. */
    memset(deep, '>', sizeof(deep));
    strcpy(deep + 30, " one two three four five six");
    char *out = rendered(deep, 40, false);
    assert_non_null(strstr(out, "| one two three four\n"));
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paragraphs_are_wrapped),
        cmocka_unit_test(test_long_words_are_cut),
        cmocka_unit_test(test_headings),
        cmocka_unit_test(test_code_spans),
        cmocka_unit_test(test_styles),
        cmocka_unit_test(test_wide_characters),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_code_blocks),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_html_is_left_out),
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_control_characters),
        cmocka_unit_test(test_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
