/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CPUs that are halted for good, and CPUs that only look it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "target_fixture.h"

#define IF   0x200u
#define CODE 0x1000u

static char monitor[2048];

/* What the stub says of the CPU when it stands. */
static void stand(struct fixture *f, bool halted, uint64_t flags)
{
    strcpy(monitor, server_monitor_registers);
    if (halted)
        memcpy(strstr(monitor, "HLT=0"), "HLT=1", 5);
    f->server->monitor_registers = monitor;
    rsp_server_set(f->server, SERVER_EFLAGS, flags, 4);
}

struct looker {
    struct fixture *fixture;
    unsigned int calls;
    unsigned int lies; /* calls after which it really is halted */
    bool interrupts;   /* the user does, at the second look */
    bool seldom;       /* it seems halted only at every other look */
};

static bool looks_halted(void *context)
{
    struct looker *looker = context;

    looker->calls++;
    if (looker->lies && looker->calls > looker->lies)
        stand(looker->fixture, true, 2);
    if (looker->interrupts && looker->calls == 2)
        target_interrupt(looker->fixture->target);
    return !looker->seldom || looker->calls % 2;
}

static void test_halted_with_interrupts_off(void **state)
{
    struct fixture *f = *state;
    struct looker looker = {.fixture = f};
    struct stop_event stop;
    bool halted = false;

    stand(f, true, 2);
    open_target(f);
    target_on_long_run(f->target, looks_halted, &looker);
    good(target_continue(f->target, LOOP_NEVER, &stop));
    assert_int_equal(stop.reason, STOP_HALTED);
    assert_int_equal(looker.calls, 2);
    assert_false(f->server->running);
    good(target_is_halted(f->target, &halted));
    assert_true(halted);
}

static void test_one_that_only_seemed_halted_runs_on(void **state)
{
    struct fixture *f = *state;
    struct looker looker = {.fixture = f, .lies = 2};
    struct stop_event stop;

    stand(f, false, 2);
    open_target(f);
    target_on_long_run(f->target, looks_halted, &looker);
    good(target_continue(f->target, LOOP_NEVER, &stop));
    assert_int_equal(stop.reason, STOP_HALTED);
    assert_int_equal(looker.calls, 4);
    assert_int_equal(rsp_server_count(f->server, "vCont;c"), 2);
}

/* Looks that do not agree stop nothing: a stop would move the guest's clock. */
static void test_one_look_is_not_enough(void **state)
{
    struct fixture *f = *state;
    struct looker looker = {.fixture = f, .seldom = true};
    struct stop_event stop;

    stand(f, true, 2);
    open_target(f);
    target_on_long_run(f->target, looks_halted, &looker);
    bad(target_continue(f->target, loop_in(1200), &stop), ERROR_TIMEOUT, "deadline");
    assert_int_equal(rsp_server_count(f->server, "vCont;c"), 1);
}

static void test_users_interrupt_is_the_users(void **state)
{
    struct fixture *f = *state;
    struct looker looker = {.fixture = f, .interrupts = true};
    struct stop_event stop;

    stand(f, true, 2);
    open_target(f);
    target_on_long_run(f->target, looks_halted, &looker);
    good(target_continue(f->target, LOOP_NEVER, &stop));
    assert_int_equal(stop.reason, STOP_INTERRUPT);
}

static void test_step_of_a_halted_cpu(void **state)
{
    struct fixture *f = *state;
    struct looker looker = {.fixture = f};
    struct stop_event stop;

    f->server->fault = (struct fault){FAULT_SILENCE, "vCont;s", NULL, 0, 0, 0};
    stand(f, true, 2);
    open_target(f);
    f->server->running = true; /* the step never ends: it is interrupted like a run */
    target_on_long_run(f->target, looks_halted, &looker);
    good(target_step(f->target, &stop));
    assert_int_equal(stop.reason, STOP_HALTED);
}

static void test_interrupts_wake_it(void **state)
{
    struct fixture *f = *state;
    bool halted = true;

    stand(f, true, IF | 2);
    open_target(f);
    good(target_is_halted(f->target, &halted));
    assert_false(halted);
}

static void test_it_runs(void **state)
{
    struct fixture *f = *state;
    bool halted = true;

    stand(f, false, 2);
    open_target(f);
    good(target_is_halted(f->target, &halted));
    assert_false(halted);
}

/* A stub that says nothing of it. */
static void test_nothing_is_known(void **state)
{
    struct fixture *f = *state;
    bool halted = true;

    stand(f, true, 2);
    f->server->monitor_registers = f->server->monitor_mtree = NULL;
    open_target(f);
    good(target_is_halted(f->target, &halted));
    assert_false(halted);
}

/* In real mode, with interrupts on, what the code does behind the hlt decides. */
static bool real_mode(struct fixture *f, const char *bytes)
{
    bool halted = false;

    stand(f, true, IF | 2);
    memcpy(strstr(monitor, "CS =0010 0000000000000000"), "CS =0000 0000000000000000", 25);
    rsp_server_set(f->server, SERVER_CR0, 0x10, 8);
    rsp_server_set(f->server, SERVER_EFER, 0, 8);
    rsp_server_set(f->server, SERVER_RIP, CODE + 1, 8);
    memcpy(f->server->memory + CODE, bytes, 3);
    open_target(f);
    good(target_is_halted(f->target, &halted));
    return halted;
}

static void test_endless_loop_in_real_mode(void **state)
{
    assert_true(real_mode(*state, "\xf4\xeb\xfd"));
}

static void test_loop_with_a_way_out_in_real_mode(void **state)
{
    assert_false(real_mode(*state, "\xf4\xeb\xf0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_halted_with_interrupts_off),
        CASE(test_one_that_only_seemed_halted_runs_on),
        CASE(test_one_look_is_not_enough),
        CASE(test_users_interrupt_is_the_users),
        CASE(test_step_of_a_halted_cpu),
        CASE(test_interrupts_wake_it),
        CASE(test_it_runs),
        CASE(test_nothing_is_known),
        CASE(test_endless_loop_in_real_mode),
        CASE(test_loop_with_a_way_out_in_real_mode),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
