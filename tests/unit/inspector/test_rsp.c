/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rsp.h"

#define BUFFER 64

/* A stream, and what must come out of it: "P<body>", "+", "-", "!sum", "!form", "!long". */
static const struct {
    const char *stream;
    const char *events;
} streams[] = {
    {"$OK#9a", "P<OK>"},
    {"+$#00", "+P<>"},
    {"++-$T05thread:01;#07", "++-P<T05thread:01;>"},
    {"$OK#9b", "!sum"},
    {"$OK#zz", "!sum"},
    {"$OK#9$OK#9a", "!sum"}, /* "$" came where a digit belongs; what follows is noise */
    {"$OK#9A", "P<OK>"},
    {"garbage\x03\xff$OK#9a", "P<OK>"},
    {"$lost$OK#9a", "P<OK>"},        /* a packet cut off by the next */
    {"%Stop:T05#12$OK#9a", "P<OK>"}, /* a notification, whatever its sum */
    {"%Stop:T0$OK#9a", "P<OK>"},
    {"$}\x03}\x04}]}\x0a#62", "P<#$}*>"}, /* 23 24 7d 2a escaped */
    {"$0* #7a", "P<0000>"},               /* three more */
    {"$0*\x22"
     "1#ad",
     "P<0000001>"}, /* five more and another byte */
    {"$ab*!#0e", "P<abbbbb>"},
    {"$*!#4b", "!form"},     /* nothing to repeat */
    {"$0*\x1f#79", "!form"}, /* below a space */
    {"$0*\x7f#d9", "!form"},
    {"$ab}#40", "!form"}, /* nothing to escape */
    {"$ab*#ed", "!form"},
    {"$ab}$OK#9a", "P<OK>"},
};

static void describe(const struct rsp_decoder *decoder, enum rsp_event event, char *out)
{
    switch (event) {
    case RSP_MORE:
        break;
    case RSP_PACKET:
        assert_int_equal(decoder->body[decoder->length], '\0');
        sprintf(out, "P<%.*s>", (int)decoder->length, decoder->body);
        break;
    case RSP_ACK:
        strcpy(out, "+");
        break;
    case RSP_NAK:
        strcpy(out, "-");
        break;
    case RSP_BAD_CHECKSUM:
        strcpy(out, "!sum");
        break;
    case RSP_MALFORMED:
        strcpy(out, "!form");
        break;
    case RSP_TOO_LONG:
        strcpy(out, "!long");
        break;
    }
}

/* Feeds a piece, from memory of exactly its size so that ASan sees a read past it. */
static void feed(struct rsp_decoder *decoder, const char *bytes, size_t length, char *events)
{
    char *piece = malloc(length ? length : 1);
    size_t taken = 0;

    memcpy(piece, bytes, length);
    while (taken < length) {
        enum rsp_event event;
        size_t now = rsp_decode(decoder, piece + taken, length - taken, &event);

        assert_true(now > 0 && now <= length - taken);
        taken += now;
        assert_true(event != RSP_MORE || taken == length);
        describe(decoder, event, events + strlen(events));
    }
    free(piece);
}

static void test_streams_cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
        size_t length = strlen(streams[i].stream);

        for (size_t cut = 0; cut <= length; cut++) {
            char buffer[BUFFER], events[256] = "";
            struct rsp_decoder decoder;

            rsp_decoder_init(&decoder, buffer, sizeof(buffer));
            feed(&decoder, streams[i].stream, cut, events);
            feed(&decoder, streams[i].stream + cut, length - cut, events);
            assert_string_equal(events, streams[i].events);
        }
    }
}

static void test_streams_byte_by_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
        char buffer[BUFFER], events[256] = "";
        struct rsp_decoder decoder;

        rsp_decoder_init(&decoder, buffer, sizeof(buffer));
        for (const char *at = streams[i].stream; *at; at++)
            feed(&decoder, at, 1, events);
        assert_string_equal(events, streams[i].events);
    }
}

static size_t packet(const char *body, char *out)
{
    return rsp_encode(body, strlen(body), out);
}

static void test_buffer_is_a_bound(void **state)
{
    char body[BUFFER + 1], stream[2 * BUFFER + 16], buffer[BUFFER], events[256];
    struct rsp_decoder decoder;

    (void)state;
    rsp_decoder_init(&decoder, buffer, sizeof(buffer));
    for (size_t length = BUFFER - 2; length <= BUFFER; length++) {
        memset(body, 'x', length);
        body[length] = '\0';
        events[0] = '\0';
        size_t size = packet(body, stream);
        feed(&decoder, stream, size, events);
        assert_int_equal(strncmp(events, length < BUFFER ? "P<x" : "!long", 3), 0);
        events[0] = '\0';
        feed(&decoder, "$OK#9a", 6, events); /* ready for the next */
        assert_string_equal(events, "P<OK>");
    }
}

static void test_repetition_is_bounded_too(void **state)
{
    char buffer[BUFFER], events[64] = "";
    struct rsp_decoder decoder;

    (void)state;
    rsp_decoder_init(&decoder, buffer, sizeof(buffer));
    feed(&decoder, "$0*~#d8", 7, events); /* 98 bytes into 63 */
    assert_string_equal(events, "!long");
}

static void test_every_byte_survives(void **state)
{
    char in[256], out[2 * sizeof(in) + 8], buffer[sizeof(in) + 1];
    struct rsp_decoder decoder;
    enum rsp_event event;

    (void)state;
    for (size_t i = 0; i < sizeof(in); i++)
        in[i] = (char)i;
    size_t length = rsp_encode(in, sizeof(in), out);
    assert_true(length <= rsp_encoded_max(sizeof(in)));
    rsp_decoder_init(&decoder, buffer, sizeof(buffer));
    assert_int_equal(rsp_decode(&decoder, out, length, &event), length);
    assert_int_equal(event, RSP_PACKET);
    assert_int_equal(decoder.length, sizeof(in));
    assert_memory_equal(decoder.body, in, sizeof(in));
}

static void test_worst_case_fits_the_promise(void **state)
{
    char in[64], out[2 * sizeof(in) + 4];

    (void)state;
    memset(in, '#', sizeof(in));
    assert_int_equal(rsp_encode(in, sizeof(in), out), rsp_encoded_max(sizeof(in)));
}

/* The decoder's sum against one made byte by byte, at every length around a word's. */
static void test_sums(void **state)
{
    char body[40] = "", stream[64], buffer[64];
    struct rsp_decoder decoder;
    enum rsp_event event;

    (void)state;
    for (size_t length = 0; length < sizeof(body); length++) {
        unsigned int sum = 0;

        for (size_t i = 0; i < length; i++) {
            body[i] = (char)(0x80 + (i * 37) % 0x7f);
            sum += (uint8_t)body[i];
        }
        int size = sprintf(stream, "$%.*s#%02x", (int)length, body, sum & 0xff);
        rsp_decoder_init(&decoder, buffer, sizeof(buffer));
        assert_int_equal(rsp_decode(&decoder, stream, (size_t)size, &event), size);
        assert_int_equal(event, RSP_PACKET);
    }
}

static void test_known_frames(void **state)
{
    char out[64];

    (void)state;
    out[packet("", out)] = '\0';
    assert_string_equal(out, "$#00");
    out[packet("m100000,800", out)] = '\0';
    assert_string_equal(out, "$m100000,800#52");
}

static void test_in_packet(void **state)
{
    char buffer[BUFFER], events[64] = "";
    struct rsp_decoder decoder;

    (void)state;
    rsp_decoder_init(&decoder, buffer, sizeof(buffer));
    assert_false(rsp_in_packet(&decoder));
    feed(&decoder, "+", 1, events);
    assert_false(rsp_in_packet(&decoder));
    feed(&decoder, "$OK#9", 5, events);
    assert_true(rsp_in_packet(&decoder));
    feed(&decoder, "a", 1, events);
    assert_false(rsp_in_packet(&decoder));
}

static void test_hex_both_ways(void **state)
{
    uint8_t bytes[256], back[256];
    char digits[512];

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)i;
    assert_int_equal(rsp_to_hex(bytes, sizeof(bytes), digits), sizeof(digits));
    assert_memory_equal(digits + 2 * 0xab, "ab", 2);
    assert_true(rsp_from_hex(digits, back, sizeof(back)));
    assert_memory_equal(bytes, back, sizeof(bytes));
    assert_true(rsp_from_hex("AbCd", back, 2));
    assert_int_equal(back[0], 0xab);
    assert_int_equal(back[1], 0xcd);
}

/* Every byte at every place of lengths that are decoded together, and of what is left over. */
static void test_every_bad_digit_is_found(void **state)
{
    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        char digits[14];
        uint8_t out[7];
        bool digit = byte && strchr("0123456789abcdefABCDEF", byte);
        int value = digit ? (int)strtol((char[]){(char)byte, '\0'}, NULL, 16) : 0;

        memset(digits, 'f', sizeof(digits));
        for (size_t at = 0; at < sizeof(digits); at++) {
            digits[at] = (char)byte;
            assert_true(rsp_from_hex(digits, out, sizeof(out)) == digit);
            if (digit)
                assert_int_equal(out[at / 2], at % 2 ? 0xf0 | value : value << 4 | 0xf);
            digits[at] = 'f';
        }
    }
}

static void test_numbers(void **state)
{
    static const struct {
        const char *text;
        long length; /* -1: none */
        uint64_t value;
    } cases[] = {{"0", 1, 0},
                 {"1000;x", 4, 0x1000},
                 {"ffffffffffffffff", 16, UINT64_MAX},
                 {"0000000000000000000001", 22, 1},
                 {"10000000000000000", -1, 0},
                 {"", -1, 0},
                 {"x", -1, 0},
                 {"-1", -1, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *text = cases[i].text;
        uint64_t value = 0;
        const char *end = rsp_hex_number(text, text + strlen(text), &value);

        if (cases[i].length < 0) {
            assert_null(end);
            continue;
        }
        assert_ptr_equal(end, text + cases[i].length);
        assert_true(value == cases[i].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_streams_cut_anywhere),
        cmocka_unit_test(test_streams_byte_by_byte),
        cmocka_unit_test(test_buffer_is_a_bound),
        cmocka_unit_test(test_repetition_is_bounded_too),
        cmocka_unit_test(test_every_byte_survives),
        cmocka_unit_test(test_worst_case_fits_the_promise),
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_known_frames),
        cmocka_unit_test(test_in_packet),
        cmocka_unit_test(test_hex_both_ways),
        cmocka_unit_test(test_every_bad_digit_is_found),
        cmocka_unit_test(test_numbers),
    };

    return cmocka_run_group_tests_name("rsp", tests, NULL, NULL);
}
