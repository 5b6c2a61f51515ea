/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of the timeline that `run` prints, whatever a guest puts into its markers. */
#include "view_test.h"

#include "marker_line.h"

static const struct stage applied = {
    .name = "relocations-applied", .index = 18, .bits = 64, .module = MODULE_STUB, .after = -1};

static char *printed(const struct marker *marker, const struct stage *stage, int64_t ms)
{
    char *out = NULL;
    size_t size = 0;
    struct text text = {open_memstream(&out, &size), false};

    marker_line_text(marker, stage, ms, &text);
    fclose(text.stream);
    view_fits(out);
    return out;
}

static void expect(const struct marker *marker, const struct stage *stage, int64_t ms,
                   const char *expected)
{
    char *text = printed(marker, stage, ms);

    assert_string_equal(text, expected);
    free(text);
}

static void test_line(void **state)
{
    static const struct marker marker = {
        "relocations-applied", 2, {{"virtual", 0x1dc00000}, {"wrong", 0}}};

    (void)state;
    expect(&marker, &applied, 160,
           " 18 relocations-applied    160 ms  virtual=0x1dc00000 wrong=0x0\n");
}

/* The stub of somebody else: no stage is known by that name, and there are no keys. */
static void test_unknown_stage_without_keys(void **state)
{
    static const struct marker marker = {.name = "hello"};

    (void)state;
    expect(&marker, NULL, 0, "  - hello                    0 ms\n");
    view_json(marker_line_json(&marker, NULL, 7),
              "{\"checkpoint\":\"hello\",\"index\":null,\"marker\":{},\"milliseconds\":7}");
    view_json(marker_line_json(&marker, &applied, 7),
              "{\"checkpoint\":\"hello\",\"index\":18,\"marker\":{},\"milliseconds\":7}");
}

static void test_keys_wrap(void **state)
{
    struct marker marker = {.name = "extract-kernel", .count = 4};
    const char *keys[] = {"boot_params", "heap", "output_len", "last"};

    (void)state;
    for (unsigned int i = 0; i < 4; i++) {
        snprintf(marker.keys[i].key, MARKER_KEY_MAX, "%s", keys[i]);
        marker.keys[i].value = UINT64_MAX;
    }
    expect(&marker, &applied, 76,
           " 18 extract-kernel          76 ms  boot_params=0xffffffffffffffff "
           "heap=0xffffffffffffffff\n"
           "                                   output_len=0xffffffffffffffff "
           "last=0xffffffffffffffff\n");
}

/* The longest name, the largest index, the most and longest keys: all of it fits the page. */
static void test_longest(void **state)
{
    struct marker marker = {.count = MARKER_KEYS_MAX};
    struct stage stage = applied;

    (void)state;
    stage.index = UINT32_MAX - 1;
    memset(marker.name, 'n', CHECKPOINT_NAME_MAX - 1);
    for (unsigned int i = 0; i < MARKER_KEYS_MAX; i++) {
        memset(marker.keys[i].key, 'k', MARKER_KEY_MAX - 1);
        marker.keys[i].value = UINT64_MAX;
    }
    free(printed(&marker, &stage, INT64_MAX));
    for (unsigned int length = 1; length < MARKER_KEY_MAX; length++) {
        for (unsigned int i = 0; i < MARKER_KEYS_MAX; i++)
            marker.keys[i].key[length] = '\0';
        marker.name[2 * length] = '\0';
        free(printed(&marker, &stage, 86400000));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_unknown_stage_without_keys),
        cmocka_unit_test(test_keys_wrap),
        cmocka_unit_test(test_longest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
