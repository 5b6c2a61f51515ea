/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A boot for the tests of the timeline: boot code with ten checkpoints, an image, and the script of
 * a guest that passes them all, the copy and KASLR included.
 */
#ifndef BOOTSCOPE_TESTS_TIMELINE_FIXTURE_H
#define BOOTSCOPE_TESTS_TIMELINE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fake_guest.h"
#include "fake_symbols.h"
#include "loop.h"
#include "timeline.h"

#define SETUP       UINT64_C(0x10000)
#define BOOT_PARAMS UINT64_C(0x11010)
#define LOAD        UINT64_C(0x100000)
#define COPY        UINT64_C(0x1893000)
#define PREF        UINT64_C(0x1000000) /* the output, before KASLR has chosen */
#define OUTPUT      UINT64_C(0x5e00000)
#define VIRTUAL     UINT64_C(0x1dc00000)
#define CHOSEN      UINT64_C(0x900) /* link address of chosen_location */

/* The places of stages in the list, and their link addresses. */
enum {
    SETUP_ENTRY,
    PROTECTED_MODE,
    STARTUP_32,
    LOAD_KNOWN,
    RELOCATION_TARGET,
    IMAGE_COPIED,
    RELOCATED,
    LOCATION_CHOSEN,
    KERNEL_JUMP,
    KERNEL_ENTRY,
};

static const struct stages fixture_stages = {
    .count = 10,
    .list = {{"setup-entry", 0, 16, MODULE_SETUP, 0x200},
             {"protected-mode", 2, 32, MODULE_SETUP, 0x1000},
             {"startup-32", 3, 32, MODULE_STUB, 0},
             {"load-address-known", 4, 32, MODULE_STUB, 0x20},
             {"relocation-target", 7, 64, MODULE_STUB, 0x240},
             {"image-copied", 9, 64, MODULE_STUB, 0x300},
             {"relocated", 10, 64, MODULE_STUB, 0x400},
             {"location-chosen", 15, 64, MODULE_STUB, 0x500},
             {"kernel-jump", 19, 64, MODULE_STUB, 0x600},
             {"kernel-entry", 20, 64, MODULE_KERNEL, PREF + 0xb53}},
    .error_count = 2,
    .errors = {{"error", CHECKPOINT_ERROR, 16, MODULE_SETUP, 0x1100},
               {"error", CHECKPOINT_ERROR, 64, MODULE_STUB, 0x700}},
};

static const struct fake_symbol fixture_names[] = {{"chosen_location", CHOSEN}};
static const struct symbols fixture_stub = {fixture_names, 1};

static const struct fake_step fixture_boot[] = {
    {.pc = SETUP + 0x200, .bits = 16, .marker = "@setup-entry cs=0x1000\n"},
    {.pc = SETUP + 0x1000, .bits = 32, .rax = LOAD, .rsi = BOOT_PARAMS},
    {.pc = LOAD, .bits = 32, .rsi = BOOT_PARAMS, .marker = "@startup-32 esi=0x11010\n"},
    {.pc = LOAD + 0x20, .bits = 32, .rsi = BOOT_PARAMS, .rbp = LOAD},
    {.pc = LOAD + 0x240, .bits = 64, .rsi = BOOT_PARAMS, .rbp = PREF, .rbx = COPY},
    {.pc = LOAD + 0x300, .bits = 64},
    {.pc = COPY + 0x400, .bits = 64, .marker = "@relocated copy=0x1893000\n"},
    {.pc = COPY + 0x500, .bits = 64},
    {.pc = COPY + 0x600, .bits = 64},
    {.pc = OUTPUT + 0xb53, .bits = 64},
};
#define FIXTURE_STEPS (sizeof(fixture_boot) / sizeof(fixture_boot[0]))

struct fixture {
    struct target target;
    struct image image;
    struct stages stages;
    struct timeline *timeline;
    enum timeline_event event;
    const struct stop *stop;
};

/* Starts over: a guest that passes these steps and then ends so. The caller closes it. */
static inline void fixture_open(struct fixture *f, const struct fake_step *steps, size_t count,
                                enum fake_end end)
{
    *f = (struct fixture){
        .target = {.steps = steps,
                   .count = count,
                   .end = end,
                   .markers = markers_new(),
                   .variable_address = COPY + CHOSEN,
                   .variable = {OUTPUT, VIRTUAL}},
        .image = {.setup = {.code32_start = LOAD, .pref_address = PREF}},
        .stages = fixture_stages,
    };
    for (size_t i = 0; i < f->stages.count; i++)
        f->stages.list[i].after = -1;
    struct timeline_inputs inputs = {
        .target = &f->target,
        .stages = &f->stages,
        .image = &f->image,
        .stub = &fixture_stub,
        .markers = f->target.markers,
        .drain = fake_guest_drain,
        .instructions = fake_guest_instructions,
        .machine = &f->target,
    };
    assert_null(timeline_new(&inputs, &f->timeline));
}

static inline void fixture_close(struct fixture *f)
{
    timeline_free(f->timeline);
    markers_free(f->target.markers);
}

static inline struct error *fixture_try(struct fixture *f)
{
    return timeline_next(f->timeline, LOOP_NEVER, &f->event, &f->stop);
}

static inline void fixture_next(struct fixture *f, enum timeline_event event)
{
    struct error *err = fixture_try(f);

    if (err)
        fail_msg("unexpected error: %s", error_message(err));
    assert_int_equal(f->event, event);
}

/* Goes on to the next checkpoint, which must be this one. */
static inline const struct stop *fixture_stage(struct fixture *f, int stage)
{
    fixture_next(f, TIMELINE_STAGE);
    assert_non_null(f->stop->stage);
    assert_string_equal(f->stop->stage->name, f->stages.list[stage].name);
    assert_ptr_equal(timeline_last(f->timeline), f->stop->stage);
    return f->stop;
}

/* From the first checkpoint to this one, all of them. */
static inline const struct stop *fixture_until(struct fixture *f, int stage)
{
    for (int i = SETUP_ENTRY; i <= stage; i++)
        fixture_stage(f, i);
    return f->stop;
}

#endif
