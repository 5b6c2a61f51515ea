/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A guest that cannot get on any more, as it is found at a stop. */
#include "timeline_internal.h"

static bool is_halted(const struct timeline *timeline)
{
    bool halted = false;

    if (timeline->stop.regs.halted)
        error_free(target_is_halted(timeline->in.target, &halted));
    return halted;
}

bool timeline_halted(const struct timeline *timeline, enum stop_reason reason)
{
    return reason == STOP_HALTED || (reason == STOP_INTERRUPT && is_halted(timeline));
}

enum timeline_event timeline_overrun(const struct timeline *timeline)
{
    return is_halted(timeline) ? TIMELINE_HALTED : TIMELINE_TIMEOUT;
}
