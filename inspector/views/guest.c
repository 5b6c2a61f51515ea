/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "guest.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

#define PAGE_BYTES 4096u

struct error *guest_try_phys(const struct stop *stop, phys_t address, void *buffer, size_t length,
                             bool *ret_there)
{
    struct error *err;

    *ret_there = false;
    if (address.value + length < address.value || !target_is_memory(stop->target, address, length))
        return NULL;
    err = target_read_phys(stop->target, address, buffer, length);
    if (err && error_kind(err) == ERROR_PROTOCOL) {
        error_free(err);
        return NULL;
    }
    *ret_there = !err;
    return err;
}

struct error *guest_try_linear(const struct stop *stop, virt_t address, void *buffer, size_t length,
                               size_t *ret_length)
{
    uint8_t *out = buffer;
    size_t done = 0;

    while (done < length) {
        virt_t at = virt(address.value + done);
        size_t piece = PAGE_BYTES - (size_t)(at.value % PAGE_BYTES);
        struct error *err;

        if (piece > length - done)
            piece = length - done;
        err = target_read_virt(stop->target, at, out + done, piece);
        if (err && error_kind(err) != ERROR_PROTOCOL)
            return err;
        if (err) {
            error_free(err);
            break;
        }
        done += piece;
    }
    *ret_length = done;
    return NULL;
}

void comparison_add(struct comparison *result, uint64_t base, const uint8_t *expected,
                    const uint8_t *found, size_t length)
{
    result->compared += length;
    if (memcmp(expected, found, length) == 0)
        return;
    for (size_t i = 0; i < length; i++) {
        if (expected[i] == found[i])
            continue;
        if (!result->first.known) {
            result->first = known(base + i);
            result->expected = expected[i];
            result->found = found[i];
        }
        result->different++;
    }
}

struct error *guest_compare(const struct stop *stop, phys_t address, const uint8_t *expected,
                            uint64_t length, struct comparison *result)
{
    uint8_t *found = malloc(GUEST_CHUNK);
    struct error *err = NULL;

    if (!found)
        return error_new(ERROR_SYSTEM, "comparison: no memory for %zu bytes", GUEST_CHUNK);
    for (uint64_t done = 0; done < length && !err;) {
        size_t piece = length - done < GUEST_CHUNK ? (size_t)(length - done) : GUEST_CHUNK;

        err = target_read_phys(stop->target, phys(address.value + done), found, piece);
        if (err)
            break;
        comparison_add(result, done, expected + done, found, piece);
        done += piece;
        if (stop->image)
            image_trim(stop->image);
    }
    free(found);
    return error_context(err, "reading [%s, %s)", text_hex(address.value),
                         text_hex(address.value + length));
}
