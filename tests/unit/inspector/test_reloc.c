/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Relocation sites of all kinds, right, wrong, at edges, and where they cannot be. */
#include "fake_kernel.h"

#include "kernelproof.h"

static const struct stage applied = {.name = "relocations-applied"};
static const struct stage elf_loaded = {.name = "elf-loaded"};
static const struct stage kernel_jump = {.name = "kernel-jump"};

/* What the boot code does: adds (or subtracts) the virtual delta at a linked physical address. */
static void relocate32(struct fake_kernel *fake, struct stop *stop, uint64_t paddr, uint64_t offset,
                       uint64_t delta)
{
    uint32_t value;

    memcpy(&value, fake->payload + offset, sizeof(value));
    value += (uint32_t)delta;
    fake_target_poke(stop->target, kernel_at(paddr), &value, sizeof(value));
}

static void relocate64(struct fake_kernel *fake, struct stop *stop, uint64_t paddr, uint64_t offset)
{
    uint64_t value;

    memcpy(&value, fake->payload + offset, sizeof(value));
    fake_target_poke64(stop->target, kernel_at(paddr), value + KERNEL_DELTA);
}

/* One site of each kind, all relocated: abs32 in data, inverse32 in per-CPU data, abs64 in text. */
static struct stop relocated(struct fake_kernel *fake)
{
    struct stop stop = kernel_loaded(fake, &applied);
    struct kernel *kernel = &fake->image.kernel;

    add_site(&kernel->abs32, fake->abs32, DATA_SITE(0x11));
    add_site(&kernel->inverse32, fake->inverse32, PERCPU_SITE(0xfc)); /* its last four bytes */
    add_site(&kernel->abs64, fake->abs64, TEXT_SITE(0xffffc)); /* over the edge of a 1 MiB piece */
    relocate32(fake, &stop, 0x1200011, DATA_OFFSET + 0x11, KERNEL_DELTA);
    relocate32(fake, &stop, 0x14000fc, PERCPU_OFFSET + 0xfc, -KERNEL_DELTA);
    relocate64(fake, &stop, 0x10ffffc, TEXT_OFFSET + 0xffffc);
    return stop;
}

static struct reloc_view capture(const struct stop *stop)
{
    struct elfload_view elfload;
    struct reloc_view view;

    view_no_error(kernelproof_capture(stop, &elfload, &view));
    return view;
}

static void test_all_right(void **state)
{
    struct fake_kernel fake;
    struct stop stop = relocated(&fake);
    struct reloc_view view;

    (void)state;
    stop.facts.load = known(0x100000);
    view = capture(&stop);
    assert_int_equal(reloc_wrong(&view), 0);
    view_json(reloc_json(&view), "{\"copy\":null,\"load\":\"0x100000\",\"output\":\"0x200000\","
                                 "\"physical_delta\":\"0xffffffffff200000\","
                                 "\"sites\":{\"abs32\":1,\"abs64\":1,\"inverse32\":1,\"wrong\":0},"
                                 "\"virtual\":\"0x3000000\",\"virtual_delta\":\"0x2000000\"}");
    view_has(VIEW_TEXT(reloc_text, &view), "physical delta -0xe00000  virtual delta +0x2000000");
    /* Both views from the same windows: two for the text, one for each other segment. */
    assert_int_equal(fake_target_reads(stop.target), 4);
    assert_true(fake_target_largest_read(stop.target) <= (1u << 20) + 7);
    kernel_free(&fake, &stop);
}

static void test_each_kind_can_be_wrong(void **state)
{
    struct fake_kernel fake;
    struct stop stop = relocated(&fake);
    struct reloc_view view;
    uint32_t linked;
    char *text;

    (void)state;
    memcpy(&linked, fake.payload + PERCPU_OFFSET + 0xfc, sizeof(linked));
    relocate32(&fake, &stop, 0x14000fc, PERCPU_OFFSET + 0xfc, KERNEL_DELTA); /* the wrong way */
    relocate32(&fake, &stop, 0x1200011, DATA_OFFSET + 0x11, 0);              /* not at all */
    fake_target_poke(stop.target, kernel_at(0x1100003), "\0", 1); /* the last byte of the abs64 */
    view = capture(&stop);
    assert_int_equal(view.wrong, 3);
    assert_int_equal(view.counts[SITE_INVERSE32], 1);
    assert_int_equal(view.wrong_list[0].kind, SITE_ABS64);
    assert_int_equal(view.wrong_list[0].site, UINT64_C(0xffffffff810ffffc));
    assert_int_equal(view.wrong_list[1].kind, SITE_ABS32);
    assert_int_equal(view.wrong_list[2].kind, SITE_INVERSE32);
    assert_int_equal(view.wrong_list[2].expected, (uint32_t)(linked - KERNEL_DELTA));
    assert_int_equal(view.wrong_list[2].found, (uint32_t)(linked + KERNEL_DELTA));
    text = VIEW_TEXT(reloc_text, &view);
    assert_non_null(strstr(text, "abs32 1, inverse32 1, abs64 1: 3 wrong"));
    view_has(text, "inverse32 0xffffffff814000fc: must be");
    kernel_free(&fake, &stop);
}

/* As many sites of each kind as large kernels have. */
static void test_large_counts_fit_into_a_line(void **state)
{
    struct reloc_view view = {.present = true, .checked = true};
    char *text, *rest = NULL;

    (void)state;
    view.counts[SITE_ABS32] = view.counts[SITE_ABS64] = 123456;
    view.counts[SITE_INVERSE32] = 12345;
    text = VIEW_TEXT(reloc_text, &view);
    assert_non_null(strstr(text, "abs32 123,456, inverse32 12,345, abs64 123,456: every site"));
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        assert_true(strlen(line) <= TEXT_COLUMNS);
    free(text);
}

static void test_zero_delta_leaves_sites_as_linked(void **state)
{
    struct fake_kernel fake;
    struct stop stop = kernel_loaded(&fake, &applied);
    struct reloc_view view;

    (void)state;
    add_site(&fake.image.kernel.abs64, fake.abs64, TEXT_SITE(8));
    stop.facts.virtual = known(KERNEL_PREF);
    view = capture(&stop);
    assert_true(view.checked);
    assert_int_equal(view.wrong, 0);
    relocate64(&fake, &stop, 0x1000008, TEXT_OFFSET + 8); /* moved, though it must not be */
    view = capture(&stop);
    assert_int_equal(view.wrong, 1);
    kernel_free(&fake, &stop);
}

static void test_sites_outside_segments(void **state)
{
    struct fake_kernel fake;
    struct stop stop = kernel_loaded(&fake, &applied);
    struct kernel *kernel = &fake.image.kernel;
    struct reloc_view view;

    (void)state;
    stop.facts.virtual = known(KERNEL_PREF);
    add_site(&kernel->abs32, fake.abs32, DATA_SITE(DATA_BYTES));     /* .bss: no file bytes */
    add_site(&kernel->abs32, fake.abs32, DATA_SITE(DATA_BYTES - 2)); /* half of it outside */
    add_site(&kernel->abs64, fake.abs64, 0x1000);                    /* low: not sign-extended */
    add_site(&kernel->abs64, fake.abs64, 0x80ffffff);                /* begins below the text */
    add_site(&kernel->abs64, fake.abs64, TEXT_SITE(0));              /* fine */
    view = capture(&stop);
    assert_int_equal(view.wrong, 4);
    for (unsigned int i = 0; i < 4; i++)
        assert_true(view.wrong_list[i].outside);
    view_has(VIEW_TEXT(reloc_text, &view), "lies in no segment");
    kernel_free(&fake, &stop);
}

/* More wrong ones than are listed, in a list that is not sorted. */
static void test_many_wrong_and_unsorted(void **state)
{
    struct fake_kernel fake;
    struct stop stop = kernel_loaded(&fake, &applied);
    struct kernel *kernel = &fake.image.kernel;
    struct reloc_view view;

    (void)state;
    for (unsigned int i = 0; i < SITES_MAX; i++)
        add_site(&kernel->abs64, fake.abs64, TEXT_SITE((SITES_MAX - i) * 0x10000));
    add_site(&kernel->abs32, fake.abs32, DATA_SITE(0));
    view = capture(&stop); /* nothing was relocated */
    assert_int_equal(view.wrong, SITES_MAX + 1);
    view_has(VIEW_TEXT(reloc_text, &view), "1 more wrong sites");
    kernel_free(&fake, &stop);
}

static void test_not_checked_before_they_are_applied(void **state)
{
    struct fake_kernel fake;
    struct stop stop = kernel_loaded(&fake, &elf_loaded);
    struct reloc_view view;
    json_t *json;

    (void)state;
    add_site(&fake.image.kernel.abs64, fake.abs64, TEXT_SITE(8));
    view = capture(&stop);
    json = reloc_json(&view);
    assert_true(json_is_null(json_object_get(json, "sites")));
    json_decref(json);
    stop.stage = &kernel_jump; /* nor where nothing can have changed since they were */
    view = capture(&stop);
    assert_false(view.checked);
    stop.facts = (struct facts){0};
    view = capture(&stop);
    view_json(reloc_json(&view), "null");
    assert_int_equal(fake_target_reads(stop.target), 4); /* at elf-loaded, for its segments */
    kernel_free(&fake, &stop);
}

static void test_segment_outside_memory(void **state)
{
    struct fake_kernel fake;
    struct stop stop = relocated(&fake);
    struct reloc_view view;
    struct elfload_view elfload;

    (void)state;
    stop.facts.output = known(0x10000000);
    view_error(kernelproof_capture(&stop, &elfload, &view), ERROR_PROTOCOL);
    assert_false(elfload.present || view.present);
    kernel_free(&fake, &stop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_right),
        cmocka_unit_test(test_each_kind_can_be_wrong),
        cmocka_unit_test(test_large_counts_fit_into_a_line),
        cmocka_unit_test(test_zero_delta_leaves_sites_as_linked),
        cmocka_unit_test(test_sites_outside_segments),
        cmocka_unit_test(test_many_wrong_and_unsorted),
        cmocka_unit_test(test_not_checked_before_they_are_applied),
        cmocka_unit_test(test_segment_outside_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
