/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "breakpoints.h"

#include <stdio.h>
#include <string.h>

struct error *breakpoints_add(struct breakpoints *breakpoints, const struct breakpoint *breakpoint,
                              const char *text, unsigned int *ret_number)
{
    struct breakpoint *added = &breakpoints->list[breakpoints->count];

    if (breakpoints->count == BREAKPOINTS_MAX)
        return error_new(ERROR_INPUT, "more than %d breakpoints; delete some", BREAKPOINTS_MAX);
    *added = *breakpoint;
    added->number = ++breakpoints->last_number;
    added->hits = 0;
    snprintf(added->text, sizeof(added->text), "%s", text);
    breakpoints->set[breakpoints->count].count = 0;
    breakpoints->watching[breakpoints->count] = false;
    breakpoints->count++;
    *ret_number = added->number;
    return NULL;
}

static size_t index_of(const struct breakpoints *breakpoints, unsigned int number)
{
    size_t i = 0;

    while (i < breakpoints->count && breakpoints->list[i].number != number)
        i++;
    return i;
}

void breakpoints_drop(struct breakpoints *breakpoints, unsigned int number)
{
    size_t i = index_of(breakpoints, number);

    if (i == breakpoints->count)
        return;
    size_t behind = --breakpoints->count - i;
    memmove(&breakpoints->list[i], &breakpoints->list[i + 1], behind * sizeof(struct breakpoint));
    memmove(&breakpoints->set[i], &breakpoints->set[i + 1],
            behind * sizeof(struct breakpoint_places));
    memmove(&breakpoints->watching[i], &breakpoints->watching[i + 1], behind * sizeof(bool));
}

struct breakpoint *breakpoints_find(struct breakpoints *breakpoints, unsigned int number)
{
    size_t i = index_of(breakpoints, number);

    return i < breakpoints->count ? &breakpoints->list[i] : NULL;
}

/*
 * The kernel's symbols are high addresses, its stages physical ones. It is entered in an identity
 * mapping, where output is pref_address as linked, and goes on in its own, where virtual is.
 */
static struct breakpoint_places kernel_places(struct timeline *timeline, uint64_t link)
{
    uint64_t map = image_map(timeline_image(timeline));
    uint64_t physical = link >= map ? link - map : link;
    struct breakpoint_places places = timeline_places(timeline, MODULE_KERNEL, physical);

    if (places.count && timeline_virtual_delta(timeline).known)
        places.address[places.count++] = virt(map + physical +
                                              timeline_virtual_delta(timeline).value);
    return places;
}

static struct breakpoint_places wanted(const struct breakpoint *breakpoint,
                                       struct timeline *timeline)
{
    struct breakpoint_places places = {1, {breakpoint->address}};

    if (breakpoint->watch)
        places.count = 0;
    else if (breakpoint->symbolic && breakpoint->module == MODULE_KERNEL)
        places = kernel_places(timeline, breakpoint->link);
    else if (breakpoint->symbolic)
        places = timeline_places(timeline, breakpoint->module, breakpoint->link);
    return places;
}

static enum watch_kind kind_of(const struct breakpoint *breakpoint)
{
    static const enum watch_kind kinds[] = {[WATCH_WRITE] = WATCH_KIND_WRITE,
                                            [WATCH_READ] = WATCH_KIND_READ,
                                            [WATCH_ACCESS] = WATCH_KIND_ACCESS};

    return kinds[breakpoint->access];
}

static struct error *arm_one(struct breakpoints *breakpoints, size_t i, struct timeline *timeline,
                             struct target *target)
{
    struct breakpoint *breakpoint = &breakpoints->list[i];
    struct breakpoint_places want = wanted(breakpoint, timeline);
    struct error *err = breakpoint_places_move(&breakpoints->set[i], &want, target);

    /* The last place is the one where the code will be met next: the copy's, or the high one. */
    if (!err && breakpoint->symbolic)
        breakpoint->address = virt(want.count ? want.address[want.count - 1].value : 0);
    if (!err && breakpoint->watch && !breakpoints->watching[i]) {
        err = target_insert_watchpoint(target, kind_of(breakpoint), breakpoint->address,
                                       breakpoint->length);
        breakpoints->watching[i] = !err;
    }
    return err;
}

struct error *breakpoints_arm(struct breakpoints *breakpoints, struct timeline *timeline,
                              struct target *target)
{
    struct error *err = NULL;

    for (size_t i = 0; !err && i < breakpoints->count; i++)
        err = arm_one(breakpoints, i, timeline, target);
    return err;
}

struct error *breakpoints_disarm(struct breakpoints *breakpoints, struct target *target,
                                 unsigned int number)
{
    static const struct breakpoint_places nowhere;
    struct error *err = NULL;

    for (size_t i = 0; !err && i < breakpoints->count; i++) {
        const struct breakpoint *breakpoint = &breakpoints->list[i];

        if (number && breakpoint->number != number)
            continue;
        err = breakpoint_places_move(&breakpoints->set[i], &nowhere, target);
        if (!err && breakpoints->watching[i])
            err = target_remove_watchpoint(target, kind_of(breakpoint), breakpoint->address,
                                           breakpoint->length);
        breakpoints->watching[i] = breakpoints->watching[i] && err;
    }
    return err;
}

void breakpoints_lost(struct breakpoints *breakpoints)
{
    memset(breakpoints->set, 0, sizeof(breakpoints->set));
    memset(breakpoints->watching, 0, sizeof(breakpoints->watching));
}

struct breakpoint *breakpoints_at(struct breakpoints *breakpoints, uint64_t pc)
{
    for (size_t i = 0; i < breakpoints->count; i++)
        if (breakpoint_places_hold(&breakpoints->set[i], pc))
            return &breakpoints->list[i];
    return NULL;
}

/* QEMU tells the kind of the watchpoint, not of the access. */
static bool goes_with(enum watch_kind mine, enum watch_kind met)
{
    return mine == met || mine == WATCH_KIND_ACCESS || met == WATCH_KIND_ACCESS;
}

struct breakpoint *breakpoints_watching(struct breakpoints *breakpoints, uint64_t watched,
                                        enum watch_kind kind)
{
    for (size_t i = 0; i < breakpoints->count; i++) {
        const struct breakpoint *breakpoint = &breakpoints->list[i];

        if (breakpoints->watching[i] && goes_with(kind_of(breakpoint), kind) &&
            watched - breakpoint->address.value < breakpoint->length)
            return &breakpoints->list[i];
    }
    return NULL;
}

void breakpoints_look(struct breakpoints *breakpoints, struct target *target)
{
    static const struct maybe unknown;

    for (size_t i = 0; i < breakpoints->count; i++) {
        struct breakpoint *breakpoint = &breakpoints->list[i];
        uint64_t value = 0;

        if (!breakpoint->watch || breakpoint->length > sizeof(value))
            continue;
        struct error *err = target_read_virt(target, breakpoint->address, &value,
                                             (size_t)breakpoint->length);
        breakpoint->value = err ? unknown : known(value);
        error_free(err);
    }
}
