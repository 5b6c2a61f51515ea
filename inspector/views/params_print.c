/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view of boot_params for people and for programs. */
#include "params.h"

#include <inttypes.h>
#include <string.h>

#include "flags.h"

/* Columns of a line that are left beside the label. */
#define TEXT_WIDTH (TEXT_COLUMNS - TEXT_LABEL_COLUMNS)

const char *e820_name(uint32_t type)
{
    static const char *const names[] = {
        [E820_TYPE_RAM] = "usable",        [E820_TYPE_RESERVED] = "reserved",
        [E820_TYPE_ACPI] = "ACPI data",    [E820_TYPE_NVS] = "ACPI NVS",
        [E820_TYPE_UNUSABLE] = "unusable", [6] = "disabled",
        [E820_TYPE_PMEM] = "persistent",
    };

    if (type < sizeof(names) / sizeof(names[0]) && names[type])
        return names[type];
    return "unknown";
}

void params_e820_text(const struct params_view *view, const struct text *text)
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
                   E820_MAX_ENTRIES_ZEROPAGE);
    }
}

static void print_cmdline(const struct params_view *view, const struct text *text)
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

static void print_setup_data(const struct params_view *view, const struct text *text)
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

static void print_headline(const struct params_view *view, const struct text *text)
{
    char flags[FLAGS_TEXT_MAX];

    text_label(text, "boot_params");
    text_print(text, TEXT_PLAIN, "%s  loader %s  loadflags %s\n", text_hex(view->address),
               text_hex(view->loader),
               flags_text(&flags_loadflags, view->loadflags, flags, sizeof(flags)));
}

static void print_screen(const struct params_view *view, const struct text *text)
{
    const struct screen *screen = &view->screen;

    text_label(text, "screen");
    if (screen->lines)
        text_print(text, TEXT_PLAIN, "mode %u, %u columns, %u lines\n", screen->mode,
                   screen->columns, screen->lines);
    else
        text_print(text, TEXT_DIM, "no text screen\n");
}

static void print_initrd(const struct params_view *view, const struct text *text)
{
    if (!view->initrd_size)
        return;
    text_label(text, "initrd");
    text_print(text, TEXT_PLAIN, "[%s, %s)  %s\n", text_hex(view->initrd),
               text_hex(view->initrd + view->initrd_size), text_size(view->initrd_size));
}

static bool same_headline(const struct params_view *a, const struct params_view *b)
{
    return a->address == b->address && a->loader == b->loader && a->loadflags == b->loadflags;
}

static bool same_screen(const struct params_view *a, const struct params_view *b)
{
    return a->screen.mode == b->screen.mode && a->screen.lines == b->screen.lines &&
           a->screen.columns == b->screen.columns;
}

static bool same_cmdline(const struct params_view *a, const struct params_view *b)
{
    return a->cmdline_address == b->cmdline_address && a->cmdline_there == b->cmdline_there &&
           a->cmdline_cut == b->cmdline_cut && strcmp(a->cmdline, b->cmdline) == 0;
}

static bool same_initrd(const struct params_view *a, const struct params_view *b)
{
    return a->initrd == b->initrd && a->initrd_size == b->initrd_size;
}

static bool same_e820(const struct params_view *a, const struct params_view *b)
{
    if (a->e820_entries != b->e820_entries)
        return false;
    for (unsigned int i = 0; i < a->e820_count; i++)
        if (a->e820[i].start != b->e820[i].start || a->e820[i].size != b->e820[i].size ||
            a->e820[i].type != b->e820[i].type)
            return false;
    return true;
}

static bool same_setup_data(const struct params_view *a, const struct params_view *b)
{
    if (a->setup_data_cut != b->setup_data_cut || a->setup_data_count != b->setup_data_count)
        return false;
    for (unsigned int i = 0; i < a->setup_data_count; i++)
        if (a->setup_data[i].address != b->setup_data[i].address ||
            a->setup_data[i].type != b->setup_data[i].type ||
            a->setup_data[i].length != b->setup_data[i].length)
            return false;
    return true;
}

/* What is shown, in this order. */
static const struct part {
    void (*print)(const struct params_view *view, const struct text *text);
    bool (*same)(const struct params_view *a, const struct params_view *b);
} parts[] = {
    {print_headline, same_headline}, {print_screen, same_screen},
    {print_cmdline, same_cmdline},   {print_initrd, same_initrd},
    {params_e820_text, same_e820},   {print_setup_data, same_setup_data},
};

void params_diff_text(const struct params_view *before, const struct params_view *view,
                      const struct text *text)
{
    bool all = !before || !before->present;

    for (size_t i = 0; view->present && i < sizeof(parts) / sizeof(parts[0]); i++)
        if (all || !parts[i].same(before, view))
            parts[i].print(view, text);
}

void params_text(const struct params_view *view, const struct text *text)
{
    params_diff_text(NULL, view, text);
}

static json_t *e820_json(const struct params_view *view)
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

static json_t *setup_data_json(const struct params_view *view)
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

json_t *params_json(const struct params_view *view)
{
    json_t *initrd;

    if (!view->present)
        return json_null();
    if (view->initrd_size)
        initrd = json_pack("{s:o, s:o}", "start", json_hex(view->initrd), "size",
                           json_hex(view->initrd_size));
    else
        initrd = json_null();
    return json_pack("{s:o, s:o, s:s?, s:o, s:o, s:i, s:o, s:o, s:o}", "address",
                     json_hex(view->address), "e820", e820_json(view), "command_line",
                     view->cmdline_there ? view->cmdline : NULL, "command_line_address",
                     view->cmdline_address ? json_hex(view->cmdline_address) : json_null(),
                     "initrd", initrd, "loader", (int)view->loader, "loadflags",
                     flags_json(&flags_loadflags, view->loadflags), "screen",
                     screen_json(&view->screen), "setup_data", setup_data_json(view));
}
