/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stubs that misbehave: each must give an error value, and none a crash, a hang or a leak. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target_fixture.h"

/* A whole visit: open, registers, memory, a run. The first error, or NULL. */
static struct error *visit(struct fixture *f)
{
    uint8_t bytes[0x3000];
    struct registers regs;
    struct stop_event stop;
    struct error *err = target_open_within(f->fd, f->loop, PATIENT, &f->target);

    if (!err)
        err = target_registers(f->target, &regs);
    if (!err)
        err = target_insert_breakpoint(f->target, virt(0x1000));
    if (!err)
        err = target_continue(f->target, loop_in(PATIENT), &stop);
    if (!err && stop.reason == STOP_EXITED)
        return error_new(ERROR_CLOSED, "ended");
    if (!err)
        err = target_read_phys(f->target, phys(0), bytes, sizeof(bytes));
    if (!err)
        err = target_write_phys(f->target, phys(0), bytes, 16);
    return err;
}

static void test_hang_up_after_every_byte(void **state)
{
    struct fixture *f = *state;

    restart(f);
    good(visit(f));
    size_t whole = f->server->sent;
    /* Every byte up to the memory reads, and some of those. */
    for (size_t after = 0; after < whole; after += after < whole - 25000 ? 1 : 997) {
        restart(f);
        f->server->hang_up_after = after;
        struct error *err = visit(f);
        assert_non_null(err);
        assert_int_equal(error_kind(err), ERROR_CLOSED);
        error_free(err);
    }
}

/*
 * A turned bit is repaired by sending again, or is an error; it is never taken for the truth. (Part
 * of the monitor's text may get lost as a notification: then the hidden part is unknown.)
 */
static void test_every_byte_damaged(void **state)
{
    struct fixture *f = *state;
    struct registers regs;

    restart(f);
    good(visit(f));
    size_t whole = f->server->sent;
    for (size_t at = 0; at < whole - 25000; at += 3) {
        restart(f);
        f->server->corrupt_at = at;
        struct error *err = target_open_within(f->fd, f->loop, SHORT, &f->target);
        if (!err)
            err = target_registers(f->target, &regs);
        if (!err)
            assert_true(regs.rip == 0x100000 && (!regs.hidden_known || regs.gdtr.base == 0x101030));
        error_free(err);
    }
}

static void test_over_long_packet(void **state)
{
    struct fixture *f = *state;
    struct registers regs;
    size_t length = 0x41000;
    char *stream = malloc(length + 8);

    open_target(f);
    stream[0] = '$';
    memset(stream + 1, 'a', length);
    sprintf(stream + 1 + length, "#%02x", (unsigned int)((length * 'a') & 0xff));
    f->server->fault = (struct fault){.kind = FAULT_RAW, .request = "g", .text = stream};
    bad(target_registers(f->target, &regs), ERROR_PROTOCOL, "too long");
    bad(target_registers(f->target, &regs), ERROR_PROTOCOL, "out of step");
    free(stream);
}

static void test_register_replies(void **state)
{
    static const struct misbehaviour cases[] = {
        {{FAULT_REPLY, "g", "", 0, 0, 0}, ERROR_PROTOCOL, "not supported"},
        {{FAULT_REPLY, "g", "E01", 0, 0, 0}, ERROR_PROTOCOL, "error 01"},
        {{FAULT_REPLY, "g", "123", 0, 0, 0}, ERROR_PROTOCOL, "g: expected"},
        {{FAULT_REPLY, "g", "xxxxxxxxxxxxxxxx", 0, 0, 0}, ERROR_PROTOCOL, "hex"},
        {{FAULT_REPLY, "g", "T05thread:01", 0, 0, 0}, ERROR_PROTOCOL, "hex"},
        {{FAULT_REPLY, "p", "0000", 0, 0, 0}, ERROR_PROTOCOL, "p"},
        {{FAULT_REPLY, "p", "", 0, 0, 0}, ERROR_PROTOCOL, "not supported"},
        {{FAULT_REPLY, "p", "zz00000000000000", 0, 0, 0}, ERROR_PROTOCOL, "p"},
        {{FAULT_SILENCE, "g", NULL, 0, 0, 0}, ERROR_TIMEOUT, "g: "},
        {{FAULT_REPLY, "qRcmd", "E01", 0, 0, 0}, ERROR_PROTOCOL, "info registers"},
        {{FAULT_REPLY, "qRcmd", "O123", 0, 0, 0}, ERROR_PROTOCOL, "info registers"},
        {{FAULT_REPLY, "qRcmd", "Ozz", 0, 0, 0}, ERROR_PROTOCOL, "hex"},
        {{FAULT_REPLY, "qRcmd", "O41", 0, 0, 0}, ERROR_TIMEOUT, "no reply"},
        {{FAULT_HANG_UP, "qRcmd", "$O41#b4", 0, 0, 0}, ERROR_CLOSED, "hung up"},
        {{FAULT_HANG_UP, "g", "$0011", 0, 0, 0}, ERROR_CLOSED, "within a packet"},
    };
    struct fixture *f = *state;
    struct registers regs;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        restart(f);
        f->server->register_bytes = cases[i].fault.request[0] == 'p' ? SERVER_CR3 : SERVER_SIZE;
        open_for(f, cases[i].kind);
        f->server->fault = cases[i].fault;
        bad(target_registers(f->target, &regs), cases[i].kind, cases[i].part);
    }
}

static void test_g_longer_than_described(void **state)
{
    struct fixture *f = *state;
    struct registers regs;

    f->server->register_bytes = SERVER_SIZE + 8;
    open_target(f);
    bad(target_registers(f->target, &regs), ERROR_PROTOCOL, "describes");
}

/* The monitor may say what it likes: what is no register dump only leaves the hidden part unknown. */
static void test_monitor_nonsense(void **state)
{
    struct fixture *f = *state;
    struct registers regs;

    f->server->monitor_registers = "no such command\r\nCS =\r\nGDT= zz\r\n";
    open_target(f);
    good(target_registers(f->target, &regs));
    assert_false(regs.hidden_known);
    assert_true(regs.rip == 0x100000);
}

static void test_memory_replies(void **state)
{
    static const struct misbehaviour cases[] = {
        {{FAULT_REPLY, "m1000", "E14", 0, 0, 0}, ERROR_PROTOCOL, "0x1000"},
        {{FAULT_REPLY, "m1000", "", 0, 0, 0}, ERROR_PROTOCOL, "0x1000"},
        {{FAULT_REPLY, "m1000", "00", 0, 0, 0}, ERROR_PROTOCOL, "0x1000"},
        {{FAULT_REPLY, "m1000", "zz", 0, 0, 0}, ERROR_PROTOCOL, "0x1000"},
        {{FAULT_REPLY, "m1000", "OK", 0, 0, 0}, ERROR_PROTOCOL, "0x1000"},
        {{FAULT_REPLY, "Qqemu", "", 0, 0, 0}, ERROR_PROTOCOL, "Qqemu"},
        {{FAULT_REPLY, "Qqemu", "E22", 0, 0, 0}, ERROR_PROTOCOL, "Qqemu"},
        {{FAULT_REPLY, "M", "E22", 0, 0, 0}, ERROR_PROTOCOL, "write"},
        {{FAULT_REPLY, "M", "OKOK", 0, 0, 0}, ERROR_PROTOCOL, "write"},
    };
    struct fixture *f = *state;
    uint8_t bytes[0x5000];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        restart(f);
        open_target(f);
        memset(bytes, 0, sizeof(bytes));
        f->server->fault = cases[i].fault;
        struct error *err = cases[i].fault.request[0] == 'M'
                                ? target_write_phys(f->target, phys(0), bytes, sizeof(bytes))
                                : target_read_phys(f->target, phys(0), bytes, sizeof(bytes));
        bad(err, cases[i].kind, cases[i].part);
        /* The replies that were still in flight are gone: the next read is right. */
        f->server->fault.kind = FAULT_NONE;
        good(target_read_phys(f->target, phys(0), bytes, sizeof(bytes)));
        assert_memory_equal(bytes, f->server->memory, sizeof(bytes));
    }
}

/* One wrong digit anywhere in a reply. */
static void test_bad_digit_in_memory(void **state)
{
    struct fixture *f = *state;
    char digits[17];
    uint8_t bytes[8];

    open_target(f);
    for (int at = 0; at < 16; at++) {
        strcpy(digits, "0123456789abcdef");
        digits[at] = 'g';
        f->server->fault = (struct fault){.kind = FAULT_REPLY, .request = "m", .text = digits};
        bad(target_read_virt(f->target, virt(0), bytes, sizeof(bytes)), ERROR_PROTOCOL, "hex");
    }
}

/* With several requests in flight nothing tells whose reply is missing: the session is over. */
static void test_lost_reply_is_never_guessed(void **state)
{
    static const enum fault_kind kinds[] = {FAULT_SILENCE, FAULT_DAMAGE, FAULT_NAK};
    struct fixture *f = *state;
    uint8_t bytes[0x5000];

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        restart(f);
        open_short(f);
        f->server->fault = (struct fault){.kind = kinds[i], .request = "m1000", .times = 1};
        struct error *err = target_read_phys(f->target, phys(0), bytes, sizeof(bytes));
        assert_non_null(err);
        error_free(err);
        bad(target_read_phys(f->target, phys(0), bytes, 1), ERROR_PROTOCOL, "out of step");
    }
}

static void test_damaged_reply_is_asked_for_again(void **state)
{
    struct fixture *f = *state;
    struct registers regs;

    open_target(f);
    f->server->fault = (struct fault){.kind = FAULT_DAMAGE, .request = "g", .times = 2};
    good(target_registers(f->target, &regs));
    assert_int_equal(f->server->naks, 2);
    assert_int_equal(rsp_server_count(f->server, "g"), 1);
    assert_true(regs.rip == 0x100000);
}

static void test_damage_without_end(void **state)
{
    struct fixture *f = *state;
    struct registers regs;

    open_target(f);
    f->server->fault = (struct fault){.kind = FAULT_DAMAGE, .request = "g", .times = 100};
    bad(target_registers(f->target, &regs), ERROR_PROTOCOL, "checksum");
    assert_int_equal(f->server->naks, 3);
}

static void test_refused_request_is_sent_again(void **state)
{
    struct fixture *f = *state;
    struct registers regs;

    open_target(f);
    f->server->fault = (struct fault){.kind = FAULT_NAK, .request = "g", .times = 2};
    good(target_registers(f->target, &regs));
    assert_int_equal(rsp_server_count(f->server, "g"), 3);
    struct stop_event stop;
    good(target_step(f->target, &stop));
    f->server->fault = (struct fault){.kind = FAULT_NAK, .request = "g"};
    bad(target_registers(f->target, &regs), ERROR_PROTOCOL, "refuses");
}

static void test_running(void **state)
{
    static const struct misbehaviour cases[] = {
        {{FAULT_REPLY, "vCont;c", "OK", 0, 0, 0}, ERROR_PROTOCOL, "stop reply"},
        {{FAULT_REPLY, "vCont;c", "", 0, 0, 0}, ERROR_PROTOCOL, "not supported"},
        {{FAULT_REPLY, "vCont;c", "E01", 0, 0, 0}, ERROR_PROTOCOL, "error 01"},
        {{FAULT_REPLY, "vCont;c", "T", 0, 0, 0}, ERROR_PROTOCOL, "stop reply"},
        {{FAULT_REPLY, "vCont;c", "Tzz", 0, 0, 0}, ERROR_PROTOCOL, "stop reply"},
        /* It neither stops at the deadline nor when it is interrupted. */
        {{FAULT_SILENCE, "vCont;c", NULL, 0, 0, 0}, ERROR_TIMEOUT, "interrupted"},
        {{FAULT_RAW, "vCont;c", "$T05", 0, 0, 0}, ERROR_TIMEOUT, "interrupted"},
        {{FAULT_RAW, "vCont;c", "$T05#00", 0, 0, 0}, ERROR_TIMEOUT, "interrupted"},
    };
    struct fixture *f = *state;
    struct stop_event stop;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        restart(f);
        open_for(f, cases[i].kind);
        f->server->fault = cases[i].fault;
        f->server->last_length = 0; /* it repeats nothing when asked to */
        bad(target_continue(f->target, loop_in(patience(cases[i].kind)), &stop), cases[i].kind,
            cases[i].part);
    }
}

static void test_hang_up_while_running_is_an_end(void **state)
{
    static const char *const last_words[] = {"", "$T0", "$W00#b7"};
    struct fixture *f = *state;
    struct registers regs;

    for (size_t i = 0; i < sizeof(last_words) / sizeof(last_words[0]); i++) {
        struct stop_event stop;

        restart(f);
        open_target(f);
        f->server->fault = (struct fault){
            .kind = FAULT_HANG_UP, .request = "vCont;c", .text = last_words[i]};
        good(target_continue(f->target, LOOP_NEVER, &stop));
        assert_int_equal(stop.reason, STOP_EXITED);
        bad(target_registers(f->target, &regs), ERROR_CLOSED, "hung up");
    }
}

static void test_breakpoint_refused(void **state)
{
    struct fixture *f = *state;

    open_target(f);
    f->server->fault = (struct fault){.kind = FAULT_REPLY, .request = "Z0", .text = "E22"};
    bad(target_insert_breakpoint(f->target, virt(0x1000)), ERROR_PROTOCOL, "Z0,1000,1");
    f->server->fault.kind = FAULT_NONE;
    good(target_insert_breakpoint(f->target, virt(0x1000)));
    f->server->fault = (struct fault){.kind = FAULT_REPLY, .request = "z0", .text = ""};
    bad(target_remove_breakpoint(f->target, virt(0x1000)), ERROR_PROTOCOL, "not supported");
}

/* More than is ever kept comes without being asked for: it costs no memory, and no time of others. */
static void test_flood_while_nobody_waits(void **state)
{
    struct fixture *f = *state;
    static char noise[0xf0000];
    struct registers regs;
    bool idle = false;

    open_short(f);
    memset(noise, '!', sizeof(noise) - 1);
    f->server->fault = (struct fault){.kind = FAULT_RAW, .request = "qRcmd", .text = "$O41#b4"};
    bad(target_registers(f->target, &regs), ERROR_TIMEOUT, "no reply");
    rsp_server_say(f->server, noise);
    for (int turn = 0; turn < 100; turn++)
        good(loop_once(f->loop, loop_now(), &idle));
    /* The client kept what it has room for and looks away; only the stub has something to do. */
    assert_true(f->server->queue_end > 0);
    loop_unwatch(f->loop, f->server->drip_fd);
    good(loop_once(f->loop, loop_now(), &idle));
    assert_true(idle);
    bad(target_registers(f->target, &regs), ERROR_PROTOCOL, "out of step");
}

static void test_excerpts_are_printable_and_short(void **state)
{
    struct fixture *f = *state;
    struct registers regs;

    open_target(f);
    f->server->fault = (struct fault){
        .kind = FAULT_REPLY,
        .request = "g",
        .text = "\x1b[31m\x01 0123456789012345678901234567890123456789012345678901234567890"};
    struct error *err = target_registers(f->target, &regs);
    assert_non_null(err);
    assert_true(strlen(error_message(err)) < 100);
    assert_non_null(strstr(error_message(err), "\".[31m. 0123"));
    assert_non_null(strstr(error_message(err), "...\""));
    for (const char *at = error_message(err); *at; at++)
        assert_true(*at >= ' ' && *at <= '~');
    error_free(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_hang_up_after_every_byte),
        CASE(test_every_byte_damaged),
        CASE(test_over_long_packet),
        CASE(test_register_replies),
        CASE(test_g_longer_than_described),
        CASE(test_monitor_nonsense),
        CASE(test_memory_replies),
        CASE(test_bad_digit_in_memory),
        CASE(test_lost_reply_is_never_guessed),
        CASE(test_damaged_reply_is_asked_for_again),
        CASE(test_damage_without_end),
        CASE(test_refused_request_is_sent_again),
        CASE(test_running),
        CASE(test_hang_up_while_running_is_an_end),
        CASE(test_breakpoint_refused),
        CASE(test_flood_while_nobody_waits),
        CASE(test_excerpts_are_printable_and_short),
    };

    return cmocka_run_group_tests_name("target_hostile", tests, NULL, NULL);
}
