/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files that belong to the program are found relative to it. This program installs itself, under
 * another name, into a folder of its own, and asks there: `test --find NAME...` prints where.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "install.h"

/* PREFIX/bin/program, and what a test puts beside, above, and into PREFIX/lib/bootscope. */
static char prefix[PATH_MAX / 2];

static const char *in_prefix(const char *name)
{
    static char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/%s", prefix, name);
    return path;
}

static void touch(const char *name)
{
    FILE *file = fopen(in_prefix(name), "w");

    assert_non_null(file);
    fclose(file);
}

/* What the installed program finds, as a path below the prefix; "none" when it does not. */
static void expect(const char *names, const char *expected)
{
    char command[2 * PATH_MAX], found[PATH_MAX] = "";

    snprintf(command, sizeof(command), "cd / && '%s/bin/program' --find %s", prefix, names);
    FILE *output = popen(command, "r");
    assert_non_null(output);
    assert_non_null(fgets(found, sizeof(found), output));
    assert_int_equal(pclose(output), 0);
    found[strcspn(found, "\n")] = '\0';
    char *real = realpath(found, NULL);
    const char *where = real ? real : found;
    assert_string_equal(
        strncmp(where, prefix, strlen(prefix)) == 0 ? where + strlen(prefix) : where, expected);
    free(real);
}

static int install(void **state)
{
    static const char *const folders[] = {"bin", "lib", "lib/bootscope"};
    char self[PATH_MAX / 4];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

    (void)state;
    assert_true(length > 0);
    self[length] = '\0';
    snprintf(prefix, sizeof(prefix), "%s.XXXXXX",
             self); /* beside it: a link is on one file system */
    assert_non_null(mkdtemp(prefix));
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        assert_int_equal(mkdir(in_prefix(folders[i]), 0700), 0);
    return link(self, in_prefix("bin/program"));
}

static int uninstall(void **state)
{
    char command[PATH_MAX];

    (void)state;
    snprintf(command, sizeof(command), "rm -r '%s'", prefix);
    return system(command);
}

static void test_each_place(void **state)
{
    (void)state;
    touch("bin/beside");
    touch("above");
    touch("lib/bootscope/part");
    expect("beside", "/bin/beside");
    expect("above", "/above");
    expect("part", "/lib/bootscope/part");
    expect("nowhere", "none");
}

static void test_the_nearest_place_wins(void **state)
{
    (void)state;
    touch("lib/bootscope/both");
    expect("both", "/lib/bootscope/both");
    touch("both");
    expect("both", "/both");
    touch("bin/both");
    expect("both", "/bin/both");
}

/* Files that go together are taken from one place: the first that has all of them. */
static void test_all_from_one_folder(void **state)
{
    (void)state;
    touch("bin/first");
    touch("lib/bootscope/first");
    touch("lib/bootscope/second");
    expect("first", "/bin/first");
    expect("first second", "/lib/bootscope");
    touch("second");
    expect("first second", "/lib/bootscope");
    touch("bin/third");
    expect("second third", "none");
}

static void test_folders_for_a_message(void **state)
{
    char *text = install_folders();

    (void)state;
    assert_non_null(strstr(text, "/tests/inspector, "));
    assert_non_null(strstr(text, "/.. or "));
    assert_non_null(strstr(text, "/../lib/bootscope"));
    free(text);
}

/* One name is a file; several are the folder that has them all. */
static int find(char **names)
{
    char *path = names[1] ? install_find_folder((const char *const *)names)
                          : install_find(names[0]);

    puts(path ? path : "none");
    free(path);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_place),
        cmocka_unit_test(test_the_nearest_place_wins),
        cmocka_unit_test(test_all_from_one_folder),
        cmocka_unit_test(test_folders_for_a_message),
    };

    if (argc > 2 && strcmp(argv[1], "--find") == 0)
        return find(argv + 2);
    return cmocka_run_group_tests(tests, install, uninstall);
}
