/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bootparams.h"

#include <stdio.h>
#include <string.h>

#include "guest.h"

/* Offsets in struct boot_params (Documentation/arch/x86/zero-page.rst). */
enum {
    BP_SCREEN_X = 0x000,
    BP_SCREEN_Y = 0x001,
    BP_SCREEN_MODE = 0x006,
    BP_SCREEN_COLUMNS = 0x007,
    BP_SCREEN_LINES = 0x00e,
    BP_SCREEN_IS_VGA = 0x00f,
    BP_EXT_RAMDISK_IMAGE = 0x0c0,
    BP_EXT_RAMDISK_SIZE = 0x0c4,
    BP_EXT_CMD_LINE_PTR = 0x0c8,
    BP_E820_ENTRIES = 0x1e8,
    BP_TYPE_OF_LOADER = 0x210,
    BP_LOADFLAGS = 0x211,
    BP_RAMDISK_IMAGE = 0x218,
    BP_RAMDISK_SIZE = 0x21c,
    BP_CMD_LINE_PTR = 0x228,
    BP_SETUP_DATA = 0x250,
    BP_E820_TABLE = 0x2d0,
    BP_SIZE = 0x1000,
};

#define E820_ENTRY_BYTES 20

/* struct setup_data: next (8 bytes), type, len, data. */
#define SETUP_DATA_TYPE   8
#define SETUP_DATA_LENGTH 12
#define SETUP_DATA_BYTES  16

static uint32_t load32(const uint8_t *bytes)
{
    uint32_t value;

    memcpy(&value, bytes, sizeof(value));
    return value;
}

static uint64_t load64(const uint8_t *bytes)
{
    return load32(bytes) | (uint64_t)load32(bytes + 4) << 32;
}

/* A 64-bit value in two 32-bit fields that are far apart. */
static uint64_t load_split(const uint8_t *page, unsigned int low, unsigned int high)
{
    return load32(page + low) | (uint64_t)load32(page + high) << 32;
}

static void decode_e820(const uint8_t *page, struct bootparams_view *view)
{
    view->e820_entries = page[BP_E820_ENTRIES];
    view->e820_count = view->e820_entries;
    if (view->e820_count > BOOTPARAMS_E820_MAX)
        view->e820_count = BOOTPARAMS_E820_MAX;
    for (unsigned int i = 0; i < view->e820_count; i++) {
        const uint8_t *entry = page + BP_E820_TABLE + (size_t)i * E820_ENTRY_BYTES;

        view->e820[i] = (struct e820_range){load64(entry), load64(entry + 8), load32(entry + 16)};
    }
}

static void decode_fields(const uint8_t *page, struct bootparams_view *view)
{
    view->loadflags = page[BP_LOADFLAGS];
    view->loader = page[BP_TYPE_OF_LOADER];
    view->screen = (struct screen){
        .mode = page[BP_SCREEN_MODE],
        .lines = page[BP_SCREEN_LINES],
        .columns = page[BP_SCREEN_COLUMNS],
        .x = page[BP_SCREEN_X],
        .y = page[BP_SCREEN_Y],
        .is_vga = page[BP_SCREEN_IS_VGA],
    };
    view->initrd = load_split(page, BP_RAMDISK_IMAGE, BP_EXT_RAMDISK_IMAGE);
    view->initrd_size = load_split(page, BP_RAMDISK_SIZE, BP_EXT_RAMDISK_SIZE);
    view->cmdline_address = load_split(page, BP_CMD_LINE_PTR, BP_EXT_CMD_LINE_PTR);
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
static struct error *read_cmdline(const struct stop *stop, struct bootparams_view *view)
{
    uint8_t bytes[BOOTPARAMS_CMDLINE_MAX];
    const size_t piece = 64;
    size_t length = 0;

    while (view->cmdline_address && length < sizeof(bytes)) {
        uint64_t at = view->cmdline_address + length;
        size_t want = piece - (size_t)(at % piece);
        const uint8_t *end;
        bool there;
        struct error *err;

        if (want > sizeof(bytes) - length)
            want = sizeof(bytes) - length;
        err = guest_try_phys(stop, phys(at), bytes + length, want, &there);
        if (err)
            return error_context(err, "reading the command line");
        if (!there)
            break;
        view->cmdline_there = true;
        end = memchr(bytes + length, '\0', want);
        if (end) {
            escape(bytes, (size_t)(end - bytes), view->cmdline);
            return NULL;
        }
        length += want;
    }
    view->cmdline_cut = view->cmdline_there;
    escape(bytes, length, view->cmdline);
    return NULL;
}

static struct error *read_setup_data(const struct stop *stop, uint64_t address,
                                     struct bootparams_view *view)
{
    while (address) {
        uint8_t header[SETUP_DATA_BYTES];
        bool there;
        struct error *err;

        if (view->setup_data_count == BOOTPARAMS_SETUP_DATA_MAX) {
            view->setup_data_cut = true;
            return NULL;
        }
        err = guest_try_phys(stop, phys(address), header, sizeof(header), &there);
        if (err)
            return error_context(err, "reading setup_data");
        if (!there) {
            view->setup_data_cut = true;
            return NULL;
        }
        view->setup_data[view->setup_data_count++] = (struct setup_data_node){
            address, load32(header + SETUP_DATA_TYPE), load32(header + SETUP_DATA_LENGTH)};
        address = load64(header);
    }
    return NULL;
}

/*
 * Before memory-detected the fields are there, but not yet filled in. Until a register holds its
 * address, it is the setup code's variable.
 */
static struct maybe find_boot_params(const struct stop *stop)
{
    uint64_t link;

    if (!stop->stage || strcmp(stop->stage->name, "setup-entry") == 0)
        return stop->stage ? (struct maybe){0} : stop->facts.boot_params;
    if (!stop->facts.boot_params.known && stop->setup && stop->facts.setup.known &&
        symbols_value(stop->setup, "boot_params", &link))
        return known(stop->facts.setup.value + link);
    return stop->facts.boot_params;
}

struct error *bootparams_capture(const struct stop *stop, struct bootparams_view *ret)
{
    struct maybe address = find_boot_params(stop);
    uint8_t page[BP_SIZE];
    struct error *err;

    memset(ret, 0, sizeof(*ret));
    if (!address.known)
        return NULL;
    ret->address = address.value;
    err = target_read_phys(stop->target, phys(ret->address), page, sizeof(page));
    if (err)
        return error_context(err, "reading boot_params at %s", text_hex(ret->address));
    decode_e820(page, ret);
    decode_fields(page, ret);
    err = read_cmdline(stop, ret);
    if (!err)
        err = read_setup_data(stop, load64(page + BP_SETUP_DATA), ret);
    ret->present = !err;
    return err;
}
