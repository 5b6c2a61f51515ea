/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rsp.h"

#include <string.h>

#define ESCAPE      '}'
#define ESCAPE_BIT  0x20
#define REPEAT      '*'
#define REPEAT_BIAS 29  /* "X*N": N - 29 more of X ... */
#define REPEAT_MIN  ' ' /* ... and N is printable */
#define REPEAT_MAX  '~'

void rsp_decoder_init(struct rsp_decoder *decoder, char *buffer, size_t capacity)
{
    *decoder = (struct rsp_decoder){.body = buffer, .capacity = capacity};
}

static void begin(struct rsp_decoder *decoder, bool notification)
{
    decoder->state = RSP_BODY;
    decoder->notification = notification;
    decoder->overlong = decoder->malformed = false;
    decoder->length = 0;
    decoder->sum = 0;
}

static size_t room(const struct rsp_decoder *decoder)
{
    return decoder->capacity - 1 - decoder->length;
}

static void append(struct rsp_decoder *decoder, const void *bytes, size_t length)
{
    if (length > room(decoder)) {
        decoder->overlong = true;
        length = room(decoder);
    }
    memcpy(decoder->body + decoder->length, bytes, length);
    decoder->length += length;
}

static void repeat(struct rsp_decoder *decoder, char count)
{
    if (decoder->length == 0 || count < REPEAT_MIN || count > REPEAT_MAX) {
        decoder->malformed = true;
        return;
    }
    char last = decoder->body[decoder->length - 1];
    for (int i = count - REPEAT_BIAS; i > 0; i--)
        append(decoder, &last, 1);
}

/* How many bytes at the front mean just themselves. */
static size_t plain_span(const char *bytes, size_t length)
{
    static const char special[] = {'#', '$', ESCAPE, REPEAT};

    for (size_t i = 0; i < sizeof(special); i++) {
        const char *found = memchr(bytes, special[i], length);

        if (found)
            length = (size_t)(found - bytes);
    }
    return length;
}

/*
 * The sum modulo 256. Every byte of a memory reply passes here, so eight of them are added at a
 * time, each in its own lane: without the top bits no carry leaves a lane, and those are XORed in.
 */
static uint8_t sum_bytes(const char *bytes, size_t length)
{
    const uint64_t top = 0x8080808080808080;
    uint64_t lanes = 0;
    unsigned int sum = 0;
    size_t i = 0;

    for (; length - i >= sizeof(lanes); i += sizeof(lanes)) {
        uint64_t word;

        memcpy(&word, bytes + i, sizeof(word));
        lanes = ((lanes & ~top) + (word & ~top)) ^ ((lanes ^ word) & top);
    }
    for (; i < length; i++)
        sum += (uint8_t)bytes[i];
    for (; lanes; lanes >>= 8)
        sum += lanes & UINT8_MAX;
    return (uint8_t)sum;
}

static void take_plain(struct rsp_decoder *decoder, const char *bytes, size_t length)
{
    decoder->sum += sum_bytes(bytes, length);
    append(decoder, bytes, length);
}

/* A byte of a body that has a meaning of its own. */
static void take_special(struct rsp_decoder *decoder, char byte)
{
    if (byte == '$') { /* the packet before was cut off: this starts one */
        begin(decoder, false);
        return;
    }
    if (byte == '#') {
        decoder->state = RSP_SUM_HIGH;
        return;
    }
    decoder->sum += (uint8_t)byte;
    decoder->state = byte == ESCAPE ? RSP_ESCAPE : RSP_REPEAT;
}

/* The byte after "}" or "*": it cannot be "#" or "$", which would be escaped. */
static void take_second(struct rsp_decoder *decoder, char byte)
{
    bool escape = decoder->state == RSP_ESCAPE;

    decoder->state = RSP_BODY;
    if (byte == '#' || byte == '$') {
        decoder->malformed = true;
        take_special(decoder, byte);
        return;
    }
    decoder->sum += (uint8_t)byte;
    if (escape) {
        char plain = (char)(byte ^ ESCAPE_BIT);
        append(decoder, &plain, 1);
    } else {
        repeat(decoder, byte);
    }
}

static enum rsp_event finish(struct rsp_decoder *decoder, int sum_low)
{
    bool right = decoder->sum_high >= 0 && sum_low >= 0 &&
                 (decoder->sum_high << 4 | sum_low) == decoder->sum;

    decoder->state = RSP_IDLE;
    decoder->body[decoder->length] = '\0';
    if (decoder->notification)
        return RSP_MORE;
    if (!right)
        return RSP_BAD_CHECKSUM;
    if (decoder->overlong)
        return RSP_TOO_LONG;
    return decoder->malformed ? RSP_MALFORMED : RSP_PACKET;
}

static enum rsp_event take_idle(struct rsp_decoder *decoder, char byte)
{
    switch (byte) {
    case '$':
    case '%':
        begin(decoder, byte == '%');
        return RSP_MORE;
    case '+':
        return RSP_ACK;
    case '-':
        return RSP_NAK;
    default:
        return RSP_MORE;
    }
}

static enum rsp_event take(struct rsp_decoder *decoder, char byte)
{
    switch (decoder->state) {
    case RSP_IDLE:
        return take_idle(decoder, byte);
    case RSP_BODY:
        take_special(decoder, byte);
        return RSP_MORE;
    case RSP_ESCAPE:
    case RSP_REPEAT:
        take_second(decoder, byte);
        return RSP_MORE;
    case RSP_SUM_HIGH:
        decoder->sum_high = rsp_hex_digit(byte);
        decoder->state = RSP_SUM_LOW;
        return RSP_MORE;
    case RSP_SUM_LOW:
        return finish(decoder, rsp_hex_digit(byte));
    }
    return RSP_MORE;
}

size_t rsp_decode(struct rsp_decoder *decoder, const void *bytes, size_t length,
                  enum rsp_event *ret_event)
{
    const char *in = bytes;
    size_t taken = 0;

    *ret_event = RSP_MORE;
    while (taken < length && *ret_event == RSP_MORE) {
        if (decoder->state == RSP_BODY) {
            size_t plain = plain_span(in + taken, length - taken);

            take_plain(decoder, in + taken, plain);
            taken += plain;
            if (taken == length)
                break;
        }
        *ret_event = take(decoder, in[taken++]);
    }
    return taken;
}

bool rsp_in_packet(const struct rsp_decoder *decoder)
{
    return decoder->state != RSP_IDLE;
}

size_t rsp_encoded_max(size_t length)
{
    return 2 * length + strlen("$#cc");
}

size_t rsp_encode(const void *body, size_t length, char *out)
{
    const char *in = body;
    char *at = out;
    uint8_t sum = 0;

    *at++ = '$';
    for (size_t i = 0; i < length; i++) {
        char byte = in[i];

        if (byte == '$' || byte == '#' || byte == ESCAPE || byte == REPEAT) {
            *at++ = ESCAPE;
            sum += ESCAPE;
            byte ^= ESCAPE_BIT;
        }
        *at++ = byte;
        sum += (uint8_t)byte;
    }
    *at++ = '#';
    at += rsp_to_hex(&sum, 1, at);
    return (size_t)(at - out);
}
