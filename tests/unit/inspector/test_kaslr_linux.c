/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The choice of a decompressor of Linux, of which only the result is seen: what it had to avoid and
 * which slots it had, held against every aligned address tried one by one; and values that a hostile
 * guest may have in its boot_params.
 */
#include "view_test.h"

#include "kaslr.h"
#include "layout.h"

#define MIB     (UINT64_C(1) << 20)
#define GIB     (UINT64_C(1) << 30)
#define LOAD    0x100000
#define COPY    (40 * MIB)
#define PAYLOAD 0x2cc
#define PARAMS  0x11000
#define NODES   0x20000
#define CMDLINE 0x30000
#define MAP     0x40000
#define PREF    (16 * MIB)
#define ALIGN   (2 * MIB)
#define SIZE    (20 * MIB)
#define INIT    (30 * MIB) /* so that the buffer ends at 46 MiB */

static const struct stage some = {.name = "location-chosen", .module = MODULE_STUB};
static const struct boot_done chosen = {.copied = true, .chosen = true};
static const uint8_t payload[1];

static struct image image;
static struct boot_params params;
/* What must be avoided, as the test has it. */
static struct mem_vector avoided[160];
static unsigned int avoided_count;

static struct stop guest(void)
{
    struct stop stop = view_stop();

    memset(&params, 0, sizeof(params));
    memset(&image, 0, sizeof(image));
    fake_target_ram(stop.target, 0, 0x100000);
    image.setup.pref_address = PREF;
    image.setup.kernel_alignment = ALIGN;
    image.setup.payload_offset = PAYLOAD;
    image.setup.init_size = INIT;
    image.setup.relocatable_kernel = true;
    image.kernel.bytes = payload;
    image.kernel.bits = 64;
    image.kernel.size = SIZE;
    stop.image = &image;
    stop.stage = &some;
    stop.facts = (struct facts){.load = known(LOAD),
                                .copy = known(COPY),
                                .boot_params = known(PARAMS),
                                .virtual = known(PREF),
                                .running_copy = true};
    params.hdr.init_size = INIT;
    params.hdr.loadflags = LOADED_HIGH | KASLR_FLAG;
    params.e820_entries = 3;
    params.e820_table[0] = (struct boot_e820_entry){0, 0x9fc00, E820_TYPE_RAM};
    params.e820_table[1] = (struct boot_e820_entry){MIB, 511 * MIB, E820_TYPE_RAM};
    params.e820_table[2] = (struct boot_e820_entry){600 * MIB, 4096, E820_TYPE_ACPI};
    avoided_count = 2;
    avoided[0] = (struct mem_vector){COPY + PAYLOAD, PREF + INIT - COPY - PAYLOAD};
    avoided[1] = (struct mem_vector){PARAMS, 4096};
    return stop;
}

static void command_line(struct stop *stop, const char *line)
{
    params.hdr.cmd_line_ptr = CMDLINE;
    fake_target_poke(stop->target, CMDLINE, line, strlen(line) + 1);
    avoided[avoided_count++] = (struct mem_vector){CMDLINE, strlen(line) + 1};
}

/* With the kernel put there. */
static struct kaslr_view *capture(struct stop *stop, uint64_t output)
{
    struct kaslr_view *view = malloc(sizeof(*view));

    stop->facts.output = known(output);
    fake_target_poke(stop->target, PARAMS, &params, sizeof(params));
    view_no_error(kaslr_capture(stop, &chosen, view));
    return view;
}

static bool is_slot(uint64_t at, uint64_t limit)
{
    const uint64_t end = at + SIZE;
    bool in_ram = false;

    for (unsigned int i = 0; i < params.e820_entries; i++) {
        const struct boot_e820_entry *entry = &params.e820_table[i];

        in_ram |= entry->type == E820_TYPE_RAM && at >= entry->addr &&
                  end <= entry->addr + entry->size;
    }
    for (unsigned int i = 0; i < avoided_count; i++)
        if (avoided[i].size && end > avoided[i].start && at < avoided[i].start + avoided[i].size)
            return false;
    return in_ram && at >= PREF && end <= limit;
}

/* Each aligned place up to 2 GiB is a slot in both ways, or in neither. */
static void compare(struct stop *stop, uint64_t limit)
{
    struct kaslr_view *view = capture(stop, PREF);
    uint64_t slots = 0;

    assert_true(view->searched);
    for (uint64_t at = 0; at < 2 * GIB; at += ALIGN) {
        struct maybe number = kaslr_slot_number(&view->search, at);

        assert_int_equal(number.known, is_slot(at, limit));
        if (number.known)
            assert_int_equal(number.value, slots++);
    }
    assert_int_equal(view->search.slot_max, slots);
    free(VIEW_TEXT(kaslr_text, view));
    json_decref(kaslr_json(view));
    free(view);
}

static void test_plain(void **state)
{
    struct stop stop = guest();
    struct kaslr_view *view;

    (void)state;
    compare(&stop, UINT64_MAX);
    view = capture(&stop, 100 * MIB);
    assert_int_equal(view->wrong, 0);
    assert_int_equal(view->rules, KASLR_RULES_LINUX);
    assert_false(view->has_account);
    assert_int_equal(view->search.avoid.mem_limit, UINT64_C(1) << 46);
    assert_int_equal(view->search.avoid.count, avoided_count);
    assert_true(view->virtual_slots.known);
    assert_int_equal(view->virtual_slots.value, 1 + (KERNEL_IMAGE_SIZE - PREF - SIZE) / ALIGN);
    assert_int_equal(view->virtual_slot.value, 0);
    view_has(VIEW_TEXT(kaslr_text, view), "physical     0x6400000, slot 30 of 227: right\n");
    free(view);
    stop.regs.cr4 |= UINT64_C(0x1000); /* LA57 */
    view = capture(&stop, 100 * MIB);
    assert_int_equal(view->search.avoid.mem_limit, UINT64_C(1) << 52);
    free(view);
    target_close(stop.target);
}

/* initrd, setup_data with what it points to, memmap= and mem= all at once. */
static void test_everything_in_the_way(void **state)
{
    struct setup_data indirect = {0, SETUP_INDIRECT, sizeof(struct setup_indirect)};
    struct setup_indirect to = {.type = SETUP_NONE, .len = 5, .addr = 333 * MIB};
    struct setup_data first = {NODES + 0x100, SETUP_NONE, 40};
    struct stop stop = guest();

    (void)state;
    fake_target_poke(stop.target, NODES, &first, sizeof(first));
    fake_target_poke(stop.target, NODES + 0x100, &indirect, sizeof(indirect));
    fake_target_poke(stop.target, NODES + 0x100 + sizeof(indirect), &to, sizeof(to));
    params.hdr.setup_data = NODES;
    params.hdr.ramdisk_image = 200 * MIB + 1;
    params.hdr.ramdisk_size = 17 * MIB;
    command_line(&stop, "quiet memmap=1M$70M,3M#99M mem=450M");
    avoided[avoided_count++] = (struct mem_vector){200 * MIB + 1, 17 * MIB};
    avoided[avoided_count++] = (struct mem_vector){NODES, 56};
    avoided[avoided_count++] = (struct mem_vector){NODES + 0x100, 40};
    avoided[avoided_count++] = (struct mem_vector){333 * MIB, 5};
    avoided[avoided_count++] = (struct mem_vector){70 * MIB, MIB};
    avoided[avoided_count++] = (struct mem_vector){99 * MIB, 3 * MIB};
    compare(&stop, 450 * MIB);
    target_close(stop.target);
}

/* RAM entries that touch and that lie in each other: none is more than itself. */
static void test_entries(void **state)
{
    struct stop stop = guest();

    (void)state;
    params.e820_entries = 4;
    params.e820_table[1] = (struct boot_e820_entry){MIB, 99 * MIB + 5, E820_TYPE_RAM};
    params.e820_table[2] = (struct boot_e820_entry){100 * MIB + 5, 100 * MIB, E820_TYPE_RAM};
    params.e820_table[3] = (struct boot_e820_entry){300 * MIB, 200 * MIB, E820_TYPE_RAM};
    compare(&stop, UINT64_MAX);
    /* What is not RAM does not take RAM away, if both are listed: Linux does not look. */
    params.e820_entries = 5;
    params.e820_table[4] = (struct boot_e820_entry){350 * MIB, 50 * MIB, E820_TYPE_RESERVED};
    compare(&stop, UINT64_MAX);
    target_close(stop.target);
}

/* RAM that is listed twice is searched twice, as Linux does; the first number is told. */
static void test_overlapping_entries(void **state)
{
    struct stop stop = guest();
    struct kaslr_view *view = capture(&stop, 100 * MIB);
    uint64_t slots = view->search.slot_max, slot = view->slot.value;

    (void)state;
    free(view);
    params.e820_entries = 4;
    params.e820_table[3] = params.e820_table[1];
    view = capture(&stop, 100 * MIB);
    assert_int_equal(view->search.slot_max, 2 * slots);
    assert_int_equal(view->slot.value, slot);
    free(view);
    target_close(stop.target);
}

/* Each place that is none says why. */
static void test_faults(void **state)
{
    static const struct {
        uint64_t place;
        enum kaslr_fault fault;
    } cases[] = {
        {30 * MIB, KASLR_FAULT_AVOIDED}, {100 * MIB + 4096, KASLR_FAULT_UNALIGNED},
        {510 * MIB, KASLR_FAULT_NO_RAM}, {2 * MIB, KASLR_FAULT_BELOW},
        {440 * MIB, KASLR_FAULT_ABOVE},  {UINT64_MAX - MIB, KASLR_FAULT_NO_RAM},
        {0x10000, KASLR_FAULT_AVOIDED},
    };
    struct stop stop = guest();

    (void)state;
    command_line(&stop, "mem=450M");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct kaslr_view *view = capture(&stop, cases[i].place);

        assert_int_equal(view->wrong, KASLR_CHOICE);
        assert_int_equal(view->fault, cases[i].fault);
        view_has(VIEW_TEXT(kaslr_text, view), "no slot: ");
        free(view);
    }
    stop.facts.virtual = known(PREF + 4096);
    free(capture(&stop, 100 * MIB));
    target_close(stop.target);
}

static void expect_virtual(struct stop *stop, uint64_t place, unsigned int wrong)
{
    struct kaslr_view *view;

    stop->facts.virtual = known(place);
    view = capture(stop, 100 * MIB);
    assert_int_equal(view->wrong, wrong);
    free(VIEW_TEXT(kaslr_short_text, view));
    free(VIEW_TEXT(kaslr_text, view));
    free(view);
}

static void test_virtual(void **state)
{
    struct stop stop = guest();

    (void)state;
    expect_virtual(&stop, PREF, 0);
    expect_virtual(&stop, KERNEL_IMAGE_SIZE - SIZE, 0);
    expect_virtual(&stop, KERNEL_IMAGE_SIZE - SIZE + ALIGN, KASLR_VIRTUAL_CHOICE);
    expect_virtual(&stop, PREF - ALIGN, KASLR_VIRTUAL_CHOICE);
    expect_virtual(&stop, PREF + 4096, KASLR_VIRTUAL_CHOICE);
    expect_virtual(&stop, UINT64_MAX & ~(ALIGN - 1), KASLR_VIRTUAL_CHOICE);
    target_close(stop.target);
}

/* No slot, too many memmap= regions, nokaslr, a kernel that chooses nothing: always the default. */
static void expect_default(struct stop *stop, uint64_t slots)
{
    struct kaslr_view *view = capture(stop, PREF);

    assert_int_equal(view->wrong, 0);
    assert_int_equal(view->search.slot_max, slots);
    free(VIEW_TEXT(kaslr_text, view));
    json_decref(kaslr_json(view));
    free(view);
    view = capture(stop, PREF + ALIGN);
    assert_int_equal(view->wrong, KASLR_CHOICE);
    free(VIEW_TEXT(kaslr_text, view));
    free(view);
}

static void test_defaults(void **state)
{
    struct stop stop = guest();
    struct kaslr_view *view;

    (void)state;
    command_line(&stop, "memmap=1M$64M,1M$65M,1M$66M,1M$67M,1M$68M");
    expect_default(&stop, 0);
    command_line(&stop, "mem=30M");
    expect_default(&stop, 0);
    command_line(&stop, "nokaslr");
    view = capture(&stop, PREF);
    assert_int_equal(view->wrong, KASLR_SWITCH); /* KASLR_FLAG is set */
    free(view);
    params.hdr.loadflags &= (uint8_t)~KASLR_FLAG;
    expect_default(&stop, 0);
    command_line(&stop, "quiet");
    expect_default(&stop, 0);
    target_close(stop.target);
}

/* Loaded above its own address, it stays where it is, aligned; and the search begins there, or lower. */
static void test_loaded_high(void **state)
{
    struct stop stop = guest();
    struct kaslr_view *view;

    (void)state;
    stop.facts.load = known(0x4345000);
    view = capture(&stop, 100 * MIB);
    assert_int_equal(view->default_output.value, 0x4400000);
    assert_int_equal(view->search.minimum, 0x4400000);
    free(view);
    stop.facts.load = known(GIB + 5);
    stop.facts.copy = known(GIB + 30 * MIB);
    view = capture(&stop, GIB);
    assert_int_equal(view->search.minimum, 512 * MIB);
    free(view);
    target_close(stop.target);
}

/* 100 rows are kept, and what is behind them is no slot. */
static void test_rows(void **state)
{
    struct stop stop = guest();
    struct kaslr_view *view;

    (void)state;
    params.e820_entries = E820_MAX_ENTRIES_ZEROPAGE;
    for (unsigned int i = 0; i < E820_MAX_ENTRIES_ZEROPAGE; i++)
        params.e820_table[i] = (struct boot_e820_entry){GIB + i * 64 * MIB, 24 * MIB,
                                                        E820_TYPE_RAM};
    view = capture(&stop, GIB + 99 * 64 * MIB + 2 * ALIGN);
    assert_int_equal(view->search.area_count, MAX_SLOT_AREA);
    assert_int_equal(view->search.slot_max, 3 * MAX_SLOT_AREA);
    assert_int_equal(view->slot.value, 299);
    free(VIEW_TEXT(kaslr_text, view));
    free(view);
    view = capture(&stop, GIB + 100 * 64 * MIB);
    assert_int_equal(view->fault, KASLR_FAULT_OTHER);
    free(view);
    target_close(stop.target);
}

/* The first pages of 1 GiB stay free: of an entry with two, the first; then no more are asked for. */
static void test_gigantic_pages(void **state)
{
    struct stop stop = guest();
    struct kaslr_view *view;

    (void)state;
    params.e820_entries = 2;
    params.e820_table[0] = (struct boot_e820_entry){0, 3 * GIB, E820_TYPE_RAM};
    params.e820_table[1] = (struct boot_e820_entry){4 * GIB, 2 * GIB, E820_TYPE_RAM};
    command_line(&stop, "hugepagesz=1G hugepages=3");
    view = capture(&stop, 5 * GIB);
    assert_int_equal(view->wrong, 0);
    assert_int_equal(view->search.area_count, 3);
    assert_int_equal(view->search.areas[0].addr, PREF);
    assert_int_equal(view->search.areas[1].addr, 46 * MIB);
    assert_int_equal(view->search.areas[1].num, (GIB - 46 * MIB - SIZE) / ALIGN + 1);
    assert_int_equal(view->search.areas[2].addr, 5 * GIB);
    assert_int_equal(view->search.areas[2].num, (GIB - SIZE) / ALIGN + 1);
    free(view);
    view = capture(&stop, 4 * GIB);
    assert_int_equal(view->fault, KASLR_FAULT_OTHER);
    free(view);
    target_close(stop.target);
}

/* No slot spans what has no size, but one may begin there. */
static void test_empty_memmap(void **state)
{
    struct stop stop = guest();
    struct kaslr_view *view;

    (void)state;
    command_line(&stop, "memmap=0$100M");
    view = capture(&stop, 100 * MIB);
    assert_int_equal(view->wrong, 0);
    free(view);
    view = capture(&stop, 98 * MIB);
    assert_int_equal(view->wrong, KASLR_CHOICE);
    free(VIEW_TEXT(kaslr_text, view));
    free(view);
    target_close(stop.target);
}

struct descriptor {
    uint32_t type, pad;
    uint64_t phys, virt, pages, attribute, more;
};

static void efi_map(struct stop *stop, const struct descriptor *map, unsigned int count)
{
    const uint32_t info[8] = {
        0x34364c45 /* EL64 */, 0, sizeof(*map), 1, MAP, count * (uint32_t)sizeof(*map), 0, 0};

    memcpy(params.efi_info, info, sizeof(info));
    fake_target_poke(stop->target, MAP, map, count * sizeof(*map));
}

static void test_efi(void **state)
{
    struct descriptor map[] = {
        {7, 0, 100 * MIB, 0, 100 * MIB >> 12, 0xf, 0},
        {4, 0, 300 * MIB, 0, 100 * MIB >> 12, 0xf, 0},    /* boot services */
        {7, 0, 400 * MIB, 0, 50 * MIB >> 12, 0x4000f, 0}, /* soft-reserved */
        {7, 0, 460 * MIB, 0, 40 * MIB >> 12, 0xf, 0},
    };
    struct stop stop = guest();
    struct kaslr_view *view;

    (void)state;
    efi_map(&stop, map, 4);
    view = capture(&stop, 460 * MIB);
    assert_int_equal(view->wrong, 0);
    assert_int_equal(view->map, KASLR_MAP_EFI);
    assert_int_equal(view->region_count, 2);
    assert_int_equal(view->search.slot_max, 41 + 11);
    free(VIEW_TEXT(kaslr_text, view));
    free(view);
    map[3].attribute |= 0x10000; /* mirrored: then only what is */
    efi_map(&stop, map, 4);
    view = capture(&stop, 460 * MIB);
    assert_int_equal(view->search.slot_max, 11);
    free(view);
    map[3].attribute = 0xf;
    map[1].attribute |= 0x10000; /* mirrored, but not free: nothing is left */
    efi_map(&stop, map, 4);
    view = capture(&stop, PREF);
    assert_int_equal(view->search.slot_max, 0);
    assert_int_equal(view->wrong, 0);
    free(view);
    target_close(stop.target);
}

/* Sizes and addresses that wrap, lists that turn in a circle or lead out of memory. */
static void test_hostile(void **state)
{
    struct setup_data circle = {NODES, SETUP_INDIRECT, UINT32_MAX};
    struct stop stop = guest();
    struct kaslr_view *view;

    (void)state;
    memset(&params, 0xff, sizeof(params));
    view = capture(&stop, UINT64_MAX);
    free(VIEW_TEXT(kaslr_text, view));
    json_decref(kaslr_json(view));
    free(view);
    params.hdr.setup_data = NODES;
    params.hdr.cmd_line_ptr = CMDLINE;
    params.ext_cmd_line_ptr = 0;
    fake_target_poke(stop.target, NODES, &circle, sizeof(circle));
    for (unsigned int i = 0; i < E820_MAX_ENTRIES_ZEROPAGE; i++)
        params.e820_table[i] = (struct boot_e820_entry){i * GIB, UINT64_MAX - i, E820_TYPE_RAM};
    view = capture(&stop, 0);
    assert_true(view->cut);
    free(VIEW_TEXT(kaslr_text, view));
    json_decref(kaslr_json(view));
    free(view);
    memset(params.efi_info, 0xff, sizeof(params.efi_info));
    memcpy(params.efi_info, "EL64", 4);
    view = capture(&stop, 0);
    assert_true(view->cut);
    free(VIEW_TEXT(kaslr_text, view));
    free(view);
    target_close(stop.target);
}

static void test_hostile_image(void **state)
{
    static const uint64_t sizes[] = {UINT64_MAX, UINT64_MAX - 2 * MIB, KERNEL_IMAGE_SIZE, 0};
    struct stop stop = guest();

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct kaslr_view *view;

        image.kernel.size = sizes[i];
        view = capture(&stop, PREF);
        free(VIEW_TEXT(kaslr_text, view));
        free(VIEW_TEXT(kaslr_short_text, view));
        json_decref(kaslr_json(view));
        free(view);
    }
    image.kernel.size = SIZE;
    for (unsigned int shift = 0; shift < 32; shift++) {
        struct kaslr_view *view;

        image.setup.kernel_alignment = shift ? UINT32_C(1) << shift : 0;
        view = capture(&stop, PREF);
        free(VIEW_TEXT(kaslr_text, view));
        free(view);
    }
    target_close(stop.target);
}

/* 32-bit kernels have none of this; without the facts nothing is claimed. */
static void test_absent(void **state)
{
    struct stop stop = guest();
    struct kaslr_view *view;

    (void)state;
    image.kernel.bits = 32;
    view = capture(&stop, PREF);
    assert_false(view->present);
    free(view);
    image.kernel.bits = 64;
    stop.facts.virtual = (struct maybe){0};
    view = capture(&stop, PREF);
    assert_false(view->present);
    free(view);
    stop.facts.virtual = known(PREF);
    stop.facts.load = (struct maybe){0};
    view = capture(&stop, PREF);
    assert_true(view->present);
    assert_false(view->searched);
    view_has(VIEW_TEXT(kaslr_text, view), "on, but what the search needs is not known");
    free(view);
    target_close(stop.target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),        cmocka_unit_test(test_everything_in_the_way),
        cmocka_unit_test(test_entries),      cmocka_unit_test(test_overlapping_entries),
        cmocka_unit_test(test_faults),       cmocka_unit_test(test_virtual),
        cmocka_unit_test(test_defaults),     cmocka_unit_test(test_loaded_high),
        cmocka_unit_test(test_rows),         cmocka_unit_test(test_gigantic_pages),
        cmocka_unit_test(test_empty_memmap), cmocka_unit_test(test_efi),
        cmocka_unit_test(test_hostile),      cmocka_unit_test(test_hostile_image),
        cmocka_unit_test(test_absent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
