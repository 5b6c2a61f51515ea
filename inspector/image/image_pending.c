/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A payload that is unpacked by a thread of its own. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "image_internal.h"
#include "kernel.h"
#include "payload.h"

/* A smaller payload is unpacked before a guest has got anywhere. */
#define PENDING_MIN ((size_t)16 << 20)

/* The ELF header and the program headers stand well within. */
#define BEGINNING ((size_t)64 << 10)

/* The thread reads the image's file, and writes to nothing but this. */
struct unpack_thread {
    pthread_t thread;
    const struct image *image;
    struct scratch *unpacked;
    struct kernel kernel;
    struct error *err;
    bool joined; /* the thread is done, and the image has what it made */
};

/* The file's pages are given back on the way: a thread's share of image_unpack()'s progress. */
static void trim(void *context, uint64_t done, uint64_t total)
{
    const struct unpack_thread *pending = context;

    (void)done, (void)total;
    image_trim(pending->image);
}

static void *unpack(void *context)
{
    struct unpack_thread *pending = context;
    const struct image *image = pending->image;
    struct error *err = payload_unpack(image->codec, image->payload, image->payload_size,
                                       image->unpacked_size_hint, trim, pending,
                                       &pending->unpacked);

    if (!err) {
        scratch_seal(pending->unpacked);
        err = kernel_parse(pending->unpacked->bytes, pending->unpacked->size, &pending->kernel);
        if (err)
            scratch_free(pending->unpacked);
    }
    pending->err = err;
    return NULL;
}

/* False when its beginning does not tell: then the whole says why. */
static bool read_beginning(struct image *image, struct kernel *ret)
{
    struct scratch *room;
    struct error *err = scratch_new(BEGINNING, &room);

    if (!err) {
        size_t length = payload_peek(image->codec, image->payload, image->payload_size, room);

        err = kernel_parse_beginning(room->bytes, length, image->unpacked_size_hint, ret);
        scratch_free(room);
    }
    if (!err)
        err = image_check_width(&image->setup, ret);
    bool known = !err;
    error_free(err);
    return known;
}

struct error *image_unpack_begin(struct image *image)
{
    struct unpack_thread *pending;
    struct kernel kernel;

    if (image->unpacked || image->pending || image->codec == CODEC_NONE ||
        image->unpacked_size_hint < PENDING_MIN || !read_beginning(image, &kernel))
        return image_unpack(image, NULL, NULL);
    pending = calloc(1, sizeof(*pending));
    if (!pending)
        return error_errno(ENOMEM, "%s", image->path);
    pending->image = image;
    if (pthread_create(&pending->thread, NULL, unpack, pending) != 0) {
        free(pending);
        return image_unpack(image, NULL, NULL);
    }
    image->kernel = kernel;
    image->pending = pending;
    return NULL;
}

/* Waits for the thread, once. What went wrong stays for image_unpack_finish(). */
static void join(struct image *image)
{
    struct unpack_thread *pending = image->pending;

    if (pending->joined)
        return;
    pthread_join(pending->thread, NULL);
    pending->joined = true;
    memset(&image->kernel, 0, sizeof(image->kernel));
    if (!pending->err) {
        image->kernel = pending->kernel;
        image->unpacked = pending->unpacked;
    }
}

struct error *image_unpack_finish(struct image *image)
{
    struct error *err;

    if (!image->pending)
        return NULL;
    join(image);
    err = image->pending->err;
    free(image->pending);
    image->pending = NULL;
    return error_context(err, "%s: %s payload", image->path, codec_name(image->codec));
}

const struct kernel *image_kernel(const struct image *image)
{
    /* That it is there is all that changes; nobody has an image that cannot be written to. */
    if (image->pending)
        join((struct image *)(uintptr_t)image);
    return image->unpacked ? &image->kernel : NULL;
}
