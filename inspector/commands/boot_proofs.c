/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands that prove where bytes moved: bss, moved, segments, reloc. */
#include "boot.h"

#include <elf.h>
#include <string.h>

#include "bss.h"
#include "linear.h"
#include "flow.h"
#include "site.h"
#include "snapshot.h"

/*
 * The stop, and all its proofs when it is a checkpoint; else *ret is empty. The caller frees it
 * with snapshot_free().
 */
static struct error *take(struct environment *environment, const struct stop **ret_stop,
                          struct snapshot *ret)
{
    struct error *err = command_stop(environment, ret_stop);

    *ret = (struct snapshot){0};
    if (!err && (*ret_stop)->stage)
        err = debugger_snapshot(environment->debugger, ret);
    return err;
}

static json_t *names_json(const char *const *names)
{
    json_t *array = json_array();

    for (; *names; names++)
        json_array_append_new(array, json_string(*names));
    return array;
}

/* Adds where the proof is to be had; "proven" tells whether this is such a place. Takes object. */
static void print_proof_json(struct environment *environment, json_t *object, bool proven,
                             const char *const *where)
{
    json_object_set_new(object, "proven", json_boolean(proven));
    json_object_set_new(object, "proof_at", names_json(where));
    command_print_json(environment, object);
}

static void print_where(const struct text *text, const char *const *where)
{
    struct flow flow = flow_start(text, "");

    flow_words(&flow, TEXT_DIM, "not compared here; the proof is at");
    for (size_t i = 0; where[i]; i++) {
        bool list = where[i + 1] && where[i + 2];
        char word[64];

        snprintf(word, sizeof(word), "%s%s", where[i], list ? "," : where[i + 1] ? " and" : "");
        flow_words(&flow, TEXT_DIM, word);
    }
    flow_end(&flow);
}

struct error *run_bss(struct environment *environment, const struct command_line *line)
{
    static const char *const where[] = {"bss-cleared", NULL};
    const struct stop *stop;
    struct bss_view view;
    json_t *json;
    struct error *err = command_usage(line, 0, 0);

    if (!err)
        err = command_stop(environment, &stop);
    if (!err)
        err = bss_capture(stop, &view);
    if (err)
        return err;
    if (environment->json) {
        json = view.present ? bss_json(&view) : json_object();
        print_proof_json(environment, json, view.must_be_zero, where);
    } else if (view.present) {
        bss_text(&view, environment->text);
    } else {
        text_label(environment->text, "bss");
        text_print(environment->text, TEXT_PLAIN,
                   "the decompressor's copy does not run yet: from relocated on\n");
    }
    return boot_check("bss", bss_wrong(&view));
}

/* Where the decompressor was loaded and copied to, without a word on the bytes. */
static void print_move(const struct stop *stop, const char *const *where, const struct text *text)
{
    text_label(text, "moved");
    text_print(text, TEXT_PLAIN, "loaded at %s, copy at %s, %s\n", text_maybe(stop->facts.load),
               text_maybe(stop->facts.copy), text_size(loaded_size(stop)));
    print_where(text, where);
}

static json_t *move_json(const struct stop *stop)
{
    return json_pack("{s:o, s:o, s:o}", "source", json_maybe(stop->facts.load), "copy",
                     json_maybe(stop->facts.copy), "size", json_hex(loaded_size(stop)));
}

struct error *run_moved(struct environment *environment, const struct command_line *line)
{
    static const char *const where[] = {"image-copied", NULL};
    struct snapshot snapshot = {0};
    const struct moved_view *view = &snapshot.moved;
    const struct stop *stop;
    struct error *err = command_usage(line, 0, 0);

    if (!err)
        err = take(environment, &stop, &snapshot);
    if (err)
        return err;
    if (environment->json)
        print_proof_json(environment, view->present ? moved_json(view) : move_json(stop),
                         view->present, where);
    else if (view->present)
        moved_text(view, environment->text);
    else
        print_move(stop, where, environment->text);
    err = boot_check("moved", moved_wrong(view));
    snapshot_free(&snapshot);
    return err;
}

/* The kernel's PT_LOADs with where they are or will be, for a stop where nothing is compared. */
static void expected_segments(const struct stop *stop, struct elfload_view *ret)
{
    const struct kernel *kernel = &stop->image->kernel;

    *ret = (struct elfload_view){.present = true};
    for (unsigned int i = 0; i < kernel->segment_count; i++) {
        const struct kernel_segment *segment = &kernel->segments[i];

        if (segment->type == PT_LOAD)
            ret->segments[ret->count++] = (struct elfload_segment){
                .from = segment->offset,
                .to = segment->paddr + stop_base(stop, MODULE_KERNEL).value,
                .size = segment->filesz,
                .flags = segment->flags};
    }
}

static void print_segments(const struct elfload_view *view, bool placed, const struct text *text)
{
    for (unsigned int i = 0; i < view->count; i++) {
        const struct elfload_segment *segment = &view->segments[i];
        char to[48] = "-";

        if (placed)
            snprintf(to, sizeof(to), "[%s, %s)", text_hex(segment->to),
                     text_hex(segment->to + segment->size));
        text_label(text, i ? "" : "PT_LOAD");
        text_print(text, TEXT_PLAIN, "%-28s from %-11s %9s\n", to, text_hex(segment->from),
                   text_size(segment->size));
    }
}

static json_t *segments_json(const struct elfload_view *view, bool placed)
{
    json_t *array = json_array();

    for (unsigned int i = 0; i < view->count; i++) {
        const struct elfload_segment *segment = &view->segments[i];

        json_array_append_new(array, json_pack("{s:o, s:o, s:o}", "offset", json_hex(segment->from),
                                               "to", placed ? json_hex(segment->to) : json_null(),
                                               "size", json_hex(segment->size)));
    }
    return json_pack("{s:o}", "segments", array);
}

struct error *run_segments(struct environment *environment, const struct command_line *line)
{
    static const char *const where[] = {"decompressed", "elf-loaded", "relocations-applied",
                                        "kernel-entry", NULL};
    struct snapshot snapshot = {0};
    struct elfload_view expected, *view = &snapshot.elfload;
    const struct stop *stop;
    bool placed;
    struct error *err = command_usage(line, 0, 0);

    if (!err)
        err = take(environment, &stop, &snapshot);
    if (!err && (!stop->image || !stop->image->kernel.bytes))
        err = error_new(ERROR_INPUT, "segments: there is no image to read them from");
    if (err)
        goto out;
    expected_segments(stop, &expected);
    /* Before the choice, output is only what it will be without KASLR. */
    placed = stop_base(stop, MODULE_KERNEL).known && boot_done(environment->debugger, stop).chosen;
    if (environment->json) {
        print_proof_json(environment,
                         view->present ? elfload_json(view) : segments_json(&expected, placed),
                         view->present, where);
    } else if (view->present) {
        elfload_text(view, environment->text);
    } else {
        print_segments(&expected, placed, environment->text);
        print_where(environment->text, where);
    }
    err = boot_check("segments", elfload_wrong(view));
out:
    snapshot_free(&snapshot);
    return err;
}

static struct error *run_site(struct environment *environment, const struct command_line *line)
{
    const struct stop *stop;
    struct boot_done done;
    struct site_view view;
    uint64_t address;
    struct error *err = command_stop(environment, &stop);

    if (!err)
        err = linear_argument(environment, line->rest, &address);
    if (err)
        return err;
    done = boot_done(environment->debugger, stop);
    err = site_capture(stop, &done, address, &view);
    if (err)
        return err;
    if (environment->json)
        command_print_json(environment, site_json(&view));
    else
        site_text(&view, environment->text);
    if (view.count == 0)
        return error_new(ERROR_INPUT, "reloc: %s is in no relocation site", text_hex(address));
    return boot_check("reloc", site_wrong(&view));
}

struct error *run_reloc(struct environment *environment, const struct command_line *line)
{
    static const char *const where[] = {"relocations-applied", "kernel-entry", NULL};
    bool only_wrong = line->count == 1 && strcmp(line->words[0], "wrong") == 0;
    struct snapshot snapshot = {0};
    struct reloc_view addresses, *view = &snapshot.reloc;
    const struct stop *stop;
    struct error *err;

    if (line->count && !only_wrong)
        return run_site(environment, line);
    err = take(environment, &stop, &snapshot);
    if (!err && only_wrong && !view->checked)
        err = error_new(ERROR_INPUT, "reloc wrong: the sites are compared at %s and %s only",
                        where[0], where[1]);
    if (err)
        goto out;
    reloc_addresses(stop, &addresses);
    if (!view->checked)
        *view = addresses;
    if (environment->json) {
        print_proof_json(environment, view->present ? reloc_json(view) : json_object(),
                         view->checked, where);
    } else {
        if (only_wrong)
            reloc_sites_text(view, environment->text);
        else if (view->present)
            reloc_text(view, environment->text);
        if (!view->checked)
            print_where(environment->text, where);
    }
    err = boot_check("reloc", reloc_wrong(view));
out:
    snapshot_free(&snapshot);
    return err;
}
