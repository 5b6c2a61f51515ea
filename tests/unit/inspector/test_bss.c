/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The .bss view: which copy, how many bytes, and where the first is. */
#include "view_test.h"

#include "bss.h"

#define COPY 0x200000
#define BSS  0x1100
#define EBSS 0x2003

static const struct fake_symbol list[] = {
    {"_bss", BSS}, {"boot_heap", BSS + 0x40}, {"_ebss", EBSS}, {"_end", 0x3000}};
static const struct symbols symbols = {list, 4};
static const struct stage bss_cleared = {.name = "bss-cleared"};
static const struct stage relocated = {.name = "relocated"};

/* The copy runs, its .bss is zero, and the bytes around it are not. */
static struct stop running(void)
{
    struct stop stop = view_stop();
    uint8_t *ram = fake_target_ram(stop.target, COPY, 0x4000);

    memset(ram, 0xcc, 0x4000);
    memset(ram + BSS, 0, EBSS - BSS);
    stop.stub = &symbols;
    stop.stage = &bss_cleared;
    stop.facts.load = known(0x100000);
    stop.facts.copy = known(COPY);
    stop.facts.running_copy = true;
    return stop;
}

static void test_zero(void **state)
{
    struct stop stop = running();
    struct bss_view view;

    (void)state;
    view_no_error(bss_capture(&stop, &view));
    assert_int_equal(bss_wrong(&view), 0);
    view_json(bss_json(&view), "{\"end\":\"0x202003\",\"first\":null,\"first_name\":null,"
                               "\"nonzero_bytes\":0,\"start\":\"0x201100\"}");
    view_has(VIEW_TEXT(bss_text, &view), "[0x201100, 0x202003)  3.8 KiB  zero");
    target_close(stop.target);
}

static void test_not_zero(void **state)
{
    struct stop stop = running();
    struct bss_view view;

    (void)state;
    fake_target_poke(stop.target, COPY + BSS + 0x48, "\1\0\2", 3);
    fake_target_poke(stop.target, COPY + EBSS - 1, "\377", 1);
    view_no_error(bss_capture(&stop, &view));
    assert_int_equal(view.nonzero_bytes, 3);
    assert_int_equal(view.first.value, COPY + BSS + 0x48);
    assert_int_equal(bss_wrong(&view), 1);
    view_has(VIEW_TEXT(bss_text, &view),
             "[0x201100, 0x202003)  3 bytes not zero that must be, first "
             "0x201148 boot_heap+0x8\n");
    /* The same is no fault where nobody has cleared it yet. */
    stop.stage = &relocated;
    view_no_error(bss_capture(&stop, &view));
    assert_int_equal(view.nonzero_bytes, 3);
    assert_int_equal(bss_wrong(&view), 0);
    target_close(stop.target);
}

static void test_absent_before_the_copy_runs(void **state)
{
    struct stop stop = running();
    struct bss_view view;
    char *text;

    (void)state;
    stop.facts.running_copy = false;
    view_no_error(bss_capture(&stop, &view));
    view_json(bss_json(&view), "null");
    text = VIEW_TEXT(bss_text, &view);
    assert_string_equal(text, "");
    free(text);
    target_close(stop.target);
}

static void test_symbols_that_bound_nothing(void **state)
{
    const struct fake_symbol wrong[] = {{"_ebss", 0x1000}, {"_bss", 0x2000}};
    const struct fake_symbol huge[] = {{"_bss", 0x1000}, {"_ebss", UINT64_C(0x100000000000)}};
    const struct symbols wrong_symbols = {wrong, 2}, huge_symbols = {huge, 2};
    struct stop stop = running();
    struct bss_view view;

    (void)state;
    stop.stub = &wrong_symbols;
    view_error(bss_capture(&stop, &view), ERROR_INPUT);
    stop.stub = &huge_symbols;
    view_error(bss_capture(&stop, &view), ERROR_INPUT);
    target_close(stop.target);
}

static void test_outside_memory(void **state)
{
    struct stop stop = running();
    struct bss_view view;

    (void)state;
    stop.facts.copy = known(0x900000);
    view_error(bss_capture(&stop, &view), ERROR_PROTOCOL);
    target_close(stop.target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zero),
        cmocka_unit_test(test_not_zero),
        cmocka_unit_test(test_absent_before_the_copy_runs),
        cmocka_unit_test(test_symbols_that_bound_nothing),
        cmocka_unit_test(test_outside_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
