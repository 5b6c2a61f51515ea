/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real QEMU: how it is started, how a guest ends, and that nothing is left behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest_code.h"
#include "layout.h"
#include "outcome.h"
#include "qemu.h"

struct fixture {
    struct loop *loop;
    struct qemu *qemu;
    char folder[64];
    char path[512];
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    assert_null(loop_new(&f->loop));
    strcpy(f->folder, "/tmp/bootscope-test.XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    *state = f;
    return 0;
}

static void in_folder(struct fixture *f, const char *name)
{
    snprintf(f->path, sizeof(f->path), "%s/%s", f->folder, name);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    DIR *folder = opendir(f->folder);

    qemu_close(f->qemu);
    loop_free(f->loop);
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        in_folder(f, entry->d_name);
        unlink(f->path);
    }
    closedir(folder);
    rmdir(f->folder);
    free(f);
    return 0;
}

/* Boots the code with no debugger and waits for its end. */
static enum qemu_end run_code(struct fixture *f, const struct guest_code *code)
{
    enum qemu_end end;

    in_folder(f, "image");
    struct qemu_options options = {.image = code_write_image(code, f->path)};
    good(qemu_start(&options, f->loop, &f->qemu));
    good(qemu_wait(f->qemu, loop_in(PATIENCE), &end));
    assert_int_equal(end, qemu_end_state(f->qemu));
    return end;
}

static void test_pass_with_markers_and_console(void **state)
{
    struct fixture *f = *state;
    struct guest_code code = {0};

    code_debugcon(&code, "@one a=0x12\n@two\n");
    code_serial(&code, "hello\r\n");
    code_exit(&code, TEACHING_PASS);
    assert_int_equal(run_code(f, &code), QEMU_PASS);
    assert_int_equal(qemu_exit_status(f->qemu), TEACHING_PASS << 1 | 1);
    assert_int_equal(markers_count(qemu_markers(f->qemu)), 2);
    assert_string_equal(markers_get(qemu_markers(f->qemu), 1)->name, "two");
    assert_int_equal(markers_malformed(qemu_markers(f->qemu)), 0);
    assert_string_equal(qemu_console(f->qemu), "hello\r\n");
    assert_false(qemu_triple_fault(f->qemu));
}

static void test_fail(void **state)
{
    struct guest_code code = {0};

    code_exit(&code, TEACHING_FAIL);
    assert_int_equal(run_code(*state, &code), QEMU_FAIL);
}

/* Exit status 1 is QEMU's own, too; with nothing on stderr it was the guest. */
static void test_exit_with_zero_is_a_failure(void **state)
{
    struct guest_code code = {0};

    code_exit(&code, 0);
    assert_int_equal(run_code(*state, &code), QEMU_FAIL);
}

static void test_power_off(void **state)
{
    struct fixture *f = *state;
    struct guest_code code = {0};

    code_power_off(&code);
    assert_int_equal(run_code(f, &code), QEMU_QUIT);
    assert_false(qemu_triple_fault(f->qemu));
}

static void test_reset_is_no_triple_fault(void **state)
{
    struct fixture *f = *state;
    struct guest_code code = {0};

    code_reset(&code);
    assert_int_equal(run_code(f, &code), QEMU_QUIT);
    assert_false(qemu_triple_fault(f->qemu));
}

static void test_triple_fault(void **state)
{
    struct fixture *f = *state;
    struct guest_code code = {0};

    code_triple_fault(&code);
    assert_int_equal(run_code(f, &code), QEMU_QUIT);
    assert_true(qemu_triple_fault(f->qemu));
}

static void count_bytes(void *context, const char *bytes, size_t length)
{
    (void)bytes;
    *(size_t *)context += length;
}

static void test_channels_never_block_the_guest(void **state)
{
    struct fixture *f = *state;
    struct guest_code code = {0};
    size_t seen = 0;
    enum qemu_end end;

    code_flood(&code, 'x', 60000);
    code_debugcon(&code, "\n@after\n");
    code_serial(&code, "done");
    code_exit(&code, TEACHING_PASS);
    in_folder(f, "image");
    struct qemu_options options = {.image = code_write_image(&code, f->path)};
    good(qemu_start(&options, f->loop, &f->qemu));
    qemu_on_console(f->qemu, count_bytes, &seen);
    good(qemu_wait(f->qemu, loop_in(PATIENCE), &end));
    assert_int_equal(end, QEMU_PASS);
    assert_int_equal(markers_malformed(qemu_markers(f->qemu)), 1);
    assert_non_null(markers_find(qemu_markers(f->qemu), "after"));
    assert_int_equal(seen, 4);
}

static void test_deadline_of_a_wait(void **state)
{
    struct fixture *f = *state;
    struct guest_code code = {0};
    enum qemu_end end;

    code_loop_for_ever(&code);
    in_folder(f, "image");
    struct qemu_options options = {.image = code_write_image(&code, f->path)};
    good(qemu_start(&options, f->loop, &f->qemu));
    good(qemu_wait(f->qemu, loop_in(50), &end));
    assert_int_equal(end, QEMU_RUNNING);
}

static void test_killed_by_somebody(void **state)
{
    static const int signals[] = {SIGKILL, SIGTERM}; /* at SIGTERM QEMU ends orderly, status 0 */
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        struct qemu_options options = {.debug = true};
        enum qemu_end end;

        good(qemu_start(&options, f->loop, &f->qemu));
        kill(qemu_pid(f->qemu), signals[i]);
        good(qemu_wait(f->qemu, loop_in(PATIENCE), &end));
        assert_int_equal(end, QEMU_KILLED);
        qemu_close(f->qemu);
        f->qemu = NULL;
    }
}

static void test_refused_arguments(void **state)
{
    struct fixture *f = *state;
    const struct {
        struct qemu_options options;
        const char *part;
    } cases[] = {
        {{.cpu = "nonsense"}, "nonsense"},
        {{.memory = "nonsense"}, "nonsense"},
        {{.memory = "100T"}, "qemu"},
        {{.image = "/nonexistent/image"}, "/nonexistent/image"},
        {{.qemu = "/bin/false"}, "/bin/false: ended at its start with status 1"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        bad(one_line(qemu_start(&cases[i].options, f->loop, &f->qemu)), ERROR_INPUT, cases[i].part);
}

static void test_program_that_cannot_run(void **state)
{
    struct fixture *f = *state;
    struct qemu_options missing = {.qemu = "no-such-program-anywhere"};
    struct qemu_options missing_path = {.qemu = "/nonexistent/qemu"};
    struct qemu_options folder = {.qemu = "/tmp"};

    bad(one_line(qemu_start(&missing, f->loop, &f->qemu)), ERROR_SYSTEM,
        "no-such-program-anywhere: not found in PATH; install qemu-system-x86");
    bad(one_line(qemu_start(&missing_path, f->loop, &f->qemu)), ERROR_SYSTEM, "No such file");
    bad(one_line(qemu_start(&folder, f->loop, &f->qemu)), ERROR_SYSTEM, "Permission denied");
}

static void test_names_with_commas(void **state)
{
    struct fixture *f = *state;
    struct guest_code code = {0};
    char initrd[512];
    enum qemu_end end;

    code_exit(&code, TEACHING_PASS);
    in_folder(f, "initrd,with=commas,,");
    snprintf(initrd, sizeof(initrd), "%s", code_write_image(&code, f->path));
    in_folder(f, "image,with=commas");
    struct qemu_options options = {.image = code_write_image(&code, f->path),
                                   .initrd = initrd,
                                   .append = "a,b=c,,d \"quoted\" %s",
                                   .cpu = "qemu64,+ssse3"};
    good(qemu_start(&options, f->loop, &f->qemu));
    good(qemu_wait(f->qemu, loop_in(PATIENCE), &end));
    assert_int_equal(end, QEMU_PASS);
}

static uint64_t count_instructions(struct fixture *f, bool icount, bool *ret_known)
{
    struct guest_code code = {0};
    uint64_t count = 0;

    code_debugcon(&code, "@end\n");
    code_loop_for_ever(&code);
    in_folder(f, "image");
    struct qemu_options options = {
        .image = code_write_image(&code, f->path), .icount = icount, .debug = true};
    good(qemu_start(&options, f->loop, &f->qemu));
    good(qemu_instructions(f->qemu, ret_known, &count));
    qemu_close(f->qemu);
    f->qemu = NULL;
    return count;
}

static void test_instruction_count(void **state)
{
    bool known;

    assert_int_equal(count_instructions(*state, true, &known), 0); /* nothing has run yet */
    assert_true(known);
    count_instructions(*state, false, &known);
    assert_false(known);
}

/* With every option there is, the command line still has room. */
static void test_all_options(void **state)
{
    struct fixture *f = *state;
    struct guest_code code = {0};
    char initrd[sizeof(f->path)];
    enum qemu_end end;

    code_exit(&code, TEACHING_PASS);
    in_folder(f, "initrd");
    snprintf(initrd, sizeof(initrd), "%s", code_write_image(&code, f->path));
    in_folder(f, "image");
    struct qemu_options options = {.image = code_write_image(&code, f->path),
                                   .initrd = initrd,
                                   .append = "quiet",
                                   .memory = "64M",
                                   .cpu = "max",
                                   .icount = true};
    good(qemu_start(&options, f->loop, &f->qemu));
    good(qemu_wait(f->qemu, loop_in(PATIENCE), &end));
    assert_int_equal(end, QEMU_PASS);
    qemu_close(f->qemu);
    f->qemu = NULL;
    options.debug = options.keep = true;
    good(qemu_start(&options, f->loop, &f->qemu));
}

static int open_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;

    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static void test_nothing_is_left(void **state)
{
    struct fixture *f = *state;
    struct qemu_options options = {.debug = true}, refused = {.cpu = "nonsense"};
    int before = open_descriptors();

    good(qemu_start(&options, f->loop, &f->qemu));
    pid_t pid = qemu_pid(f->qemu);
    assert_int_equal(kill(pid, 0), 0);
    qemu_close(f->qemu);
    f->qemu = NULL;
    assert_int_equal(kill(pid, 0), -1);
    assert_int_equal(errno, ESRCH);
    bad(one_line(qemu_start(&refused, f->loop, &f->qemu)), ERROR_INPUT, "nonsense");
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child, not even a dead one */
    assert_int_equal(open_descriptors(), before);
    qemu_close(NULL);
}

/* The parent is killed where no code of its own can run: QEMU must go with it. */
static void test_dies_with_its_parent(void **state)
{
    struct fixture *f = *state;
    int report[2];
    pid_t pid = 0;

    assert_int_equal(pipe(report), 0);
    pid_t parent = fork();
    if (parent == 0) {
        struct qemu_options options = {.debug = true};
        struct error *err = qemu_start(&options, f->loop, &f->qemu);

        pid = err ? 0 : qemu_pid(f->qemu);
        if (write(report[1], &pid, sizeof(pid)) == sizeof(pid))
            pause();
        _exit(1);
    }
    assert_int_equal(read(report[0], &pid, sizeof(pid)), sizeof(pid));
    assert_true(pid > 0);
    struct pollfd gone = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
    assert_true(gone.fd >= 0);
    assert_int_equal(poll(&gone, 1, 0), 0); /* it lives */
    kill(parent, SIGKILL);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    assert_int_equal(poll(&gone, 1, PATIENCE), 1);
    close(gone.fd);
    close(report[0]);
    close(report[1]);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_pass_with_markers_and_console),
        CASE(test_fail),
        CASE(test_exit_with_zero_is_a_failure),
        CASE(test_power_off),
        CASE(test_reset_is_no_triple_fault),
        CASE(test_triple_fault),
        CASE(test_channels_never_block_the_guest),
        CASE(test_deadline_of_a_wait),
        CASE(test_killed_by_somebody),
        CASE(test_refused_arguments),
        CASE(test_program_that_cannot_run),
        CASE(test_names_with_commas),
        CASE(test_all_options),
        CASE(test_instruction_count),
        CASE(test_nothing_is_left),
        CASE(test_dies_with_its_parent),
    };

    return cmocka_run_group_tests_name("qemu", tests, NULL, NULL);
}
