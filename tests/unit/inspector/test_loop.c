/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop.h"

#define ENDS 4

/* Four socket pairs, whose first ends are watched. */
struct fixture {
    struct loop *loop;
    int near[ENDS], far[ENDS];
    unsigned int calls[ENDS];
    int victim; /* a handler unwatches this one */
    bool fail;
};

struct end {
    struct fixture *fixture;
    int index;
};

static struct fixture fixture;
static struct end ends[ENDS];

static struct error *handle(void *context)
{
    struct end *end = context;
    char byte;

    end->fixture->calls[end->index]++;
    if (end->fixture->victim >= 0)
        loop_unwatch(end->fixture->loop, end->fixture->near[end->fixture->victim]);
    if (end->fixture->fail)
        return error_new(ERROR_GUEST, "handler %d", end->index);
    assert_true(read(end->fixture->near[end->index], &byte, 1) >= 0);
    return NULL;
}

static int setup(void **state)
{
    fixture = (struct fixture){.victim = -1};
    assert_null(loop_new(&fixture.loop));
    for (int i = 0; i < ENDS; i++) {
        int pair[2];

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
        fixture.near[i] = pair[0];
        fixture.far[i] = pair[1];
        ends[i] = (struct end){&fixture, i};
        assert_null(loop_watch(fixture.loop, pair[0], handle, &ends[i]));
    }
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    loop_free(fixture.loop);
    for (int i = 0; i < ENDS; i++) {
        close(fixture.near[i]);
        if (fixture.far[i] >= 0)
            close(fixture.far[i]);
    }
    return 0;
}

static void poke(int index)
{
    assert_int_equal(write(fixture.far[index], "x", 1), 1);
}

static bool once(int64_t deadline)
{
    bool timed_out;

    assert_null(loop_once(fixture.loop, deadline, &timed_out));
    return timed_out;
}

static void test_only_ready_ones_are_called(void **state)
{
    (void)state;
    poke(1);
    poke(3);
    assert_false(once(LOOP_NEVER));
    assert_int_equal(fixture.calls[0], 0);
    assert_int_equal(fixture.calls[1], 1);
    assert_int_equal(fixture.calls[2], 0);
    assert_int_equal(fixture.calls[3], 1);
}

static void test_past_deadline_still_serves(void **state)
{
    (void)state;
    assert_true(once(loop_now() - 1));
    poke(0);
    assert_false(once(loop_now() - 1));
    assert_int_equal(fixture.calls[0], 1);
}

static void test_deadline_is_waited_for(void **state)
{
    int64_t deadline = loop_in(20);

    (void)state;
    assert_true(once(deadline));
    assert_true(loop_now() >= deadline);
}

static void test_handler_unwatches_itself(void **state)
{
    (void)state;
    fixture.victim = 2;
    poke(2);
    assert_false(once(LOOP_NEVER));
    poke(2);
    assert_true(once(loop_now()));
    assert_int_equal(fixture.calls[2], 1);
}

static void test_unwatched_one_is_not_called_any_more(void **state)
{
    (void)state;
    fixture.victim = 3;
    poke(0);
    poke(3);
    assert_false(once(LOOP_NEVER));
    assert_int_equal(fixture.calls[0], 1);
    assert_int_equal(fixture.calls[3], 0);
}

/* Unwatching moves the last watch into the gap: it must neither be lost nor called twice. */
static void test_gap_keeps_the_others(void **state)
{
    (void)state;
    fixture.victim = 0;
    for (int i = 0; i < ENDS; i++)
        poke(i);
    assert_false(once(LOOP_NEVER));
    for (int i = 0; i < ENDS; i++)
        assert_int_equal(fixture.calls[i], 1);
}

static void test_error_ends_the_turn(void **state)
{
    bool timed_out;

    (void)state;
    fixture.fail = true;
    poke(0);
    poke(1);
    struct error *err = loop_once(fixture.loop, LOOP_NEVER, &timed_out);
    assert_non_null(err);
    assert_string_equal(error_message(err), "handler 0");
    assert_int_equal(fixture.calls[1], 0);
    error_free(err);
}

static void test_hang_up_calls_the_handler(void **state)
{
    (void)state;
    close(fixture.far[1]);
    fixture.far[1] = -1;
    assert_false(once(LOOP_NEVER));
    assert_int_equal(fixture.calls[1], 1);
}

static void test_writable_returns_without_a_call(void **state)
{
    (void)state;
    loop_want_write(fixture.loop, fixture.near[0], true);
    assert_false(once(LOOP_NEVER));
    assert_int_equal(fixture.calls[0], 0);
    loop_want_write(fixture.loop, fixture.near[0], false);
    assert_true(once(loop_now()));
}

static void test_limits(void **state)
{
    (void)state;
    struct error *err = loop_watch(fixture.loop, fixture.near[0], handle, &ends[0]);
    assert_non_null(err);
    error_free(err);
    for (int i = ENDS; i < 16; i++) /* numbers that are not open: they are only stored */
        assert_null(loop_watch(fixture.loop, 1000 + i, handle, &ends[0]));
    err = loop_watch(fixture.loop, 2000, handle, &ends[0]);
    assert_non_null(err);
    assert_int_equal(error_kind(err), ERROR_SYSTEM);
    error_free(err);
}

static void test_closed_descriptor_is_an_error(void **state)
{
    bool timed_out;

    (void)state;
    assert_null(loop_watch(fixture.loop, 1000, handle, &ends[0]));
    struct error *err = loop_once(fixture.loop, LOOP_NEVER, &timed_out);
    assert_non_null(err);
    assert_int_equal(error_kind(err), ERROR_SYSTEM);
    error_free(err);
}

static void test_nothing_to_wait_for(void **state)
{
    bool timed_out;

    (void)state;
    for (int i = 0; i < ENDS; i++)
        loop_unwatch(fixture.loop, fixture.near[i]);
    struct error *err = loop_once(fixture.loop, LOOP_NEVER, &timed_out);
    assert_non_null(err);
    error_free(err);
    assert_true(once(loop_in(1)));
}

static void test_deadlines_do_not_wrap(void **state)
{
    (void)state;
    assert_true(loop_in(INT64_MAX) == LOOP_NEVER);
    assert_true(loop_in(5) - loop_now() <= 5);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_only_ready_ones_are_called),
        CASE(test_past_deadline_still_serves),
        CASE(test_deadline_is_waited_for),
        CASE(test_handler_unwatches_itself),
        CASE(test_unwatched_one_is_not_called_any_more),
        CASE(test_gap_keeps_the_others),
        CASE(test_error_ends_the_turn),
        CASE(test_hang_up_calls_the_handler),
        CASE(test_writable_returns_without_a_call),
        CASE(test_limits),
        CASE(test_closed_descriptor_is_an_error),
        CASE(test_nothing_to_wait_for),
        CASE(test_deadlines_do_not_wrap),
    };

    return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
