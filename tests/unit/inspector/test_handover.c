/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the decompressor hands over to the kernel, where no marker claims it. */
#include "view_test.h"

#include "handover.h"

#define PREF   0x1000000
#define OUTPUT 0xe800000
#define ENTRY  0x1000b53
#define PARAMS 0x14790

static const struct stage jump = {.name = "kernel-jump", .bits = 64, .module = MODULE_STUB};
static const uint8_t payload[1];
static struct image image = {.setup.pref_address = PREF,
                             .kernel = {.bytes = payload, .entry = ENTRY}};

static struct stop jumping(void)
{
    struct stop stop = view_stop();

    stop.stage = &jump;
    stop.image = &image;
    stop.facts.output = known(OUTPUT);
    stop.facts.boot_params = known(PARAMS);
    stop.regs.gpr[RAX] = OUTPUT + (ENTRY - PREF);
    stop.regs.gpr[RSI] = PARAMS;
    return stop;
}

static void test_right(void **state)
{
    struct stop stop = jumping();
    struct handover_view view;

    (void)state;
    handover_capture(&stop, &view);
    assert_int_equal(handover_wrong(&view), 0);
    view_has(VIEW_TEXT(handover_text, &view),
             "rax 0xe800b53  is the kernel's entry  rsi 0x14790  is boot_params");
    view_json(handover_json(&view), "{\"rax\":{\"is\":\"0xe800b53\",\"must\":\"0xe800b53\"},"
                                    "\"rsi\":{\"is\":\"0x14790\",\"must\":\"0x14790\"}}");
    target_close(stop.target);
}

/* The kernel as linked, where it was not moved to; and a pointer that got lost. */
static void test_wrong(void **state)
{
    struct stop stop = jumping();
    struct handover_view view;

    (void)state;
    stop.regs.gpr[RAX] = ENTRY;
    handover_capture(&stop, &view);
    assert_int_equal(handover_wrong(&view), 1);
    view_has(VIEW_TEXT(handover_text, &view),
             "rax 0x1000b53  must be the kernel's entry, 0xe800b53");
    stop.regs.gpr[RSI] = 0;
    handover_capture(&stop, &view);
    assert_int_equal(handover_wrong(&view), 2);
    target_close(stop.target);
}

/* What is not known is not asked for; and markers say it themselves. */
static void test_unknown(void **state)
{
    static const struct marker marker;
    struct stop stop = jumping();
    struct handover_view view;

    (void)state;
    stop.facts.boot_params = (struct maybe){0};
    stop.regs.gpr[RSI] = 0;
    handover_capture(&stop, &view);
    assert_int_equal(handover_wrong(&view), 0);
    view_json(handover_json(&view),
              "{\"rax\":{\"is\":\"0xe800b53\",\"must\":\"0xe800b53\"},\"rsi\":null}");
    stop.facts.output = (struct maybe){0};
    handover_capture(&stop, &view);
    view_json(handover_json(&view), "null");
    stop = jumping();
    stop.marker = &marker;
    handover_capture(&stop, &view);
    assert_false(view.present);
    stop.marker = NULL;
    stop.marker_expected = true;
    handover_capture(&stop, &view);
    assert_false(view.present);
    target_close(stop.target);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_right),
    cmocka_unit_test(test_wrong),
    cmocka_unit_test(test_unknown),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
