/* SPDX-License-Identifier: GPL-3.0-or-later */
/* struct boot_params as a boot loader fills it, and as nobody should. */
#include "view_test.h"

#include "params.h"

#define BP      0x14000
#define CMDLINE 0x20000
#define RAM     0x30000

static const struct stage startup_32 = {.name = "startup-32"};
static const struct stage setup_entry = {.name = "setup-entry"};
static const struct stage memory_detected = {.name = "memory-detected"};

static void poke32(struct stop *stop, uint64_t address, uint32_t value)
{
    fake_target_poke(stop->target, address, &value, sizeof(value));
}

static void poke_e820(struct stop *stop, unsigned int index, uint64_t start, uint64_t size,
                      uint32_t type)
{
    uint64_t at = BP + BP_e820_table + index * 20;
    uint8_t count = (uint8_t)(index + 1);

    fake_target_poke64(stop->target, at, start);
    fake_target_poke64(stop->target, at + 8, size);
    poke32(stop, at + 16, type);
    fake_target_poke(stop->target, BP + BP_e820_entries, &count, 1);
}

static struct stop filled(void)
{
    struct stop stop = view_stop();

    fake_target_ram(stop.target, 0, RAM);
    stop.stage = &startup_32;
    stop.facts.boot_params = known(BP);
    fake_target_poke(stop.target, BP, "\5\7", 2);                         /* cursor x, y */
    fake_target_poke(stop.target, BP + BP_orig_video_mode, "\3\120", 2);  /* video mode, columns */
    fake_target_poke(stop.target, BP + BP_orig_video_lines, "\31\1", 2);  /* lines, is VGA */
    fake_target_poke(stop.target, BP + BP_type_of_loader, "\260\201", 2); /* loader, loadflags */
    poke32(&stop, BP + BP_cmd_line_ptr, CMDLINE);
    fake_target_poke(stop.target, CMDLINE, "console=ttyS0 quiet", 20);
    poke_e820(&stop, 0, 0, 0x9fc00, 1);
    poke_e820(&stop, 1, 0x9fc00, 0x400, 2);
    poke_e820(&stop, 2, UINT64_C(0x100000000), UINT64_C(0x40000000), 99);
    return stop;
}

static struct params_view *capture(struct stop *stop)
{
    struct params_view *view = malloc(sizeof(*view));

    view_no_error(params_capture(stop, view));
    return view;
}

static void test_all_of_it(void **state)
{
    struct stop stop = filled();
    struct params_view *view;
    char *text;

    (void)state;
    poke32(&stop, BP + BP_ramdisk_image, 0x7fc0000);
    poke32(&stop, BP + BP_ramdisk_size, 0x20000);
    poke32(&stop, BP + BP_ext_ramdisk_image, 1); /* ext_ramdisk_image: above 4 GiB */
    view = capture(&stop);
    view_json(params_json(view),
              "{\"address\":\"0x14000\",\"command_line\":\"console=ttyS0 quiet\","
              "\"command_line_address\":\"0x20000\",\"e820\":["
              "{\"name\":\"usable\",\"size\":\"0x9fc00\",\"start\":\"0x0\",\"type\":1},"
              "{\"name\":\"reserved\",\"size\":\"0x400\",\"start\":\"0x9fc00\",\"type\":2},"
              "{\"name\":\"unknown\",\"size\":\"0x40000000\",\"start\":\"0x100000000\","
              "\"type\":99}],\"initrd\":{\"size\":\"0x20000\",\"start\":\"0x107fc0000\"},"
              "\"loader\":176,\"loadflags\":[\"LOADED_HIGH\",\"CAN_USE_HEAP\"],"
              "\"screen\":{\"columns\":80,\"lines\":25,\"mode\":3,\"vga\":1,\"x\":5,\"y\":7},"
              "\"setup_data\":[]}");
    text = VIEW_TEXT(params_text, view);
    assert_non_null(strstr(text, "screen       mode 3, 80 columns, 25 lines"));
    view_has(text, "initrd       [0x107fc0000, 0x107fe0000)  128 KiB");
    free(view);
    target_close(stop.target);
}

static void test_command_line_is_escaped(void **state)
{
    struct stop stop = filled();
    struct params_view *view;

    (void)state;
    fake_target_poke(stop.target, CMDLINE, "a\033[31m\n\\\377b", 11);
    view = capture(&stop);
    assert_string_equal(view->cmdline, "a\\x1b[31m\\x0a\\x5c\\xffb");
    free(view);
    target_close(stop.target);
}

static void test_command_line_without_an_end(void **state)
{
    struct stop stop = filled();
    struct params_view *view;

    (void)state;
    for (unsigned int i = 0; i < 0x1000; i++)
        fake_target_poke(stop.target, CMDLINE + i, "\1", 1);
    view = capture(&stop);
    assert_true(view->cmdline_cut);
    assert_int_equal(strlen(view->cmdline), 4 * PARAMS_CMDLINE_MAX);
    free(VIEW_TEXT(params_text, view));
    free(view);
    target_close(stop.target);
}

/* One that ends with memory is read to the last byte; one outside is said to be. */
static void test_command_line_at_the_end_of_memory(void **state)
{
    struct stop stop = filled();
    struct params_view *view;

    (void)state;
    poke32(&stop, BP + BP_cmd_line_ptr, RAM - 6);
    fake_target_poke(stop.target, RAM - 6, "quiet", 6);
    view = capture(&stop);
    assert_string_equal(view->cmdline, "quiet");
    assert_false(view->cmdline_cut);
    free(view);
    poke32(&stop, BP + BP_cmd_line_ptr, RAM);
    view = capture(&stop);
    view_has(VIEW_TEXT(params_text, view), "at 0x30000, which is not in memory");
    free(view);
    target_close(stop.target);
}

static void test_setup_data_chain(void **state)
{
    struct stop stop = filled();
    struct params_view *view;

    (void)state;
    fake_target_poke64(stop.target, BP + BP_setup_data, 0x1000);
    fake_target_poke64(stop.target, 0x1000, 0x2000);
    poke32(&stop, 0x1008, 9); /* SETUP_RNG_SEED */
    poke32(&stop, 0x100c, 32);
    view = capture(&stop);
    assert_int_equal(view->setup_data_count, 2);
    assert_int_equal(view->setup_data[0].type, 9);
    assert_int_equal(view->setup_data[0].length, 32);
    assert_false(view->setup_data_cut);
    free(view);
    fake_target_poke64(stop.target, 0x2000, 0x1000); /* in a circle */
    view = capture(&stop);
    assert_int_equal(view->setup_data_count, PARAMS_SETUP_DATA_MAX);
    assert_true(view->setup_data_cut);
    free(view);
    fake_target_poke64(stop.target, 0x2000, UINT64_C(0xfffffffffffffff8)); /* out of memory */
    view = capture(&stop);
    assert_int_equal(view->setup_data_count, 2);
    view_has(VIEW_TEXT(params_text, view), "the chain leads on");
    free(view);
    target_close(stop.target);
}

/* The table has room for 128, whatever the count says. */
static void test_too_many_e820_entries(void **state)
{
    struct stop stop = filled();
    struct params_view *view;

    (void)state;
    fake_target_poke(stop.target, BP + BP_e820_entries, "\377", 1);
    view = capture(&stop);
    assert_int_equal(view->e820_entries, 255);
    assert_int_equal(view->e820_count, E820_MAX_ENTRIES_ZEROPAGE);
    view_has(VIEW_TEXT(params_text, view), "255 entries claimed, the table holds 128");
    free(view);
    target_close(stop.target);
}

/* No register holds its address yet: it is the setup code's own variable. */
static void test_in_real_mode(void **state)
{
    const struct fake_symbol list[] = {{"boot_params", 0x4000}};
    const struct symbols symbols = {list, 1};
    struct stop stop = filled();
    struct params_view *view;

    (void)state;
    stop.facts.boot_params = (struct maybe){0};
    stop.facts.setup = known(0x10000);
    stop.setup = &symbols;
    stop.stage = &memory_detected;
    view = capture(&stop);
    assert_int_equal(view->e820_count, 3);
    free(view);
    stop.stage = &setup_entry; /* nothing is filled in yet */
    view = capture(&stop);
    view_json(params_json(view), "null");
    free(view);
    target_close(stop.target);
}

/* Between two checkpoints only what is new is shown. */
static void test_only_what_differs_is_shown(void **state)
{
    struct stop stop = filled();
    struct params_view *before = capture(&stop), *view;
    char *text;

    (void)state;
    fake_target_poke(stop.target, BP + BP_loadflags, "\203", 1); /* KASLR_FLAG as well */
    view = capture(&stop);
    text = VIEW_DIFF_TEXT(params_diff_text, before, view);
    assert_string_equal(text, "  boot_params  0x14000  loader 0xb0  loadflags LOADED_HIGH "
                              "KASLR_FLAG CAN_USE_HEAP\n");
    free(text);
    free(before);
    before = capture(&stop);
    poke_e820(&stop, 3, UINT64_C(0x200000000), 0x1000, 1);
    fake_target_poke(stop.target, CMDLINE, "nokaslr", 8);
    free(view);
    view = capture(&stop);
    text = VIEW_DIFF_TEXT(params_diff_text, before, view);
    assert_null(strstr(text, "boot_params"));
    assert_non_null(strstr(text, "command line nokaslr\n  e820 "));
    view_has(text, "[0x200000000, 0x200001000)");
    free(before);
    before = capture(&stop);
    text = VIEW_DIFF_TEXT(params_diff_text, before, view);
    assert_string_equal(text, "");
    free(text);
    free(before);
    free(view);
    target_close(stop.target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_of_it),
        cmocka_unit_test(test_command_line_is_escaped),
        cmocka_unit_test(test_command_line_without_an_end),
        cmocka_unit_test(test_command_line_at_the_end_of_memory),
        cmocka_unit_test(test_setup_data_chain),
        cmocka_unit_test(test_too_many_e820_entries),
        cmocka_unit_test(test_in_real_mode),
        cmocka_unit_test(test_only_what_differs_is_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
