/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page-table view: pages of all sizes and formats, merged, damaged, and in circles. */
#include "fake_tables.h"

#include "pagetable.h"

static void expect_range(const struct pagetable_view *view, size_t index, uint64_t virt,
                         uint64_t phys, uint64_t size, uint64_t page_size, unsigned int flags)
{
    const struct page_range *range = &view->ranges.list[index];

    assert_true(index < view->ranges.count);
    assert_int_equal(range->virt, virt);
    assert_int_equal(range->phys, phys);
    assert_int_equal(range->size, size);
    assert_int_equal(range->page_size, page_size);
    assert_int_equal(range->flags, flags);
}

static struct pagetable_view capture(struct stop *stop)
{
    struct pagetable_view view;

    view_no_error(pagetable_capture(stop, &view));
    return view;
}

static void done(struct stop *stop, struct pagetable_view *view)
{
    pagetable_free(view);
    target_close(stop->target);
}

static void test_small_pages_merge(void **state)
{
    struct stop stop = linked();
    struct pagetable_view view;

    (void)state;
    entry(&stop, PD, 0, PT | TABLE);
    entry(&stop, PT, 0, 0x0000 | PAGE);      /* 0x0000 -> 0x0000 */
    entry(&stop, PT, 1, 0x1000 | PAGE);      /* goes on: the same range */
    entry(&stop, PT, 2, 0x2000 | 1);         /* goes on, but is read-only: a new range */
    entry(&stop, PT, 3, 0x9000 | PAGE);      /* not where it would go on */
    entry(&stop, PT, 5, 0xa000 | PAGE);      /* a hole before it in virtual space */
    entry(&stop, PT, 6, 0xb000 | PAGE | NX); /* goes on, but must not be executed */
    view = capture(&stop);
    assert_int_equal(view.ranges.count, 5);
    expect_range(&view, 0, 0x0000, 0x0000, 0x2000, 0x1000, PAGE_WRITE | PAGE_EXEC);
    expect_range(&view, 1, 0x2000, 0x2000, 0x1000, 0x1000, PAGE_EXEC);
    expect_range(&view, 2, 0x3000, 0x9000, 0x1000, 0x1000, PAGE_WRITE | PAGE_EXEC);
    expect_range(&view, 3, 0x5000, 0xa000, 0x1000, 0x1000, PAGE_WRITE | PAGE_EXEC);
    expect_range(&view, 4, 0x6000, 0xb000, 0x1000, 0x1000, PAGE_WRITE);
    assert_false(view.identity);
    assert_int_equal(view.first_other.value, 0x3000);
    assert_int_equal(view.tables, 4);
    view_has(VIEW_TEXT(pagetable_text, &view),
             "not identity from 0x3000 on\n               [0x0, ");
    struct pagetable_view later;
    char *text;

    later = capture(&stop);
    text = VIEW_DIFF_TEXT(pagetable_since_text, &view, &later);
    assert_string_equal(text,
                        "  paging       4 levels from 0x1000, 4 table pages, not identity from "
                        "0x3000 on; ranges as before\n");
    free(text);
    pagetable_free(&later);
    entry(&stop, PT, 2, 0x2000 | PAGE); /* the same addresses, with other rights */
    later = capture(&stop);
    view_has(VIEW_DIFF_TEXT(pagetable_since_text, &view, &later),
             "0x3000 on\n               [0x0, ");
    pagetable_free(&later);
    done(&stop, &view);
}

/* The stub's first tables: 4 GiB by 2 MiB pages, six tables, identity. */
static void test_early_tables(void **state)
{
    struct stop stop = linked();
    struct pagetable_view view;

    (void)state;
    entry(&stop, PML4, 0, PDPT | 7);
    for (unsigned int i = 0; i < 4; i++)
        entry(&stop, PDPT, i, (0x3000 + i * 0x1000) | 7);
    for (unsigned int i = 0; i < 4 * 512; i++)
        entry(&stop, 0x3000, i, (uint64_t)i << 21 | 0x183);
    stop.regs.cr0 = CR0_PROTECTED; /* cr3 is loaded, paging not on, EFER.LME not set */
    stop.regs.efer = 0;
    view = capture(&stop);
    assert_true(view.identity);
    view_json(pagetable_json(&view),
              "{\"capped\":false,\"damage\":[],\"damaged\":0,\"enabled\":false,"
              "\"first_other\":null,\"identity\":true,\"levels\":4,\"ranges\":["
              "{\"flags\":\"rwx global\",\"page_size\":\"0x200000\",\"phys\":\"0x0\","
              "\"size\":\"0x100000000\",\"virt\":\"0x0\"}],\"root\":\"0x1000\",\"tables\":6}");
    view_has(VIEW_TEXT(pagetable_text, &view), "not in use yet: 4 levels from 0x1000, 6 table");
    done(&stop, &view);
}

static void test_gigabyte_page_and_rights(void **state)
{
    struct stop stop = linked();
    struct pagetable_view view;

    (void)state;
    entry(&stop, PDPT, 1, UINT64_C(0x40000000) | BIG | 4); /* 1 GiB, user: PML4 grants it, too */
    entry(&stop, PD, 1, 0x200000 | BIG | 4 | 0x18);        /* 2 MiB, user, PWT, PCD */
    entry(&stop, PML4, 511, MORE | 1);                     /* read-only from the top on */
    entry(&stop, MORE, 511, UINT64_C(0x80000000) | BIG | 4);
    view = capture(&stop);
    assert_int_equal(view.ranges.count, 3);
    expect_range(&view, 0, 0x200000, 0x200000, 0x200000, 0x200000,
                 PAGE_WRITE | PAGE_EXEC | PAGE_USER | PAGE_PWT | PAGE_PCD);
    expect_range(&view, 1, 0x40000000, 0x40000000, 0x40000000, 0x40000000,
                 PAGE_WRITE | PAGE_EXEC | PAGE_USER);
    /* Sign-extended, and with the rights that both levels grant. */
    expect_range(&view, 2, UINT64_C(0xffffffffc0000000), 0x80000000, 0x40000000, 0x40000000,
                 PAGE_EXEC);
    view_has(VIEW_TEXT(pagetable_text, &view), "[0xffffffffc0000000, 2^64)");
    done(&stop, &view);
}

/* The longest line there is: high addresses, and all flags. */
static void test_longest_line_fits(void **state)
{
    struct stop stop = linked();
    struct pagetable_view view, nothing = {0};
    struct pagetable_diff diff;

    (void)state;
    entry(&stop, PML4, 511, PDPT | TABLE | 4);
    entry(&stop, PML4, 0, 0);
    entry(&stop, PD, 0, PT | TABLE | 4);
    entry(&stop, PT, 255, 0xfee00000 | PAGE | 0x11c); /* US, PWT, PCD, G */
    view = capture(&stop);
    view_has(VIEW_TEXT(pagetable_text, &view), " 4 KiB 4K rwx US G PWT PCD");
    view_no_error(pagetable_diff(&nothing, &view, &diff));
    view_has(VIEW_TEXT(pagetable_diff_text, &diff), "mapped       + [0xffffff80000ff000, ");
    pagetable_diff_free(&diff);
    done(&stop, &view);
}

static void test_five_levels(void **state)
{
    struct stop stop = linked();
    struct pagetable_view view;

    (void)state;
    stop.regs.cr4 = CR4_WITH_LA57;
    stop.regs.cr3 = MORE;
    entry(&stop, MORE, 0, PML4 | TABLE);   /* PML5[0]: the lower 256 TiB */
    entry(&stop, MORE, 256, PML4 | TABLE); /* the first entry of the upper half */
    entry(&stop, PD, 0, 0 | BIG);
    view = capture(&stop);
    assert_int_equal(view.paging.levels, 5);
    assert_int_equal(view.ranges.count, 2);
    expect_range(&view, 0, 0, 0, 0x200000, 0x200000, PAGE_WRITE | PAGE_EXEC);
    expect_range(&view, 1, UINT64_C(0xff00000000000000), 0, 0x200000, 0x200000,
                 PAGE_WRITE | PAGE_EXEC);
    assert_int_equal(view.tables, 4); /* reached twice, counted once */
    done(&stop, &view);
}

static void test_damage(void **state)
{
    struct stop stop = linked();
    struct pagetable_view view;

    (void)state;
    entry(&stop, PML4, 1, MORE | TABLE | 0x80);              /* PS in a PML4 entry */
    entry(&stop, PDPT, 1, UINT64_C(0x40002000) | BIG);       /* 1 GiB page, bit 13 set */
    entry(&stop, PDPT, 2, UINT64_C(0x7fff00000000) | TABLE); /* a table outside memory */
    entry(&stop, PD, 0, 0x200000 | BIG | 0x1000);            /* bit 12 is PAT: fine */
    entry(&stop, PD, 1, 0x202000 | BIG);                     /* 2 MiB page, bit 13 set */
    view = capture(&stop);
    assert_int_equal(view.ranges.count, 1);
    expect_range(&view, 0, 0, 0x200000, 0x200000, 0x200000, PAGE_WRITE | PAGE_EXEC);
    assert_int_equal(pagetable_wrong(&view), 4);
    assert_int_equal(view.damage[0].kind, DAMAGE_RESERVED);
    assert_int_equal(view.damage[0].virt, 0x200000);
    assert_int_equal(view.damage[0].bits, 0x2000);
    assert_int_equal(view.damage[1].virt, 0x40000000);
    assert_int_equal(view.damage[2].kind, DAMAGE_OUTSIDE);
    assert_int_equal(view.damage[2].virt, 0x80000000);
    assert_int_equal(view.damage[3].bits, 0x80);
    assert_int_equal(view.damage[3].level, 4);
    view_has(VIEW_TEXT(pagetable_text, &view), "leads to a table outside memory");
    done(&stop, &view);
}

static void test_no_execute_is_reserved_without_nxe(void **state)
{
    struct stop stop = linked();
    struct pagetable_view view;

    (void)state;
    stop.regs.efer = EFER_LONG;
    entry(&stop, PD, 0, BIG | NX);
    view = capture(&stop);
    assert_int_equal(view.ranges.count, 0);
    assert_int_equal(view.damaged, 1);
    assert_false(view.identity);
    done(&stop, &view);
}

static void test_root_outside_memory(void **state)
{
    struct stop stop = linked();
    struct pagetable_view view;

    (void)state;
    stop.regs.cr3 = 0x20000;
    view = capture(&stop);
    assert_int_equal(view.damaged, 1);
    assert_int_equal(view.damage[0].level, 5);
    assert_int_equal(view.tables, 0);
    view_has(VIEW_TEXT(pagetable_text, &view), "root for 0x0: cr3 0x20000 leads");
    done(&stop, &view);
}

/* All 512 entries of a table lead to the table itself: 512^4 paths, of which few are taken. */
static void test_self_reference_is_cut(void **state)
{
    struct stop stop = linked();
    struct pagetable_view view;

    (void)state;
    for (unsigned int i = 0; i < 512; i++)
        entry(&stop, PML4, i, PML4 | TABLE);
    view = capture(&stop);
    assert_true(view.capped);
    assert_false(view.identity);
    assert_int_equal(view.tables, 1);
    assert_true(fake_target_reads(stop.target) <= PAGETABLE_VISITS_MAX);
    view_has(VIEW_TEXT(pagetable_text, &view), "perhaps in a circle");
    done(&stop, &view);
}

/* A recursive slot, as some kernels have, is no damage: it shows tables as pages. */
static void test_one_recursive_slot(void **state)
{
    struct stop stop = linked();
    struct pagetable_view view;

    (void)state;
    entry(&stop, PML4, 510, PML4 | TABLE);
    view = capture(&stop);
    assert_false(view.capped);
    assert_int_equal(view.damaged, 0);
    /* PML4[510] at all four levels: the PML4 as a page. */
    expect_range(&view, view.ranges.count - 1, UINT64_C(0xffffff7fbfdfe000), PML4, 0x1000, 0x1000,
                 PAGE_WRITE | PAGE_EXEC);
    done(&stop, &view);
}

static void test_pae(void **state)
{
    struct stop stop = view_stop();
    struct pagetable_view view;

    (void)state;
    fake_target_ram(stop.target, 0, 0x20000);
    stop.regs.efer = 0;
    stop.regs.cr3 = 0x1020;          /* the four entries need 32-byte alignment only */
    entry(&stop, 0x1020, 0, PD | 1); /* no rights here: they are all granted */
    entry(&stop, 0x1020, 3, PD | 1); /* the last GiB */
    entry(&stop, 0x1020, 4, PD | 1); /* not an entry: there are four */
    entry(&stop, PD, 511, 0x200000 | BIG);
    view = capture(&stop);
    assert_int_equal(view.paging.kind, PAGING_PAE);
    assert_int_equal(view.ranges.count, 2);
    expect_range(&view, 0, 0x3fe00000, 0x200000, 0x200000, 0x200000, PAGE_WRITE | PAGE_EXEC);
    expect_range(&view, 1, 0xffe00000, 0x200000, 0x200000, 0x200000, PAGE_WRITE | PAGE_EXEC);
    entry(&stop, 0x1020, 1, PD | 3); /* bit 1 of such an entry is reserved */
    pagetable_free(&view);
    view = capture(&stop);
    assert_int_equal(view.damaged, 1);
    done(&stop, &view);
}

static void test_32bit_paging(void **state)
{
    struct stop stop = view_stop();
    struct pagetable_view view;
    const uint32_t directory[3] = {PT | TABLE, 0x400000 | BIG, 0x800000 | BIG | 0x2000};
    const uint32_t table[2] = {0x0 | PAGE, 0x1000 | PAGE};

    (void)state;
    fake_target_ram(stop.target, 0, 0x20000);
    stop.regs.efer = 0;
    stop.regs.cr4 = 0x10; /* PSE */
    stop.regs.cr3 = PD;
    fake_target_poke(stop.target, PD, directory, sizeof(directory));
    fake_target_poke(stop.target, PT, table, sizeof(table));
    view = capture(&stop);
    assert_int_equal(view.ranges.count, 3);
    expect_range(&view, 0, 0, 0, 0x2000, 0x1000, PAGE_WRITE | PAGE_EXEC);
    expect_range(&view, 1, 0x400000, 0x400000, 0x400000, 0x400000, PAGE_WRITE | PAGE_EXEC);
    /* PSE-36: bit 13 is bit 32 of the address. */
    expect_range(&view, 2, 0x800000, UINT64_C(0x100800000), 0x400000, 0x400000,
                 PAGE_WRITE | PAGE_EXEC);
    done(&stop, &view);
}

static void test_paging_off(void **state)
{
    struct stop stop = linked();
    struct pagetable_view view;

    (void)state;
    stop.regs.cr0 = CR0_PROTECTED;
    stop.regs.cr4 = 0;
    view = capture(&stop);
    assert_false(view.present);
    view_json(pagetable_json(&view),
              "{\"capped\":null,\"damage\":null,\"damaged\":null,\"enabled\":false,"
              "\"first_other\":null,\"identity\":null,\"levels\":null,\"ranges\":null,"
              "\"root\":null,\"tables\":null}");
    done(&stop, &view);
}

static void test_target_failure_is_returned(void **state)
{
    struct stop stop = linked();
    struct pagetable_view view;

    (void)state;
    fake_target_hang_up(stop.target);
    view_error(pagetable_capture(&stop, &view), ERROR_CLOSED);
    target_close(stop.target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_pages_merge),
        cmocka_unit_test(test_early_tables),
        cmocka_unit_test(test_gigabyte_page_and_rights),
        cmocka_unit_test(test_longest_line_fits),
        cmocka_unit_test(test_five_levels),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_no_execute_is_reserved_without_nxe),
        cmocka_unit_test(test_root_outside_memory),
        cmocka_unit_test(test_self_reference_is_cut),
        cmocka_unit_test(test_one_recursive_slot),
        cmocka_unit_test(test_pae),
        cmocka_unit_test(test_32bit_paging),
        cmocka_unit_test(test_paging_off),
        cmocka_unit_test(test_target_failure_is_returned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
