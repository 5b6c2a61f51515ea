/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which command a line means, what is said when it means none, and how a line is taken apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "line.h"
#include "resolve.h"

static const char *resolved(const char *text)
{
    const struct command *command;
    const char *end;
    struct error *err = resolve(text, &command, &end);

    if (err) {
        error_free(err);
        return NULL;
    }
    return command->name;
}

static void assert_error(struct error *err, const char *part)
{
    assert_non_null(err);
    assert_int_equal(error_kind(err), ERROR_INPUT);
    if (!strstr(error_message(err), part))
        fail_msg("\"%s\" is not in \"%s\"", part, error_message(err));
    error_free(err);
}

static void assert_unresolved(const char *text, const char *part)
{
    const struct command *command;
    const char *end;

    assert_error(resolve(text, &command, &end), part);
}

static void test_names_and_aliases(void **state)
{
    (void)state;
    assert_string_equal(resolved("next"), "next");
    assert_string_equal(resolved("n"), "next");
    assert_string_equal(resolved("continue relocated"), "c");
    assert_string_equal(resolved("cont"), "c");
    assert_string_equal(resolved("reverse-stepi 3"), "rsi");
    assert_string_equal(resolved("info breakpoints"), "info breakpoints");
    assert_string_equal(resolved("info   b"), "info breakpoints");
    assert_string_equal(resolved("info checkpoints --json"), "checkpoints");
    assert_string_equal(resolved("pt"), "pt");
    assert_string_equal(resolved("pt 0x1000"), "pt");
    assert_string_equal(resolved("pt diff"), "pt diff");
}

static void test_every_name_resolves_to_its_own_command(void **state)
{
    struct command_name name;
    char text[64];

    (void)state;
    for (size_t i = 0; i < commands_count(); i++)
        for (size_t position = 0; command_next_name(commands_get(i), &position, &name);) {
            snprintf(text, sizeof(text), "%.*s", (int)name.length, name.text);
            const char *found = resolved(text);
            if (!found || strcmp(found, commands_get(i)->name) != 0)
                fail_msg("%s means %s, not %s", text, found ? found : "nothing",
                         commands_get(i)->name);
            assert_ptr_equal(commands_find(text), commands_get(i));
        }
    assert_null(commands_find("nex"));
    assert_null(commands_find(""));
}

static void test_every_row_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < commands_count(); i++) {
        const struct command *command = commands_get(i);

        assert_non_null(command->arguments);
        assert_non_null(command->run);
        assert_true(command->summary && *command->summary);
        /* The example is a line of this very command. */
        assert_non_null(command->example);
        const char *found = resolved(command->example);
        if (!found || strcmp(found, command->name) != 0)
            fail_msg("%s: its example is: %s", command->name, command->example);
    }
}

static void test_beginnings(void **state)
{
    (void)state;
    assert_string_equal(resolved("nex"), "next");
    assert_string_equal(resolved("contin x"), "c");
    assert_string_equal(resolved("inf breakp"), "info breakpoints");
    assert_string_equal(resolved("i b"), "info breakpoints");
    /* What is written out wins: "c" is a name, though other names begin with it. */
    assert_string_equal(resolved("c"), "c");
    assert_unresolved("re", "re: may be ");
    assert_unresolved("re", "restart");
    assert_unresolved("info", "info: which one? info goes with ");
    assert_unresolved("info nonsense", "info nonsense: no such command; info goes with ");
}

static void test_nearest(void **state)
{
    (void)state;
    assert_unresolved("nxet", "did you mean next?");
    assert_unresolved("chekcpoints", "did you mean checkpoints?");
    assert_unresolved("breakpoint", "no such command");
    assert_unresolved("zzzzzz", "zzzzzz: no such command; help lists them all");
    assert_unresolved("a\033[2J", "a.[2J: no such command");
    assert_unresolved("~", "~: no such command; help lists them all");
}

static unsigned int distance(const char *a, const char *b, unsigned int limit)
{
    return resolve_distance(a, strlen(a), b, strlen(b), limit);
}

static void test_distance(void **state)
{
    char longest[RESOLVE_WORD_MAX + 2];

    (void)state;
    assert_int_equal(distance("", "", 5), 0);
    assert_int_equal(distance("abc", "abc", 5), 0);
    assert_int_equal(distance("abc", "", 5), 3);
    assert_int_equal(distance("", "abc", 5), 3);
    assert_int_equal(distance("abc", "abd", 5), 1);
    assert_int_equal(distance("abc", "ab", 5), 1);
    assert_int_equal(distance("ab", "abc", 5), 1);
    assert_int_equal(distance("abcd", "acbd", 5), 1);
    assert_int_equal(distance("kitten", "sitting", 5), 3);
    assert_int_equal(distance("kitten", "sitting", 2), 3);
    assert_int_equal(distance("kitten", "xxxxxxx", 2), 3);
    memset(longest, 'a', sizeof(longest));
    assert_int_equal(resolve_distance(longest, RESOLVE_WORD_MAX, longest, RESOLVE_WORD_MAX, 3), 0);
    assert_int_equal(resolve_distance(longest, RESOLVE_WORD_MAX + 1, "a", 1, 3), 4);
}

static struct parsed_line parsed;

static void assert_parsed(const char *text)
{
    struct error *err = line_parse(text, &parsed);

    if (err)
        fail_msg("%s", error_message(err));
}

static void test_line(void **state)
{
    (void)state;
    assert_parsed("  cont   relocated  ");
    assert_string_equal(parsed.command->name, "c");
    assert_string_equal(parsed.line.name, "cont");
    assert_string_equal(parsed.line.rest, "relocated");
    assert_string_equal(parsed.line.format, "");
    assert_int_equal(parsed.line.count, 1);
    assert_string_equal(parsed.line.words[0], "relocated");
    assert_false(parsed.json);
    assert_parsed("next");
    assert_string_equal(parsed.line.rest, "");
    assert_int_equal(parsed.line.count, 0);
    assert_parsed("pt diff startup-64");
    assert_string_equal(parsed.line.name, "pt diff");
    assert_string_equal(parsed.line.rest, "startup-64");
}

static void test_json_is_taken_out_wherever_it_is(void **state)
{
    (void)state;
    assert_parsed("echo --json a  b");
    assert_true(parsed.json);
    assert_string_equal(parsed.line.rest, "a  b");
    assert_parsed("echo a  --json  b");
    assert_true(parsed.json);
    assert_string_equal(parsed.line.rest, "a  b");
    assert_parsed("echo a --json");
    assert_string_equal(parsed.line.rest, "a");
    assert_parsed("echo --json");
    assert_string_equal(parsed.line.rest, "");
    assert_int_equal(parsed.line.count, 0);
    assert_parsed("echo \"--json\" --jsons x--json");
    assert_false(parsed.json);
    assert_int_equal(parsed.line.count, 3);
    assert_error(line_parse("quit --json", &parsed), "quit: prints no data");
}

static void test_quotes(void **state)
{
    (void)state;
    assert_parsed("source \"a file\"");
    assert_int_equal(parsed.line.count, 1);
    assert_string_equal(parsed.line.words[0], "a file");
    assert_string_equal(parsed.line.rest, "\"a file\"");
    assert_parsed("source a\" \"b");
    assert_string_equal(parsed.line.words[0], "a b");
    /* A character constant is no quote. */
    assert_parsed("expect '\"' == 34");
    assert_int_equal(parsed.line.count, 3);
    assert_string_equal(parsed.line.words[0], "'\"'");
    assert_error(line_parse("echo \"a", &parsed), "echo: a quote has no end");
}

static void test_bounds(void **state)
{
    char text[COMMAND_LINE_MAX + 16];

    (void)state;
    memset(text, 'a', sizeof(text));
    memcpy(text, "echo ", 5);
    text[COMMAND_LINE_MAX] = '\0';
    assert_error(line_parse(text, &parsed), "more than 4095 characters");
    text[COMMAND_LINE_MAX - 1] = '\0';
    assert_parsed(text);
    assert_int_equal(strlen(parsed.line.words[0]), COMMAND_LINE_MAX - 6);
    for (size_t i = 5; i < COMMAND_LINE_MAX; i += 2)
        text[i] = ' ';
    text[5 + 2 * COMMAND_WORDS_MAX] = '\0';
    assert_parsed(text);
    assert_int_equal(parsed.line.count, COMMAND_WORDS_MAX);
    text[5 + 2 * COMMAND_WORDS_MAX] = ' ';
    text[5 + 2 * COMMAND_WORDS_MAX + 2] = '\0';
    assert_error(line_parse(text, &parsed), "more than 64 words");
}

static void test_formats(void **state)
{
    (void)state;
    assert_error(line_parse("next/4x", &parsed), "next: takes no /4x");
    if (!commands_find("x"))
        skip();
    assert_parsed("x/4gx $rsp");
    assert_string_equal(parsed.line.format, "4gx");
    assert_string_equal(parsed.line.rest, "$rsp");
    assert_parsed("x /4gx $rsp");
    assert_string_equal(parsed.line.format, "4gx");
    assert_string_equal(parsed.line.rest, "$rsp");
    assert_parsed("x $rsp / 2");
    assert_string_equal(parsed.line.format, "");
    assert_string_equal(parsed.line.rest, "$rsp / 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_and_aliases),
        cmocka_unit_test(test_every_name_resolves_to_its_own_command),
        cmocka_unit_test(test_every_row_is_whole),
        cmocka_unit_test(test_beginnings),
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_json_is_taken_out_wherever_it_is),
        cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_formats),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
