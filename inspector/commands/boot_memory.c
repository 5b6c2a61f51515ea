/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands that show what lies where, and what boot_params says. */
#include "boot.h"

#include <stdlib.h>

#include "kaslr.h"
#include "memmap.h"
#include "params.h"

/* The caller frees *ret. ERROR_INPUT before there are boot_params. */
static struct error *take_params(struct environment *environment, const struct command_line *line,
                                 struct params_view **ret)
{
    const struct stop *stop;
    struct params_view *view;
    struct error *err = command_usage(line, 0, 0);

    if (!err)
        err = command_stop(environment, &stop);
    if (err)
        return err;
    view = malloc(sizeof(*view));
    if (!view)
        return error_new(ERROR_SYSTEM, "%s: no memory", line->name);
    err = params_capture(stop, view);
    if (!err && !view->present)
        err = error_new(ERROR_INPUT, "%s: boot_params is filled in from memory-detected on",
                        line->name);
    if (err)
        free(view);
    else
        *ret = view;
    return err;
}

/* Some members of what params_json() has. */
static json_t *pick(const struct params_view *view, const char *const *names)
{
    json_t *all = params_json(view), *object = json_object();

    for (; *names; names++)
        json_object_set(object, *names, json_object_get(all, *names));
    json_decref(all);
    return object;
}

struct error *run_e820(struct environment *environment, const struct command_line *line)
{
    static const char *const members[] = {"address", "e820", NULL};
    struct params_view *view;
    struct error *err = take_params(environment, line, &view);

    if (err)
        return err;
    if (environment->json)
        command_print_json(environment, pick(view, members));
    else
        params_e820_text(view, environment->text);
    free(view);
    return NULL;
}

struct error *run_params(struct environment *environment, const struct command_line *line)
{
    struct params_view *view;
    struct error *err = take_params(environment, line, &view);

    if (err)
        return err;
    if (environment->json)
        command_print_json(environment, params_json(view));
    else
        params_text(view, environment->text);
    free(view);
    return NULL;
}

/* Whole, however long: this is what was asked for. */
static void print_cmdline(const struct params_view *view, const struct text *text)
{
    if (!view->cmdline_address)
        text_print(text, TEXT_DIM, "no command line\n");
    else if (!view->cmdline_there)
        text_print(text, TEXT_BAD, "at %s, which is not in memory\n",
                   text_hex(view->cmdline_address));
    else
        text_print(text, TEXT_PLAIN, "%s%s\n", view->cmdline, view->cmdline_cut ? "..." : "");
}

struct error *run_cmdline(struct environment *environment, const struct command_line *line)
{
    static const char *const members[] = {"command_line", "command_line_address", NULL};
    struct params_view *view;
    struct error *err = take_params(environment, line, &view);

    if (err)
        return err;
    if (environment->json)
        command_print_json(environment, pick(view, members));
    else
        print_cmdline(view, environment->text);
    free(view);
    return NULL;
}

struct error *run_kaslr(struct environment *environment, const struct command_line *line)
{
    struct debugger *debugger = environment->debugger;
    const struct stop *stop;
    struct kaslr_view *view;
    struct boot_done done;
    struct error *err = command_usage(line, 0, 0);

    if (!err)
        err = command_stop(environment, &stop);
    if (err)
        return err;
    done = boot_done(debugger, stop);
    if (!done.chosen)
        return stop->image && stop->image->kernel.bits == 32
                   ? error_new(ERROR_INPUT, "kaslr: this 32-bit boot code has none")
                   : error_new(ERROR_INPUT, "kaslr: nothing was chosen yet: go to location-chosen");
    view = malloc(sizeof(*view));
    if (!view)
        return error_new(ERROR_SYSTEM, "kaslr: no memory");
    err = kaslr_capture(stop, &done, view);
    if (!err && !view->present)
        err = error_new(ERROR_INPUT, "kaslr: what was chosen is not known here");
    if (!err && environment->json)
        command_print_json(environment, kaslr_json(view));
    else if (!err)
        kaslr_text(view, environment->text);
    if (!err)
        err = boot_check("kaslr", kaslr_wrong(view));
    free(view);
    return err;
}

struct error *run_memmap(struct environment *environment, const struct command_line *line)
{
    const struct stop *stop;
    struct memmap_view *view;
    struct boot_done done;
    struct error *err = command_usage(line, 0, 0);

    if (!err)
        err = command_stop(environment, &stop);
    if (err)
        return err;
    view = malloc(sizeof(*view));
    if (!view)
        return error_new(ERROR_SYSTEM, "memmap: no memory");
    done = boot_done(environment->debugger, stop);
    err = memmap_capture(stop, &done, view);
    if (!err && environment->json)
        command_print_json(environment, memmap_json(view));
    else if (!err)
        memmap_text(view, environment->text);
    free(view);
    return err;
}
