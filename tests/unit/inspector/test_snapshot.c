/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All views of one stop together: what is there, what is not, and that an error leaves nothing. */
#include "fake_kernel.h"

#include "snapshot.h"

static const struct stage startup = {
    .name = "startup-64", .index = 6, .bits = 64, .module = MODULE_STUB, .address = 0x200};
static const struct stage applied = {.name = "relocations-applied",
                                     .index = 18,
                                     .bits = 64,
                                     .module = MODULE_STUB,
                                     .address = 0x500};

/* Tables at 0x1000.. that map [0, 2 MiB) to itself, and nothing else. */
static struct stop early(void)
{
    struct stop stop = view_stop();

    fake_target_ram(stop.target, 0, 0x10000);
    fake_target_poke64(stop.target, 0x1000, 0x2003);
    fake_target_poke64(stop.target, 0x2000, 0x3003);
    fake_target_poke64(stop.target, 0x3000, 0x83);
    stop.regs.cr3 = 0x1000;
    stop.regs.rip = 0x8000;
    stop.stage = &startup;
    return stop;
}

/* The keys of an object, "a b c", in alphabetical order; the caller frees it. */
static char *keys_of(const json_t *object)
{
    char *out = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&out, &size);
    json_t *null = json_object();
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        json_object_set_new(null, key, json_null());
    }
    json_dumpf(null, stream, JSON_SORT_KEYS | JSON_COMPACT);
    json_decref(null);
    fclose(stream);
    return out;
}

static struct snapshot *captured(const struct stop *stop, const struct snapshot *before, bool brief)
{
    struct snapshot *snapshot = malloc(sizeof(*snapshot));

    view_no_error(snapshot_capture(stop, before, brief, snapshot));
    return snapshot;
}

static void release(struct snapshot *snapshot)
{
    snapshot_free(snapshot);
    free(snapshot);
}

static void expect_keys(const struct snapshot *snapshot, const char *expected)
{
    json_t *json = snapshot_json(snapshot);

    assert_non_null(json);
    char *keys = keys_of(json);
    assert_string_equal(keys, expected);
    free(keys);
    json_decref(json);
}

static const char all_keys[] =
    "{\"boot_params\":null,\"bss\":null,\"checkpoint\":null,\"found\":null,\"gdt\":null,"
    "\"handover\":null,"
    "\"idt\":null,\"index\":null,\"instructions\":null,\"kaslr\":null,\"loaded\":null,\"marker\":"
    "null,\"mismatches\":null,"
    "\"mode\":null,\"moved\":null,\"paging\":null,\"paging_diff\":null,\"registers\":null,"
    "\"relocation\":null,\"segments\":null,\"where\":null,\"wrong\":null}";
static const char brief_keys[] =
    "{\"checkpoint\":null,\"found\":null,\"handover\":null,\"index\":null,\"instructions\":null,"
    "\"marker\":null,"
    "\"mismatches\":null,\"mode\":null,\"registers\":null,\"where\":null,\"wrong\":null}";

static void test_keys(void **state)
{
    struct stop stop = early();
    struct snapshot *whole = captured(&stop, NULL, false), *brief = captured(&stop, NULL, true);

    (void)state;
    expect_keys(whole, all_keys);
    expect_keys(brief, brief_keys);
    release(whole);
    release(brief);
    target_close(stop.target);
}

/* The same keys late in the boot, when there is something to say for each. */
static void test_keys_of_a_loaded_kernel(void **state)
{
    struct fake_kernel fake;
    struct stop stop = kernel_loaded(&fake, &applied);
    struct snapshot *whole = captured(&stop, NULL, false);

    (void)state;
    expect_keys(whole, all_keys);
    release(whole);
    kernel_free(&fake, &stop);
}

/* What means nothing yet is null, never a made-up zero. */
static void test_nulls(void **state)
{
    static const char *const keys[] = {"instructions", "marker", "bss", "moved", "segments"};
    struct stop stop = early();
    struct snapshot *snapshot = captured(&stop, NULL, false);
    json_t *json = snapshot_json(snapshot);

    (void)state;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (!json_is_null(json_object_get(json, keys[i])))
            fail_msg("%s is not null", keys[i]);
    assert_string_equal(json_string_value(json_object_get(json, "where")), "");
    assert_string_equal(json_string_value(json_object_get(json, "mode")), "long64");
    assert_int_equal(json_integer_value(json_object_get(json, "index")), 6);
    json_decref(json);
    release(snapshot);
    target_close(stop.target);
}

static void test_marker_and_wrong(void **state)
{
    static const struct marker marker = {"startup-64", 2, {{"cr3", 0x1000}, {"rsi", 0x5}}};
    struct stop stop = early();

    (void)state;
    stop.marker = &marker;
    stop.instructions = known(5992003);
    struct snapshot *snapshot = captured(&stop, NULL, true);
    assert_int_equal(snapshot_wrong(snapshot), 1);
    json_t *json = snapshot_json(snapshot);
    assert_int_equal(json_integer_value(json_object_get(json, "wrong")), 1);
    assert_int_equal(json_integer_value(json_object_get(json, "instructions")), 5992003);
    view_json(json_incref(json_object_get(json, "marker")), "{\"cr3\":\"0x1000\",\"rsi\":\"0x5\"}");
    assert_int_equal(json_array_size(json_object_get(json, "mismatches")), 1);
    json_decref(json);
    release(snapshot);
    target_close(stop.target);
}

/* The marker is the snapshot's own: the next one may come into the same place. */
static void test_marker_is_a_copy(void **state)
{
    struct marker marker = {"startup-64", 1, {{"cr3", 0x1000}}};
    struct stop stop = early();

    (void)state;
    stop.marker = &marker;
    struct snapshot *snapshot = captured(&stop, NULL, true);
    memset(&marker, 'x', sizeof(marker));
    stop.marker = NULL;
    json_t *json = snapshot_json(snapshot);
    view_json(json_incref(json_object_get(json, "marker")), "{\"cr3\":\"0x1000\"}");
    json_decref(json);
    release(snapshot);
    target_close(stop.target);
}

/* A guest that is lost half-way: an error with the checkpoint's name, and nothing to free. */
static void test_error_leaves_it_empty(void **state)
{
    struct stop stop = early();
    struct snapshot *first = captured(&stop, NULL, false), *second = malloc(sizeof(*second));

    (void)state;
    fake_target_hang_up(stop.target);
    memset(second, 0xaa, sizeof(*second));
    struct error *err = snapshot_capture(&stop, first, false, second);
    assert_non_null(err);
    assert_int_equal(error_kind(err), ERROR_CLOSED);
    assert_memory_equal(error_message(err), "at checkpoint startup-64: ", 26);
    error_free(err);
    assert_null(second->stage);
    assert_false(second->crosscheck.present);
    snapshot_free(second); /* has nothing to free */
    /* A brief one reads no memory. */
    view_no_error(snapshot_capture(&stop, first, true, second));
    release(second);
    release(first);
    target_close(stop.target);
}

static char *text_of(const struct snapshot *snapshot, const struct snapshot *before)
{
    char *out = NULL;
    size_t size = 0;
    struct text text = {open_memstream(&out, &size), false};

    snapshot_text(snapshot, before, &text);
    fclose(text.stream);
    view_fits(out);
    return out;
}

static void test_text(void **state)
{
    struct stop stop = early();

    (void)state;
    stop.instructions = known(1000);
    struct snapshot *first = captured(&stop, NULL, false);
    stop.instructions = known(2234567);
    struct snapshot *second = captured(&stop, first, false);
    view_has(text_of(first, NULL), " 6 startup-64");
    view_has(text_of(first, NULL), "paging");
    view_has(text_of(second, first), "2,234,567 instructions, +2,233,567");
    release(first);
    release(second);
    target_close(stop.target);
}

/* Between whole and brief snapshots there is nothing of the memory to compare. */
static void test_whole_after_brief(void **state)
{
    struct stop stop = early();
    char *text;

    (void)state;
    struct snapshot *brief = captured(&stop, NULL, true), *whole = captured(&stop, brief, false);
    expect_keys(whole, all_keys);
    text = text_of(whole, brief);
    assert_non_null(strstr(text, "paging"));
    free(text);
    free(text_of(brief, whole));
    release(whole);
    release(brief);
    target_close(stop.target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_keys_of_a_loaded_kernel),
        cmocka_unit_test(test_nulls),
        cmocka_unit_test(test_marker_and_wrong),
        cmocka_unit_test(test_marker_is_a_copy),
        cmocka_unit_test(test_error_leaves_it_empty),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_whole_after_brief),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
