/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One address through the tables, and what two captures of them map differently. */
#include "fake_tables.h"

#include "pagetable.h"

static struct pagetable_view capture(struct stop *stop)
{
    struct pagetable_view view;

    view_no_error(pagetable_capture(stop, &view));
    return view;
}

static void test_diff(void **state)
{
    struct stop stop = linked();
    struct pagetable_view before, now;
    struct pagetable_diff diff;

    (void)state;
    for (unsigned int i = 0; i < 4; i++)
        entry(&stop, PD, i, (uint64_t)i << 21 | BIG); /* [0, 8 MiB) */
    before = capture(&stop);
    entry(&stop, PD, 1, 0x200000 | 0x81); /* now read-only */
    entry(&stop, PD, 3, 0);               /* gone */
    entry(&stop, PD, 4, 0x800000 | BIG);  /* new */
    now = capture(&stop);
    view_no_error(pagetable_diff(&before, &now, &diff));
    assert_int_equal(diff.removed.count, 2);
    assert_int_equal(diff.removed.list[0].virt, 0x200000);
    assert_int_equal(diff.removed.list[0].size, 0x200000);
    assert_int_equal(diff.removed.list[1].virt, 0x600000);
    assert_int_equal(diff.added.count, 2);
    assert_int_equal(diff.added.list[0].virt, 0x200000);
    assert_int_equal(diff.added.list[0].flags, PAGE_EXEC);
    assert_int_equal(diff.added.list[1].virt, 0x800000);
    pagetable_diff_free(&diff);
    view_no_error(pagetable_diff(&now, &now, &diff));
    view_json(pagetable_diff_json(&diff), "{\"added\":[],\"removed\":[]}");
    pagetable_diff_free(&diff);
    pagetable_free(&before);
    pagetable_free(&now);
    target_close(stop.target);
}

static void expect_translation(struct stop *stop, uint64_t address, enum translation_end end,
                               const char *words)
{
    struct translation translation;
    char text[200];

    view_no_error(pagetable_translate(stop, virt(address), &translation));
    assert_int_equal(translation.end, end);
    assert_string_equal(translation_text(&translation, text, sizeof(text)), words);
}

static void test_translate(void **state)
{
    struct stop stop = linked();

    (void)state;
    entry(&stop, PD, 1, 0x600000 | BIG);
    entry(&stop, PD, 2, UINT64_C(0x1000000) | TABLE);
    entry(&stop, PD, 3, 0x602000 | BIG);
    expect_translation(&stop, 0x2abcde, TRANSLATION_MAPPED, "mapped to 0x6abcde by a 2M page, rwx");
    expect_translation(&stop, 0x1000, TRANSLATION_NOT_PRESENT,
                       "not mapped: PD[0] of the table at 0x3000 is not present (0x0)");
    expect_translation(&stop, 0x400000, TRANSLATION_OUTSIDE,
                       "not mapped: PD[2] of the table at 0x3000 leads out of memory");
    expect_translation(&stop, 0x600000, TRANSLATION_RESERVED,
                       "not mapped: PD[3] of the table at 0x3000 has reserved bits 0x2000 set "
                       "(0x602083)");
    expect_translation(&stop, UINT64_C(0x800000000000), TRANSLATION_NOT_CANONICAL,
                       "not mapped: the address is not canonical with 4 levels");
    stop.regs.cr0 = CR0_PROTECTED;
    expect_translation(&stop, 0x1234, TRANSLATION_OFF, "physical: paging is off");
    target_close(stop.target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diff),
        cmocka_unit_test(test_translate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
