/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What our stub says of its choice, held against what the view computes, and that against every
 * aligned address tried one by one; accounts that are wrong or senseless.
 */
#include "view_test.h"

#include "kaslr.h"
#include "layout.h"
#include "params.h"

#define MIB     (UINT64_C(1) << 20)
#define COPY    0x80000
#define CHOICE  0x1000
#define SEARCH  0x2000
#define PARAMS  0x11000
#define NODES   0x20000
#define CMDLINE 0x30000
#define END     0x2000000
#define PREF    (16 * MIB)
#define SIZE    (20 * MIB)

static const struct fake_symbol stub_list[] = {
    {"chosen_location", CHOICE}, {"kaslr_search", SEARCH}, {"_end", END}};
static const struct symbols stub = {stub_list, 3};
static const struct stage some = {.name = "location-chosen", .module = MODULE_STUB};
static const struct boot_done chosen = {.copied = true, .chosen = true};
static const uint8_t payload[1];

static struct image image;
static struct boot_params params;
static struct kaslr_search search;
static struct kaslr_choice choice;

/* 512 MiB with a hole of ACPI, a kernel of 20 MiB, the decompressor in the middle. */
static struct stop guest(void)
{
    struct stop stop = view_stop();

    memset(&params, 0, sizeof(params));
    memset(&search, 0, sizeof(search));
    memset(&image, 0, sizeof(image));
    fake_target_ram(stop.target, 0, 0x100000);
    image.setup.pref_address = PREF;
    image.setup.kernel_alignment = 2 * MIB;
    image.setup.payload_offset = 30 * MIB + 1 - COPY;
    image.setup.init_size = COPY + END - PREF;
    image.kernel.bytes = payload;
    image.kernel.bits = 64;
    image.kernel.size = 19 * MIB + 5; /* whole pages of 2 MiB: 20 MiB */
    stop.image = &image;
    stop.stub = &stub;
    stop.stage = &some;
    stop.facts = (struct facts){.copy = known(COPY), .running_copy = true};
    stop.facts.boot_params = known(PARAMS);
    params.hdr.init_size = image.setup.init_size;
    params.e820_entries = 3;
    params.e820_table[0] = (struct boot_e820_entry){0, 0x9fc00, E820_TYPE_RAM};
    params.e820_table[1] = (struct boot_e820_entry){MIB, 511 * MIB, E820_TYPE_RAM};
    params.e820_table[2] = (struct boot_e820_entry){200 * MIB, 4096, E820_TYPE_ACPI};
    search = (struct kaslr_search){
        .alignment = 2 * MIB, .minimum = PREF, .image_size = SIZE, .seed = 3, .seeded = true};
    search.avoid.mem_limit = 400 * MIB + 5;
    search.avoid.count = 2;
    search.avoid.regions[0] = (struct mem_vector){30 * MIB + 1, COPY + END - 30 * MIB - 1};
    search.avoid.reasons[0] = MEM_AVOID_DECOMPRESSION;
    search.avoid.regions[1] = (struct mem_vector){PARAMS, 4096};
    search.avoid.reasons[1] = MEM_AVOID_BOOT_PARAMS;
    return stop;
}

static bool is_free(uint64_t start, uint64_t end, uint64_t from, uint64_t size)
{
    return end <= from || start >= from + size;
}

/* The slow way. */
static bool is_slot(uint64_t at)
{
    uint64_t end = at + search.image_size;
    bool free = at >= search.minimum && end <= search.avoid.mem_limit && at >= MIB &&
                end <= 512 * MIB && is_free(at, end, 200 * MIB, 4096);

    for (unsigned int i = 0; i < search.avoid.count; i++)
        free = free &&
               is_free(at, end, search.avoid.regions[i].start, search.avoid.regions[i].size);
    return free;
}

static uint64_t slot_at(uint64_t number)
{
    for (uint64_t at = 0;; at += search.alignment)
        if (is_slot(at) && number-- == 0)
            return at;
}

/* splitmix64: output number draws for the seed 3. */
static uint64_t drawn(unsigned int draws)
{
    uint64_t z = 3 + draws * UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Neighbouring slots are one row. */
static void fill_in_rows(void)
{
    search.area_count = 0;
    search.slot_max = 0;
    for (uint64_t at = 0; at < 512 * MIB; at += search.alignment) {
        if (!is_slot(at))
            continue;
        if (at == 0 || !is_slot(at - search.alignment))
            search.areas[search.area_count++] = (struct slot_area){at, 0};
        search.areas[search.area_count - 1].num++;
        search.slot_max++;
    }
}

/* The account of a stub that did everything right. */
static void fill_in(void)
{
    uint64_t virtual_slots = 1 + (KERNEL_IMAGE_SIZE - PREF - SIZE) / (2 * MIB);

    fill_in_rows();
    choice = (struct kaslr_choice){
        .kaslr = true,
        .output = slot_at(drawn(1) % search.slot_max),
        .virtual_address = PREF + drawn(2) % virtual_slots * (2 * MIB),
        .physical_slots = search.slot_max,
        .virtual_slots = virtual_slots,
    };
}

static struct kaslr_view *capture(struct stop *stop)
{
    struct kaslr_view *view = malloc(sizeof(*view));

    fake_target_poke(stop->target, PARAMS, &params, sizeof(params));
    fake_target_poke(stop->target, COPY + SEARCH, &search, sizeof(search));
    fake_target_poke(stop->target, COPY + CHOICE, &choice, sizeof(choice));
    view_no_error(kaslr_capture(stop, &chosen, view));
    return view;
}

static void expect_wrong(struct stop *stop, unsigned int wrong)
{
    struct kaslr_view *view = capture(stop);

    assert_true(view->searched);
    assert_int_equal(view->wrong, wrong);
    free(VIEW_TEXT(kaslr_text, view));
    free(view);
}

static void test_right(void **state)
{
    struct stop stop = guest();
    struct kaslr_view *view;

    (void)state;
    fill_in();
    view = capture(&stop);
    assert_int_equal(kaslr_wrong(view), 0);
    assert_int_equal(view->search.slot_max, search.slot_max);
    assert_int_equal(slot_at(view->slot.value), choice.output);
    assert_int_equal(view->regions[0].slots, 0);
    assert_int_equal(view->regions[1].slots, search.slot_max);
    assert_int_equal(view->regions[1].stub_slots, search.slot_max);
    view_has(VIEW_TEXT(kaslr_text, view), ": right\n");
    view_has(VIEW_TEXT(kaslr_short_text, view), "entropy      physical ");
    free(view);
    target_close(stop.target);
}

/*
 * Obstacles at, over and between slots; each time every address is tried. They are what
 * setup_data's nodes point to, which can be anything.
 */
static void test_many_obstacles(void **state)
{
    const uint64_t step = sizeof(struct setup_data) + sizeof(struct setup_indirect);
    struct stop stop = guest();

    (void)state;
    for (unsigned int i = 0; i < 300; i++) {
        unsigned int count = i % 7;

        params.hdr.setup_data = count ? NODES : 0;
        search.avoid.count = 2;
        for (unsigned int k = 0; k < count; k++) {
            uint64_t at = NODES + k * step;
            struct setup_data node = {k + 1 < count ? at + step : 0, SETUP_INDIRECT,
                                      sizeof(struct setup_indirect)};
            struct setup_indirect to = {.type = SETUP_NONE,
                                        .len = k % 3 ? 1 + i : 2 * MIB * (k + 1),
                                        .addr = (i * 977 * MIB / 3 + k * 71 * MIB) % (500 * MIB)};

            fake_target_poke(stop.target, at, &node, sizeof(node));
            fake_target_poke(stop.target, at + sizeof(node), &to, sizeof(to));
            search.avoid.regions[search.avoid.count++] = (struct mem_vector){at, step};
            search.avoid.regions[search.avoid.count++] = (struct mem_vector){to.addr, to.len};
        }
        fill_in();
        expect_wrong(&stop, 0);
    }
    target_close(stop.target);
}

static void test_wrong(void **state)
{
    struct stop stop = guest();

    (void)state;
    fill_in();
    search.slot_max++;
    expect_wrong(&stop, KASLR_SLOTS);
    fill_in();
    search.areas[0].addr += search.alignment;
    expect_wrong(&stop, KASLR_SLOTS);
    search.seeded = false;
    fill_in();
    choice.output = 28 * MIB; /* would reach into what is avoided */
    expect_wrong(&stop, KASLR_CHOICE);
    fill_in();
    choice.output += 4096;
    expect_wrong(&stop, KASLR_CHOICE);
    fill_in();
    choice.virtual_address += 4096;
    expect_wrong(&stop, KASLR_VIRTUAL_CHOICE);
    fill_in();
    choice.virtual_slots--;
    expect_wrong(&stop, KASLR_VIRTUAL_SLOTS);
    search.seeded = true;
    fill_in();
    choice.virtual_address = PREF + 2 * MIB;
    expect_wrong(&stop, KASLR_SEED);
    fill_in();
    search.seed = 4;
    expect_wrong(&stop, KASLR_SEED);
    target_close(stop.target);
}

/* Out of the way of every slot, so that only the list is wrong. */
static void test_unlisted(void **state)
{
    struct stop stop = guest();

    (void)state;
    fill_in();
    params.hdr.ramdisk_image = 500 * MIB;
    params.hdr.ramdisk_size = 5;
    expect_wrong(&stop, KASLR_UNLISTED);
    target_close(stop.target);
}

/* Right by its own figures, but for another kernel or from another place. */
static void test_bounds(void **state)
{
    struct stop stop = guest();

    (void)state;
    fill_in();
    search.minimum -= 4096; /* the same slots */
    expect_wrong(&stop, KASLR_BOUNDS);
    search.minimum += 4096;
    search.image_size += 2 * MIB;
    fill_in();
    expect_wrong(&stop, KASLR_BOUNDS | KASLR_SLOTS | KASLR_SEED);
    search.image_size -= 2 * MIB;
    search.avoid.limit_reason = MEM_LIMIT_MEM; /* there is no mem= */
    fill_in();
    expect_wrong(&stop, KASLR_BOUNDS | KASLR_SLOTS | KASLR_SEED);
    target_close(stop.target);
}

/* mem= as the command line has it. */
static void test_limit(void **state)
{
    static const char line[] = "quiet mem=300M";
    struct stop stop = guest();

    (void)state;
    params.hdr.cmd_line_ptr = CMDLINE;
    fake_target_poke(stop.target, CMDLINE, line, sizeof(line));
    search.avoid.regions[search.avoid.count++] = (struct mem_vector){CMDLINE, sizeof(line)};
    search.avoid.mem_limit = 300 * MIB;
    search.avoid.limit_reason = MEM_LIMIT_MEM;
    fill_in();
    expect_wrong(&stop, 0);
    search.avoid.mem_limit = 302 * MIB;
    fill_in();
    expect_wrong(&stop, KASLR_BOUNDS | KASLR_SLOTS | KASLR_SEED);
    target_close(stop.target);
}

/* Nothing was found, and so it is; or it is not so. */
static void test_no_slot(void **state)
{
    struct stop stop = guest();

    (void)state;
    search.seeded = false;
    choice = (struct kaslr_choice){.kaslr = true,
                                   .output = PREF,
                                   .virtual_address = PREF,
                                   .virtual_slots = 1 +
                                                    (KERNEL_IMAGE_SIZE - PREF - SIZE) / (2 * MIB)};
    search.avoid.mem_limit = 17 * MIB;
    expect_wrong(&stop, 0);
    search.avoid.mem_limit = 400 * MIB;
    expect_wrong(&stop, KASLR_SLOTS | KASLR_CHOICE);
    search.avoid.mem_limit = 17 * MIB;
    choice.output += 2 * MIB;
    expect_wrong(&stop, KASLR_CHOICE);
    target_close(stop.target);
}

/* Attached to a guest without its image: boot_params and the account itself have what is needed. */
static void test_no_image(void **state)
{
    struct stop stop = guest();
    struct kaslr_view *view;

    (void)state;
    stop.image = NULL;
    params.hdr.pref_address = PREF;
    params.hdr.kernel_alignment = 2 * MIB;
    params.hdr.payload_offset = image.setup.payload_offset;
    fill_in();
    expect_wrong(&stop, 0);
    params.hdr.kernel_alignment = 3 * MIB;
    view = capture(&stop);
    assert_false(view->searched);
    free(VIEW_TEXT(kaslr_text, view));
    free(view);
    target_close(stop.target);
}

/* Counts that no array holds, an alignment that divides by zero, bools that are neither. */
static void test_hostile(void **state)
{
    struct stop stop = guest();
    struct kaslr_view *view;

    (void)state;
    memset(&search, 0xff, sizeof(search));
    memset(&choice, 0xff, sizeof(choice));
    view = capture(&stop);
    assert_true(view->present);
    assert_false(view->has_account);
    assert_true(view->wrong & KASLR_BOUNDS);
    free(VIEW_TEXT(kaslr_text, view));
    free(view);
    search.alignment = UINT64_C(1) << 63;
    view = capture(&stop);
    assert_true(view->searched);
    assert_int_equal(view->account.area_count, MAX_SLOT_AREA);
    assert_int_equal(view->account.avoid.count, MEM_AVOID_MAX);
    assert_true(kaslr_wrong(view) > 0);
    free(VIEW_TEXT(kaslr_text, view));
    json_decref(kaslr_json(view));
    free(view);
    search.alignment = 0;
    view = capture(&stop);
    assert_false(view->has_account);
    free(view);
    target_close(stop.target);
}

static void test_off_and_absent(void **state)
{
    static const struct boot_done before = {.copied = true};
    static const char line[] = "nokaslr";
    struct stop stop = guest();
    struct kaslr_view *view;

    (void)state;
    choice = (struct kaslr_choice){.output = PREF, .virtual_address = PREF};
    view = capture(&stop);
    assert_int_equal(view->wrong, KASLR_SWITCH);
    free(view);
    params.hdr.cmd_line_ptr = CMDLINE;
    fake_target_poke(stop.target, CMDLINE, line, sizeof(line));
    view = capture(&stop);
    view_json(kaslr_json(view),
              "{\"default\":{\"output\":\"0x1000000\",\"virtual\":\"0x1000000\"},\"kaslr\":false,"
              "\"output\":\"0x1000000\",\"rules\":\"stub\",\"searched\":false,"
              "\"virtual\":\"0x1000000\",\"wrong\":[]}");
    view_has(VIEW_TEXT(kaslr_text, view), "off (nokaslr): physical 0x1000000");
    choice.output = 18 * MIB;
    free(view);
    view = capture(&stop);
    assert_int_equal(view->wrong, KASLR_CHOICE);
    view_no_error(kaslr_capture(&stop, &before, view));
    view_json(kaslr_json(view), "null");
    stop.stub = NULL;
    view_no_error(kaslr_capture(&stop, &chosen, view));
    assert_false(view->present);
    free(view);
    target_close(stop.target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_right),   cmocka_unit_test(test_many_obstacles),
        cmocka_unit_test(test_bounds),  cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_limit),   cmocka_unit_test(test_unlisted),
        cmocka_unit_test(test_no_slot), cmocka_unit_test(test_no_image),
        cmocka_unit_test(test_hostile), cmocka_unit_test(test_off_and_absent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
