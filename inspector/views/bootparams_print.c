/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view of boot_params for people and for programs. */
#include "bootparams.h"

#include <inttypes.h>
#include <string.h>

#include "flags.h"

/* Columns of a line that are left beside the label. */
#define TEXT_WIDTH (TEXT_COLUMNS - TEXT_LABEL_COLUMNS)

const char *e820_name(uint32_t type)
{
    static const char *const names[] = {
        [1] = "usable",   [2] = "reserved", [3] = "ACPI data",  [4] = "ACPI NVS",
        [5] = "unusable", [6] = "disabled", [7] = "persistent",
    };

    if (type < sizeof(names) / sizeof(names[0]) && names[type])
        return names[type];
    return "unknown";
}

static void print_e820(const struct bootparams_view *view, const struct text *text)
{
    for (unsigned int i = 0; i < view->e820_count; i++) {
        const struct e820_range *range = &view->e820[i];
        char where[48];

        snprintf(where, sizeof(where), "[%s, %s)", text_hex(range->start),
                 text_hex(range->start + range->size));
        text_label(text, i ? "" : "e820");
        text_print(text, TEXT_PLAIN, "%-30s %10s  %" PRIu32 " %s\n", where, text_size(range->size),
                   range->type, e820_name(range->type));
    }
    if (view->e820_count == 0) {
        text_label(text, "e820");
        text_print(text, TEXT_DIM, "no entries yet\n");
    } else if (view->e820_entries > view->e820_count) {
        text_label(text, "");
        text_print(text, TEXT_BAD, "%u entries claimed, the table holds %u\n", view->e820_entries,
                   BOOTPARAMS_E820_MAX);
    }
}

static void print_cmdline(const struct bootparams_view *view, const struct text *text)
{
    text_label(text, "command line");
    if (!view->cmdline_address)
        text_print(text, TEXT_DIM, "none\n");
    else if (view->cmdline_there && !view->cmdline[0])
        text_print(text, TEXT_DIM, "empty\n");
    else if (!view->cmdline_there)
        text_print(text, TEXT_BAD, "at %s, which is not in memory\n",
                   text_hex(view->cmdline_address));
    else
        text_print(text, TEXT_PLAIN, "%.*s%s\n", TEXT_WIDTH - 3, view->cmdline,
                   view->cmdline_cut || strlen(view->cmdline) > TEXT_WIDTH - 3 ? "..." : "");
}

static void print_setup_data(const struct bootparams_view *view, const struct text *text)
{
    for (unsigned int i = 0; i < view->setup_data_count; i++) {
        const struct setup_data_node *node = &view->setup_data[i];

        text_label(text, i ? "" : "setup_data");
        text_print(text, TEXT_PLAIN, "%s  type %s  %" PRIu32 " bytes\n", text_hex(node->address),
                   text_hex(node->type), node->length);
    }
    if (view->setup_data_cut) {
        text_label(text, view->setup_data_count ? "" : "setup_data");
        text_print(text, TEXT_BAD, "the chain leads on, out of memory or in a circle\n");
    }
}

void bootparams_text(const struct bootparams_view *view, const struct text *text)
{
    const struct screen *screen = &view->screen;
    char flags[FLAGS_TEXT_MAX];

    if (!view->present)
        return;
    text_label(text, "boot_params");
    text_print(text, TEXT_PLAIN, "%s  loader %s  loadflags %s\n", text_hex(view->address),
               text_hex(view->loader),
               flags_text(&flags_loadflags, view->loadflags, flags, sizeof(flags)));
    text_label(text, "screen");
    if (screen->lines)
        text_print(text, TEXT_PLAIN, "mode %u, %u columns, %u lines\n", screen->mode,
                   screen->columns, screen->lines);
    else
        text_print(text, TEXT_DIM, "no text screen\n");
    print_cmdline(view, text);
    if (view->initrd_size) {
        text_label(text, "initrd");
        text_print(text, TEXT_PLAIN, "[%s, %s)  %s\n", text_hex(view->initrd),
                   text_hex(view->initrd + view->initrd_size), text_size(view->initrd_size));
    }
    print_e820(view, text);
    print_setup_data(view, text);
}

static json_t *e820_json(const struct bootparams_view *view)
{
    json_t *array = json_array();

    for (unsigned int i = 0; i < view->e820_count; i++) {
        const struct e820_range *range = &view->e820[i];

        json_array_append_new(array,
                              json_pack("{s:o, s:o, s:I, s:s}", "start", json_hex(range->start),
                                        "size", json_hex(range->size), "type",
                                        (json_int_t)range->type, "name", e820_name(range->type)));
    }
    return array;
}

static json_t *setup_data_json(const struct bootparams_view *view)
{
    json_t *array = json_array();

    for (unsigned int i = 0; i < view->setup_data_count; i++) {
        const struct setup_data_node *node = &view->setup_data[i];

        json_array_append_new(
            array, json_pack("{s:o, s:o, s:I}", "address", json_hex(node->address), "type",
                             json_hex(node->type), "length", (json_int_t)node->length));
    }
    return array;
}

static json_t *screen_json(const struct screen *screen)
{
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i}", "mode", (int)screen->mode, "lines",
                     (int)screen->lines, "columns", (int)screen->columns, "x", (int)screen->x, "y",
                     (int)screen->y, "vga", (int)screen->is_vga);
}

json_t *bootparams_json(const struct bootparams_view *view)
{
    json_t *initrd;

    if (!view->present)
        return json_null();
    if (view->initrd_size)
        initrd = json_pack("{s:o, s:o}", "start", json_hex(view->initrd), "size",
                           json_hex(view->initrd_size));
    else
        initrd = json_null();
    return json_pack("{s:o, s:o, s:s?, s:o, s:i, s:o, s:o, s:o}", "address",
                     json_hex(view->address), "e820", e820_json(view), "command_line",
                     view->cmdline_there ? view->cmdline : NULL, "initrd", initrd, "loader",
                     (int)view->loader, "loadflags", flags_json(&flags_loadflags, view->loadflags),
                     "screen", screen_json(&view->screen), "setup_data", setup_data_json(view));
}
