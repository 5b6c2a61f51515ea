/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "params.h"

#include <stdio.h>
#include <string.h>

#include "guest.h"

/* A 64-bit value in two fields that are far apart. */
static uint64_t join(uint32_t low, uint32_t high)
{
    return low | (uint64_t)high << 32;
}

static void decode_e820(const struct boot_params *params, struct params_view *view)
{
    view->e820_entries = params->e820_entries;
    view->e820_count = view->e820_entries;
    if (view->e820_count > E820_MAX_ENTRIES_ZEROPAGE)
        view->e820_count = E820_MAX_ENTRIES_ZEROPAGE;
    for (unsigned int i = 0; i < view->e820_count; i++) {
        const struct boot_e820_entry *entry = &params->e820_table[i];

        view->e820[i] = (struct e820_range){entry->addr, entry->size, entry->type};
    }
}

static void decode_fields(const struct boot_params *params, struct params_view *view)
{
    const struct screen_info *screen = &params->screen_info;
    const struct setup_header *hdr = &params->hdr;

    view->loadflags = hdr->loadflags;
    view->loader = hdr->type_of_loader;
    view->screen = (struct screen){
        .mode = screen->orig_video_mode,
        .lines = screen->orig_video_lines,
        .columns = screen->orig_video_cols,
        .x = screen->orig_x,
        .y = screen->orig_y,
        .is_vga = screen->orig_video_isVGA,
    };
    view->initrd = join(hdr->ramdisk_image, params->ext_ramdisk_image);
    view->initrd_size = join(hdr->ramdisk_size, params->ext_ramdisk_size);
    view->cmdline_address = join(hdr->cmd_line_ptr, params->ext_cmd_line_ptr);
}

static void escape(const uint8_t *bytes, size_t length, char *out)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] >= 0x20 && bytes[i] < 0x7f && bytes[i] != '\\')
            *out++ = (char)bytes[i];
        else
            out += sprintf(out, "\\x%02x", bytes[i]);
    }
    *out = '\0';
}

/* Read piece by piece: it may end right before the end of memory. */
struct error *params_read_cmdline(const struct stop *stop, uint64_t address,
                                  struct params_cmdline *ret)
{
    const size_t piece = 64;

    *ret = (struct params_cmdline){0};
    while (address && ret->length < sizeof(ret->bytes)) {
        uint64_t at = address + ret->length;
        size_t want = piece - (size_t)(at % piece);
        const uint8_t *from = ret->bytes + ret->length, *end;
        bool there;
        struct error *err;

        if (want > sizeof(ret->bytes) - ret->length)
            want = sizeof(ret->bytes) - ret->length;
        err = guest_try_phys(stop, phys(at), ret->bytes + ret->length, want, &there);
        if (err)
            return error_context(err, "reading the command line");
        if (!there)
            break;
        ret->there = true;
        end = memchr(from, '\0', want);
        ret->length += end ? (size_t)(end - from) : want;
        if (end)
            return NULL;
    }
    ret->cut = ret->there;
    return NULL;
}

static struct error *read_cmdline(const struct stop *stop, struct params_view *view)
{
    struct params_cmdline line;
    struct error *err = params_read_cmdline(stop, view->cmdline_address, &line);

    view->cmdline_there = line.there;
    view->cmdline_cut = line.cut;
    escape(line.bytes, line.length, view->cmdline);
    return err;
}

static struct error *read_setup_data(const struct stop *stop, uint64_t address,
                                     struct params_view *view)
{
    while (address) {
        struct setup_data header;
        bool there;
        struct error *err;

        if (view->setup_data_count == PARAMS_SETUP_DATA_MAX) {
            view->setup_data_cut = true;
            return NULL;
        }
        err = guest_try_phys(stop, phys(address), &header, sizeof(header), &there);
        if (err)
            return error_context(err, "reading setup_data");
        if (!there) {
            view->setup_data_cut = true;
            return NULL;
        }
        view->setup_data[view->setup_data_count++] = (struct setup_data_node){address, header.type,
                                                                              header.len};
        address = header.next;
    }
    return NULL;
}

/*
 * Before memory-detected the fields are there, but not yet filled in. Until a register holds its
 * address, it is the setup code's variable.
 */
static struct maybe find_boot_params(const struct stop *stop)
{
    struct maybe none = {0};
    uint64_t link;

    if (stop->stage && strcmp(stop->stage->name, "setup-entry") == 0)
        return none;
    if (stop->stage && !stop->facts.boot_params.known && stop->setup && stop->facts.setup.known &&
        symbols_value(stop->setup, "boot_params", &link))
        return known(stop->facts.setup.value + link);
    return stop->facts.boot_params;
}

struct error *params_capture(const struct stop *stop, struct params_view *ret)
{
    struct maybe address = find_boot_params(stop);
    struct boot_params params;
    struct error *err;

    memset(ret, 0, sizeof(*ret));
    if (!address.known)
        return NULL;
    ret->address = address.value;
    err = target_read_phys(stop->target, phys(ret->address), &params, sizeof(params));
    if (err)
        return error_context(err, "reading boot_params at %s", text_hex(ret->address));
    decode_e820(&params, ret);
    decode_fields(&params, ret);
    err = read_cmdline(stop, ret);
    if (!err)
        err = read_setup_data(stop, params.hdr.setup_data, ret);
    ret->present = !err;
    return err;
}
