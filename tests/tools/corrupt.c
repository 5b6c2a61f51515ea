/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * corrupt IMAGE SEED OUT: writes IMAGE with its payload damaged in a way that SEED decides, and
 * prints what was done. Three kinds in turn: bits flipped, the payload cut short, a piece of it put
 * in another place. The damage always changes at least one byte. It reads the header by its own
 * few offsets, independent of the inspector's and the packer's code.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETUP_SECTS    0x1f1
#define PAYLOAD_OFFSET 0x248
#define PAYLOAD_LENGTH 0x24c
#define SECTOR         512

#define FLIPS_MAX 8
#define PIECE_MAX 4096
#define IMAGE_MAX (1L << 28)

struct payload {
    uint8_t *bytes;
    size_t length;
};

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static uint32_t read32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void flip(const struct payload *payload, uint64_t *state)
{
    unsigned int count = 1 + (unsigned int)(next(state) % FLIPS_MAX);
    /* Distinct bytes, so that no flip undoes another. */
    size_t stride = payload->length / count;

    for (unsigned int i = 0; i < count; i++) {
        size_t at = i * stride + next(state) % stride;
        unsigned int bit = (unsigned int)(next(state) % 8);

        payload->bytes[at] ^= (uint8_t)(1u << bit);
        printf("flip byte %zu bit %u\n", at, bit);
    }
}

/* The file keeps its size: what is cut off becomes zeros, as on a medium that lost its end. */
static void cut(const struct payload *payload, uint64_t *state)
{
    size_t keep = next(state) % payload->length;

    while (keep > 0 && payload->bytes[payload->length - 1] == 0 && keep == payload->length - 1)
        keep--;
    memset(payload->bytes + keep, 0, payload->length - keep);
    printf("cut at %zu of %zu\n", keep, payload->length);
}

static void splice(const struct payload *payload, uint64_t *state)
{
    size_t size, from, to;

    do {
        size = 1 + next(state) % PIECE_MAX;
        if (size > payload->length / 2)
            size = payload->length / 2;
        from = next(state) % (payload->length - size);
        to = next(state) % (payload->length - size);
    } while (memcmp(payload->bytes + from, payload->bytes + to, size) == 0);
    memmove(payload->bytes + to, payload->bytes + from, size);
    printf("splice %zu bytes from %zu to %zu\n", size, from, to);
}

static uint8_t *read_image(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes;
    long size;

    if (!file || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < SECTOR || size > IMAGE_MAX)
        return NULL;
    rewind(file);
    bytes = malloc((size_t)size);
    if (bytes && fread(bytes, 1, (size_t)size, file) != (size_t)size) {
        free(bytes);
        bytes = NULL;
    }
    fclose(file);
    *ret_size = (size_t)size;
    return bytes;
}

static int damage(uint8_t *bytes, size_t size, uint64_t seed)
{
    static void (*const kinds[])(const struct payload *, uint64_t *) = {flip, cut, splice};
    size_t start = ((size_t)bytes[SETUP_SECTS] + 1) * SECTOR + read32(bytes + PAYLOAD_OFFSET);
    struct payload payload = {bytes + start, read32(bytes + PAYLOAD_LENGTH)};
    uint64_t state = seed;

    if (start > size || payload.length > size - start || payload.length < 64)
        return -1;
    kinds[seed % 3](&payload, &state);
    return 0;
}

static int write_image(const char *path, const uint8_t *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");

    if (!file)
        return -1;
    size_t written = fwrite(bytes, 1, size, file);
    return fclose(file) == 0 && written == size ? 0 : -1;
}

int main(int argc, char **argv)
{
    uint8_t *bytes;
    size_t size;

    if (argc != 4) {
        fprintf(stderr, "usage: corrupt IMAGE SEED OUT\n");
        return 2;
    }
    bytes = read_image(argv[1], &size);
    if (!bytes || damage(bytes, size, strtoull(argv[2], NULL, 10)) != 0) {
        fprintf(stderr, "corrupt: %s: not a bzImage with a payload\n", argv[1]);
        return 2;
    }
    if (write_image(argv[3], bytes, size) != 0) {
        fprintf(stderr, "corrupt: %s: %s\n", argv[3], strerror(errno));
        return 2;
    }
    free(bytes);
    return 0;
}
