/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The results of a sweep: what each boot chose, in memory and in a file of JSON lines. The first
 * line says what the choices depend on, each other one is a boot:
 *
 *   {"sweep":1,"image":"0x.."(CRC-64 of the file),"build_id":".."|null,"memory","cpu","append": text|null,
 *    "initrd":"0x.."|null,"seeded":true,"alignment","pref_address","init_size","kernel_size":"0x..",
 *    "areas":[{"start":"0x..","slots":237}]}
 *   {"seed":7|null,"input":"0x..","output":"0x..","physical":"0x..","virtual":"0x..",
 *    "physical_slots":237,"virtual_slots":499}
 *
 * A line is one write(), so a sweep that is killed leaves a torn last line at most.
 */
#ifndef BOOTSCOPE_CLI_SWEEP_RESULTS_H
#define BOOTSCOPE_CLI_SWEEP_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

#include "error.h"
#include "image.h"
#include "options.h"

/* Addresses are physical, but for the virtual one, which is in the kernel's counting. */
struct sweep_boot {
    bool seeded;
    uint64_t seed;
    uint64_t input, output; /* where the compressed kernel lies, where the kernel goes by default */
    uint64_t physical, virtual;
    uint64_t physical_slots, virtual_slots; /* physical: 0 when the default place was kept */
};

/* A row of slots, alignment apart. */
struct sweep_area {
    uint64_t start, slots;
};

#define SWEEP_AREAS_MAX 128

/* What every choice must keep to. */
struct sweep_bounds {
    uint64_t alignment, pref_address, init_size, kernel_size;
    size_t area_count; /* of physical slots; 0: not known */
    struct sweep_area areas[SWEEP_AREAS_MAX];
};

struct sweep_results {
    json_t *setup; /* the first line; NULL when there is none yet */
    struct sweep_boot *boots;
    size_t count, room;
    bool torn; /* the file ended in the middle of a line, which is not counted */
};

#define SWEEP_BOOTS_MAX 16777216
/* Seeds are JSON integers. */
#define SWEEP_SEED_MAX INT64_MAX

void sweep_results_free(struct sweep_results *results);

/* The first line for this image and these options; ERROR_INPUT when the initrd cannot be read. */
struct error *sweep_setup(const struct image *image, const struct guest_options *guest, bool seeded,
                          json_t **ret);
/* ERROR_INPUT: a first line without them, or with some that cannot be. */
struct error *sweep_setup_bounds(const json_t *setup, struct sweep_bounds *ret);

/* ERROR_SYSTEM: more than SWEEP_BOOTS_MAX. */
struct error *sweep_results_add(struct sweep_results *results, const struct sweep_boot *boot);

/*
 * Reads a whole file's text. ERROR_INPUT with the line's number for what is no result; a last line without its
 * newline is ignored (ret->torn), and *ret_whole is the length without it. *ret is the caller's to free.
 */
struct error *sweep_results_parse(const char *name, const char *text, size_t length,
                                  struct sweep_results *ret, size_t *ret_whole);
/* Reads a file. ERROR_INPUT: as above, and when it has no first line. */
struct error *sweep_results_read(const char *path, struct sweep_results *ret);

/*
 * Opens a file to go on with, or makes it: *ret then holds what it has, and the caller closes *ret_fd. A
 * torn line is taken away. ERROR_INPUT: it was made with another setup (the message names what differs),
 * or another sweep is writing to it.
 */
struct error *sweep_results_resume(const char *path, const json_t *setup, struct sweep_results *ret,
                                   int *ret_fd);
/* Adds a line. ERROR_SYSTEM when it does not fit on the disk. */
struct error *sweep_results_write(const char *path, int fd, const struct sweep_boot *boot);

/* Moves the boots of from behind those of into. ERROR_INPUT: another setup. */
struct error *sweep_results_merge(const char *name, struct sweep_results *into,
                                  const struct sweep_results *from);

/*
 * Sorts by seed and drops those that are there twice. ERROR_CHECK when a seed chose two different places: boots
 * with a seed must repeat.
 */
struct error *sweep_results_sort(struct sweep_results *results, size_t *ret_dropped);

#endif
