/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first line of a file of results: what the choices depend on. */
#include "sweep_results.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <lzma.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sweep_json.h"
#include "text.h"

#define FILE_PIECE 65536

static uint64_t kernel_size(const struct image *image)
{
    uint64_t end = image->setup.pref_address;

    for (unsigned int i = 0; i < image->kernel.segment_count; i++) {
        const struct kernel_segment *segment = &image->kernel.segments[i];

        if (segment->type == PT_LOAD && segment->paddr + segment->memsz > end)
            end = segment->paddr + segment->memsz;
    }
    return end - image->setup.pref_address;
}

static struct error *file_crc(const char *path, uint64_t *ret)
{
    uint8_t piece[FILE_PIECE];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    uint64_t crc = 0;
    ssize_t got = 0;

    if (fd < 0)
        return error_new(ERROR_INPUT, "%s: %s", path, strerror(errno));
    while ((got = read(fd, piece, sizeof(piece))) > 0)
        crc = lzma_crc64(piece, (size_t)got, crc);
    int number = errno;
    close(fd);
    if (got < 0)
        return error_new(ERROR_INPUT, "%s: %s", path, strerror(number));
    *ret = crc;
    return NULL;
}

static json_t *text_or_null(const char *text)
{
    json_t *value = text && text[0] ? json_string(text) : NULL;

    return value ? value : json_null(); /* also for text that is not UTF-8 */
}

struct error *sweep_setup(const struct image *image, const struct guest_options *guest, bool seeded,
                          json_t **ret)
{
    uint64_t initrd = 0;
    struct error *err = guest->initrd ? file_crc(guest->initrd, &initrd) : NULL;

    if (err)
        return err;
    *ret = json_pack("{s:i,s:o,s:o,s:o,s:o,s:o,s:o,s:b,s:o,s:o,s:o,s:o}", "sweep", 1, "image",
                     json_hex(lzma_crc64(image->bytes, image->size, 0)), "build_id",
                     text_or_null(image->build_id), "memory", text_or_null(guest->memory), "cpu",
                     text_or_null(guest->cpu), "append", text_or_null(guest->append), "initrd",
                     guest->initrd ? json_hex(initrd) : json_null(), "seeded", seeded, "alignment",
                     json_hex(image->setup.kernel_alignment), "pref_address",
                     json_hex(image->setup.pref_address), "init_size",
                     json_hex(image->setup.init_size), "kernel_size", json_hex(kernel_size(image)));
    return NULL;
}

static bool parse_areas(const json_t *setup, struct sweep_bounds *ret)
{
    const json_t *areas = json_object_get(setup, "areas"), *area;
    uint64_t sum = 0;
    size_t i;

    ret->area_count = json_array_size(areas);
    if ((areas && !json_is_array(areas)) || ret->area_count > SWEEP_AREAS_MAX)
        return false;
    json_array_foreach(areas, i, area)
    {
        if (!sweep_hex(area, "start", &ret->areas[i].start) ||
            !sweep_count(area, "slots", &ret->areas[i].slots) ||
            __builtin_add_overflow(sum, ret->areas[i].slots, &sum))
            return false;
    }
    return true;
}

struct error *sweep_setup_bounds(const json_t *setup, struct sweep_bounds *ret)
{
    if (sweep_hex(setup, "alignment", &ret->alignment) &&
        sweep_hex(setup, "pref_address", &ret->pref_address) &&
        sweep_hex(setup, "init_size", &ret->init_size) &&
        sweep_hex(setup, "kernel_size", &ret->kernel_size) && ret->alignment &&
        !(ret->alignment & (ret->alignment - 1)) &&
        json_is_boolean(json_object_get(setup, "seeded")) && parse_areas(setup, ret))
        return NULL;
    return error_new(ERROR_INPUT, "the first line is not that of a sweep");
}
