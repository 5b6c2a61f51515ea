/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep_probe.h"

#include <stdlib.h>
#include <string.h>

#include "kaslr.h"
#include "session.h"
#include "text.h"

#define CHOSEN "location-chosen"

/* *ret is NULL when the boot does not get there. */
static struct error *go_to_choice(struct session *session, const struct stop **ret)
{
    enum timeline_event event = TIMELINE_STAGE;
    struct error *err = NULL;

    *ret = NULL;
    while (!err && event == TIMELINE_STAGE && (!*ret || strcmp((*ret)->stage->name, CHOSEN) != 0))
        err = timeline_next(session->timeline, session->deadline, &event, ret);
    if (event != TIMELINE_STAGE)
        *ret = NULL;
    return err;
}

static struct error *add_areas(const struct kaslr_view *view, json_t *setup)
{
    json_t *areas;

    if (!view->present || !view->searched)
        return NULL;
    if (view->wrong & KASLR_SLOTS)
        return error_new(
            ERROR_CHECK, "the memory map has %llu physical slots, and the stub counts %llu",
            (unsigned long long)view->search.slot_max, (unsigned long long)view->account.slot_max);
    areas = json_array();
    for (uint32_t i = 0; i < view->search.area_count && i < MAX_SLOT_AREA; i++)
        json_array_append_new(areas,
                              json_pack("{s:o,s:I}", "start", json_hex(view->search.areas[i].addr),
                                        "slots", (json_int_t)view->search.areas[i].num));
    json_object_set_new(setup, "areas", areas);
    return NULL;
}

static struct error *look(struct session *session, json_t *setup)
{
    const struct boot_done done = {.copied = true, .chosen = true};
    struct kaslr_view *view = malloc(sizeof(*view));
    const struct stop *stop;
    struct error *err;

    if (!view)
        return error_new(ERROR_SYSTEM, "sweep: no memory");
    err = go_to_choice(session, &stop);
    if (!err && stop)
        err = kaslr_capture(stop, &done, view);
    if (!err && stop)
        err = add_areas(view, setup);
    free(view);
    return err;
}

struct error *sweep_probe(const char *image, const struct guest_options *guest, json_t *setup)
{
    struct session session;
    struct error *err = session_open(
        &(struct session_options){.guest = guest, .image = image, .debug = true}, &session);

    if (!err) {
        err = look(&session, setup);
        session_close(&session);
    }
    if (!err || error_kind(err) == ERROR_CHECK)
        return err;
    error_free(err);
    return NULL;
}
