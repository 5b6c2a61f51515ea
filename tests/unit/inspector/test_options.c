/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options that commands share: durations, and that each option arrives where it belongs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "options.h"

#define DAY_MS INT64_C(86400000)

static void accepts(const char *text, int64_t expected)
{
    int64_t ms = -1;

    if (!parse_duration(text, &ms))
        fail_msg("\"%s\" is refused", text);
    assert_int_equal(ms, expected);
}

static void refuses(const char *text)
{
    int64_t ms = -1;

    if (parse_duration(text, &ms))
        fail_msg("\"%s\" is taken for %ld ms", text, ms);
    assert_int_equal(ms, -1);
}

static void test_durations(void **state)
{
    (void)state;
    accepts("1ms", 1);
    accepts("500ms", 500);
    accepts("10s", 10000);
    accepts("10", 10000);
    accepts("2m", 120000);
    accepts("0010s", 10000);
}

static void test_at_most_a_day(void **state)
{
    (void)state;
    accepts("86400000ms", DAY_MS);
    accepts("86400s", DAY_MS);
    accepts("86400", DAY_MS);
    accepts("1440m", DAY_MS);
    refuses("86400001ms");
    refuses("86401s");
    refuses("1441m");
    refuses("9223372036854775807m"); /* would overflow in milliseconds */
    refuses("9223372036854775808");
    refuses("99999999999999999999999999");
}

static void test_no_durations(void **state)
{
    static const char *const texts[] = {"",     "s",    "0",    "0s",   "-1",   "-5s",
                                        "1h",   "1S",   "10 s", "10s ", " 10s", "+5s",
                                        "1.5s", "0x10", "1e3",  "tens", "10ss", "10sms"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        refuses(texts[i]);
}

/* Parses words, the first of which is the command; the list ends with NULL. */
static error_t parse(const char *const *words, unsigned int flags, struct guest_options *ret)
{
    char *argv[64];
    int argc = 0;

    for (; words[argc]; argc++)
        argv[argc] = (char *)(uintptr_t)words[argc];
    argv[argc] = NULL;
    guest_options_init(ret);
    return argp_parse(&guest_argp, argc, argv, flags, NULL, ret);
}

static void test_defaults(void **state)
{
    struct guest_options guest;

    (void)state;
    assert_int_equal(parse((const char *const[]){"x", NULL}, ARGP_SILENT, &guest), 0);
    assert_null(guest.memory);
    assert_null(guest.cpu);
    assert_null(guest.append);
    assert_null(guest.initrd);
    assert_null(guest.qemu);
    assert_int_equal(guest.symbol_count, 0);
    assert_int_equal(guest.timeout_ms, TIMEOUT_DEFAULT_MS);
    assert_false(guest.json);
}

static void test_each_option_arrives(void **state)
{
    static const char *const words[] = {
        "x",         "--memory", "1G",     "--cpu", "max",       "--append", "nokaslr quiet",
        "--initrd",  "init.gz",  "--qemu", "./q",   "--symbols", "a.elf",    "--symbols=b.elf",
        "--timeout", "250ms",    "--json", NULL};
    struct guest_options guest;

    (void)state;
    assert_int_equal(parse(words, ARGP_SILENT, &guest), 0);
    assert_string_equal(guest.memory, "1G");
    assert_string_equal(guest.cpu, "max");
    assert_string_equal(guest.append, "nokaslr quiet");
    assert_string_equal(guest.initrd, "init.gz");
    assert_string_equal(guest.qemu, "./q");
    assert_int_equal(guest.symbol_count, 2);
    assert_string_equal(guest.symbols[0], "a.elf");
    assert_string_equal(guest.symbols[1], "b.elf");
    assert_int_equal(guest.timeout_ms, 250);
    assert_true(guest.json);
}

static void test_short_options(void **state)
{
    static const char *const words[] = {"x", "-m2G", "-a", "quiet", "-t", "3", "-s", "a.elf", NULL};
    struct guest_options guest;

    (void)state;
    assert_int_equal(parse(words, ARGP_SILENT, &guest), 0);
    assert_string_equal(guest.memory, "2G");
    assert_string_equal(guest.append, "quiet");
    assert_int_equal(guest.timeout_ms, 3000);
    assert_string_equal(guest.symbols[0], "a.elf");
}

/* Parses in a process of its own: its exit status, and the first line that it says. */
static int status_of(const char *const *words, char *said, size_t size)
{
    int fds[2], status;

    assert_int_equal(pipe(fds), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct guest_options guest;
        int null = open("/dev/null", O_WRONLY);

        dup2(null, STDOUT_FILENO);
        dup2(fds[1], STDERR_FILENO);
        argp_err_exit_status = OPTION_EXIT_USAGE;
        parse(words, 0, &guest);
        _exit(0);
    }
    close(fds[1]);
    FILE *stream = fdopen(fds[0], "r");
    assert_non_null(fgets(said, (int)size, stream));
    while (getc(stream) != EOF)
        ;
    fclose(stream);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_too_many_symbols(void **state)
{
    const char *words[1 + OPTION_SYMBOLS_MAX + 2] = {"x"};
    struct guest_options guest;
    char said[256];

    (void)state;
    for (int i = 1; i <= OPTION_SYMBOLS_MAX; i++)
        words[i] = "--symbols=a.elf";
    assert_int_equal(parse(words, ARGP_SILENT, &guest), 0);
    assert_int_equal(guest.symbol_count, OPTION_SYMBOLS_MAX);
    words[OPTION_SYMBOLS_MAX + 1] = "--symbols=b.elf";
    assert_int_equal(status_of(words, said, sizeof(said)), OPTION_EXIT_USAGE);
    assert_non_null(strstr(said, "more than 8 --symbols"));
}

static void test_bad_timeout(void **state)
{
    static const char *const words[] = {"x", "--timeout", "soon", NULL};
    char said[256];

    (void)state;
    assert_int_equal(status_of(words, said, sizeof(said)), OPTION_EXIT_USAGE);
    assert_non_null(strstr(said, "--timeout soon"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_durations),           cmocka_unit_test(test_at_most_a_day),
        cmocka_unit_test(test_no_durations),        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_each_option_arrives), cmocka_unit_test(test_short_options),
        cmocka_unit_test(test_too_many_symbols),    cmocka_unit_test(test_bad_timeout),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
