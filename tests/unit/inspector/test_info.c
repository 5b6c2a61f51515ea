/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What info says of an image, as text and as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bundle.h"
#include "info.h"
#include "outcome.h"

static struct bundle bundle;

static int set_up(void **state)
{
    (void)state;
    bundle = make_bundle(0x33);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    bundle_free(&bundle);
    return 0;
}

static struct info open_image(const char *path)
{
    struct info info = {0};

    good(info_open(path, NULL, 0, NULL, &info));
    return info;
}

/* Writes a changed copy of the bundle's image and opens that. */
static struct info open_changed(size_t at, uint64_t value, size_t width)
{
    struct blob blob = read_blob(bundle.image);

    put(&blob, at, value, width);
    char *path = write_blob(bundle.folder, "changed", &blob);
    struct info info = open_image(path);
    free(path);
    blob_free(&blob);
    return info;
}

/* The value at a path such as "kernel/segments/0/virt", as JSON text. */
static void expect_json(json_t *object, const char *path, const char *value)
{
    char part[64];
    json_t *here = object;

    while (*path) {
        size_t length = strcspn(path, "/");
        snprintf(part, sizeof(part), "%.*s", (int)length, path);
        here = json_is_array(here) ? json_array_get(here, (size_t)atoi(part))
                                   : json_object_get(here, part);
        path += length + (path[length] == '/');
    }
    assert_non_null(here);
    char *text = json_dumps(here, JSON_ENCODE_ANY | JSON_COMPACT);
    assert_string_equal(text, value);
    free(text);
}

static void test_json(void **state)
{
    struct info info = open_image(bundle.image);
    json_t *object = info_json(&info);

    (void)state;
    expect_json(object, "version", "\"" SYNTH_VERSION "\"");
    expect_json(object, "protocol", "\"2.15\"");
    expect_json(object, "setup", "{\"sectors\":5,\"bytes\":3072}");
    expect_json(object, "code/offset", "\"0xc00\"");
    expect_json(object, "code/start", "\"0x100000\"");
    expect_json(object, "loadflags", "{\"value\":\"0x1\",\"names\":[\"LOADED_HIGH\"]}");
    expect_json(object, "xloadflags/names", "[\"KERNEL_64\",\"CAN_BE_LOADED_ABOVE_4G\"]");
    expect_json(object, "relocatable", "true");
    expect_json(object, "alignment", "{\"kernel\":\"0x200000\",\"minimum\":\"0x200000\"}");
    expect_json(object, "pref_address", "\"0x1000000\"");
    expect_json(object, "command_line_max", "2047");
    expect_json(object, "payload/codec", "\"xz\"");
    expect_json(object, "payload/offset", "\"0xe00\"");
    expect_json(object, "kernel/entry", "\"0x1000053\"");
    expect_json(object, "kernel/segments/1",
                "{\"offset\":\"0x3200\",\"virt\":\"0xffffffff81200000\",\"phys\":\"0x1200000\","
                "\"file_size\":\"0x1000\",\"memory_size\":\"0x6000\",\"align\":\"0x200000\","
                "\"flags\":\"rw-\"}");
    assert_int_equal(json_array_size(json_object_get(json_object_get(object, "kernel"), //
                                                     "segments")),
                     2); /* the note is no PT_LOAD */
    expect_json(object, "relocations", "{\"abs32\":4,\"inverse32\":2,\"abs64\":3}");
    expect_json(
        object, "checkpoints/0",
        "{\"name\":\"setup-entry\",\"index\":0,\"mode\":\"real16\",\"module\":\"setup\","
        "\"address\":\"0x26c\",\"source\":\"record\",\"certainty\":\"certain\",\"how\":null,"
        "\"optional\":false}");
    expect_json(object, "checkpoints/1/mode", "\"protected32\"");
    expect_json(object, "checkpoints/2/module", "\"kernel\"");
    expect_json(object, "absent", "[]");
    expect_json(object, "refused", "null");
    json_decref(object);
    info_close(&info);
}

static void test_json_of_what_is_not_there_is_null(void **state)
{
    struct blob kernel = synth_elf(0);
    struct blob payload = pack_payload(CODEC_ZSTD, &kernel);
    struct blob blob = synth_image(&payload);
    char *folder = make_folder();

    (void)state;
    put(&blob, BP_kernel_version, 0, 2);
    put(&blob, SYNTH_SETUP_SIZE + SYNTH_STUB_NOTE_AT, 0, 4);
    char *path = write_blob(folder, "image", &blob);
    struct info info = open_image(path);
    json_t *object = info_json(&info);
    expect_json(object, "version", "null");
    expect_json(object, "build_id", "null");
    expect_json(object, "relocations", "null");
    expect_json(object, "symbols/stub", "null");
    json_decref(object);
    info_close(&info);
    free(path);
    remove_folder(folder);
    blob_free(&blob);
    blob_free(&payload);
    blob_free(&kernel);
}

static void test_path_that_is_not_utf8(void **state)
{
    char *path;

    (void)state;
    assert_true(asprintf(&path, "%s/\xff\xfe", bundle.folder) > 0);
    run_tool("cp '%s' '%s'", bundle.image, path);
    struct info info = open_image(path);
    json_t *object = info_json(&info);
    const char *shown = json_string_value(json_object_get(object, "image"));
    assert_non_null(shown);
    assert_string_equal(strrchr(shown, '/'), "/??");
    json_decref(object);
    info_close(&info);
    free(path);
}

/* header.S by hand: kernel from 16 MiB to the end of .bss; in-place: code + margin. */
static void test_memory_that_the_kernel_needs(void **state)
{
    struct info info = open_image(bundle.image);
    uint64_t unpacked = info.image->kernel.size, packed = info.image->setup.payload_length;

    (void)state;
    assert_int_equal(info.kernel_size, 0x200000 + SYNTH_DATA_SIZE + SYNTH_BSS_SIZE);
    assert_int_equal(info.margin, 0x20000 + unpacked / 256);
    assert_true(unpacked > packed);
    assert_int_equal(info.init_minimum, info.kernel_size); /* the larger one here */
    info_close(&info);
    /* An address above the segments leaves no kernel: the in-place part decides. */
    info = open_changed(BP_pref_address, 0x10000000, 8);
    assert_int_equal(info.kernel_size, 0);
    uint64_t head = (info.margin + unpacked - packed + 0xfff) & ~0xfffull;
    assert_int_equal(info.init_minimum, info.image->protected_size + head);
    info_close(&info);
}

static char *text_of(const struct info *info)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    struct text out = text_to(stream);

    info_text(info, &out);
    fclose(stream);
    return text;
}

/* The first line is the path, which is as long as it is. */
static void expect_narrow(const char *text)
{
    text += strcspn(text, "\n");
    while (*text) {
        size_t length = strcspn(text, "\n");

        if (length > TEXT_COLUMNS)
            fail_msg("%zu columns: %.*s", length, (int)length, text);
        text += length + (text[length] == '\n');
    }
}

static void test_text(void **state)
{
    struct info info = open_image(bundle.image);
    char *text = text_of(&info);

    (void)state;
    assert_non_null(strstr(text, "  version      " SYNTH_VERSION "\n"));
    assert_non_null(strstr(text, "4 32-bit, 2 inverse 32-bit, 3 64-bit"));
    assert_non_null(strstr(text, "init_size    0x1000000 (16 MiB), enough"));
    assert_non_null(strstr(text, "startup-32"));
    assert_null(strchr(text, '\033'));
    free(text);
    info_close(&info);

    info = open_changed(BP_init_size, 0x1000, 4);
    text = text_of(&info);
    assert_non_null(strstr(text, "too small"));
    free(text);
    info_close(&info);
}

static void add_stage(struct stages *stages, const char *name, enum stage_certainty certainty,
                      const char *how, bool optional)
{
    struct stage *stage = &stages->list[stages->count++];

    *stage = (struct stage){.bits = 64,
                            .module = MODULE_STUB,
                            .address = 0xfedcba9876543210,
                            .source = STAGE_FROM_CODE,
                            .certainty = certainty,
                            .optional = optional};
    snprintf(stage->name, sizeof(stage->name), "%s", name);
    snprintf(stage->how, sizeof(stage->how), "%s", how);
}

static void add_absent(struct stages *stages, const char *name, bool expected, const char *why)
{
    struct stage_absent *absent = &stages->absent[stages->absent_count++];

    absent->expected = expected;
    snprintf(absent->name, sizeof(absent->name), "%s", name);
    snprintf(absent->why, sizeof(absent->why), "%s", why);
}

/* As discover() may fill them, with a name and a reason as long as there is room for. */
static struct info open_discovered(void)
{
    struct info info = open_image(bundle.image);
    struct stages *stages = &info.found.stages;
    char how[STAGE_HOW_MAX];

    memset(how, 'h', sizeof(how));
    how[sizeof(how) - 1] = 0;
    *stages = (struct stages){.discovered = true};
    add_stage(stages, "first", STAGE_CERTAIN, "the one lgdt", false);
    add_stage(stages, "second", STAGE_LIKELY, "words and words", true);
    add_stage(stages, "a-name-of-all-the-room-there-is", STAGE_LIKELY, how, true);
    add_absent(stages, "third", true, "no lidt");
    add_absent(stages, "fourth", true, "no lidt");
    add_absent(stages, "fifth", false, "switched off when it was built");
    return info;
}

static void test_text_of_what_was_looked_for(void **state)
{
    struct info info = open_discovered();
    char *text = text_of(&info);

    (void)state;
    expect_narrow(text);
    assert_non_null(strstr(text, "certain: the one lgdt\n"));
    assert_non_null(strstr(text, "likely: words and words; not on every boot\n"));
    /* One reason for two. */
    assert_non_null(strstr(text, "  not found        0  third\n                   0  fourth\n"
                                 "                      missing: no lidt\n"));
    assert_non_null(strstr(text, "fifth\n                      no such stage: switched off"));
    free(text);
    info.found.stages.absent_count = 0;
    snprintf(info.found.refused, sizeof(info.found.refused), "no jump to copied code");
    text = text_of(&info);
    assert_null(strstr(text, "not found"));
    assert_non_null(strstr(text, "no others: no jump to copied code\n"));
    free(text);
    info_close(&info);
}

static void test_json_of_what_was_looked_for(void **state)
{
    struct info info = open_discovered();
    json_t *object = info_json(&info);

    (void)state;
    expect_json(object, "checkpoints/1/how", "\"words and words\"");
    expect_json(object, "checkpoints/1/source", "\"code\"");
    expect_json(object, "checkpoints/1/certainty", "\"likely\"");
    expect_json(object, "checkpoints/1/optional", "true");
    expect_json(object, "absent/2",
                "{\"name\":\"fifth\",\"index\":0,\"expected\":false,"
                "\"why\":\"switched off when it was built\"}");
    expect_json(object, "absent/0/expected", "true");
    expect_json(object, "refused", "null");
    json_decref(object);
    info_close(&info);
}

/* Every flag set, and a version as long as the place allows: still 100 columns. */
static void test_text_stays_in_its_columns(void **state)
{
    struct blob blob = read_blob(bundle.image);
    struct info info;

    (void)state;
    put(&blob, BP_xloadflags, 0xffff, 2);
    put(&blob, BP_loadflags, 0xff, 1);
    put(&blob, BP_pref_address, UINT64_MAX - 0xfff, 8);
    put(&blob, BP_init_size, UINT32_MAX, 4);
    put(&blob, BP_min_alignment, 0xff, 1);
    memset(blob.data + SYNTH_VERSION_AT, 'v', 200);
    char *path = write_blob(bundle.folder, "wide", &blob);
    info = open_image(path);
    char *text = text_of(&info);
    expect_narrow(text);
    assert_non_null(strstr(text, "bit15"));
    free(text);
    free(path);
    info_close(&info);
    blob_free(&blob);
}

static void test_errors_are_the_modules_own(void **state)
{
    const char *const wrong[] = {"/no/such.elf"};
    struct info info;
    struct error *err = info_open("/no/such/image", NULL, 0, NULL, &info);

    (void)state;
    assert_non_null(err);
    assert_string_equal(error_message(err), "/no/such/image: No such file or directory");
    error_free(err);
    err = info_open(bundle.image, wrong, 1, NULL, &info);
    assert_non_null(err);
    assert_string_equal(error_message(err), "/no/such.elf: No such file or directory");
    error_free(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_json_of_what_is_not_there_is_null),
        cmocka_unit_test(test_path_that_is_not_utf8),
        cmocka_unit_test(test_memory_that_the_kernel_needs),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_text_stays_in_its_columns),
        cmocka_unit_test(test_text_of_what_was_looked_for),
        cmocka_unit_test(test_json_of_what_was_looked_for),
        cmocka_unit_test(test_errors_are_the_modules_own),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
