/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file in which a learner's progress is kept: what it holds, and what it survives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "progress_file.h"

static char folder[64], path[128];

/* A lesson made of "c" commands, "t" text, "?a" a question of that id, "k" a check; each with its own text. */
static struct lesson_step steps[16];
static char ids[16][2];
static const char *texts[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b"};

static struct lesson make_lesson(const char *form)
{
    struct lesson lesson = {.name = (char *)"01-one", .steps = steps};

    memset(steps, 0, sizeof(steps));
    for (; *form; form++) {
        struct lesson_step *step = &steps[lesson.step_count++];

        if (*form == '?') {
            step->kind = STEP_PREDICT;
            ids[lesson.step_count - 1][0] = *++form;
            step->question.id = ids[lesson.step_count - 1];
            continue;
        }
        /* A digit: commands of that text; else text. */
        const char *text = texts[*form % 12];
        step->kind = *form >= '0' && *form <= '9' ? STEP_COMMANDS : STEP_TEXT;
        step->commands.count = 1;
        step->commands.lines = (char **)&texts[*form % 12];
        step->prose = (struct span){text, strlen(text)};
    }
    return lesson;
}

static int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/bootscope-progress.XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    setenv("XDG_STATE_HOME", folder, 1);
    snprintf(path, sizeof(path), "%s/bootscope/lessons.json", folder);
    return 0;
}

static int tear_down(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command);
}

static struct progress_file *opened(void)
{
    struct progress_file *file;

    assert_null(progress_open(&file));
    return file;
}

static void expect_error(struct error *err, enum error_kind kind, const char *part)
{
    assert_non_null(err);
    if (!strstr(error_message(err), part))
        fail_msg("%s: has no \"%s\"", error_message(err), part);
    assert_null(strchr(error_message(err), '\n'));
    assert_int_equal(error_kind(err), kind);
    error_free(err);
}

static void write_file(const char *bytes, size_t length)
{
    struct progress_file *file = opened();
    struct lesson lesson = make_lesson("a");

    assert_null(progress_stand(file, &lesson, 0)); /* makes the folders */
    progress_close(file);
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, length, stream), length);
    assert_int_equal(fclose(stream), 0);
}

static char *read_file(void)
{
    char *bytes = calloc(1, 4096);
    FILE *stream = fopen(path, "r");

    assert_non_null(stream);
    fread(bytes, 1, 4095, stream);
    fclose(stream);
    return bytes;
}

static void expect_state(const struct progress_file *file, const char *id, unsigned int tries,
                         unsigned int hints, bool right, bool skipped, unsigned int points)
{
    struct question_state state = progress_question(file, "01-one", id);

    assert_int_equal(state.tries, tries);
    assert_int_equal(state.hints, hints);
    assert_int_equal(state.right, right);
    assert_int_equal(state.skipped, skipped);
    assert_int_equal(progress_points(&state), points);
}

static void test_nothing_yet(void **state)
{
    struct progress_file *file = opened();
    struct lesson lesson = make_lesson("a?ab");

    (void)state;
    assert_null(progress_current(file));
    assert_false(progress_begun(file, "01-one"));
    assert_false(progress_done(file, &lesson));
    assert_int_equal(progress_step(file, &lesson), 0);
    expect_state(file, "a", 0, 0, false, false, 0);
    progress_close(file);
    assert_int_equal(access(path, F_OK), -1); /* reading makes no file */
}

static void test_round_trip(void **state)
{
    struct progress_file *file = opened();
    struct lesson lesson = make_lesson("a?a1?bc");

    (void)state;
    assert_null(progress_stand(file, &lesson, 3));
    assert_null(progress_answer(file, "01-one", "a", false));
    assert_null(progress_hint(file, "01-one", "a"));
    assert_null(progress_answer(file, "01-one", "a", true));
    assert_null(progress_skip(file, "01-one", "b"));
    assert_null(progress_finish(file, "01-one"));
    progress_close(file);

    file = opened();
    assert_string_equal(progress_current(file), "01-one");
    assert_int_equal(progress_step(file, &lesson), 3);
    expect_state(file, "a", 2, 1, true, false, 1);
    expect_state(file, "b", 0, 0, false, true, 0);
    assert_true(progress_done(file, &lesson));
    lesson.exercise = true; /* which would have to be verified */
    assert_false(progress_done(file, &lesson));
    assert_null(progress_verified(file, "01-one"));
    assert_true(progress_done(file, &lesson));
    struct lesson_score score = progress_score(file, &lesson);
    assert_int_equal(score.questions, 2);
    assert_int_equal(score.right, 1);
    assert_int_equal(score.skipped, 1);
    assert_int_equal(score.at_once, 0);
    assert_int_equal(score.points, 1 + PROGRESS_MENDED);
    assert_int_equal(score.max, 6 + PROGRESS_MENDED);
    progress_close(file);
}

static void test_points(void **state)
{
    static const struct {
        struct question_state state;
        unsigned int points;
    } cases[] = {
        {{1, 0, true, false}, 3},
        {{2, 0, true, false}, 2},
        {{1, 1, true, false}, 2},
        {{2, 1, true, false}, 1},
        {{9, 9, true, false}, 1},
        {{1, 0, false, false}, 0},
        {{0, 0, false, true}, 0},
        {{0, 0, false, false}, 0},
        {{1000000000, 1000000000, true, false}, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(progress_points(&cases[i].state), cases[i].points);
}

/* Once it is right, or its explanation was shown, nothing counts any more. */
static void test_settled_questions(void **state)
{
    struct progress_file *file = opened();

    (void)state;
    assert_null(progress_answer(file, "01-one", "a", true));
    assert_null(progress_answer(file, "01-one", "a", false));
    assert_null(progress_hint(file, "01-one", "a"));
    assert_null(progress_skip(file, "01-one", "a"));
    expect_state(file, "a", 1, 0, true, false, 3);
    assert_null(progress_skip(file, "01-one", "b"));
    assert_null(progress_answer(file, "01-one", "b", true));
    expect_state(file, "b", 0, 0, false, true, 0);
    progress_close(file);
}

/* The lesson got other steps meanwhile. */
static void expect_step(const char *before, size_t at, const char *after, size_t expected)
{
    struct progress_file *file = opened();
    struct lesson lesson = make_lesson(before);
    struct forgotten forgotten;

    assert_null(progress_forget(file, "01-one", &forgotten));
    for (size_t i = 0; i < at; i++)
        if (lesson.steps[i].kind == STEP_PREDICT)
            assert_null(progress_answer(file, "01-one", lesson.steps[i].question.id, true));
    assert_null(progress_stand(file, &lesson, at));
    progress_close(file);
    file = opened();
    lesson = make_lesson(after);
    assert_int_equal(progress_step(file, &lesson), expected);
    progress_close(file);
}

static void test_upgrades(void **state)
{
    (void)state;
    for (size_t i = 0; i < 5; i++)
        expect_step("a?a1?bc", i, "a?a1?bc", i);
    expect_step("a?a1?bc", 3, "a?a231?bc", 5); /* steps before it */
    expect_step("a?a1?bc", 2, "?x?a1?bc", 2);  /* a question before it */
    expect_step("?a1?b2?c", 4, "?a1?b2?x", 2); /* renamed: the last one answered */
    expect_step("?a1?b2?c", 3, "?a1?b?c", 2);  /* gone */
    expect_step("?a1?b2?c", 3, "1?c", 0);      /* with all that was answered */
    expect_step("1?a1?b1", 2, "1?a1?b1", 2);   /* the same commands again */
    expect_step("1?a1?b1", 4, "1?a1?b1", 4);
    expect_step("1?a1?b1", 4, "1?a1?b", 3);
}

static void test_forgetting(void **state)
{
    struct progress_file *file = opened();
    struct forgotten forgotten;

    (void)state;
    assert_null(progress_answer(file, "01-one", "a", true));
    assert_null(progress_hint(file, "01-one", "b"));
    assert_null(progress_answer(file, "02-two", "a", true));
    assert_null(progress_forget(file, "01-one", &forgotten));
    assert_true(forgotten.known);
    assert_int_equal(forgotten.answers, 1);
    assert_int_equal(forgotten.hints, 1);
    assert_int_equal(forgotten.points, 3);
    assert_false(progress_begun(file, "01-one"));
    assert_true(progress_begun(file, "02-two"));
    assert_null(progress_forget(file, "01-one", &forgotten));
    assert_false(forgotten.known);
    progress_close(file);
}

static void expect_damaged(const char *bytes, const char *part)
{
    struct progress_file *file;
    struct error *err;

    write_file(bytes, strlen(bytes));
    err = progress_open(&file);
    assert_non_null(err);
    assert_non_null(strstr(error_message(err), path));
    assert_non_null(strstr(error_message(err), "reset --all"));
    expect_error(err, ERROR_INPUT, part);
    char *kept = read_file();
    assert_string_equal(kept, bytes);
    free(kept);
    unlink(path);
}

static void test_damaged_files(void **state)
{
    (void)state;
    expect_damaged("", "not JSON at line 1, column 0");
    expect_damaged("{\"version\":1,\n\"lessons\":{", "not JSON at line 2");
    expect_damaged("{\"version\":1}{}", "not JSON");
    expect_damaged("{\"version\":1,\"version\":1}", "not JSON");
    expect_damaged("[]", "no version");
    expect_damaged("{}", "no version");
    expect_damaged("{\"version\":\"1\"}", "no version");
    expect_damaged("{\"version\":0}", "no version");
    expect_damaged("{\"version\":2}", "a newer bootscope wrote it: version 2, this one knows 1");
    expect_damaged("{\"version\":1,\"current\":4}", "\"current\" or \"lessons\"");
    expect_damaged("{\"version\":1,\"lessons\":[]}", "\"current\" or \"lessons\"");
    expect_damaged("{\"version\":1,\"lessons\":{\"01-one\":1}}", "lesson 01-one");
    expect_damaged("{\"version\":1,\"lessons\":{\"01-one\":{\"step\":3}}}", "lesson 01-one");
    expect_damaged("{\"version\":1,\"lessons\":{\"01-one\":{\"done\":1}}}", "lesson 01-one");
    expect_damaged("{\"version\":1,\"lessons\":{\"a\\n\\u001b[31m\":1}}", "lesson ? ");
}

static void expect_bad_question(const char *question)
{
    char bytes[256];

    snprintf(bytes, sizeof(bytes),
             "{\"version\":1,\"lessons\":{\"01-one\":{\"questions\":{\"a\":%s}}}}", question);
    expect_damaged(bytes, "question a of lesson 01-one makes no sense");
}

static void test_damaged_questions(void **state)
{
    (void)state;
    expect_bad_question("3");
    expect_bad_question("{\"tries\":-1}");
    expect_bad_question("{\"tries\":1.5}");
    expect_bad_question("{\"tries\":1000000001}");
    expect_bad_question("{\"hints\":\"2\"}");
    expect_bad_question("{\"right\":1}");
    expect_bad_question("{\"tries\":1,\"right\":true,\"skipped\":true}");
    expect_bad_question("{\"right\":true}"); /* with no answer at all */
}

static void test_other_kinds_of_file(void **state)
{
    static char large[PROGRESS_BYTES_MAX + 2];
    struct progress_file *file;

    (void)state;
    memset(large, ' ', sizeof(large) - 1);
    memcpy(large, "{\"version\":1}", 13);
    write_file(large, PROGRESS_BYTES_MAX);
    progress_close(opened());
    write_file("{\"version\":1}", 13); /* the folders are there */
    unlink(path);
    write_file(large, PROGRESS_BYTES_MAX + 1);
    expect_error(progress_open(&file), ERROR_INPUT, "larger than 1 MiB");
    unlink(path);
    mkdir(path, 0700);
    expect_error(progress_open(&file), ERROR_INPUT, "no regular file");
    rmdir(path);
    mkfifo(path, 0600); /* which nobody writes to */
    expect_error(progress_open(&file), ERROR_INPUT, "no regular file");
}

/* It is damaged while a player runs: nothing is written over. */
static void test_damaged_meanwhile(void **state)
{
    struct progress_file *file = opened();

    (void)state;
    assert_null(progress_answer(file, "01-one", "a", true));
    FILE *stream = fopen(path, "w");
    fputs("oops", stream);
    fclose(stream);
    expect_error(progress_answer(file, "01-one", "b", true), ERROR_INPUT, "not JSON");
    expect_error(progress_answer(file, "01-one", "c", true), ERROR_INPUT, "not JSON");
    char *kept = read_file();
    assert_string_equal(kept, "oops");
    free(kept);
    expect_state(file, "b", 1, 0, true, false, 3);
    /* Mended by hand: now all of it is written. */
    unlink(path);
    assert_null(progress_answer(file, "01-one", "d", true));
    progress_close(file);
    file = opened();
    expect_state(file, "a", 1, 0, true, false, 3);
    expect_state(file, "b", 1, 0, true, false, 3);
    expect_state(file, "d", 1, 0, true, false, 3);
    progress_close(file);
}

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;

    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* RLIMIT_FSIZE instead of a full disk: a write ends in the middle. */
static void test_full_disk(void **state)
{
    struct progress_file *file = opened();
    char beside[160];

    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    assert_null(progress_answer(file, "01-one", "a", true));
    char *before = read_file();
    limit_files(20);
    struct error *err = progress_answer(file, "01-one", "b", true);
    limit_files(RLIM_INFINITY);
    expect_error(err, ERROR_SYSTEM, path);
    char *after = read_file();
    assert_string_equal(after, before);
    free(before);
    free(after);
    snprintf(beside, sizeof(beside), "%s.new", path);
    assert_int_equal(access(beside, F_OK), -1);
    /* There is room again: what could not be written was not forgotten. */
    assert_null(progress_hint(file, "01-one", "c"));
    progress_close(file);
    file = opened();
    expect_state(file, "a", 1, 0, true, false, 3);
    expect_state(file, "b", 1, 0, true, false, 3);
    progress_close(file);
}

/* Two programs note something in turn; neither undoes what the other did. */
static void test_two_writers(void **state)
{
    struct progress_file *one = opened(), *two = opened();

    (void)state;
    assert_null(progress_answer(one, "01-one", "a", true));
    assert_null(progress_verified(two, "02-two"));
    assert_null(progress_answer(one, "01-one", "b", true));
    expect_state(two, "b", 0, 0, false, false, 0);
    assert_null(progress_hint(two, "01-one", "c"));
    expect_state(two, "b", 1, 0, true, false, 3);
    assert_true(progress_begun(one, "02-two"));
    progress_close(one);
    progress_close(two);
}

static void test_one_player(void **state)
{
    struct progress_file *one = opened(), *two = opened();
    char process[48];
    int status;

    (void)state;
    assert_null(progress_hold(one));
    snprintf(process, sizeof(process), "running in another terminal (process %d)", (int)getpid());
    expect_error(progress_hold(two), ERROR_INPUT, process);
    progress_close(one);
    assert_null(progress_hold(two));
    progress_close(two);
    /* A killed player holds nothing. */
    pid_t child = fork();
    if (child == 0) {
        struct error *err = progress_open(&one);

        if (!err)
            err = progress_hold(one);
        raise(err ? SIGTERM : SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    one = opened();
    assert_null(progress_hold(one));
    progress_close(one);
}

static void test_moving_aside(void **state)
{
    char *to, expected[160];

    (void)state;
    assert_null(progress_move_aside(&to));
    assert_null(to);
    for (int i = 1; i < 4; i++) {
        write_file("oops", 4);
        assert_null(progress_move_aside(&to));
        snprintf(expected, sizeof(expected), "%s.%d", path, i);
        assert_string_equal(to, expected);
        free(to);
        assert_int_equal(access(expected, F_OK), 0);
        assert_int_equal(access(path, F_OK), -1);
    }
}

static void test_nobody_else_reads_it(void **state)
{
    struct progress_file *file = opened();
    struct stat status;

    (void)state;
    assert_null(progress_hint(file, "01-one", "a"));
    progress_close(file);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    *strrchr(path, '/') = '\0';
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
}

static void test_no_place_for_it(void **state)
{
    struct progress_file *file;

    (void)state;
    setenv("XDG_STATE_HOME", "/dev/null/x", 1);
    assert_null(progress_open(&file));
    expect_error(progress_hint(file, "01-one", "a"), ERROR_SYSTEM, "/dev/null");
    expect_error(progress_hold(file), ERROR_SYSTEM, "/dev/null");
    progress_close(file);
    setenv("XDG_STATE_HOME", "relative", 1);
    setenv("HOME", "", 1);
    expect_error(progress_open(&file), ERROR_INPUT, "XDG_STATE_HOME");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_yet),       TEST(test_round_trip),        TEST(test_points),
        TEST(test_settled_questions), TEST(test_upgrades),          TEST(test_forgetting),
        TEST(test_damaged_files),     TEST(test_damaged_questions), TEST(test_other_kinds_of_file),
        TEST(test_damaged_meanwhile), TEST(test_full_disk),         TEST(test_two_writers),
        TEST(test_one_player),        TEST(test_moving_aside),      TEST(test_nobody_else_reads_it),
        TEST(test_no_place_for_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
