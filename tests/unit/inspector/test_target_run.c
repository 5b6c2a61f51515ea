/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run control, acks and the monitor, with a stub that behaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "target_fixture.h"

static void test_breakpoints_are_a_set(void **state)
{
    struct fixture *f = *state;

    open_target(f);
    for (uint64_t i = 0; i < 100; i++)
        good(target_insert_breakpoint(f->target, virt(0x1000 + i)));
    good(target_insert_breakpoint(f->target, virt(0x1000)));
    assert_int_equal(rsp_server_count(f->server, "Z0,"), 100);
    assert_int_equal(rsp_server_count(f->server, "Z0,1063,1"), 1);
    good(target_remove_breakpoint(f->target, virt(0x1000)));
    good(target_remove_breakpoint(f->target, virt(0x1000)));
    good(target_remove_breakpoint(f->target, virt(0x9999)));
    assert_int_equal(rsp_server_count(f->server, "z0,"), 1);
    good(target_insert_breakpoint(f->target, virt(0x1000)));
    assert_int_equal(rsp_server_count(f->server, "Z0,1000,"), 2);
}

static void test_continue_steps_off_a_breakpoint(void **state)
{
    struct fixture *f = *state;
    struct stop_event stop;

    f->server->stop_reply = "T05thread:01;";
    open_target(f);
    good(target_insert_breakpoint(f->target, virt(0x100000)));
    good(target_continue(f->target, LOOP_NEVER, &stop));
    assert_int_equal(stop.reason, STOP_BREAKPOINT);
    assert_int_equal(rsp_server_count(f->server, "vCont;s"), 1);
    assert_int_equal(rsp_server_count(f->server, "vCont;c"), 1);
    good(target_continue(f->target, LOOP_NEVER, &stop)); /* rip went on: nothing to step off */
    assert_int_equal(rsp_server_count(f->server, "vCont;s"), 1);
}

/* In real mode the breakpoint is at cs base + ip. */
static void test_step_off_uses_the_linear_address(void **state)
{
    struct fixture *f = *state;
    struct stop_event stop;
    char text[2048];

    strcpy(text, f->server->monitor_registers);
    memcpy(strstr(text, "CS =0010 0000000000000000"), "CS =1020 0000000000010200", 25);
    f->server->monitor_registers = text;
    rsp_server_set(f->server, SERVER_CR0, 0x10, 8);
    rsp_server_set(f->server, SERVER_EFER, 0, 8);
    rsp_server_set(f->server, SERVER_RIP, 0x68, 8);
    f->server->stop_reply = "T05thread:01;";
    open_target(f);
    good(target_insert_breakpoint(f->target, virt(0x10268)));
    good(target_continue(f->target, LOOP_NEVER, &stop));
    assert_int_equal(rsp_server_count(f->server, "vCont;s"), 1);
}

static void test_stop_replies(void **state)
{
    static const struct {
        const char *reply;
        enum stop_reason reason;
        int signal;
        uint64_t watched;
    } cases[] = {
        {"T05thread:01;", STOP_BREAKPOINT, 5, 0},
        {"S05", STOP_BREAKPOINT, 5, 0},
        {"T05thread:01;watch:ffffffff81000000;", STOP_WATCHPOINT, 5, 0xffffffff81000000},
        {"T05rwatch:1234;", STOP_WATCHPOINT, 5, 0x1234},
        {"T05awatch:1;thread:01;", STOP_WATCHPOINT, 5, 1},
        {"T05watch:;", STOP_BREAKPOINT, 5, 0},
        {"T05watch", STOP_BREAKPOINT, 5, 0},
        {"T02thread:01;", STOP_INTERRUPT, 2, 0},
        {"T03thread:01;", STOP_SHUTDOWN, 3, 0},
        {"W21", STOP_EXITED, 0x21, 0},
        {"X09", STOP_EXITED, 9, 0},
    };
    struct fixture *f = *state;

    open_target(f);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct stop_event stop;

        f->server->stop_reply = cases[i].reply;
        good(target_continue(f->target, LOOP_NEVER, &stop));
        assert_int_equal(stop.reason, cases[i].reason);
        assert_int_equal(stop.signal, cases[i].signal);
        assert_true(stop.watched.value == cases[i].watched);
    }
}

static void test_output_before_the_stop(void **state)
{
    struct fixture *f = *state;
    struct stop_event stop;

    f->server->while_running = "O68690a";
    f->server->stop_reply = "T05thread:01;";
    open_target(f);
    good(target_continue(f->target, LOOP_NEVER, &stop));
    assert_int_equal(stop.reason, STOP_BREAKPOINT);
}

static void test_deadline_interrupts(void **state)
{
    struct fixture *f = *state;
    struct stop_event stop;
    struct registers regs;

    open_target(f);
    bad(target_continue(f->target, loop_in(5), &stop), ERROR_TIMEOUT, "deadline");
    assert_false(f->server->running);
    good(target_registers(f->target, &regs)); /* the session goes on */
    f->server->stop_reply = "T05thread:01;";
    good(target_continue(f->target, LOOP_NEVER, &stop));
    assert_int_equal(stop.reason, STOP_BREAKPOINT);
}

/* Another channel, say port 0xe9, that is always ready. */
static struct error *busy(void *context)
{
    unsigned int *calls = context;

    (*calls)++;
    return NULL;
}

static void test_other_channels_are_served_and_do_not_hide_the_deadline(void **state)
{
    struct fixture *f = *state;
    struct stop_event stop;
    unsigned int calls = 0;
    int fd = eventfd(1, EFD_CLOEXEC);

    open_target(f);
    good(loop_watch(f->loop, fd, busy, &calls));
    bad(target_continue(f->target, loop_in(5), &stop), ERROR_TIMEOUT, "deadline");
    assert_true(calls > 1);
    loop_unwatch(f->loop, fd);
    close(fd);
}

static struct error *fail_once(void *context)
{
    int *fd = context;
    uint64_t count;

    assert_int_equal(read(*fd, &count, sizeof(count)), sizeof(count));
    return error_new(ERROR_GUEST, "another channel failed");
}

/* The guest is left running by such an error; the next request must stop it first. */
static void test_error_of_another_channel(void **state)
{
    struct fixture *f = *state;
    struct stop_event stop;
    struct registers regs;
    int fd = eventfd(1, EFD_CLOEXEC);

    open_target(f);
    good(loop_watch(f->loop, fd, fail_once, &fd));
    bad(target_continue(f->target, LOOP_NEVER, &stop), ERROR_GUEST, "another channel");
    assert_true(f->server->running);
    good(target_registers(f->target, &regs));
    assert_false(f->server->running);
    loop_unwatch(f->loop, fd);
    close(fd);
}

static void test_unsolicited_stop_at_connect(void **state)
{
    struct fixture *f = *state;
    struct registers regs;

    f->server->greeting = "T02thread:01;";
    open_target(f);
    good(target_registers(f->target, &regs));
    assert_true(regs.rip == 0x100000);
}

static void test_no_ack_mode(void **state)
{
    struct fixture *f = *state;
    uint8_t bytes[0x1000];

    f->server->supported = "QStartNoAckMode+;PacketSize=100;qXfer:features:read+";
    open_target(f);
    assert_true(f->server->no_acks);
    size_t acks = f->server->acks;
    good(target_read_phys(f->target, phys(0), bytes, sizeof(bytes)));
    assert_memory_equal(bytes, f->server->memory, sizeof(bytes));
    assert_int_equal(f->server->acks, acks);
}

/* Without QEMU's extension nothing tells that a stub takes a request before its ack. */
static void test_other_stubs_get_one_request_at_a_time(void **state)
{
    struct fixture *f = *state;
    uint8_t bytes[0x1000];

    f->server->qemu = false;
    f->server->supported = "PacketSize=100;qXfer:features:read+";
    open_target(f);
    size_t acks = f->server->acks, requests = f->server->request_count;
    good(target_read_virt(f->target, virt(0), bytes, sizeof(bytes)));
    assert_memory_equal(bytes, f->server->memory, sizeof(bytes));
    assert_int_equal(f->server->acks - acks, f->server->request_count - requests);
}

static void test_monitor(void **state)
{
    struct fixture *f = *state;
    char *text;

    open_target(f);
    good(target_monitor(f->target, "info registers", &text));
    assert_string_equal(text, f->server->monitor_registers);
    free(text);
    f->server->fault = (struct fault){.kind = FAULT_REPLY, .request = "qRcmd", .text = "OK"};
    good(target_monitor(f->target, "stop", &text));
    assert_string_equal(text, "");
    free(text);
    f->server->fault.text = "68690a"; /* other stubs answer with bare hex */
    good(target_monitor(f->target, "help", &text));
    assert_string_equal(text, "hi\n");
    free(text);
    f->server->fault.text = "";
    good(target_monitor(f->target, "help", &text));
    assert_null(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_breakpoints_are_a_set),
        CASE(test_continue_steps_off_a_breakpoint),
        CASE(test_step_off_uses_the_linear_address),
        CASE(test_stop_replies),
        CASE(test_output_before_the_stop),
        CASE(test_deadline_interrupts),
        CASE(test_other_channels_are_served_and_do_not_hide_the_deadline),
        CASE(test_error_of_another_channel),
        CASE(test_unsolicited_stop_at_connect),
        CASE(test_no_ack_mode),
        CASE(test_other_stubs_get_one_request_at_a_time),
        CASE(test_monitor),
    };

    return cmocka_run_group_tests_name("target_run", tests, NULL, NULL);
}
