/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel in memory against the payload: whole, by segment, and with sites left out. */
#include "fake_kernel.h"

#include "kernelproof.h"

static const struct stage decompressed = {.name = "decompressed"};
static const struct stage elf_loaded = {.name = "elf-loaded"};
static const struct stage kernel_jump = {.name = "kernel-jump"};
static const struct stage kernel_entry = {.name = "kernel-entry"};
static const struct stage location_chosen = {.name = "location-chosen"};

static struct elfload_view capture(const struct stop *stop)
{
    struct elfload_view view;
    struct reloc_view reloc;

    view_no_error(kernelproof_capture(stop, &view, &reloc));
    return view;
}

static void test_segments_in_place(void **state)
{
    struct fake_kernel fake;
    struct stop stop = kernel_loaded(&fake, &elf_loaded);
    struct elfload_view view;
    char *text;

    (void)state;
    view = capture(&stop);
    assert_int_equal(view.count, 3);
    assert_int_equal(elfload_wrong(&view), 0);
    assert_int_equal(view.segments[0].result.compared, TEXT_BYTES);
    assert_int_equal(view.segments[2].to, kernel_at(0x1400000));
    text = VIEW_TEXT(elfload_text, &view);
    assert_non_null(strstr(text, "[0x400000, 0x400800)"));
    assert_null(strstr(text, "sites aside"));
    view_has(text, "equal\n");
    assert_true(fake_target_largest_read(stop.target) <= (1u << 20) + 7);
    kernel_free(&fake, &stop);
}

static void test_one_byte_differs(void **state)
{
    struct fake_kernel fake;
    struct stop stop = kernel_loaded(&fake, &elf_loaded);
    struct elfload_view view;
    json_t *json;

    (void)state;
    fake_target_poke(stop.target, kernel_at(0x1123456), "\0", 1); /* in the second piece */
    view = capture(&stop);
    assert_int_equal(elfload_wrong(&view), 1);
    assert_int_equal(view.segments[0].result.different, 1);
    assert_int_equal(view.segments[0].result.first.value, 0x123456);
    assert_int_equal(view.segments[0].result.found, 0);
    view_has(VIEW_TEXT(elfload_text, &view), "first at 0x323456: must be 0x");
    json = elfload_json(&view);
    view_json(json_incref(json_array_get(json_object_get(json, "segments"), 0)),
              "{\"compared\":1572864,\"different\":1,\"first\":\"0x323456\",\"flags\":\"r-x\","
              "\"offset\":\"0x1000\",\"size\":\"0x180000\",\"to\":\"0x200000\"}");
    json_decref(json);
    kernel_free(&fake, &stop);
}

/* Relocated sites are left out once they are applied, and only their own bytes. */
static void test_sites_are_masked(void **state)
{
    struct fake_kernel fake;
    struct stop stop = kernel_loaded(&fake, &kernel_entry);
    struct kernel *kernel = &fake.image.kernel;
    struct elfload_view view;

    (void)state;
    add_site(&kernel->abs64, fake.abs64, TEXT_SITE(0xffffc)); /* over the edge of a piece */
    add_site(&kernel->abs32, fake.abs32, DATA_SITE(0));       /* the first bytes */
    add_site(&kernel->inverse32, fake.inverse32, DATA_SITE(DATA_BYTES - 4)); /* the last */
    fake_target_poke64(stop.target, kernel_at(0x10ffffc), 0);
    fake_target_poke(stop.target, kernel_at(0x1200000), "\0\0\0\0", 4);
    fake_target_poke(stop.target, kernel_at(0x1200000 + DATA_BYTES - 4), "\0\0\0\0", 4);
    view = capture(&stop);
    assert_int_equal(elfload_wrong(&view), 0);
    view_has(VIEW_TEXT(elfload_text, &view), "equal, sites aside");
    fake_target_poke(stop.target, kernel_at(0x1100004), "\0", 1); /* right behind the abs64 */
    fake_target_poke(stop.target, kernel_at(0x10ffffb), "\0", 1); /* right before it */
    view = capture(&stop);
    assert_int_equal(view.segments[0].result.different, 2);
    /* At elf-loaded nothing may be relocated yet: the same bytes are wrong. */
    stop.stage = &elf_loaded;
    view = capture(&stop);
    assert_int_equal(elfload_wrong(&view), 2);
    kernel_free(&fake, &stop);
}

static void test_whole_payload(void **state)
{
    struct fake_kernel fake;
    struct stop stop = kernel_loaded(&fake, &decompressed);
    struct elfload_view view;

    (void)state;
    fake_target_poke(stop.target, KERNEL_OUTPUT, fake.payload, PAYLOAD_BYTES);
    view = capture(&stop);
    assert_true(view.whole);
    assert_int_equal(view.count, 1);
    assert_int_equal(view.segments[0].result.compared, PAYLOAD_BYTES);
    assert_int_equal(elfload_wrong(&view), 0);
    fake_target_poke(stop.target, KERNEL_OUTPUT + PAYLOAD_BYTES - 1, "\0", 1);
    view = capture(&stop);
    assert_int_equal(elfload_wrong(&view), 1);
    kernel_free(&fake, &stop);
}

static void test_absent(void **state)
{
    struct fake_kernel fake;
    struct stop stop = kernel_loaded(&fake, &location_chosen);
    struct elfload_view view;

    (void)state;
    view = capture(&stop);
    view_json(elfload_json(&view), "null");
    stop.stage = &kernel_jump; /* between two proofs, and nothing can have changed */
    view = capture(&stop);
    view_json(elfload_json(&view), "null");
    assert_int_equal(fake_target_reads(stop.target), 0);
    stop.stage = &elf_loaded;
    stop.facts.output = (struct maybe){0};
    view = capture(&stop);
    view_json(elfload_json(&view), "null");
    kernel_free(&fake, &stop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_segments_in_place),
        cmocka_unit_test(test_one_byte_differs),
        cmocka_unit_test(test_sites_are_masked),
        cmocka_unit_test(test_whole_payload),
        cmocka_unit_test(test_absent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
