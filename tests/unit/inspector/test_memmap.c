/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory region by region: order, holes, parts, overlaps, and tables that a hostile guest fills. */
#include "view_test.h"

#include "bootparams.h"
#include "fake_kernel.h"
#include "memmap.h"

#define SETUP  0x10000
#define PARAMS 0x11000

static const struct fake_symbol stub_list[] = {
    {"_head", 0},       {"_ehead", 0x2000}, {"input_data", 0x2000}, {"input_data_end", 0x80000},
    {"_end", 0x100000},
};
static const struct symbols stub = {stub_list, sizeof(stub_list) / sizeof(stub_list[0])};

static struct boot_params params;
static struct image image;
static const struct stage some = {.name = "startup-64", .module = MODULE_STUB};

/* 64 MiB of RAM in e820, and really there below 1 MiB. */
static struct stop guest(void)
{
    struct stop stop = view_stop();

    memset(&params, 0, sizeof(params));
    memset(&image, 0, sizeof(image));
    fake_target_ram(stop.target, 0, 0x100000);
    params.e820_entries = 3;
    params.e820_table[0] = (struct boot_e820_entry){0x100000, 0x3f00000, E820_TYPE_RAM};
    params.e820_table[1] = (struct boot_e820_entry){0, 0x9fc00, E820_TYPE_RAM};
    params.e820_table[2] = (struct boot_e820_entry){0x9fc00, 0x400, E820_TYPE_RESERVED};
    fake_target_poke(stop.target, 0x40e, "\xc0\x9f", 2);
    stop.facts.boot_params = known(PARAMS);
    stop.stage = &some;
    stop.stub = &stub;
    stop.image = &image;
    image.protected_size = 0x90000;
    image.setup.init_size = 0x400000;
    image.setup.pref_address = 0x1000000;
    return stop;
}

static struct memmap_view *capture(struct stop *stop, struct boot_done done)
{
    struct memmap_view *view = malloc(sizeof(*view));

    fake_target_poke(stop->target, PARAMS, &params, sizeof(params));
    view_no_error(memmap_capture(stop, &done, view));
    return view;
}

static const struct memmap_row *row_named(const struct memmap_view *view, const char *what)
{
    for (unsigned int i = 0; i < view->count; i++)
        if (strcmp(view->rows[i].what, what) == 0)
            return &view->rows[i];
    fail_msg("no row %s", what);
    return NULL;
}

static void expect(const struct memmap_view *view, const char *what, enum memmap_kind kind,
                   uint64_t start, uint64_t end)
{
    const struct memmap_row *row = row_named(view, what);

    assert_int_equal(row->kind, kind);
    assert_int_equal(row->start, start);
    assert_int_equal(row->end, end);
}

/* Ascending; and what the firmware says of an address is one thing. */
static void expect_sound(const struct memmap_view *view)
{
    uint64_t end = 0;

    for (unsigned int i = 0; i < view->count; i++) {
        const struct memmap_row *row = &view->rows[i];

        assert_true(row->start < row->end);
        assert_true(i == 0 || view->rows[i - 1].start <= row->start);
        if (row->kind == MEMMAP_USED || row->kind == MEMMAP_PART)
            continue;
        assert_true(row->start == end);
        end = row->end;
    }
}

static void test_firmware(void **state)
{
    struct stop stop = guest();
    struct memmap_view *view = capture(&stop, (struct boot_done){0});

    (void)state;
    expect_sound(view);
    assert_true(view->firmware_known);
    assert_int_equal(view->rows[0].kind, MEMMAP_RAM);
    assert_int_equal(view->rows[0].end, 0x9fc00);
    expect(view, "reserved (EBDA)", MEMMAP_RESERVED, 0x9fc00, 0xa0000);
    expect(view, "hole: video memory, adapters' ROMs", MEMMAP_HOLE, 0xa0000, 0x100000);
    expect(view, "boot_params", MEMMAP_USED, PARAMS, PARAMS + 0x1000);
    view_has(VIEW_TEXT(memmap_text, view), "[0x100000, 0x4000000)           63 MiB  |-|  RAM\n");
    free(view);
    target_close(stop.target);
}

/* Entries over each other: the one that is not RAM wins, whatever the order. */
static void test_contradicting_entries(void **state)
{
    struct stop stop = guest();
    struct memmap_view *view;

    (void)state;
    params.e820_entries = 5;
    params.e820_table[3] = (struct boot_e820_entry){0x200000, 0x1000, E820_TYPE_ACPI};
    params.e820_table[4] = (struct boot_e820_entry){0x200000, 0x800, E820_TYPE_RAM};
    view = capture(&stop, (struct boot_done){0});
    expect_sound(view);
    expect(view, "ACPI data", MEMMAP_RESERVED, 0x200000, 0x201000);
    assert_int_equal(view->rows[view->count - 1].start, 0x201000);
    free(view);
    target_close(stop.target);
}

static void test_in_place(void **state)
{
    struct stop stop = guest();
    struct memmap_view *view;
    const struct memmap_overlap *overlap;

    (void)state;
    stop.facts.load = known(0x100000);
    stop.facts.output = known(0x1000000);
    stop.facts.copy = known(0x1300000);
    view = capture(&stop, (struct boot_done){0});
    expect_sound(view);
    expect(view, "image as loaded", MEMMAP_USED, 0x100000, 0x190000);
    expect(view, "output: buffer (init_size)", MEMMAP_USED, 0x1000000, 0x1400000);
    expect(view, "copy: to be made here", MEMMAP_USED, 0x1300000, 0x1400000);
    expect(view, "compressed payload", MEMMAP_PART, 0x1302000, 0x1380000);
    assert_int_equal(view->overlap_count, 1);
    overlap = &view->overlaps[0];
    assert_string_equal(view->rows[overlap->a].what, "output: buffer (init_size)");
    assert_string_equal(view->rows[overlap->b].what, "copy: to be made here");
    assert_int_equal(overlap->start, 0x1300000);
    assert_int_equal(overlap->end, 0x1400000);
    /* Columns: before; the image; between; the buffer; the copy's head, payload, rest; behind. */
    view_has(VIEW_TEXT(memmap_text, view), "|   #xxx |  output: buffer (init_size)\n");
    view_has(VIEW_TEXT(memmap_text, view), "|     x  |    compressed payload\n");
    view_has(VIEW_TEXT(memmap_text, view), "  1 MiB  x  output: buffer (init_size) / copy: to be");
    free(view);
    target_close(stop.target);
}

/* Elsewhere there is no overlap, and nothing more is said of the buffer. */
static void test_chosen(void **state)
{
    struct fake_kernel fake;
    struct stop stop = kernel_loaded(&fake, &some);
    struct boot_done done = {.copied = true, .chosen = true};
    struct memmap_view view;

    (void)state;
    stop.stub = &stub;
    stop.facts.copy = known(0x4000000);
    view_no_error(memmap_capture(&stop, &done, &view));
    expect(&view, "copy of the image", MEMMAP_USED, 0x4000000, 0x4100000);
    expect(&view, "output: as chosen", MEMMAP_USED, KERNEL_OUTPUT, KERNEL_OUTPUT + 0x401100);
    done.decompressed = true;
    view_no_error(memmap_capture(&stop, &done, &view));
    expect(&view, "output: unpacked payload", MEMMAP_USED, KERNEL_OUTPUT,
           KERNEL_OUTPUT + PAYLOAD_BYTES);
    done.loaded = true;
    view_no_error(memmap_capture(&stop, &done, &view));
    expect(&view, "kernel, in place", MEMMAP_USED, KERNEL_OUTPUT, KERNEL_OUTPUT + 0x401100);
    expect(&view, "PT_LOAD 1", MEMMAP_PART, KERNEL_OUTPUT + 0x200000, KERNEL_OUTPUT + 0x201800);
    assert_int_equal(view.overlap_count, 0);
    kernel_free(&fake, &stop);
}

/* Before setup has filled boot_params, its own header tells where things are. */
static void test_real_mode(void **state)
{
    struct stop stop = guest();
    struct setup_header header = {.setup_sects = 4,
                                  .loadflags = CAN_USE_HEAP,
                                  .heap_end_ptr = 0xfe00,
                                  .cmd_line_ptr = 0x20000,
                                  .ramdisk_image = 0x80000,
                                  .ramdisk_size = 0x123};
    struct boot_done done = {0};
    struct memmap_view view;

    (void)state;
    stop.facts.boot_params = (struct maybe){0};
    stop.facts.setup = known(SETUP);
    stop.stage = NULL;
    fake_target_poke(stop.target, SETUP + BP_hdr, &header, sizeof(header));
    view_no_error(memmap_capture(&stop, &done, &view));
    assert_false(view.firmware_known);
    expect(&view, "boot sector and setup", MEMMAP_USED, SETUP, SETUP + 0xa00);
    expect(&view, "setup's heap and stack", MEMMAP_USED, SETUP + 0xa00, SETUP + 0x10000);
    expect(&view, "initrd", MEMMAP_USED, 0x80000, 0x80123);
    view_has(VIEW_TEXT(memmap_text, &view), "no memory map yet");
    target_close(stop.target);
}

/* A full table of overlapping nonsense, up to the end of the address space. */
static void test_hostile(void **state)
{
    struct stop stop = guest();
    struct memmap_view *view;
    json_t *json;

    (void)state;
    params.e820_entries = 255;
    for (unsigned int i = 0; i < E820_MAX_ENTRIES_ZEROPAGE; i++)
        params.e820_table[i] = (struct boot_e820_entry){i * UINT64_C(0x1fffffffffffffff),
                                                        UINT64_C(0x2fffffffffffffff) - i, i % 9};
    params.hdr.ramdisk_image = UINT32_MAX;
    params.ext_ramdisk_image = UINT32_MAX;
    params.hdr.ramdisk_size = UINT32_MAX;
    params.hdr.setup_data = 0x30000;
    fake_target_poke64(stop.target, 0x30000, 0x30000); /* its own successor */
    view = capture(&stop, (struct boot_done){0});
    for (unsigned int i = 1; i < view->count; i++)
        assert_true(view->rows[i - 1].start <= view->rows[i].start);
    expect(view, "initrd", MEMMAP_USED, UINT64_MAX, UINT64_MAX);
    free(VIEW_TEXT(memmap_text, view));
    json = memmap_json(view);
    assert_int_equal(json_array_size(json_object_get(json, "rows")), view->count);
    json_decref(json);
    free(view);
    target_close(stop.target);
}

static void test_gone(void **state)
{
    struct stop stop = guest();
    struct boot_done done = {0};
    struct memmap_view view;

    (void)state;
    fake_target_hang_up(stop.target);
    view_error(memmap_capture(&stop, &done, &view), ERROR_CLOSED);
    target_close(stop.target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_firmware),  cmocka_unit_test(test_contradicting_entries),
        cmocka_unit_test(test_in_place),  cmocka_unit_test(test_chosen),
        cmocka_unit_test(test_real_mode), cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
