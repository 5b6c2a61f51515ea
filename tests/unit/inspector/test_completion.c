/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What TAB offers, what an empty line repeats, and where history is kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "completion.h"
#include "history_file.h"
#include "repeat.h"

static const struct stages stages = {
    .count = 3, .list = {{.name = "startup-32"}, {.name = "startup-64"}, {.name = "relocated"}}};
static const struct marker marker = {.count = 1, .keys = {{"e820_entries", 7}}};
static const char *const words[] = {"hint", "skip", NULL};
static const struct completion_names names = {.stages = &stages, .marker = &marker, .words = words};

/* The candidates, one behind the other: " next nonsense ". */
static char found[1 << 16];

static void collect(void *context, const char *candidate)
{
    (void)context;
    strcat(strcat(found, candidate), " ");
}

/* What is offered behind a line up to the cursor; the word begins where it should. */
static const char *offered(const char *line, const char *word)
{
    struct completion completion;

    strcpy(found, " ");
    completion_begin(line, strlen(line), &completion);
    assert_string_equal(line + completion.start, word);
    completion_each(&completion, &names, line + completion.start, collect, NULL);
    return found;
}

static void assert_offers(const char *line, const char *word, const char *candidate)
{
    char framed[64];

    snprintf(framed, sizeof(framed), " %s ", candidate);
    if (!strstr(offered(line, word), framed))
        fail_msg("\"%s\": %s is not among%s", line, candidate, found);
}

static void assert_offers_not(const char *line, const char *word, const char *candidate)
{
    char framed[64];

    snprintf(framed, sizeof(framed), " %s ", candidate);
    if (strstr(offered(line, word), framed))
        fail_msg("\"%s\": %s is among%s", line, candidate, found);
}

static void test_commands(void **state)
{
    (void)state;
    assert_string_equal(offered("chec", "chec"), " checkpoints ");
    assert_offers("", "", "next");
    assert_offers("", "", "info");
    assert_offers("  nex", "nex", "next");
    assert_offers_not("nex", "nex", "restart");
    /* An abbreviation is shorter to type than to complete. */
    assert_offers_not("", "", "n");
}

/* Words of a front door's own stand beside the commands, and nowhere else. */
static void test_words_of_a_front_door(void **state)
{
    (void)state;
    assert_offers("hi", "hi", "hint");
    assert_offers("", "", "skip");
    assert_offers("h", "h", "help");
    assert_offers_not("info ", "", "hint");
    assert_offers_not("c ", "", "hint");
}

static void test_second_words(void **state)
{
    (void)state;
    assert_offers("info ", "", "breakpoints");
    assert_offers("info brea", "brea", "breakpoints");
    assert_offers_not("info ", "", "next");
    assert_offers_not("info ", "", "b");
    /* A command of one word beside one of two: both what it takes and the second word. */
    assert_offers("pt d", "d", "diff");
    assert_offers("pt r", "r", "rip");
    assert_offers("pt diff start", "start", "startup-64");
    assert_offers_not("pt diff d", "d", "diff");
}

static void test_checkpoints(void **state)
{
    (void)state;
    assert_string_equal(offered("c start", "start"), " startup-32 startup-64 ");
    assert_offers("continue ", "", "relocated");
    assert_offers("cont rel", "rel", "relocated");
    assert_offers_not("c ", "", "rax");
}

static void test_expressions(void **state)
{
    (void)state;
    assert_offers("expect rfl", "rfl", "rflags");
    assert_offers("expect $rfl", "$rfl", "$rflags");
    assert_offers_not("expect $co", "$co", "$copy");
    assert_offers("expect cr0>>31==(vir", "vir", "virtual_delta");
    assert_offers("expect u64[ea", "ea", "eax");
    assert_offers("expect u6", "u6", "u64[");
    assert_offers("expect e820", "e820", "e820_entries");
    assert_offers("until a", "a", "ax");
    assert_offers_not("expect g", "g", "gdtr.limit");
    assert_string_equal(offered("expect copi", "copi"), " ");
}

static void test_help(void **state)
{
    (void)state;
    assert_offers("help chec", "chec", "checkpoints");
    assert_offers("help info brea", "brea", "breakpoints");
    assert_offers_not("help info ", "", "next");
    assert_offers_not("help ", "", "relocated");
}

static void test_nothing(void **state)
{
    (void)state;
    assert_string_equal(offered("nonsense r", "r"), " ");
    assert_string_equal(offered("next r", "r"), " ");
}

static void test_every_beginning_of_a_long_line(void **state)
{
    char line[COMMAND_LINE_MAX + 100];
    struct completion completion;

    (void)state;
    memset(line, 'a', sizeof(line));
    memcpy(line, "expect ", 7);
    for (size_t length = 0; length < sizeof(line); length++) {
        completion_begin(line, length, &completion);
        assert_true(completion.start <= length);
    }
}

static void test_repeat(void **state)
{
    static struct repeat repeat;

    (void)state;
    assert_string_equal(repeat_line(&repeat, ""), "");
    assert_string_equal(repeat_line(&repeat, "si 3"), "si 3");
    assert_string_equal(repeat_line(&repeat, ""), "si 3");
    assert_string_equal(repeat_line(&repeat, "  "), "si 3");
    /* A comment is no command. */
    assert_string_equal(repeat_line(&repeat, "# why"), "# why");
    assert_string_equal(repeat_line(&repeat, ""), "si 3");
    /* The guest is there already. */
    repeat_line(&repeat, "cont relocated --json");
    assert_string_equal(repeat_line(&repeat, ""), "cont --json");
    repeat_line(&repeat, "go 17");
    assert_string_equal(repeat_line(&repeat, ""), "");
    repeat_line(&repeat, "next");
    repeat_line(&repeat, "checkpoints");
    assert_string_equal(repeat_line(&repeat, ""), "");
    repeat_line(&repeat, "next");
    repeat_line(&repeat, "nonsense");
    assert_string_equal(repeat_line(&repeat, ""), "");
}

static void assert_history(const char *state_home, const char *home, const char *expected)
{
    char path[64];
    struct error *err;

    state_home ? setenv("XDG_STATE_HOME", state_home, 1) : unsetenv("XDG_STATE_HOME");
    home ? setenv("HOME", home, 1) : unsetenv("HOME");
    err = history_file_path(path, sizeof(path));
    if (expected)
        assert_null(err);
    else
        assert_non_null(err);
    if (expected)
        assert_string_equal(path, expected);
    error_free(err);
}

static void test_history_path(void **state)
{
    (void)state;
    assert_history("/s", "/h", "/s/bootscope/history");
    assert_history(NULL, "/h", "/h/.local/state/bootscope/history");
    assert_history("", "/h", "/h/.local/state/bootscope/history");
    assert_history("relative", "/h", "/h/.local/state/bootscope/history");
    assert_history("relative", "relative", NULL);
    assert_history(NULL, NULL, NULL);
    assert_history("/0123456789012345678901234567890123456789012345678901234567890", "/h", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands),     cmocka_unit_test(test_words_of_a_front_door),
        cmocka_unit_test(test_second_words), cmocka_unit_test(test_checkpoints),
        cmocka_unit_test(test_expressions),  cmocka_unit_test(test_help),
        cmocka_unit_test(test_nothing),      cmocka_unit_test(test_every_beginning_of_a_long_line),
        cmocka_unit_test(test_repeat),       cmocka_unit_test(test_history_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
