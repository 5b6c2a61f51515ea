/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One relocation site by each of its addresses, and before, while and after it is relocated. */
#include "fake_kernel.h"

#include "site.h"

static const struct stage applied = {.name = "relocations-applied", .module = MODULE_STUB};
static const struct boot_done all_done = {true, true, true, true, true, false};

static struct stop with_sites(struct fake_kernel *fake)
{
    struct stop stop = kernel_loaded(fake, &applied);
    struct kernel *kernel = &fake->image.kernel;

    add_site(&kernel->abs32, fake->abs32, DATA_SITE(0x10));
    add_site(&kernel->abs64, fake->abs64, TEXT_SITE(0x100));
    add_site(&kernel->inverse32, fake->inverse32, 0x82000000u); /* in no segment */
    return stop;
}

static struct site_view look(const struct stop *stop, const struct boot_done *done,
                             uint64_t address)
{
    struct site_view view;

    view_no_error(site_capture(stop, done, address, &view));
    return view;
}

static void expect_named(const struct stop *stop, uint64_t address, enum site_address as)
{
    struct site_view view = look(stop, &all_done, address);

    assert_int_equal(view.count, 1);
    assert_int_equal(view.list[0].named_as, as);
    assert_true(view.list[0].linked == UINT64_C(0xffffffff81000100));
}

static void test_every_address(void **state)
{
    struct fake_kernel fake;
    struct stop stop = with_sites(&fake);

    (void)state;
    expect_named(&stop, UINT64_C(0xffffffff81000100), SITE_LINKED_VIRTUAL);
    expect_named(&stop, UINT64_C(0xffffffff81000107), SITE_LINKED_VIRTUAL); /* its last byte */
    expect_named(&stop, UINT64_C(0xffffffff83000100), SITE_VIRTUAL);
    expect_named(&stop, KERNEL_OUTPUT + 0x100, SITE_PHYSICAL);
    expect_named(&stop, 0x1000100, SITE_LINKED_PHYSICAL);
    kernel_free(&fake, &stop);
}

static void test_right_and_wrong(void **state)
{
    struct fake_kernel fake;
    struct stop stop = with_sites(&fake);
    struct site_view view = look(&stop, &all_done, 0x1000100);
    uint64_t value;

    (void)state;
    assert_int_equal(site_wrong(&view), 1);
    view_has(VIEW_TEXT(site_text, &view), "wrong: must be 0x");
    memcpy(&value, fake.payload + TEXT_OFFSET + 0x100, sizeof(value));
    fake_target_poke64(stop.target, KERNEL_OUTPUT + 0x100, value + KERNEL_DELTA);
    view = look(&stop, &all_done, 0x1000100);
    assert_int_equal(site_wrong(&view), 0);
    assert_true(view.list[0].found.value == value + KERNEL_DELTA);
    view_has(VIEW_TEXT(site_text, &view), "  right: 0x");
    kernel_free(&fake, &stop);
}

/* At elf-loaded it must be as in the file; in between, nobody can say. */
static void test_before(void **state)
{
    static const struct stage elf_loaded = {.name = "elf-loaded", .module = MODULE_STUB};
    struct boot_done loaded = {.copied = true, .chosen = true, .decompressed = true};
    struct fake_kernel fake;
    struct stop stop = with_sites(&fake);
    struct site_view view;

    (void)state;
    stop.stage = &elf_loaded;
    view = look(&stop, &loaded, 0x1000100);
    assert_false(view.list[0].expected.known);
    view_has(VIEW_TEXT(site_text, &view), "not in place yet");
    loaded.loaded = true;
    view = look(&stop, &loaded, 0x1000100);
    assert_true(view.list[0].expected.value == view.list[0].value);
    assert_int_equal(site_wrong(&view), 0);
    fake_target_poke64(stop.target, KERNEL_OUTPUT + 0x100, 1);
    view = look(&stop, &loaded, 0x1000100);
    assert_int_equal(site_wrong(&view), 1);
    stop.stage = NULL;
    view = look(&stop, &loaded, 0x1000100);
    assert_int_equal(site_wrong(&view), 0);
    view_has(VIEW_TEXT(site_text, &view), "is 0x1; relocations are not all applied\n");
    kernel_free(&fake, &stop);
}

static void test_nearest(void **state)
{
    struct fake_kernel fake;
    struct stop stop = with_sites(&fake);
    struct site_view view = look(&stop, &all_done, UINT64_C(0xffffffff81000108));

    (void)state;
    assert_int_equal(view.count, 0);
    view_json(site_json(&view), "{\"above\":\"0xffffffff81200010\","
                                "\"address\":\"0xffffffff81000108\","
                                "\"below\":\"0xffffffff81000100\",\"sites\":[]}");
    view_has(VIEW_TEXT(site_text, &view), "is in no relocation site\n");
    kernel_free(&fake, &stop);
}

static void test_outside(void **state)
{
    struct fake_kernel fake;
    struct stop stop = with_sites(&fake);
    struct site_view view = look(&stop, &all_done, UINT64_C(0xffffffff82000000));

    (void)state;
    assert_int_equal(site_wrong(&view), 1);
    view_has(VIEW_TEXT(site_text, &view), "wrong: it lies in no segment of the kernel\n");
    kernel_free(&fake, &stop);
}

static void test_nothing_to_read(void **state)
{
    struct fake_kernel fake;
    struct stop stop = with_sites(&fake);
    struct site_view view;

    (void)state;
    fake.image.kernel.has_relocs = false;
    view_error(site_capture(&stop, &all_done, 0, &view), ERROR_INPUT);
    stop.image = NULL;
    view_error(site_capture(&stop, &all_done, 0, &view), ERROR_INPUT);
    kernel_free(&fake, &stop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_address), cmocka_unit_test(test_right_and_wrong),
        cmocka_unit_test(test_before),        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_outside),       cmocka_unit_test(test_nothing_to_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
