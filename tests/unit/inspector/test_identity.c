/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where page tables must be identity, and whose they are. */
#include "fake_tables.h"

#include "pagetable.h"

static struct pagetable_view capture(struct stop *stop)
{
    struct pagetable_view view;

    view_no_error(pagetable_capture(stop, &view));
    return view;
}

/* Tables that map 2 MiB to themselves and the next 2 MiB to the first, at a stage of the boot. */
static struct stop astray(const struct stage *stage)
{
    struct stop stop = linked();

    entry(&stop, PD, 0, 0 | BIG);
    entry(&stop, PD, 1, 0 | BIG);
    stop.stage = stage;
    return stop;
}

static void expect_wrong(struct stop *stop, size_t wrong)
{
    struct pagetable_view view = capture(stop);

    assert_int_equal(pagetable_wrong(&view), wrong);
    pagetable_free(&view);
}

/* From identity-maps to kernel-jump, and where startup_32 has made them, the tables are ours. */
static void test_own_tables_must_be_identity(void **state)
{
    static const struct stage own[] = {
        {.name = "early-page-tables"}, {.name = "identity-maps"}, {.name = "kernel-jump"}};
    static const struct stage others[] = {
        {.name = "startup-64"}, {.name = "stage2-idt"}, {.name = "kernel-entry"}};
    struct stop stop = astray(NULL);
    struct pagetable_view view;

    (void)state;
    expect_wrong(&stop, 0);
    for (size_t i = 0; i < 3; i++) {
        stop.stage = &others[i]; /* no symbols: nobody knows whose tables these are */
        expect_wrong(&stop, 0);
        stop.stage = &own[i];
        expect_wrong(&stop, 1);
    }
    view = capture(&stop);
    view_has(VIEW_TEXT(pagetable_text, &view), "not identity from 0x200000 on, and must be\n");
    pagetable_free(&view);
    entry(&stop, PD, 1, 0x200000 | BIG);
    expect_wrong(&stop, 0);
    entry(&stop, PD, 0, 0);
    entry(&stop, PD, 1, 0);
    expect_wrong(&stop, 1); /* what maps nothing is not identity */
    target_close(stop.target);
}

/* Between startup-64 and identity-maps cr3 tells the early tables from a loader's. */
static void test_early_tables_by_their_place(void **state)
{
    static const struct fake_symbol list[] = {{"_pgtable", 0x800}, {"_end", 0x1800}};
    static const struct symbols symbols = {list, 2};
    static const struct stage startup_64 = {.name = "startup-64"},
                              relocated = {.name = "relocated"};
    struct image image = {.setup = {.kernel_alignment = 0x100, .init_size = 0x1900}};
    struct stop stop = astray(&startup_64);

    (void)state;
    stop.stub = &symbols;
    stop.image = &image;
    stop.facts.load = known(0x601); /* output 0x700, the copy at 0x800, its tables at PML4 */
    expect_wrong(&stop, 1);
    image.setup.pref_address = 0x1000; /* the output cannot lie below */
    expect_wrong(&stop, 0);
    image.setup.pref_address = 0;
    image.setup.kernel_alignment = 0; /* no sum can be made */
    expect_wrong(&stop, 0);
    stop.stage = &relocated;
    stop.facts.copy = known(PML4 - 0x800); /* now the boot code has said where it is */
    expect_wrong(&stop, 1);
    stop.facts.copy = known(PML4);
    expect_wrong(&stop, 0);
    target_close(stop.target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_tables_must_be_identity),
        cmocka_unit_test(test_early_tables_by_their_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
