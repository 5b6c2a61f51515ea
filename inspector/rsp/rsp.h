/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packets of the GDB remote protocol: bytes in, bytes out, no sockets.
 *
 *      $BODY#CC   a packet; CC is the sum of BODY's bytes modulo 256, in hex
 *      %BODY#CC   a notification: skipped
 *      + -        the other side got a packet whole, or not
 *
 * In a body "}" escapes the next byte (which is XORed with 0x20), and "X*N" repeats X another
 * N - 29 times. Both are undone by the decoder; the encoder escapes and never repeats.
 */
#ifndef BOOTSCOPE_RSP_RSP_H
#define BOOTSCOPE_RSP_RSP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sent by itself, outside any packet: stop the running guest. */
#define RSP_INTERRUPT 0x03

enum rsp_event {
    RSP_MORE,         /* every byte was taken and nothing is complete */
    RSP_PACKET,       /* decoder->body holds decoder->length bytes, decoded, and a NUL */
    RSP_ACK,          /* "+" */
    RSP_NAK,          /* "-" */
    RSP_BAD_CHECKSUM, /* a packet whose sum is wrong, or is no hex number */
    RSP_MALFORMED,    /* the sum is right, but an escape or a repetition is not */
    RSP_TOO_LONG,     /* a packet that does not fit the buffer */
};

enum rsp_state { RSP_IDLE, RSP_BODY, RSP_ESCAPE, RSP_REPEAT, RSP_SUM_HIGH, RSP_SUM_LOW };

/* Plain data: there is nothing to free. Only body and length are for the user. */
struct rsp_decoder {
    char *body;
    size_t length;
    size_t capacity;
    enum rsp_state state;
    bool notification, overlong, malformed;
    uint8_t sum;
    int sum_high; /* first digit of the packet's sum, -1 when it was no digit */
};

/* Decodes into buffer (the caller's), which holds bodies of up to capacity - 1 bytes. */
void rsp_decoder_init(struct rsp_decoder *decoder, char *buffer, size_t capacity);

/*
 * Takes bytes of the stream, cut anywhere, up to the end of the next thing that is complete, and
 * returns how many it took. What lies between packets and is neither "+" nor "-" is skipped. After
 * RSP_PACKET the body is valid until the next call. The three bad kinds of packet leave
 * the decoder ready for the next one; their body is what was decoded, for a message.
 */
size_t rsp_decode(struct rsp_decoder *decoder, const void *bytes, size_t length,
                  enum rsp_event *ret_event);

/* True while a packet has begun and is not complete. */
bool rsp_in_packet(const struct rsp_decoder *decoder);

/* The most bytes that a body of this length can become. */
size_t rsp_encoded_max(size_t length);

/* Frames and escapes a body into out, which has room for rsp_encoded_max(length); returns the size.
 */
size_t rsp_encode(const void *body, size_t length, char *out);

/* Writes two lower-case digits per byte, with no NUL; returns the number of digits. */
size_t rsp_to_hex(const void *bytes, size_t length, char *out);

/* Decodes exactly 2 * length digits; false when one of them is none (out is then unspecified). */
bool rsp_from_hex(const char *digits, void *out, size_t length);

/* The value of a hex digit, or -1. */
int rsp_hex_digit(char digit);

/*
 * Reads the hex number at text, at most end; returns where it ends, or NULL when there is no
 * digit or more than 64 bits.
 */
const char *rsp_hex_number(const char *text, const char *end, uint64_t *ret);

#endif
