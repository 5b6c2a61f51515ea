/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hexdump: bytes and characters. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

#define LENGTH_USUAL 128
#define ROW          16

static void print_row(const struct text *text, uint64_t address, const uint8_t *bytes,
                      size_t length)
{
    char characters[ROW + 1] = "";

    text_print(text, TEXT_DIM, "%08" PRIx64, address);
    for (size_t i = 0; i < ROW; i++) {
        if (i % (ROW / 2) == 0)
            text_print(text, TEXT_PLAIN, " ");
        if (i < length) {
            text_print(text, bytes[i] ? TEXT_PLAIN : TEXT_DIM, " %02x", bytes[i]);
            characters[i] = bytes[i] >= ' ' && bytes[i] <= '~' ? (char)bytes[i] : '.';
        } else {
            text_print(text, TEXT_PLAIN, "   ");
        }
    }
    text_print(text, TEXT_PLAIN, "  |%s|\n", characters);
}

/* A row like the one before is not repeated: the first of a run of them is a *. */
static void print_dump(const struct text *text, uint64_t address, const uint8_t *bytes,
                       size_t length)
{
    bool starred = false;

    for (size_t at = 0; at < length; at += ROW) {
        size_t rest = length - at;

        if (at && rest >= ROW && memcmp(bytes + at, bytes + at - ROW, ROW) == 0) {
            if (!starred)
                text_print(text, TEXT_DIM, "*\n");
            starred = true;
            continue;
        }
        print_row(text, address + at, bytes + at, rest < ROW ? rest : ROW);
        starred = false;
    }
    text_print(text, TEXT_DIM, "%08" PRIx64 "\n", address + length);
}

static json_t *dump_json(uint64_t address, const uint8_t *bytes, size_t length, bool cut)
{
    char *digits = malloc(2 * length + 1), *out = digits;
    json_t *json;

    if (!digits)
        abort();
    *out = '\0';
    for (size_t i = 0; i < length; i++)
        out += sprintf(out, "%02x", bytes[i]);
    json = json_pack("{s:o, s:I, s:s, s:o}", "address", json_hex(address), "length",
                     (json_int_t)length, "bytes", digits, "unreadable",
                     cut ? json_hex(address + length) : json_null());
    free(digits);
    return json;
}

static struct error *dump(struct environment *environment, const struct stop *stop,
                          uint64_t address, size_t wanted)
{
    uint8_t *bytes = malloc(wanted);
    size_t length = 0;
    struct error *err;

    if (!bytes)
        return error_new(ERROR_SYSTEM, "hexdump: no room for %zu bytes", wanted);
    err = memory_read(stop, (struct memory_area){false, address}, bytes, wanted, &length);
    if (!err && environment->json)
        command_print_json(environment, dump_json(address, bytes, length, length < wanted));
    else if (!err && length)
        print_dump(environment->text, address, bytes, length);
    if (!err && !environment->json && length < wanted)
        err = memory_missing((struct memory_area){false, address + length});
    environment->cursor.dumped = known(address + length);
    free(bytes);
    return err;
}

struct error *run_hexdump(struct environment *environment, const struct command_line *line)
{
    uint64_t address = environment->cursor.dumped.value, length = LENGTH_USUAL, given;
    const struct stop *stop;
    bool has_length = false;
    struct error *err = command_stop(environment, &stop);

    if (!err && *line->rest)
        err = pair_argument(environment, line->rest, &address, &has_length, &given);
    else if (!err && !environment->cursor.dumped.known)
        address = registers_pc(&stop->regs).value;
    if (err)
        return err;
    if (has_length)
        length = given;
    if (length == 0 || length > MEMORY_BYTES_MAX)
        return error_new(ERROR_INPUT, "hexdump: a length is from 1 to %s, not %s",
                         text_hex(MEMORY_BYTES_MAX), text_hex(length));
    return dump(environment, stop, address, (size_t)length);
}
