/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recording.h"

#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "guest_end.h"

static void describe_image(const struct image *image, struct recorded_image *ret)
{
    ret->path = text_new("%s", image->path);
    memcpy(ret->version, image->version, sizeof(ret->version));
    memcpy(ret->build_id, image->build_id, sizeof(ret->build_id));
    ret->codec = image->codec;
    ret->file_size = image->size;
    ret->payload_size = image->payload_size;
    ret->unpacked_size = image->kernel.size;
    ret->pref_address = image->setup.pref_address;
    ret->alignment = image->setup.kernel_alignment;
    ret->init_size = image->setup.init_size;
    ret->entry = image->kernel.entry;
}

static struct error *record(const struct stop *stop, const struct session *session,
                            struct recording *recording)
{
    struct recorded_stop *now = &recording->stops[recording->count];
    struct error *err = NULL;

    *now = (struct recorded_stop){
        .stage = &recording->stages.list[stop->stage - session->stages.list],
        .instructions = stop->instructions.value,
        .facts = stop->facts,
    };
    recording->count++;
    if (!stop->instructions.known)
        return error_new(ERROR_PROTOCOL, "at checkpoint %s: QEMU tells no instruction count",
                         stop->stage->name);
    if (recording->depth == RECORDING_STATE)
        err = pagetable_capture(stop, &now->paging);
    if (!err && recording->depth == RECORDING_STATE)
        err = fields_capture(stop, &now->paging, &now->fields);
    return error_context(err, "at checkpoint %s", stop->stage->name);
}

/* Where the boot code's part is over. An image that does not tell its entry has no such stage. */
static bool is_last(const struct session *session, const struct stage *stage)
{
    return stage->module == MODULE_KERNEL ||
           stage == &session->stages.list[session->stages.count - 1];
}

/* The guest did not get there. What it says is for the recording's reader: it is no error here. */
static struct error *record_fault(const struct session *session, const struct guest_options *guest,
                                  enum timeline_event event, const struct stop *stop,
                                  struct recording *recording)
{
    struct fault fault = {.event = event, .stop = stop, .last = timeline_last(session->timeline)};
    struct error *err = fault_capture(&fault);

    if (!err)
        recording->failure = fault_error(&fault, guest->timeout_ms);
    return err;
}

static struct error *record_exit(struct session *session, const struct guest_options *guest,
                                 struct recording *recording)
{
    const struct stage *last = timeline_last(session->timeline);
    struct guest_end end = {
        .qemu = session->qemu,
        .markers = qemu_markers(session->qemu),
        .timeout_ms = guest->timeout_ms,
    };
    enum qemu_end ended;
    struct error *err = qemu_wait(session->qemu, session->deadline, &ended);

    if (err)
        return err;
    recording->failure = guest_end_error(&end);
    if (!recording->failure)
        recording->failure = error_new(ERROR_GUEST, "the guest ended %s%s",
                                       last ? "after checkpoint " : "",
                                       last ? last->name : "before the first checkpoint");
    return NULL;
}

static struct error *follow(struct session *session, const struct guest_options *guest,
                            struct recording *recording)
{
    const struct stop *stop = NULL;
    enum timeline_event event;
    struct error *err;

    do {
        err = timeline_next(session->timeline, session->deadline, &event, &stop);
        if (!err && event == TIMELINE_STAGE)
            err = record(stop, session, recording);
        if (err)
            return err;
    } while (event == TIMELINE_STAGE && !is_last(session, stop->stage));
    if (event == TIMELINE_STAGE)
        return NULL;
    if (event == TIMELINE_EXIT)
        return record_exit(session, guest, recording);
    return record_fault(session, guest, event, stop, recording);
}

/*
 * Where things are once they are somewhere: addresses of the copy are in registers before the
 * stop that tells where it will be. Going back, so that output is what it was before KASLR chose.
 */
static void fill(struct facts *facts, const struct facts *later)
{
    struct maybe *slots[] = {&facts->setup, &facts->boot_params, &facts->load, &facts->copy,
                             &facts->output};
    const struct maybe *from[] = {&later->setup, &later->boot_params, &later->load, &later->copy,
                                  &later->output};

    for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++)
        if (!slots[i]->known)
            *slots[i] = *from[i];
}

static void find_places(const struct session *session, struct recording *recording)
{
    struct facts known_later = {0};
    uint64_t copy_end = 0;

    for (size_t i = recording->count; i-- > 0;) {
        struct facts facts = recording->stops[i].facts;

        fill(&facts, &known_later);
        known_later = facts;
        recording->stops[i].facts = facts;
    }
    /* The copy ends where the kernel's buffer does, at the output that it was made for. */
    if (known_later.copy.known && known_later.output.known)
        copy_end = known_later.output.value + recording->image.init_size;
    for (size_t i = 0; i < recording->count; i++) {
        struct stop stop = {
            .facts = recording->stops[i].facts,
            .image = session->image,
            .setup = session->symbols.setup,
            .stub = session->symbols.stub,
            .kernel = session->symbols.kernel,
        };

        fields_place(&recording->stops[i].fields, &stop, copy_end);
    }
}

struct error *recording_make(const char *image, const struct guest_options *guest,
                             enum recording_depth depth, struct recording **ret)
{
    const struct session_options options = {
        .guest = guest, .image = image, .debug = true, .count = true};
    struct recording *recording = calloc(1, sizeof(*recording));
    struct session session;
    struct error *err;

    if (!recording)
        return error_new(ERROR_SYSTEM, "no memory for the record of a boot");
    recording->depth = depth;
    err = session_open(&options, &session);
    if (err) {
        free(recording);
        return err;
    }
    describe_image(session.image, &recording->image);
    recording->stages = session.stages;
    err = error_context(follow(&session, guest, recording), "%s", image);
    if (!err)
        find_places(&session, recording);
    session_close(&session);
    if (err)
        recording_free(recording);
    else
        *ret = recording;
    return err;
}

void recording_free(struct recording *recording)
{
    if (!recording)
        return;
    for (size_t i = 0; i < recording->count; i++) {
        fields_free(&recording->stops[i].fields);
        pagetable_free(&recording->stops[i].paging);
    }
    free(recording->image.path);
    error_free(recording->failure);
    free(recording);
}

struct error *recording_take_failure(struct recording *recording)
{
    struct error *failure = error_context(recording->failure, "%s", recording->image.path);

    recording->failure = NULL;
    return failure;
}

const struct recorded_stop *recording_stop(const struct recording *recording, const char *name)
{
    for (size_t i = 0; i < recording->count; i++)
        if (strcmp(recording->stops[i].stage->name, name) == 0)
            return &recording->stops[i];
    return NULL;
}

static const struct stage_absent *find_absent(const struct stages *stages, const char *name)
{
    for (size_t i = 0; i < stages->absent_count; i++)
        if (strcmp(stages->absent[i].name, name) == 0)
            return &stages->absent[i];
    return NULL;
}

const char *recording_why_not(const struct recording *recording, const char *name, char *out,
                              size_t size)
{
    const struct stage_absent *absent = find_absent(&recording->stages, name);
    const struct stage *stage = stages_named(&recording->stages, name);

    if (absent)
        snprintf(out, size, "%s%s", absent->expected ? "not found: " : "", absent->why);
    else if (!stage)
        snprintf(out, size, "its code has no such stage");
    else if (recording->failure)
        snprintf(out, size, "the boot ended before it");
    else if (stage->optional)
        snprintf(out, size, "in its code, and not passed: not every boot takes that way");
    else
        snprintf(out, size, "in its code, and not passed");
    return out;
}

bool recording_begin(const struct recording *recording, uint64_t *ret)
{
    const struct recorded_stop *begin = recording_stop(recording, "startup-32");

    if (begin)
        *ret = begin->instructions;
    return begin != NULL;
}

bool recording_total(const struct recording *recording, uint64_t *ret)
{
    const struct recorded_stop *end = recording_stop(recording, "kernel-entry");
    uint64_t begin;

    if (!end || !recording_begin(recording, &begin) || end->instructions < begin)
        return false;
    *ret = end->instructions - begin;
    return true;
}
