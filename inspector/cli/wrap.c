/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wrap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "install.h"
#include "packer.h"
#include "progress.h"
#include "staging.h"

#define PIECE ((size_t)1 << 20)

static size_t piece_at(size_t done, size_t size)
{
    return size - done < PIECE ? size - done : PIECE;
}

/* Piece by piece, so that neither side takes up memory as a whole. */
static void copy(const struct image *image, size_t from, const struct scratch *payload, size_t to,
                 size_t size)
{
    for (size_t done = 0, piece; done < size; done += piece) {
        piece = piece_at(done, size);
        memcpy(payload->bytes + to + done, image->kernel.bytes + from + done, piece);
        image_trim(image);
        scratch_trim(payload);
    }
}

static bool equal(const struct image *image, const struct scratch *payload)
{
    bool same = image->kernel.size == payload->size;

    for (size_t done = 0, piece; same && done < payload->size; done += piece) {
        piece = piece_at(done, payload->size);
        same = memcmp(image->kernel.bytes + done, payload->bytes + done, piece) == 0;
        image_trim(image);
        scratch_trim(payload);
    }
    return same;
}

struct error *wrap_payload(const struct image *image, struct scratch **ret)
{
    const struct kernel *kernel = &image->kernel;
    const size_t terminator = kernel->has_inverse ? 0 : sizeof(uint32_t);
    struct scratch *payload;

    if (kernel->bits == 32)
        return error_new(ERROR_INPUT,
                         "%s: its kernel is a 32-bit one, and the stub starts 64-bit ones",
                         image->path);
    if (!kernel->has_relocs)
        return error_new(ERROR_INPUT,
                         "%s: its kernel has no relocation table (built without RANDOMIZE_BASE), "
                         "and the stub needs one",
                         image->path);
    struct error *err = scratch_new(kernel->size + terminator, &payload);
    if (err)
        return err;
    /* The empty inverse list is one zero (fresh scratch is zero) right before the 32-bit sites. */
    size_t head = (size_t)(kernel->abs32.sites - kernel->bytes);
    copy(image, 0, payload, 0, head);
    copy(image, head, payload, head + terminator, kernel->size - head);
    scratch_seal(payload);
    *ret = payload;
    return NULL;
}

static struct error *check_output(const struct wrap_options *options)
{
    struct stat in, out;

    if (stat(options->output, &out) != 0)
        return NULL; /* not there: making it tells the rest */
    if (!S_ISREG(out.st_mode))
        return error_new(ERROR_INPUT, "%s: exists and is no regular file", options->output);
    if (stat(options->vmlinuz, &in) == 0 && in.st_dev == out.st_dev && in.st_ino == out.st_ino)
        return error_new(ERROR_INPUT, "%s: is the kernel itself, which would be lost",
                         options->output);
    return NULL;
}

static struct error *open_unpacked(const char *path, const char *label, struct image **ret)
{
    struct progress progress = progress_begin(stderr, label);
    struct image *image;
    struct error *err = image_open(path, &image);

    if (err)
        return err;
    err = image_unpack(image, progress_update, &progress);
    progress_end(&progress);
    if (err)
        image_close(image);
    else
        *ret = image;
    return err;
}

/* The proof that nothing was lost on the way: the new image is read like any other. */
static struct error *verify(const char *path, const struct scratch *payload)
{
    struct image *image;
    struct error *err = open_unpacked(path, "verifying", &image);

    if (err)
        return err;
    if (!equal(image, payload))
        err = error_new(ERROR_CHECK, "%s: its payload is not what was packed", path);
    image_close(image);
    return err;
}

static struct error *not_found(const char *what)
{
    char *folders = install_folders();
    struct error *err = error_new(ERROR_SYSTEM, "%s: not in %s", what, folders);

    free(folders);
    return err;
}

/* Packs into the staging folder, verifies, and publishes. */
static struct error *pack(const struct wrap_options *options, const struct image *image,
                          const struct scratch *payload, const char *program, const char *stub)
{
    struct staging *staging;
    struct error *err = staging_begin(options->output, &staging);

    if (err)
        return err;
    const struct packer_job job = {
        .program = program,
        .stub_folder = stub,
        .payload_fd = payload->fd,
        .pref_address = image->setup.pref_address,
        .alignment = image->setup.kernel_alignment,
        .version = image->version[0] ? image->version : "unknown",
        .image = staging->image,
        .elf = staging->elf,
    };
    err = packer_run(&job, &staging->child);
    if (!err)
        err = verify(staging->image, payload);
    err = error_context(err, "%s: cannot be packed", options->output);
    if (!err)
        err = staging_publish(staging);
    staging_end(staging);
    return err;
}

static struct error *pack_with_parts(const struct wrap_options *options, const struct image *image,
                                     const struct scratch *payload)
{
    static const char *const parts[] = {"setup.bin", "stub.o", "stub.lds", NULL};
    char *program = install_find("mkimage");
    char *stub = options->stub_folder ? strdup(options->stub_folder) : install_find_folder(parts);
    struct error *err;

    if (!program)
        err = not_found("mkimage");
    else if (!stub)
        err = not_found("setup.bin, stub.o and stub.lds");
    else
        err = pack(options, image, payload, program, stub);
    free(program);
    free(stub);
    return err;
}

struct error *wrap_run(const struct wrap_options *options)
{
    struct image *image;
    struct scratch *payload;
    struct error *err = check_output(options);

    if (!err)
        err = open_unpacked(options->vmlinuz, "unpacking", &image);
    if (err)
        return err;
    err = wrap_payload(image, &payload);
    if (!err) {
        err = pack_with_parts(options, image, payload);
        scratch_free(payload);
    }
    image_close(image);
    return err;
}
