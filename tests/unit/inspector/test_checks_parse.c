/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Check files as text: what each line becomes, and where an error points. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "language.h"
#include "paging.h"

static struct checks *parsed(const char *text)
{
    struct source *source;
    struct checks *checks;
    struct error *err = source_from_text("t.check", text, strlen(text), &source);

    assert_null(err);
    err = checks_parse(source, &checks);
    if (err)
        fail_msg("%s", error_message(err));
    return checks;
}

/* The first line of the message; kind is always ERROR_INPUT. */
static void refused(const char *text, const char *message)
{
    struct source *source;
    struct checks *checks;
    struct error *err = source_from_text("t.check", text, strlen(text), &source);
    char first[512];

    if (!err)
        err = checks_parse(source, &checks);
    assert_non_null(err);
    assert_int_equal(error_kind(err), ERROR_INPUT);
    snprintf(first, sizeof(first), "%.*s", (int)strcspn(error_message(err), "\n"),
             error_message(err));
    assert_string_equal(first, message);
    error_free(err);
}

static void test_statements(void **state)
{
    struct checks *checks = parsed("# a comment\n"
                                   "require order strict\n"
                                   "require checkpoints a b\n"
                                   "within 500ms\n"
                                   "never reach c\n"
                                   "at x\r\n"
                                   "\tbss is zero\n"
                                   "    within 20M instructions\n"
                                   "\n"
                                   "    expect rip in copy\n"
                                   "    expect rax unchanged since a\n"
                                   "    paging maps [0, (1 + 1) * 4K) to 2M r-x\n"
                                   "    paging does not map 4G\n"
                                   "    let v = rip\n"
                                   "always from a to b proofs hold\n"
                                   "at end\n"
                                   "    expect exit powered-off");
    const struct statement *s = checks->statements;

    (void)state;
    assert_int_equal(checks->count, 13);
    assert_int_equal(s[0].kind, STATEMENT_ORDER);
    assert_true(s[0].strict);
    assert_int_equal(s[0].place.line, 2);
    assert_int_equal(s[1].name_count, 2);
    assert_string_equal(s[1].names[1].name, "b");
    assert_int_equal(s[2].limit_ms, 500);
    assert_int_equal(s[3].kind, STATEMENT_NEVER_REACH);
    assert_int_equal(s[4].proof, PROOF_BSS);
    assert_string_equal(s[4].at.name, "x");
    assert_string_equal(s[4].name, "x: bss is zero");
    assert_int_equal(s[4].place.column, 2);
    assert_int_equal(s[5].limit_instructions, 20000000);
    assert_string_equal(s[6].range.name, "copy");
    assert_string_equal(s[7].from.name, "a");
    assert_int_equal(s[8].claim, PAGING_MAPS_TO);
    assert_true(s[8].rights_asked);
    assert_int_equal(s[8].rights, PAGE_EXEC);
    assert_int_equal(s[9].claim, PAGING_MAPS_NOT);
    assert_true(s[9].single);
    assert_int_equal(s[10].kind, STATEMENT_LET);
    assert_false(statement_is_check(&s[10]));
    assert_int_equal(s[11].moment, MOMENT_ALWAYS);
    assert_string_equal(s[11].to.name, "b");
    assert_string_equal(s[12].word, "powered-off");
    assert_int_equal(s[12].moment, MOMENT_END);
    checks_free(checks);
}

/* `identity` is a claim about where to, with no expression. */
static void test_identity(void **state)
{
    struct checks *checks = parsed("at x\n  paging maps [0, 4G) identity\n  paging maps rip\n");

    (void)state;
    assert_int_equal(checks->statements[0].claim, PAGING_MAPS_TO);
    assert_null(checks->statements[0].expr);
    assert_int_equal(checks->statements[1].claim, PAGING_MAPS);
    checks_free(checks);
}

/* What a failed line shows: both sides of each part, numbers aside. */
static void test_sides(void **state)
{
    struct checks *checks = parsed(
        "at x\n  expect (cr0 >> 31) == 1 and cr3 == sym(_pgtable) and rax\n");
    const struct statement *s = checks->statements;

    (void)state;
    assert_int_equal(s->side_count, 4);
    assert_memory_equal(s->sides[1].text, "cr3", 3);
    assert_memory_equal(s->sides[2].text, "sym(_pgtable)", 13);
    checks_free(checks);
}

static void test_notes(void **state)
{
    struct checks *checks = parsed("tag boot\n"
                                   "description \"the \\\"copy\\\"\"\n"
                                   "at x\n"
                                   "    tag slow memory\n"
                                   "    bss is zero\n"
                                   "    description \"second\"\n"
                                   "    marker agrees\n"
                                   "never fault\n");
    const struct statement *s = checks->statements;

    (void)state;
    assert_string_equal(s[0].name, "the \"copy\": bss is zero");
    assert_int_equal(s[0].tag_count, 3);
    assert_string_equal(s[0].tags[0], "boot");
    assert_string_equal(s[0].tags[2], "memory");
    assert_string_equal(s[1].name, "the \"copy\": second");
    assert_int_equal(s[1].tag_count, 1);
    assert_string_equal(s[2].name, "never fault");
    assert_int_equal(s[2].tag_count, 0);
    checks_free(checks);
}

static void test_refused(void **state)
{
    (void)state;
    refused("", "t.check: checks nothing");
    refused("let a = 1\n", "t.check: checks nothing");
    refused("frob\n", "t.check:1:1: \"frob\" begins no statement (docs/checks.md)");
    refused("\n  bss is zero\n",
            "t.check:2:3: this is indented, and no at CHECKPOINT stands above it");
    refused("at x\n  bss was zero\n", "t.check:2:3: did you mean \"bss is zero\"?");
    refused("at x\n  bss is zero now\n", "t.check:2:15: the line should end here");
    refused("at x\n  expect\n", "t.check:2:9: an expression is missing here");
    refused("at x\n  expect rip in [0, 4\n", "t.check:2:22: a range [FROM, TO) is closed with )");
    refused("at x\n  expect rip in [0 4)\n",
            "t.check:2:20: a comma belongs here: a range is [FROM, TO)");
    refused(
        "at x\n  expect rip in copy and rax\n",
        "t.check:2:22: an expectation ends here: what else is expected belongs on its own line");
    refused("at x y\n", "t.check:1:6: the line should end here");
    refused("at\n", "t.check:1:3: a checkpoint is missing here");
    refused("within 0s\n",
            "t.check:1:8: 0s: not a time; write 500ms, 10s or 2m, or 5M instructions");
    refused("within 99999999999999999999 instructions\n",
            "t.check:1:8: 99999999999999999999: no count; write 5000000, 5000k, 5M or 1G "
            "instructions");
    refused("tag a\n\nat x\n  bss is zero\n  tag b\n",
            "t.check:5:3: no check follows that this could be for");
    refused("tag a\nlet b = 1\nnever fault\n",
            "t.check:1:1: this stands before a line that checks nothing");
    refused("let a = 1\nat x\n  let a = 2\n  bss is zero\n",
            "t.check:3:3: a has a value already (t.check:1)");
    refused("description \"open\nnever fault\n", "t.check:1:13: this quote is not closed");
    refused("at x\n  run si\n",
            "t.check:2:7: si moves the guest; checks go from checkpoint to checkpoint themselves");
    refused("at end\n  expect exit fine\n",
            "t.check:2:15: fine: a guest ends with pass, fail, powered-off, error, reset, "
            "triple-fault, killed or timeout");
    refused("always expect rax unchanged since a\n",
            "t.check:1:1: always and since do not go together: name the checkpoint to compare at");
}

static void test_bytes(void **state)
{
    struct source *source;
    struct error *err = source_from_text("b", "a\0b\n", 4, &source);
    char line[SOURCE_LINE_MAX + 2];

    (void)state;
    assert_string_equal(error_message(err), "b:1: a NUL: this is no text file");
    error_free(err);
    refused("never fault\x1b[1m\n", "t.check:1:12: a control character (0x1b)");
    refused("never \xff\n", "t.check:1: not UTF-8");
    memset(line, 'x', sizeof(line));
    line[sizeof(line) - 1] = '\0';
    refused(line, "t.check:1: a line of 1001 bytes; 1000 is the most");
}

/* The caret stands below the word, tabs before it or not. */
static void test_caret(void **state)
{
    struct source *source;
    struct checks *checks;
    static const char text[] = "at x\n\tbss is zero\tx\n";
    struct error *err = source_from_text("t", text, sizeof(text) - 1, &source);

    (void)state;
    assert_null(err);
    err = checks_parse(source, &checks);
    assert_string_equal(error_message(err), "t:2:14: the line should end here\n"
                                            "    \tbss is zero\tx\n"
                                            "    \t           \t^");
    error_free(err);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void expect_open_error(const char *path, const char *end)
{
    struct checks *checks;
    struct error *err = checks_open(path, &checks);

    assert_non_null(err);
    if (!strstr(error_message(err), end))
        fail_msg("no \"%s\" in: %s", end, error_message(err));
    error_free(err);
}

static void test_includes(void **state)
{
    char folder[] = "/tmp/bootscope-test.XXXXXX";
    struct checks *checks;

    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    write_file("one.check", "include two.check\nnever fault\n");
    write_file("two.check", "matrix seed 1 2\nat x\n  bss is zero\n");
    assert_null(checks_open("one.check", &checks));
    assert_int_equal(checks->count, 2);
    assert_int_equal(matrix_cells(&checks->matrix), 2);
    assert_string_equal(checks->statements[0].place.source->path, "two.check");
    checks_free(checks);

    /* A block ends with its file, and does not reach into the one that includes it. */
    write_file("one.check", "include two.check\n  bss is zero\n");
    expect_open_error("one.check", "one.check:2:3: this is indented");
    write_file("one.check", "never fault\ninclude one.check\n");
    expect_open_error("one.check", "one.check:2:9: one.check includes itself\n");
    write_file("one.check", "include two.check\n");
    write_file("two.check", "include ./one.check\n");
    expect_open_error("one.check", "two.check:1:9: ./one.check includes itself by way of others");
    write_file("one.check", "include nothere.check\n");
    expect_open_error("one.check", "one.check:1:9: nothere.check: No such file");
    expect_open_error(".", ".: Is a directory");
    for (int i = 0; i < 9; i++) {
        char path[16], text[32];

        snprintf(path, sizeof(path), "%d", i);
        snprintf(text, sizeof(text), "include %d\n", i + 1);
        write_file(path, text);
    }
    write_file("9", "never fault\n");
    expect_open_error("0", "more than 8 files deep");
    assert_null(checks_open("2", &checks));
    checks_free(checks);
}

static void test_link(void **state)
{
    static const struct stages two = {
        .count = 2, .list = {{.name = "a", .index = 0}, {.name = "b", .index = 1}}};
    struct checks *checks = parsed("at b\n  expect rax unchanged since a\n");
    struct error *err = checks_link(checks, &two);

    (void)state;
    assert_null(err);
    assert_ptr_equal(checks->statements[0].at.stage, &two.list[1]);
    checks_free(checks);
    checks = parsed("at a\n  expect rax unchanged since b\n");
    err = checks_link(checks, &two);
    assert_non_null(strstr(error_message(err), "t.check:2:30: b comes no earlier than a\n"));
    error_free(err);
    checks_free(checks);
    checks = parsed("never reach c\n");
    err = checks_link(checks, &two);
    assert_non_null(
        strstr(error_message(err), "t.check:1:13: c: the image has no such checkpoint"));
    error_free(err);
    checks_free(checks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statements), cmocka_unit_test(test_identity),
        cmocka_unit_test(test_sides),      cmocka_unit_test(test_notes),
        cmocka_unit_test(test_refused),    cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_caret),      cmocka_unit_test(test_includes),
        cmocka_unit_test(test_link),
    };

    return cmocka_run_group_tests_name("check files", tests, NULL, NULL);
}
