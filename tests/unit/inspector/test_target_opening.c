/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stubs that misbehave while a session is opened: each gives an error value. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target_fixture.h"

/* What a stub answers while it is asked what it can do, and the error that opening gives. */
static const struct misbehaviour openings[] = {
    {{FAULT_SILENCE, "qSupported", NULL, 0, 0, 0}, ERROR_TIMEOUT, "no reply"},
    {{FAULT_REPLY, "qSupported", "", 0, 0, 0}, ERROR_PROTOCOL, "target.xml"},
    {{FAULT_REPLY, "qSupported", "E01", 0, 0, 0}, ERROR_PROTOCOL, "target.xml"},
    {{FAULT_REPLY, "qSupported", "qXfer:features:read+;PacketSize=", 0, 0, 0},
     ERROR_PROTOCOL,
     "PacketSize"},
    {{FAULT_REPLY, "qSupported", "qXfer:features:read+;PacketSize=0", 0, 0, 0},
     ERROR_PROTOCOL,
     "PacketSize"},
    {{FAULT_REPLY, "qSupported", "qXfer:features:read+;PacketSize=xyz", 0, 0, 0},
     ERROR_PROTOCOL,
     "PacketSize"},
    {{FAULT_REPLY, "qSupported", "qXfer:features:read+;PacketSize=123456789abcdef01", 0, 0, 0},
     ERROR_PROTOCOL,
     "PacketSize"},
    {{FAULT_REPLY, "vCont?", "", 0, 0, 0}, ERROR_PROTOCOL, "vCont?"},
    {{FAULT_REPLY, "vCont?", "vCont;C;S", 0, 0, 0}, ERROR_PROTOCOL, "vCont"},
    {{FAULT_REPLY, "vCont?", "vCont;c;stop", 0, 0, 0}, ERROR_PROTOCOL, "vCont"},
    {{FAULT_REPLY, "qXfer", "", 0, 0, 0}, ERROR_PROTOCOL, "not supported"},
    {{FAULT_REPLY, "qXfer", "E00", 0, 0, 0}, ERROR_PROTOCOL, "error 00"},
    {{FAULT_REPLY, "qXfer", "m", 0, 0, 0}, ERROR_PROTOCOL, "expected"},
    {{FAULT_REPLY, "qXfer", "x<target/>", 0, 0, 0}, ERROR_PROTOCOL, "expected"},
    {{FAULT_REPLY, "qXfer", "l", 0, 0, 0}, ERROR_PROTOCOL, "no registers"},
    {{FAULT_REPLY, "qXfer", "l<target>", 0, 0, 0}, ERROR_PROTOCOL, "no registers"},
    {{FAULT_REPLY, "qXfer", "l<reg name='a' bitsize='64'", 0, 0, 0}, ERROR_PROTOCOL, "XML"},
    {{FAULT_REPLY, "qXfer", "l<!-- ", 0, 0, 0}, ERROR_PROTOCOL, "XML"},
    {{FAULT_REPLY, "qXfer", "l<reg bitsize='64'/>", 0, 0, 0}, ERROR_PROTOCOL, "name"},
    {{FAULT_REPLY, "qXfer", "l<reg name='' bitsize='64'/>", 0, 0, 0}, ERROR_PROTOCOL, "name"},
    {{FAULT_REPLY, "qXfer", "l<reg name='a234567890123456789012345' bitsize='8'/>", 0, 0, 0},
     ERROR_PROTOCOL,
     "name"},
    {{FAULT_REPLY, "qXfer", "l<reg name='a'/>", 0, 0, 0}, ERROR_PROTOCOL, "bitsize"},
    {{FAULT_REPLY, "qXfer", "l<reg name='a' bitsize='0'/>", 0, 0, 0}, ERROR_PROTOCOL, "bitsize"},
    {{FAULT_REPLY, "qXfer", "l<reg name='a' bitsize='7'/>", 0, 0, 0}, ERROR_PROTOCOL, "bitsize"},
    {{FAULT_REPLY, "qXfer", "l<reg name='a' bitsize='99999999992'/>", 0, 0, 0},
     ERROR_PROTOCOL,
     "bitsize"},
    {{FAULT_REPLY, "qXfer", "l<reg name='a' bitsize='-8'/>", 0, 0, 0}, ERROR_PROTOCOL, "bitsize"},
    {{FAULT_REPLY, "qXfer", "l<reg name='a' bitsize='8' regnum='x'/>", 0, 0, 0},
     ERROR_PROTOCOL,
     "regnum"},
    {{FAULT_REPLY, "qXfer", "l<reg name='a' bitsize='8'/><reg name='b' bitsize='8' regnum='0'/>", 0,
      0, 0},
     ERROR_PROTOCOL,
     "number 0"},
    /* A file that includes itself without end, and names that are no names. */
    {{FAULT_REPLY, "qXfer", "l<xi:include href='target.xml'/>", 0, 0, 0}, ERROR_PROTOCOL, "levels"},
    {{FAULT_REPLY, "qXfer", "l<xi:include/>", 0, 0, 0}, ERROR_PROTOCOL, "href"},
    {{FAULT_REPLY, "qXfer", "l<xi:include href=''/>", 0, 0, 0}, ERROR_PROTOCOL, "href"},
    {{FAULT_REPLY, "qXfer", "l<xi:include href='a:b'/>", 0, 0, 0}, ERROR_PROTOCOL, "href"},
    {{FAULT_SILENCE, "qXfer", NULL, 0, 1, 0}, ERROR_TIMEOUT, "core.xml"},
    {{FAULT_SILENCE, "qqemu", NULL, 0, 0, 0}, ERROR_TIMEOUT, "no reply"},
    {{FAULT_RAW, "qSupported", "$PacketSi", 0, 0, 0}, ERROR_TIMEOUT, "only the start"},
    {{FAULT_RAW, "qSupported", "$a*", 0, 0, 0}, ERROR_TIMEOUT, "only the start"},
    {{FAULT_RAW, "qSupported", "PacketSize=1000", 0, 0, 0}, ERROR_TIMEOUT, "no reply"},
    {{FAULT_RAW, "qSupported", "$*!#4b", 0, 0, 0}, ERROR_PROTOCOL, "malformed"},
    {{FAULT_HANG_UP, "qSupported", "$Packet", 0, 0, 0}, ERROR_CLOSED, "within a packet"},
    {{FAULT_HANG_UP, "qXfer", NULL, 0, 1, 0}, ERROR_CLOSED, "hung up"},
};

static void test_opening(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
        restart(f);
        f->server->fault = openings[i].fault;
        bad(target_open_within(f->fd, f->loop, patience(openings[i].kind), &f->target),
            openings[i].kind, openings[i].part);
    }
}

static void test_endless_description(void **state)
{
    struct fixture *f = *state;

    f->server->fault = (struct fault){
        .kind = FAULT_REPLY, .request = "qXfer", .text = "m<a/><a/><a/><a/><a/><a/><a/><a/>"};
    /* Long pieces, so that the bound is reached soon. */
    char *piece = malloc(0x10000);
    memset(piece, ' ', 0xffff);
    piece[0] = 'm';
    piece[0x8000] = '\0';
    f->server->fault.text = piece;
    bad(target_open_within(f->fd, f->loop, 1000, &f->target), ERROR_PROTOCOL, "longer");
    free(piece);
}

static void test_too_many_registers(void **state)
{
    struct fixture *f = *state;
    size_t room = 0x10000;
    char *annex = malloc(room);
    size_t length = 0;

    for (int i = 0; i < 600; i++)
        length += (size_t)snprintf(annex + length, room - length, "<reg name='r%d' bitsize='64'/>",
                                   i);
    f->server->annex = annex;
    bad(target_open(f->fd, f->loop, &f->target), ERROR_PROTOCOL, "more than 512");
    free(annex);
}

static void test_huge_packet_size_is_capped(void **state)
{
    struct fixture *f = *state;
    uint8_t bytes[SERVER_MEMORY];

    f->server->supported = "PacketSize=ffffffffffffffff;qXfer:features:read+";
    open_target(f);
    good(target_read_phys(f->target, phys(0), bytes, sizeof(bytes)));
    assert_memory_equal(bytes, f->server->memory, sizeof(bytes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_opening),
        CASE(test_endless_description),
        CASE(test_too_many_registers),
        CASE(test_huge_packet_size_is_capped),
    };

    return cmocka_run_group_tests_name("target_opening", tests, NULL, NULL);
}
