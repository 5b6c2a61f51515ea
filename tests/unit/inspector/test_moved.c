/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The copy against its source, standing and overwritten, with overlaps in both directions. */
#include "view_test.h"

#include "loaded.h"
#include "moved.h"

#define BASE  0x100000
#define SIZE  0x180000 /* more than one piece */
#define SETUP 0x400    /* where the protected-mode code begins in the file */
#define GDT   0x1002   /* where the boot code writes into its own image */

#define DATA  0x1000 /* what it may write to, [DATA, EDATA) */
#define EDATA 0x1006

static const struct fake_symbol list[] = {
    {"startup_32", 0}, {"_data", DATA}, {"_edata", EDATA}, {"_bss", SIZE}, {"_end", SIZE + 1}};
static const struct symbols symbols = {list, 5};
static const struct stage startup_64 = {.name = "startup-64"};
static const struct stage stage1_idt = {.name = "stage1-idt"};
static const struct stage image_copied = {.name = "image-copied"};
static const struct stage extract_kernel = {.name = "extract-kernel"};

struct fixture {
    struct image image;
    uint8_t *file, *ram; /* ram is [BASE, BASE + 4 * SIZE) */
    struct stop stop;
    struct loaded_view loaded;
    struct moved_view moved;
};

/* Loaded at load; the boot code has written 4 bytes into its image, seen at stage1-idt. */
static void load(struct fixture *f, uint64_t at)
{
    memset(f, 0, sizeof(*f));
    f->stop = view_stop();
    f->ram = fake_target_ram(f->stop.target, BASE, 4 * SIZE);
    f->file = malloc(SETUP + SIZE);
    for (size_t i = 0; i < SETUP + SIZE; i++)
        f->file[i] = (uint8_t)(i % 251 + 1);
    f->image.bytes = f->file;
    f->image.protected_offset = SETUP;
    f->image.protected_size = SIZE + 0x100;
    f->stop.image = &f->image;
    f->stop.stub = &symbols;
    f->stop.facts.load = known(at);
    memcpy(f->ram + (at - BASE), f->file + SETUP, SIZE);
    memset(f->ram + (at - BASE) + GDT, 0, 4);
    f->stop.stage = &stage1_idt;
    view_no_error(loaded_capture(&f->stop, &f->loaded));
}

/* As memmove does it, which is right in both directions. */
static void copy(struct fixture *f, uint64_t to)
{
    memmove(f->ram + (to - BASE), f->ram + (f->stop.facts.load.value - BASE), SIZE);
    f->stop.facts.copy = known(to);
    f->stop.stage = &image_copied;
}

static void drop(struct fixture *f)
{
    free(f->file);
    target_close(f->stop.target);
}

static void test_loaded_image(void **state)
{
    struct fixture f;

    (void)state;
    load(&f, BASE);
    assert_int_equal(f.loaded.changed, 4);
    view_json(loaded_json(&f.loaded), "{\"changed_bytes\":4,\"changes\":[{\"length\":4,"
                                      "\"start\":\"0x101002\"}],\"load\":\"0x100000\","
                                      "\"size\":\"0x180000\"}");
    view_has(VIEW_TEXT(loaded_text, &f.loaded), "save 4 bytes in 1 place, first at 0x101002");
    f.stop.stage = &startup_64; /* neither where it is found nor right before the copy */
    view_no_error(loaded_capture(&f.stop, &f.loaded));
    assert_false(f.loaded.present);
    drop(&f);
}

/* The boot code may write to its data and nowhere else, the bytes next to it included. */
static void test_changes_outside_the_data(void **state)
{
    static const struct fake_symbol bss[] = {{"_bss", SIZE}};
    static const struct symbols no_data = {bss, 1};
    struct fixture f;

    (void)state;
    load(&f, BASE);
    assert_int_equal(loaded_wrong(&f.loaded), 0);
    f.ram[EDATA] ^= 1; /* one range with what was written into the data */
    view_no_error(loaded_capture(&f.stop, &f.loaded));
    assert_int_equal(f.loaded.count, 1);
    assert_int_equal(loaded_wrong(&f.loaded), 1);
    view_has(VIEW_TEXT(loaded_text, &f.loaded),
             "1 byte changed that must not be, first at 0x101006\n");
    f.ram[DATA - 1] ^= 1;
    view_no_error(loaded_capture(&f.stop, &f.loaded));
    view_has(VIEW_TEXT(loaded_text, &f.loaded),
             "2 bytes changed that must not be, first at 0x100fff\n");
    f.stop.stub = &no_data; /* symbols that do not tell what may change */
    view_no_error(loaded_capture(&f.stop, &f.loaded));
    assert_int_equal(f.loaded.changed, 6);
    assert_int_equal(loaded_wrong(&f.loaded), 0);
    drop(&f);
}

/* More changes than are kept: the count goes on, and it is said that the list was cut. */
static void test_loaded_image_all_different(void **state)
{
    struct fixture f;

    (void)state;
    load(&f, BASE);
    for (size_t i = 0; i < 100; i++)
        f.ram[0x2000 + 16 * i] ^= 0xff;
    view_no_error(loaded_capture(&f.stop, &f.loaded));
    assert_int_equal(f.loaded.changed, 104);
    assert_int_equal(f.loaded.count, LOADED_CHANGES_MAX);
    assert_true(f.loaded.cut);
    assert_int_equal(f.loaded.wrong_bytes, 100);
    drop(&f);
}

static void test_apart(void **state)
{
    struct fixture f;

    (void)state;
    load(&f, BASE);
    copy(&f, BASE + 2 * SIZE);
    view_no_error(moved_capture(&f.stop, &f.loaded, &f.moved));
    assert_int_equal(moved_wrong(&f.moved), 0);
    assert_int_equal(f.moved.standing.compared, SIZE);
    assert_int_equal(f.moved.overwritten.compared, 0);
    assert_int_equal(f.moved.changed, 4);
    view_json(moved_json(&f.moved),
              "{\"changed_before\":4,\"compared\":1572864,\"copy\":\"0x400000\","
              "\"equal\":1572864,\"first\":null,\"overlap\":null,\"size\":\"0x180000\","
              "\"source\":\"0x100000\",\"unproven\":0}");
    view_has(VIEW_TEXT(moved_text, &f.moved), "source |################       ");
    f.ram[2 * SIZE + 0x123456]++;
    view_no_error(moved_capture(&f.stop, &f.loaded, &f.moved));
    assert_int_equal(moved_wrong(&f.moved), 1);
    view_has(VIEW_TEXT(moved_text, &f.moved), "first at 0x523456, must be");
    drop(&f);
}

/* The copy lies above and eats the source's end, as with a loader that loads at 16 MiB. */
static void test_overlap_upwards(void **state)
{
    struct fixture f;
    char *text;

    (void)state;
    load(&f, BASE);
    copy(&f, BASE + SIZE / 2);
    view_no_error(moved_capture(&f.stop, &f.loaded, &f.moved));
    assert_int_equal(moved_wrong(&f.moved), 0);
    assert_int_equal(f.moved.overlap_start, BASE + SIZE / 2);
    assert_int_equal(f.moved.overlap_end, BASE + SIZE);
    assert_int_equal(f.moved.standing.compared, SIZE / 2);
    assert_int_equal(f.moved.overwritten.compared, SIZE / 2);
    assert_int_equal(f.moved.changed, 4); /* the change lies in what still stands */
    text = VIEW_TEXT(moved_text, &f.moved);
    assert_non_null(strstr(text, "#####xxxxx"));
    view_has(text, "x: [0x1c0000, 0x280000) 768 KiB of the source overwritten");
    /* In the overwritten part only the file can tell. */
    f.ram[SIZE / 2 + SIZE - 1]++;
    view_no_error(moved_capture(&f.stop, &f.loaded, &f.moved));
    assert_int_equal(f.moved.overwritten.different, 1);
    assert_int_equal(f.moved.overwritten.first.value, SIZE - 1);
    drop(&f);
}

/* The copy lies below and eats the source's start, with the change in it. */
static void test_overlap_downwards(void **state)
{
    struct fixture f;

    (void)state;
    load(&f, BASE + SIZE / 2);
    copy(&f, BASE);
    view_no_error(moved_capture(&f.stop, &f.loaded, &f.moved));
    assert_int_equal(f.moved.overlap_start, BASE + SIZE / 2);
    assert_int_equal(f.moved.overlap_end, BASE + SIZE);
    assert_int_equal(moved_wrong(&f.moved), 0);
    assert_int_equal(f.moved.unproven, 4);
    view_has(VIEW_TEXT(moved_text, &f.moved), "4 overwritten bytes had been changed before");
    /* Without what was seen before the copy, the change cannot be told from damage. */
    view_no_error(moved_capture(&f.stop, NULL, &f.moved));
    assert_int_equal(moved_wrong(&f.moved), 4);
    drop(&f);
}

/* A backward copy to a lower, overlapping place destroys what it has yet to read. */
static void test_copy_in_the_wrong_direction(void **state)
{
    struct fixture f;

    (void)state;
    load(&f, BASE + SIZE / 2);
    for (size_t i = SIZE; i-- > 0;)
        f.ram[i] = f.ram[SIZE / 2 + i];
    f.stop.facts.copy = known(BASE);
    f.stop.stage = &image_copied;
    view_no_error(moved_capture(&f.stop, &f.loaded, &f.moved));
    assert_true(moved_wrong(&f.moved) > 0);
    drop(&f);
}

static void test_absent_when_the_copy_has_run(void **state)
{
    struct fixture f;

    (void)state;
    load(&f, BASE);
    copy(&f, BASE + 2 * SIZE);
    f.stop.stage = &extract_kernel;
    view_no_error(moved_capture(&f.stop, &f.loaded, &f.moved));
    view_json(moved_json(&f.moved), "null");
    view_no_error(loaded_capture(&f.stop, &f.loaded));
    view_json(loaded_json(&f.loaded), "null");
    drop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loaded_image),
        cmocka_unit_test(test_changes_outside_the_data),
        cmocka_unit_test(test_loaded_image_all_different),
        cmocka_unit_test(test_apart),
        cmocka_unit_test(test_overlap_upwards),
        cmocka_unit_test(test_overlap_downwards),
        cmocka_unit_test(test_copy_in_the_wrong_direction),
        cmocka_unit_test(test_absent_when_the_copy_has_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
