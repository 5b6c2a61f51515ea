/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Markers held against the machine: what is compared, with what, and how a difference is shown. */
#include "view_test.h"

#include "crosscheck.h"

static const struct stage cleared = {
    .name = "bss-cleared", .index = 11, .bits = 64, .module = MODULE_STUB, .after = -1};
static const struct stage elsewhere = {
    .name = "stage2-idt", .index = 12, .bits = 64, .module = MODULE_STUB, .after = -1};

/* What comes of one key of a marker at a stop. */
static struct crosscheck_key check(struct stop *stop, const char *key, uint64_t claimed)
{
    struct marker marker = {.name = "bss-cleared", .count = 1};
    struct crosscheck_view view;

    snprintf(marker.keys[0].key, sizeof(marker.keys[0].key), "%s", key);
    marker.keys[0].value = claimed;
    stop->marker = &marker;
    if (!stop->stage)
        stop->stage = &elsewhere;
    crosscheck_capture(stop, &view);
    stop->marker = NULL;
    assert_true(view.present);
    assert_int_equal(view.count, 1);
    assert_int_equal(crosscheck_wrong(&view), view.keys[0].checked && !view.keys[0].agrees);
    view.keys[0].key = NULL; /* the marker's, which ends here */
    return view.keys[0];
}

static void agrees(struct stop *stop, const char *key, uint64_t claimed)
{
    struct crosscheck_key result = check(stop, key, claimed);

    if (!result.checked || !result.agrees)
        fail_msg("%s=0x%lx does not agree", key, claimed);
}

static void differs(struct stop *stop, const char *key, uint64_t claimed, uint64_t actual)
{
    struct crosscheck_key result = check(stop, key, claimed);

    if (!result.checked || result.agrees)
        fail_msg("%s=0x%lx does not differ", key, claimed);
    assert_int_equal(result.claimed, claimed);
    assert_int_equal(result.actual, actual);
}

static void only_shown(struct stop *stop, const char *key)
{
    if (check(stop, key, 0).checked)
        fail_msg("%s is compared with something", key);
}

static void test_registers_of_each_width(void **state)
{
    struct stop stop = view_stop();

    (void)state;
    stop.regs.gpr[RSI] = UINT64_C(0xfedcba9876543210);
    stop.regs.gpr[R10] = UINT64_C(0x1122334455667788);
    stop.regs.cr3 = 0x1acc000;
    stop.regs.segment[SEG_CS].selector = 0x10;
    agrees(&stop, "rsi", UINT64_C(0xfedcba9876543210));
    agrees(&stop, "esi", 0x76543210);
    agrees(&stop, "si", 0x3210);
    agrees(&stop, "r10", UINT64_C(0x1122334455667788));
    agrees(&stop, "r10d", 0x55667788);
    agrees(&stop, "cr3", 0x1acc000);
    agrees(&stop, "cs", 0x10);
    differs(&stop, "rsi", 0x76543210, UINT64_C(0xfedcba9876543210));
    differs(&stop, "esi", UINT64_C(0xfedcba9876543210), 0x76543210);
    differs(&stop, "si", 0x13210, 0x3210);
    differs(&stop, "cs", 0, 0x10);
    target_close(stop.target);
}

static void test_facts(void **state)
{
    struct stop stop = view_stop();

    (void)state;
    only_shown(&stop, "load"); /* not known yet: nothing to hold it against */
    stop.facts.load = known(0x100000);
    stop.facts.copy = known(0x1893000);
    stop.facts.output = known(0x5e00000);
    stop.facts.virtual = known(0);
    stop.facts.boot_params = known(0x11010);
    agrees(&stop, "load", 0x100000);
    agrees(&stop, "copy", 0x1893000);
    agrees(&stop, "output", 0x5e00000);
    agrees(&stop, "virtual", 0);
    agrees(&stop, "boot_params", 0x11010);
    differs(&stop, "load", 0x200000, 0x100000);
    differs(&stop, "output", 0, 0x5e00000);
    target_close(stop.target);
}

static void test_descriptor_tables(void **state)
{
    struct stop stop = view_stop();

    (void)state;
    stop.regs.gdtr.base = 0x321010;
    stop.regs.idtr.base = 0;
    agrees(&stop, "gdtr", 0x321010);
    agrees(&stop, "idtr", 0);
    differs(&stop, "idtr", 0x1000, 0);
    stop.regs.hidden_known = false; /* a stub that does not tell: no comparison with zeros */
    only_shown(&stop, "gdtr");
    only_shown(&stop, "idtr");
    target_close(stop.target);
}

/* start and end are the running copy's .bss at bss-cleared, and mere claims anywhere else. */
static void test_bounds_of_bss(void **state)
{
    static const struct fake_symbol names[] = {{"_bss", 0x2212c0}, {"_ebss", 0x238360}};
    const struct symbols stub = {names, 2}, bare = {names, 0};
    struct stop stop = view_stop();

    (void)state;
    stop.stage = &cleared;
    only_shown(&stop, "start");
    stop.stub = &stub;
    only_shown(&stop, "start");
    stop.facts.load = known(0x100000);
    stop.facts.copy = known(0x1893000);
    stop.facts.running_copy = true;
    agrees(&stop, "start", 0x1893000 + 0x2212c0);
    agrees(&stop, "end", 0x1893000 + 0x238360);
    differs(&stop, "start", 0x100000 + 0x2212c0, 0x1893000 + 0x2212c0);
    stop.stub = &bare;
    only_shown(&stop, "start");
    stop.stub = &stub;
    stop.stage = &elsewhere;
    only_shown(&stop, "start");
    target_close(stop.target);
}

static void test_other_claims(void **state)
{
    struct stop stop = view_stop();

    (void)state;
    only_shown(&stop, "colour");
    only_shown(&stop, "x");
    only_shown(&stop, "rs");
    only_shown(&stop, "rsi2");
    target_close(stop.target);
}

static struct crosscheck_view view_of(struct stop *stop, const struct marker *marker)
{
    struct crosscheck_view view;

    stop->stage = &elsewhere;
    stop->marker = marker;
    crosscheck_capture(stop, &view);
    return view;
}

static void test_disagreement_is_shown(void **state)
{
    static const struct marker marker = {
        "stage2-idt", 3, {{"rsi", 0x11010}, {"cr3", 0x2000}, {"tables", 6}}};
    struct stop stop = view_stop();

    (void)state;
    stop.regs.gpr[RSI] = 0x11010;
    stop.regs.cr3 = 0x1000;
    struct crosscheck_view view = view_of(&stop, &marker);
    assert_int_equal(crosscheck_wrong(&view), 1);
    view_json(crosscheck_json(&view),
              "[{\"key\":\"cr3\",\"machine\":\"0x1000\",\"marker\":\"0x2000\"}]");
    view_has(VIEW_TEXT(crosscheck_text, &view),
             "  marker       rsi=0x11010  cr3=0x2000  tables=0x6\n"
             "               the marker says cr3=0x2000, the machine has 0x1000\n");
    stop.regs.cr3 = 0x2000;
    view = view_of(&stop, &marker);
    assert_int_equal(crosscheck_wrong(&view), 0);
    view_json(crosscheck_json(&view), "[]");
    char *text = VIEW_TEXT(crosscheck_text, &view);
    assert_null(strstr(text, "says"));
    free(text);
    target_close(stop.target);
}

/* What other views found in memory; and a stage that should have said something and did not. */
static void test_against_views(void **state)
{
    static const struct marker marker = {"identity-maps", 2, {{"cr3", 0x1000}, {"tables", 6}}};
    struct stop stop = view_stop();

    (void)state;
    stop.regs.cr3 = 0x1000;
    struct crosscheck_view view = view_of(&stop, &marker);
    crosscheck_against(&view, "pages", 7);
    crosscheck_against(&view, "tables", 6);
    assert_int_equal(crosscheck_wrong(&view), 0);
    crosscheck_against(&view, "tables", 7);
    assert_int_equal(crosscheck_wrong(&view), 1);
    /* A second opinion does not mend it. */
    crosscheck_against(&view, "tables", 6);
    view_json(crosscheck_json(&view),
              "[{\"key\":\"tables\",\"machine\":\"0x7\",\"marker\":\"0x6\"}]");
    view = view_of(&stop, NULL);
    assert_int_equal(crosscheck_wrong(&view), 0);
    stop.marker_expected = true;
    view = view_of(&stop, NULL);
    assert_int_equal(crosscheck_wrong(&view), 1);
    view_has(VIEW_TEXT(crosscheck_text, &view), "  marker       none came on port 0xe9\n");
    target_close(stop.target);
}

/* The longest marker there can be, and each key of it wrong. */
static void test_wrapping(void **state)
{
    struct stop stop = view_stop();
    struct marker marker = {.name = "stage2-idt", .count = MARKER_KEYS_MAX};

    (void)state;
    for (unsigned int i = 0; i < MARKER_KEYS_MAX; i++) {
        snprintf(marker.keys[i].key, MARKER_KEY_MAX, "%s", gpr_name((enum gpr)i));
        marker.keys[i].value = UINT64_MAX;
    }
    struct crosscheck_view view = view_of(&stop, &marker);
    assert_int_equal(crosscheck_wrong(&view), MARKER_KEYS_MAX);
    char *text = VIEW_TEXT(crosscheck_text, &view);
    for (unsigned int i = 0; i < MARKER_KEYS_MAX; i++)
        assert_non_null(strstr(text, gpr_name((enum gpr)i)));
    free(text);
    for (unsigned int i = 0; i < MARKER_KEYS_MAX; i++)
        memset(marker.keys[i].key, 'k', MARKER_KEY_MAX - 1);
    view = view_of(&stop, &marker);
    view_has(VIEW_TEXT(crosscheck_text, &view), "kkk=0xffffffffffffffff\n");
    target_close(stop.target);
}

static void test_absent(void **state)
{
    static const struct marker marker = {"x", 1, {{"rsi", 1}}};
    struct stop stop = view_stop();
    struct crosscheck_view view;

    (void)state;
    stop.stage = &elsewhere;
    crosscheck_capture(&stop, &view);
    assert_false(view.present);
    assert_int_equal(crosscheck_wrong(&view), 0);
    char *text = VIEW_TEXT(crosscheck_text, &view);
    assert_string_equal(text, "");
    free(text);
    view_json(crosscheck_json(&view), "[]");
    stop.marker = &marker;
    stop.stage = NULL; /* a stop that is no checkpoint */
    crosscheck_capture(&stop, &view);
    assert_false(view.present);
    target_close(stop.target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registers_of_each_width),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_descriptor_tables),
        cmocka_unit_test(test_bounds_of_bss),
        cmocka_unit_test(test_other_claims),
        cmocka_unit_test(test_disagreement_is_shown),
        cmocka_unit_test(test_against_views),
        cmocka_unit_test(test_wrapping),
        cmocka_unit_test(test_absent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
