/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session.h"

#include <unistd.h>

#include "boot_files.h"

static struct error *open_image(const struct session_options *options, struct session *session)
{
    return options->image ? image_open(options->image, &session->image) : NULL;
}

/* Only the proofs need the kernel itself. */
static struct error *unpack_image(const struct session_options *options, struct session *session)
{
    if (!session->image || !options->debug)
        return NULL;
    if (!options->overlap)
        return image_try_unpack(session->image, &session->not_unpacked);

    struct error *err = image_unpack_begin(session->image);
    if (!err || error_kind(err) != ERROR_INPUT)
        return err;
    session->not_unpacked = err;
    return NULL;
}

struct error *session_unpacked(struct session *session)
{
    struct error *err = session->image ? image_unpack_finish(session->image) : NULL;

    if (!err || error_kind(err) != ERROR_INPUT)
        return err;
    session->not_unpacked = err;
    return NULL;
}

static struct error *begin_guest(const struct session_options *options, struct session *session)
{
    const struct guest_options *guest = options->guest;
    struct qemu_options machine = {
        .qemu = guest->qemu,
        .image = options->image,
        .append = guest->append,
        .initrd = guest->initrd,
        .memory = guest->memory,
        .cpu = guest->cpu,
        .debug = options->debug,
        .icount = options->count,
        .keep = options->keep,
    };

    return qemu_begin(&machine, session->loop, &session->qemu);
}

static bool looks_halted(void *machine)
{
    return qemu_seems_halted(machine);
}

static struct error *open_guest(const struct session_options *options, struct session *session)
{
    struct error *err = qemu_ready(session->qemu);

    if (!err && options->debug)
        err = target_open(qemu_take_gdb_fd(session->qemu), session->loop, &session->target);
    if (!err && options->debug)
        target_on_long_run(session->target, looks_halted, session->qemu);
    if (!err && options->debug && qemu_ram_fd(session->qemu) >= 0)
        target_share_ram(session->target, qemu_ram_fd(session->qemu), QEMU_RAM_NAME);
    return err;
}

static struct error *drain(void *machine)
{
    return qemu_drain(machine);
}

static struct error *instructions(void *machine, bool *ret_known, uint64_t *ret)
{
    return qemu_instructions(machine, ret_known, ret);
}

static struct error *open_timeline(struct session *session)
{
    struct timeline_inputs inputs = {
        .target = session->target,
        .stages = &session->stages,
        .image = session->image,
        .setup = session->symbols.setup,
        .stub = session->symbols.stub,
        .kernel = session->symbols.kernel,
    };

    if (session->qemu) {
        inputs.markers = qemu_markers(session->qemu);
        inputs.drain = drain;
        inputs.instructions = instructions;
        inputs.machine = session->qemu;
    }
    return timeline_new(&inputs, &session->timeline);
}

/* The guest aside: what is known of it from files. */
static struct error *open_files(const struct session_options *options, struct session *session)
{
    struct boot_files files = {0};
    struct error *err = unpack_image(options, session);

    if (!err)
        err = boot_files_open(session->image, options->guest, &files);
    if (!err && options->debug)
        err = boot_files_usable(&files, options->image ? options->image : options->connect,
                                options->connect != NULL);
    session->symbols = files.symbols;
    session->stages = files.stages;
    /* Markers make claims about the kernel before it is there. */
    if (!err && !files.stages.discovered)
        err = session_unpacked(session);
    return err;
}

/* Somebody else's guest. An address that is wrong is said before it is asked what belongs to it. */
static struct error *attach(const struct session_options *options, struct session *session)
{
    int fd;
    struct error *err = target_dial(options->connect, &fd);

    if (err)
        return err;
    err = open_files(options, session);
    session->deadline = loop_in(options->guest->timeout_ms);
    if (err) {
        close(fd);
        return err;
    }
    return error_context(target_open(fd, session->loop, &session->target), "%s", options->connect);
}

static struct error *launch(const struct session_options *options, struct session *session)
{
    /* QEMU takes its time to start: meanwhile we unpack, and look for symbols. */
    struct error *err = begin_guest(options, session);

    if (!err)
        err = open_files(options, session);
    session->deadline = loop_in(options->guest->timeout_ms);
    return err ? err : open_guest(options, session);
}

static struct error *open_all(const struct session_options *options, struct session *session)
{
    struct error *err = loop_new(&session->loop);

    if (!err)
        err = open_image(options, session);
    if (!err)
        err = options->connect ? attach(options, session) : launch(options, session);
    if (!err && options->debug)
        err = open_timeline(session);
    return err;
}

struct error *session_open(const struct session_options *options, struct session *ret)
{
    struct error *err;

    *ret = (struct session){0};
    err = open_all(options, ret);
    if (err)
        session_close(ret);
    return err;
}

struct error *session_revive(struct session *session)
{
    struct error *err = qemu_restart(session->qemu);

    return err ? err : target_reopen(session->target, qemu_take_gdb_fd(session->qemu));
}

void session_close(struct session *session)
{
    /* A guest of somebody else stays behind, for another debugger: it would stop at ours for ever. */
    if (session->target && !session->qemu)
        error_free(target_clear(session->target));
    timeline_free(session->timeline);
    target_close(session->target);
    qemu_close(session->qemu);
    symbol_files_close(&session->symbols);
    image_close(session->image);
    error_free(session->not_unpacked);
    loop_free(session->loop);
    *session = (struct session){0};
}
