/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "places.h"

#include "target.h"

bool breakpoint_places_hold(const struct breakpoint_places *places, uint64_t address)
{
    for (size_t i = 0; i < places->count; i++)
        if (places->address[i].value == address)
            return true;
    return false;
}

struct error *breakpoint_places_move(struct breakpoint_places *set,
                                     const struct breakpoint_places *want, struct target *target)
{
    struct error *err = NULL;

    for (size_t i = set->count; !err && i-- > 0;) {
        if (breakpoint_places_hold(want, set->address[i].value))
            continue;
        err = target_remove_breakpoint(target, set->address[i]);
        set->address[i] = set->address[--set->count];
    }
    for (size_t i = 0; !err && i < want->count; i++) {
        if (breakpoint_places_hold(set, want->address[i].value))
            continue;
        err = target_insert_breakpoint(target, want->address[i]);
        if (!err)
            set->address[set->count++] = want->address[i];
    }
    return err;
}
