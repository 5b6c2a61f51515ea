/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One address level by level, and every address of a byte. */
#include "fake_tables.h"

#include "aliases.h"
#include "walk.h"

static struct walk_view walk(const struct stop *stop, uint64_t address)
{
    struct walk_view view;

    view_no_error(walk_capture(stop, virt(address), &view));
    return view;
}

static struct aliases_view search(const struct stop *stop, uint64_t address)
{
    struct aliases_view view;

    view_no_error(aliases_capture(stop, phys(address), &view));
    return view;
}

static void expect_flags(unsigned int level, uint64_t raw, const char *expected)
{
    struct paging paging = {.kind = PAGING_4LEVEL, .enabled = true, .levels = 4};
    char text[ENTRY_FLAGS_TEXT_MAX];

    paging.no_execute = true;
    assert_string_equal(paging_entry_flags(&paging, level, raw, text, sizeof(text)), expected);
}

/* Bits 6 to 8 and 12 mean other things, or nothing, in other entries. */
static void test_flags(void **state)
{
    (void)state;
    expect_flags(2, 0x1fff, "P RW US PWT PCD A D PS G SW9 SW10 SW11 PAT");
    expect_flags(1, 0x1fff, "P RW US PWT PCD A D PAT G SW9 SW10 SW11");
    expect_flags(4, 0x0f7f | NX, "P RW US PWT PCD A SW6 SW8 SW9 SW10 SW11 NX");
    expect_flags(4, 0x83, "P RW PS");
    expect_flags(1, 0x8002, "SW1");
    expect_flags(1, UINT64_C(0x7ff0000000000001),
                 "P SW52 SW53 SW54 SW55 SW56 SW57 SW58 SW59 SW60 SW61 SW62");
}

/* The text that all flags make fits its buffer. */
static void test_most_flags(void **state)
{
    struct paging paging = {.kind = PAGING_4LEVEL, .levels = 4, .no_execute = true};
    char text[ENTRY_FLAGS_TEXT_MAX];

    (void)state;
    paging_entry_flags(&paging, 1, UINT64_MAX - 1, text, sizeof(text));
    assert_true(strlen(text) < sizeof(text) - 1);
    assert_non_null(strstr(text, "SW63"));
}

static void test_big_page(void **state)
{
    struct stop stop = linked();
    struct walk_view view;
    char *text;

    (void)state;
    entry(&stop, PD, 8, 0x3000000 | BIG | 0x60);
    view = walk(&stop, 0x1000123);
    assert_true(walk_phys(&view).known);
    assert_int_equal(walk_phys(&view).value, 0x3000123);
    text = VIEW_TEXT(walk_text, &view);
    assert_non_null(strstr(text, "0000000000000000 000000000 000000000 000001000 "
                                 "000000000000100100011\n"));
    assert_non_null(strstr(text, "63..48           47..39    38..30    29..21    20..0\n"));
    assert_non_null(strstr(text, "PD[8]        in 0x3000       0x00000000030000e3  2M 0x3000000"));
    view_has(text, "P RW A D PS\n");
    view_json(walk_json(&view),
              "{\"address\":\"0x1000123\",\"enabled\":true,\"end\":\"mapped\",\"flags\":\"rwx\","
              "\"levels\":4,\"page_size\":\"0x200000\",\"phys\":\"0x3000123\",\"root\":\"0x1000\","
              "\"steps\":["
              "{\"entry\":\"0x2007\",\"entry_address\":\"0x1000\",\"flags\":[\"P\",\"RW\",\"US\"],"
              "\"index\":0,\"kind\":\"table\",\"level\":\"PML4\",\"phys\":\"0x2000\","
              "\"reserved\":\"0x0\",\"table\":\"0x1000\"},"
              "{\"entry\":\"0x3007\",\"entry_address\":\"0x2000\",\"flags\":[\"P\",\"RW\",\"US\"],"
              "\"index\":0,\"kind\":\"table\",\"level\":\"PDPT\",\"phys\":\"0x3000\","
              "\"reserved\":\"0x0\",\"table\":\"0x2000\"},"
              "{\"entry\":\"0x30000e3\",\"entry_address\":\"0x3040\","
              "\"flags\":[\"P\",\"RW\",\"A\",\"D\",\"PS\"],\"index\":8,\"kind\":\"page\","
              "\"level\":\"PD\",\"phys\":\"0x3000000\",\"reserved\":\"0x0\",\"table\":\"0x3000\"}],"
              "\"why\":\"mapped to 0x3000123 by a 2M page, rwx\"}");
    target_close(stop.target);
}

static void test_faults(void **state)
{
    struct stop stop = linked();
    struct walk_view view;

    (void)state;
    view = walk(&stop, 0x600000);
    assert_false(walk_phys(&view).known);
    view_has(VIEW_TEXT(walk_text, &view),
             "not mapped: PD[3] of the table at 0x3000 is not present");
    entry(&stop, PD, 3, 0x602000 | BIG); /* bit 13 of a 2 MiB page */
    view = walk(&stop, 0x600000);
    view_has(VIEW_TEXT(walk_text, &view), "PD[3] of the table at 0x3000 has reserved bits 0x2000");
    entry(&stop, PD, 3, UINT64_C(0x7ffff000) | TABLE);
    view = walk(&stop, 0x600000);
    view_has(VIEW_TEXT(walk_text, &view), "leads out of memory");
    view = walk(&stop, UINT64_C(0x800000000000));
    assert_int_equal(view.translation.step_count, 0);
    view_has(VIEW_TEXT(walk_text, &view), "not canonical with 4 levels");
    target_close(stop.target);
}

/* Tables that are made, but not in use: what they would do, and what the CPU does. */
static void test_prepared(void **state)
{
    struct stop stop = linked();
    struct walk_view view;

    (void)state;
    entry(&stop, PD, 0, 0x400000 | BIG);
    stop.regs.cr0 = CR0_PROTECTED;
    stop.regs.efer = 0;
    view = walk(&stop, 0x10);
    assert_false(view.enabled);
    assert_int_equal(view.translation.end, TRANSLATION_MAPPED);
    assert_int_equal(view.translation.phys, 0x400010);
    assert_int_equal(walk_phys(&view).value, 0x10);
    view_has(VIEW_TEXT(walk_text, &view), "paging is off: what the prepared tables would do\n");
    stop.regs.cr4 = 0;
    view = walk(&stop, 0x10);
    assert_false(view.tables);
    view_has(VIEW_TEXT(walk_text, &view), "  pt           paging is off: 0x10 is a physical");
    target_close(stop.target);
}

/* Five levels, and a page of the lowest: the widest picture there is. */
static void test_five_levels(void **state)
{
    struct stop stop = linked();
    struct walk_view view;

    (void)state;
    stop.regs.cr4 = CR4_WITH_LA57;
    stop.regs.cr3 = MORE;
    entry(&stop, MORE, 511, PML4 | TABLE);
    entry(&stop, PML4, 511, PDPT | TABLE);
    entry(&stop, PDPT, 511, PD | TABLE);
    entry(&stop, PD, 511, PT | TABLE);
    entry(&stop, PT, 511, 0x7000 | 0xfff | NX);
    view = walk(&stop, UINT64_C(0xffffffffffffffff));
    assert_int_equal(view.translation.step_count, 5);
    assert_int_equal(walk_phys(&view).value, 0x7fff);
    view_has(VIEW_TEXT(walk_text, &view), "PML5[511]    in 0x5000");
    target_close(stop.target);
}

static void test_aliases(void **state)
{
    struct stop stop = linked();
    struct aliases_view view;

    (void)state;
    entry(&stop, PML4, 511, PDPT | TABLE); /* all of it once more, at the top */
    entry(&stop, PD, 0, BIG);
    entry(&stop, PD, 5, PT | TABLE);
    entry(&stop, PT, 3, 0x6000 | 1 | NX);
    view = search(&stop, 0x6123);
    assert_int_equal(view.count, 4);
    assert_int_equal(view.list[0].virt, 0x6123);
    assert_int_equal(view.list[0].page_size, 0x200000);
    assert_int_equal(view.list[1].virt, 0xa03123);
    assert_int_equal(view.list[1].page_size, 0x1000);
    assert_int_equal(view.list[1].flags, 0);
    assert_true(view.list[2].virt == UINT64_C(0xffffff8000006123));
    assert_true(view.list[3].virt == UINT64_C(0xffffff8000a03123));
    view_has(VIEW_TEXT(aliases_text, &view), "physical 0x6123, 4 virtual addresses\n");
    view = search(&stop, 0x200000);
    assert_int_equal(view.count, 0);
    view_has(VIEW_TEXT(aliases_text, &view), "physical 0x200000 (no memory there), 0 virtual");
    target_close(stop.target);
}

/* A table that is its own child maps itself at every level: the search ends, and says so. */
static void test_aliases_in_circles(void **state)
{
    struct stop stop = linked();
    struct aliases_view view;
    json_t *json;

    (void)state;
    for (unsigned int i = 0; i < 512; i++)
        entry(&stop, PML4, i, PML4 | TABLE);
    view = search(&stop, PML4 + 0x10);
    assert_true(view.capped);
    assert_true(view.count > ALIASES_MAX);
    view_has(VIEW_TEXT(aliases_text, &view), "the search was cut");
    json = aliases_json(&view);
    assert_int_equal(json_array_size(json_object_get(json, "aliases")), ALIASES_MAX);
    json_decref(json);
    target_close(stop.target);
}

static void test_aliases_without_paging(void **state)
{
    struct stop stop = linked();
    struct aliases_view view;

    (void)state;
    stop.regs.cr0 = CR0_PROTECTED;
    view = search(&stop, 0x1234);
    assert_int_equal(fake_target_reads(stop.target), 0);
    view_json(aliases_json(&view),
              "{\"aliases\":[{\"flags\":null,\"page_size\":null,\"virt\":\"0x1234\"}],"
              "\"capped\":false,\"count\":1,\"damaged\":0,\"enabled\":false,\"memory\":true,"
              "\"phys\":\"0x1234\"}");
    view_has(VIEW_TEXT(aliases_text, &view), "paging is off: the only address\n");
    target_close(stop.target);
}

static void test_gone(void **state)
{
    struct stop stop = linked();
    struct aliases_view aliases;
    struct walk_view view;

    (void)state;
    fake_target_hang_up(stop.target);
    view_error(walk_capture(&stop, virt(0), &view), ERROR_CLOSED);
    view_error(aliases_capture(&stop, phys(0), &aliases), ERROR_CLOSED);
    target_close(stop.target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flags),
        cmocka_unit_test(test_most_flags),
        cmocka_unit_test(test_big_page),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_prepared),
        cmocka_unit_test(test_five_levels),
        cmocka_unit_test(test_aliases),
        cmocka_unit_test(test_aliases_in_circles),
        cmocka_unit_test(test_aliases_without_paging),
        cmocka_unit_test(test_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
