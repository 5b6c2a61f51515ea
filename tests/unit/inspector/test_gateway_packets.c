/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each kind of request, good, malformed and at its bounds, and the very reply to it. The guest is the
 * teaching kernel in reset, where cs has the base 0xffff0000 and rip is 0xfff0.
 */
#include "outcome.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal_gateway.h"

struct world {
    struct guest_options guest;
    struct gateway gateway;
    int peer;
    char body[CLIENT_PACKET_MAX + 1];
};

static int open_world(void **state)
{
    static struct world world;
    const char *build = getenv("BUILD");
    char image[4096];
    int pair[2];

    snprintf(image, sizeof(image), "%s/teaching.bzImage", build ? build : "build");
    guest_options_init(&world.guest);
    struct debugger_options options = {
        .session = {.guest = &world.guest, .image = image, .debug = true, .count = true},
        .travel = true};
    struct gateway *gateway = &world.gateway;
    good(debugger_open(&options, &gateway->debugger));
    gateway->session = debugger_session(gateway->debugger);
    gateway->exec_fd = -1;
    gateway->arrival = *debugger_arrival(gateway->debugger);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    world.peer = pair[1];
    good(client_open(&gateway->client, gateway->session->loop, pair[0], pair[0], NULL, gateway));
    /* Errors are said on stderr, a line each: not here. */
    assert_non_null(freopen("/dev/null", "w", stderr));
    *state = &world;
    return 0;
}

static int close_world(void **state)
{
    struct world *world = *state;

    client_close(&world->gateway.client);
    libraries_end(&world->gateway.names);
    free(world->gateway.library_text);
    free(world->gateway.document);
    debugger_close(world->gateway.debugger);
    return close(world->peer);
}

/* The last packet that the request was answered with, as text; NULL when there was none. */
static const char *ask(struct world *world, const char *request, size_t length)
{
    static char bytes[8 * CLIENT_PACKET_MAX];
    struct rsp_decoder decoder;
    const char *last = NULL;
    enum rsp_event event = RSP_PACKET;

    gateway_packet(&world->gateway, request, length);
    ssize_t got = recv(world->peer, bytes, sizeof(bytes), MSG_DONTWAIT);
    rsp_decoder_init(&decoder, world->body, sizeof(world->body));
    for (size_t at = 0; got > 0 && at < (size_t)got;) {
        at += rsp_decode(&decoder, bytes + at, (size_t)got - at, &event);
        if (event == RSP_PACKET)
            last = world->body;
    }
    return last;
}

struct exchange {
    const char *request, *reply;
};

static void check(struct world *world, const struct exchange *exchanges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *reply = ask(world, exchanges[i].request, strlen(exchanges[i].request));

        if (!reply || strcmp(reply, exchanges[i].reply) != 0)
            fail_msg("%s: \"%s\", expected \"%s\"", exchanges[i].request, reply ? reply : "(none)",
                     exchanges[i].reply);
    }
}
#define CHECK(...)                                                                                 \
    do {                                                                                           \
        static const struct exchange list[] = {__VA_ARGS__};                                       \
        check(*state, list, sizeof(list) / sizeof(list[0]));                                       \
    } while (0)

static void test_what_each_side_can_do(void **state)
{
    CHECK({"qSupported:swbreak+;hwbreak-",
           "PacketSize=4000;qXfer:features:read+;qXfer:libraries:read+;qXfer:exec-file:read+;"
           "QStartNoAckMode+;vContSupported+;swbreak+;hwbreak+;ReverseStep+;ReverseContinue+"},
          {"vCont?", "vCont;c;C;s;S"}, {"qC", "QC1"}, {"qfThreadInfo", "m1"}, {"qsThreadInfo", "l"},
          {"qAttached", "1"}, {"qAttached:1", "1"}, {"qSymbol::", "OK"},
          {"jThreadsInfo", "[{\"tid\":1}]"}, {"Hg0", "OK"}, {"T1", "OK"}, {"?", "T05thread:1;"},
          {"qHostInfo", "triple:7838365f36342d756e6b6e6f776e2d6e6f6e65;endian:little;ptrsize:8;"});
    assert_true(((struct world *)*state)->gateway.swbreak);
    assert_false(((struct world *)*state)->gateway.hwbreak);
}

static void test_what_is_not_known(void **state)
{
    CHECK({"qOffsets", ""}, {"qCx", ""}, {"qThreadExtraInfo,1", ""}, {"vRun;61", ""},
          {"vFile:open:61,0,0", ""}, {"A3,0,61", ""}, {"b", ""}, {"bx", ""}, {"!", ""}, {"r", ""});
    assert_string_equal(ask(*state, "qC\0", 3), ""); /* no query has a NUL */
}

static void test_registers_one_by_one(void **state)
{
    CHECK({"p10", "f0ffffff00000000"}, {"p2", "0000000000000000"}, {"P2=8877665544332211", "OK"},
          {"p", "E01"}, {"px", "E01"}, {"p10x", "E01"}, {"pffff", "E01"},
          {"p10000000000000010", "E01"}, {"P2=00", "E01"}, {"P2=00112233445566778", "E01"},
          {"P2=001122334455667", "E01"}, {"P2=00112233445566zz", "E01"}, {"P2", "E01"},
          {"Pffff=0000000000000000", "E01"}, {"P2=0000000000000000", "OK"},
          {"p2", "0000000000000000"});
}

static void test_rip_is_linear_where_cs_has_a_base(void **state)
{
    const struct stop *stop;
    struct world *world = *state;

    CHECK({"P10=0000ffff00000000", "OK"}, {"p10", "0000ffff00000000"});
    good(debugger_stop(world->gateway.debugger, &stop));
    assert_true(stop->regs.rip == 0);
    CHECK({"P10=ffffffff00000000", "OK"}, {"p10", "ffffffff00000000"});
    good(debugger_stop(world->gateway.debugger, &stop));
    assert_true(stop->regs.rip == 0xffff);
    /* Outside the segment, on both sides: refused, and nothing changes. */
    CHECK({"P10=fffffeff00000000", "E01"}, {"P10=0000000001000000", "E01"},
          {"P10=0002010000000000", "E01"}, {"p10", "ffffffff00000000"},
          {"P10=f0ffffff00000000", "OK"}, {"p10", "f0ffffff00000000"});
}

static void test_all_registers(void **state)
{
    struct world *world = *state;
    char digits[CLIENT_PACKET_MAX] = "G";

    snprintf(digits + 1, sizeof(digits) - 1, "%s", ask(world, "g", 1));
    assert_int_equal(strlen(digits) - 1, 1216);
    assert_memory_equal(digits + 1 + 256, "f0ffffff00000000", 16);
    assert_string_equal(ask(world, digits, strlen(digits)), "OK");
    memcpy(digits + 1 + 16, "7700000000000000", 16); /* rbx */
    assert_string_equal(ask(world, digits, strlen(digits)), "OK");
    assert_string_equal(ask(world, "g", 1), digits + 1);
    CHECK({"G", "E01"}, {"G00", "E01"}, {"p1", "7700000000000000"});
    digits[1] = 'x';
    assert_string_equal(ask(world, digits, strlen(digits)), "E01");
    assert_string_equal(ask(world, digits, strlen(digits) - 1), "E01");
}

static void test_memory(void **state)
{
    CHECK({"M7000,4:deadbeef", "OK"}, {"m7000,4", "deadbeef"}, {"m7001,2", "adbe"}, {"m7002,0", ""},
          {"x7000,0", "OK"}, {"M7000,0:", "OK"}, {"X7000,3:abc", "OK"}, {"m7000,4", "616263ef"},
          {"x7000,3", "abc"}, {"m", "E01"}, {"m7000", "E01"}, {"m7000,", "E01"}, {"m,4", "E01"},
          {"m7000,4x", "E01"}, {"m7000;4", "E01"}, {"m10000000000007000,4", "E01"},
          {"M7000,4", "E01"}, {"M7000,4:dead", "E01"}, {"M7000,1:d", "E01"}, {"M7000,1:dg", "E01"},
          {"M7000,ffffffffffffffff:00", "E01"}, {"X7000,4:abc", "E01"}, {"m7000,4", "616263ef"});
    assert_int_equal(strlen(ask(*state, "m7000,ffffffffffffffff", 22)), CLIENT_PACKET_MAX);
}

static void test_breakpoints(void **state)
{
    struct world *world = *state;
    char request[64];

    CHECK({"Z0,100000,1", "OK"}, {"Z0,100000,1", "OK"}, {"Z1,100000,1;X1,22", "OK"},
          {"Z2,7000,8", "OK"}, {"Z4,7000,1000", "OK"}, {"z3,7000,8", "OK"});
    assert_int_equal(world->gateway.point_count, 4);
    CHECK({"Z5,0,1", "E01"}, {"Z0", "E01"}, {"Z0,", "E01"}, {"Z0,x,1", "E01"}, {"Z0,1", "E01"},
          {"Z0,1,x", "E01"}, {"Z0,1,1x", "E01"}, {"Z2,7000,0", "E01"}, {"Z2,7000,1001", "E01"},
          {"z0,100000,1", "OK"}, {"z0,100000,1", "OK"}, {"z1,100000,1", "OK"}, {"z2,7000,8", "OK"},
          {"z4,7000,1000", "OK"});
    assert_int_equal(world->gateway.point_count, 0);
    for (unsigned int i = 0; i <= BREAKPOINTS_MAX; i++) {
        int length = snprintf(request, sizeof(request), "Z0,%x,1", 0x200000 + i);

        assert_string_equal(ask(world, request, (size_t)length),
                            i < BREAKPOINTS_MAX ? "OK" : "E01");
    }
    CHECK({"D", "OK"}); /* takes them all out */
    assert_int_equal(world->gateway.point_count, 0);
}

static void test_target_xml_has_one_line_more(void **state)
{
    struct world *world = *state;
    char *ours, *theirs;
    size_t length;

    good(target_forward(world->gateway.session->target, "qXfer:features:read:target.xml:0,7fb",
                        &theirs, &length));
    ours = strdup(ask(world, "qXfer:features:read:target.xml:0,fff", 36));
    char *at = strstr(ours, "<osabi>none</osabi>");
    assert_non_null(at);
    assert_memory_equal(at - strlen("</architecture>"), "</architecture>", 15);
    memmove(at, at + 19, strlen(at + 19) + 1);
    assert_string_equal(ours, theirs);
    free(ours);
    free(theirs);
    CHECK({"qXfer:features:read:target.xml:0,4", "m<?xm"},
          {"qXfer:features:read:target.xml:fffff,4", "l"},
          {"qXfer:features:read:target.xml:0", "E00"}, {"qXfer:features:read:target.xml", "E00"},
          {"qXfer:features:read:../x:0,4", "E00"}, {"qXfer:features:read::0,4", "E00"},
          {"qXfer:features:read:none.xml:0,4", "E00"}, {"qXfer:features:write:target.xml:0:x", ""},
          {"qXfer:auxv:read::0,4", ""}, {"qXfer:libraries:read:", "E00"},
          {"qXfer:exec-file:read:1:0,4", "E00"});
}

static void test_motions(void **state)
{
    CHECK({"c100", "E01"}, {"s100", "E01"}, {"C05;100", "E01"}, {"vCont;t", "E01"},
          {"vCont;", "E01"}, {"bs", "T05thread:1;replaylog:begin;"},
          {"bc", "T05thread:1;replaylog:begin;"}, {"qXfer:libraries:read::0,1", "m<"},
          {"s", "T05thread:1;"}, {"vCont;s:1", "T05thread:1;"}, {"S05", "T05thread:1;"},
          {"bs", "T05thread:1;"}, {"Z0,10200,1", "OK"}, {"c", "T05thread:1;swbreak:;"},
          {"p10", "0002010000000000"}, {"z0,10200,1", "OK"}, {"qRcmd,6e6f6e73656e7365", "OK"},
          {"qRcmd,6", "E01"}, {"qRcmd,zz", "E01"}, {"qRcmd,00", "E01"});
    assert_null(ask(*state, "R00", 3)); /* has no reply */
    CHECK({"?", "T05thread:1;"}, {"p10", "f0ffffff00000000"});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_each_side_can_do),
        cmocka_unit_test(test_what_is_not_known),
        cmocka_unit_test(test_registers_one_by_one),
        cmocka_unit_test(test_rip_is_linear_where_cs_has_a_base),
        cmocka_unit_test(test_all_registers),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_breakpoints),
        cmocka_unit_test(test_target_xml_has_one_line_more),
        cmocka_unit_test(test_motions),
    };

    return cmocka_run_group_tests_name("gateway_packets", tests, open_world, close_world);
}
