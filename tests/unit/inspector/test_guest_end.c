/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The word, the JSON, the line and the error for each way in which a guest can end. */
#include "view_test.h"

#include "fake_qemu.h"
#include "guest_end.h"

#define HALT "\n\n -- System halted"

/* What a test says about an end, and what must come of it. */
struct row {
    struct qemu qemu;
    bool stopped, halted, reached_kernel, shut_down, left;
    const char *word;
    const char *error; /* its message; NULL: there is none */
};

static const char markers_text[] = "@startup-32\n@image-copied from=0x1 to=0x2\n@error code=0x1\n";

static struct guest_end guest_end(const struct row *row, struct qemu *qemu,
                                  const struct markers *markers)
{
    *qemu = row->qemu;
    return (struct guest_end){
        .qemu = qemu,
        .markers = markers,
        .timeout_ms = 1500,
        .stopped = row->stopped,
        .halted = row->halted,
        .reached_kernel = row->reached_kernel,
        .shut_down = row->shut_down,
        .left = row->left,
    };
}

static json_t *json_of(const struct guest_end *end)
{
    json_error_t where;
    char *line = NULL;
    size_t size = 0;
    struct text text = {open_memstream(&line, &size), false};

    guest_end_json(end, &text);
    fclose(text.stream);
    json_t *json = json_loads(line, 0, &where);

    if (!json)
        fail_msg("%s: %s", line, where.text);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    free(line);
    return json;
}

static void check_error(const struct guest_end *end, const char *message)
{
    struct error *err = guest_end_error(end);

    if (!message) {
        assert_null(err);
        return;
    }
    assert_non_null(err);
    assert_string_equal(error_message(err), message);
    assert_int_equal(error_exit_status(err), 3);
    error_free(err);
}

static void check(const struct row *row)
{
    struct markers *markers = markers_new();
    struct qemu qemu;
    struct guest_end end = guest_end(row, &qemu, markers);
    json_t *json;

    markers_feed(markers, markers_text, sizeof(markers_text) - 1);
    assert_string_equal(guest_end_word(&end), row->word);
    json = json_of(&end);
    assert_string_equal(json_string_value(json_object_get(json, "end")), row->word);
    assert_int_equal(json_object_size(json), 7);
    json_decref(json);
    if (!row->left)
        view_has(VIEW_TEXT(guest_end_text, &end), row->word);
    check_error(&end, row->error);
    markers_free(markers);
}

#define AFTER "after checkpoint image-copied"

static void test_each_end(void **state)
{
    static const struct row rows[] = {
        {.qemu = {.state = QEMU_PASS, .exit_status = 33}, .word = "pass"},
        {.qemu = {.state = QEMU_FAIL, .exit_status = 35},
         .word = "fail",
         .error = "the kernel reports a failure (exit status 35)"},
        {.qemu = {.state = QEMU_RUNNING},
         .word = "timeout",
         .error = "the guest still runs after 1.5 s, " AFTER},
        {.qemu = {.state = QEMU_QUIT}, .reached_kernel = true, .word = "powered-off"},
        {.qemu = {.state = QEMU_QUIT}, .word = "reset", .error = "the guest reset itself " AFTER},
        {.qemu = {.state = QEMU_QUIT, .triple_fault = true},
         .word = "triple-fault",
         .error = "triple fault " AFTER "; bootscope trace shows where"},
        {.qemu = {.state = QEMU_QUIT, .triple_fault = true},
         .reached_kernel = true,
         .word = "triple-fault",
         .error = "triple fault " AFTER "; bootscope trace shows where"},
        {.qemu = {.state = QEMU_KILLED},
         .word = "killed",
         .error = "QEMU died " AFTER ": it gave no reason"},
        {.qemu = {.state = QEMU_RUNNING}, .left = true, .word = "left"},
        {.qemu = {.state = QEMU_RUNNING},
         .halted = true,
         .word = "halted",
         .error = "the CPU halted for good " AFTER "; bootscope trace shows where and why"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check(&rows[i]);
}

/* QEMU is paused at a shutdown, and so still runs; the checkpoint is named here too. */
static void test_shut_down(void **state)
{
    static const struct row rows[] = {
        {.shut_down = true, .reached_kernel = true, .word = "powered-off"},
        {.shut_down = true, .word = "reset", .error = "the guest reset itself " AFTER},
        {.shut_down = true,
         .qemu = {.triple_fault = true},
         .word = "triple-fault",
         .error = "triple fault " AFTER "; bootscope trace shows where"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check(&rows[i]);
}

/* What QEMU says about its own death is one line, and not a warning that came before. */
static void test_killed_with_a_reason(void **state)
{
    static const struct row rows[] = {
        {.qemu = {.state = QEMU_KILLED, .stderr_text = "qemu: out of\033[2J memory\n"},
         .word = "killed",
         .error = "QEMU died " AFTER ": qemu: out of.[2J memory"},
        {.qemu = {.state = QEMU_KILLED,
                  .stderr_text = "qemu: warning: no such feature\nqemu: terminating\nRAX=0\n"},
         .word = "killed",
         .error = "QEMU died " AFTER ": qemu: terminating"},
        {.qemu = {.state = QEMU_KILLED, .stderr_text = "qemu: warning: only this"},
         .word = "killed",
         .error = "QEMU died " AFTER ": it gave no reason"},
        {.qemu = {.state = QEMU_KILLED, .signal = 9, .stderr_text = "qemu: warning: only this"},
         .word = "killed",
         .error = "QEMU died " AFTER ": killed by signal 9 (Killed)"},
        {.qemu = {.state = QEMU_KILLED, .stderr_text = "\n"},
         .word = "killed",
         .error = "QEMU died " AFTER ": it gave no reason"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check(&rows[i]);
}

/* The boot code's last words on a console, which anyone may have written to. */
static void check_message(const char *console, const char *expected)
{
    char error[512];
    struct row row = {.qemu = {.state = QEMU_RUNNING, .console = console},
                      .stopped = true,
                      .word = "error",
                      .error = error};
    struct guest_end end = {.qemu = &row.qemu, .stopped = true};
    json_t *json = json_of(&end), *message = json_object_get(json, "message");

    if (expected)
        assert_string_equal(json_string_value(message), expected);
    else
        assert_true(json_is_null(message));
    json_decref(json);
    snprintf(error, sizeof(error), "the boot code stopped " AFTER ": %s",
             expected ? expected : "it printed no message");
    check(&row);
}

static void test_halt_messages(void **state)
{
    (void)state;
    check_message("early console\r\nbad data\r\n\r\n -- System halted", "bad data");
    check_message("bad data" HALT, "bad data");
    check_message("one" HALT "\ntwo" HALT "\n", "two");
    check_message("a\n\n\n\n\nb: 0x1  " HALT, "b: 0x1");
    check_message("", NULL);
    /* Code without a console of its own halts without that line. */
    check_message("early\nno long mode\n", "no long mode");
    check_message(" -- System halted", NULL);
    check_message("\r\n \r\n -- System halted", NULL);
}

static void test_hostile_halt_messages(void **state)
{
    char longest[256], *console = malloc(300000);

    (void)state;
    check_message("\033]0;title\007x\t\x80\xff" HALT, ".]0;title.x...");
    check_message("a\rb" HALT, "a.b");
    check_message("\"quoted\\" HALT, "\"quoted\\");
    memset(console, '%', 250000);
    strcpy(console + 250000, HALT);
    memset(longest, '%', 255);
    longest[255] = '\0';
    check_message(console, longest);
    for (size_t i = 0; i < 17000; i++)
        memcpy(console + i * 16, "-- System halted", 16);
    console[17000 * 16] = '\0';
    struct qemu qemu = {.console = console};
    struct error *err = guest_end_error(&(struct guest_end){.qemu = &qemu, .stopped = true});
    assert_non_null(err);
    error_free(err);
    free(console);
}

static void test_before_the_first_checkpoint(void **state)
{
    struct markers *markers = markers_new();
    struct qemu qemu = {.state = QEMU_RUNNING};
    struct guest_end end = {.qemu = &qemu, .markers = markers, .timeout_ms = 60000};

    (void)state;
    check_error(&end, "the guest still runs after 60.0 s, before the first checkpoint");
    markers_feed(markers, "@error\n", 7); /* is no checkpoint */
    qemu.state = QEMU_QUIT;
    check_error(&end, "the guest reset itself before the first checkpoint");
    end.markers = NULL;
    check_error(&end, "the guest reset itself before the first checkpoint");
    markers_free(markers);
}

static void test_exit_status_in_json(void **state)
{
    struct qemu qemu = {.state = QEMU_PASS, .exit_status = 33};
    struct guest_end end = {.qemu = &qemu};

    (void)state;
    view_json(json_of(&end), "{\"end\":\"pass\",\"exit_status\":33,\"malformed_markers\":0,"
                             "\"message\":null,\"missed\":[],\"not_found\":[],\"not_passed\":[]}");
    qemu.state = QEMU_KILLED;
    view_json(json_of(&end), "{\"end\":\"killed\",\"exit_status\":null,\"malformed_markers\":0,"
                             "\"message\":null,\"missed\":[],\"not_found\":[],\"not_passed\":[]}");
}

/* A guest of somebody else's: there is no QEMU to ask. */
static void test_attached(void **state)
{
    struct guest_end end = {.left = true};

    (void)state;
    view_json(json_of(&end), "{\"end\":\"left\",\"exit_status\":null,\"malformed_markers\":0,"
                             "\"message\":null,\"missed\":[],\"not_found\":[],\"not_passed\":[]}");
    view_has(VIEW_TEXT(guest_end_text, &end), "none yet");
    check_error(&end, NULL);
}

/* Lines on port 0xe9 that are no markers are counted; the first is shown, within the page. */
static void test_malformed_markers(void **state)
{
    struct markers *markers = markers_new();
    struct qemu qemu = {.state = QEMU_PASS};
    struct guest_end end = {.qemu = &qemu, .markers = markers};
    char line[400];
    json_t *json;

    (void)state;
    memset(line, 'x', sizeof(line));
    line[sizeof(line) - 1] = '\n';
    markers_feed(markers, line, sizeof(line));
    markers_feed(markers, "\033[2J\n", 5);
    json = json_of(&end);
    assert_int_equal(json_integer_value(json_object_get(json, "malformed_markers")), 2);
    json_decref(json);
    view_has(VIEW_TEXT(guest_end_text, &end), "2 lines on port 0xe9 are no markers; the first: x");
    markers_free(markers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_end),
        cmocka_unit_test(test_shut_down),
        cmocka_unit_test(test_killed_with_a_reason),
        cmocka_unit_test(test_halt_messages),
        cmocka_unit_test(test_hostile_halt_messages),
        cmocka_unit_test(test_before_the_first_checkpoint),
        cmocka_unit_test(test_exit_status_in_json),
        cmocka_unit_test(test_attached),
        cmocka_unit_test(test_malformed_markers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
