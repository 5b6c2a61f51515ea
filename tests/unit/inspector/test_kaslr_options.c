/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line as Linux's decompressor and our stub read it, where they agree and where not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kaslr_options.h"

#define MIB   (UINT64_C(1) << 20)
#define GIB   (UINT64_C(1) << 30)
#define LIMIT (UINT64_C(1) << 46)

/* Read from memory of just its size, so that a byte beyond it is an error. */
static struct kaslr_options read_line(enum kaslr_rules rules, const char *line)
{
    struct kaslr_options options;
    size_t length = strlen(line);
    char *copy = malloc(length ? length : 1);

    memcpy(copy, line, length);
    kaslr_options_read(rules, copy, length, LIMIT, &options);
    free(copy);
    return options;
}

static struct kaslr_options linux_line(const char *line)
{
    return read_line(KASLR_RULES_LINUX, line);
}

static struct kaslr_options stub_line(const char *line)
{
    return read_line(KASLR_RULES_STUB, line);
}

static void test_nokaslr(void **state)
{
    (void)state;
    for (unsigned int i = 0; i < 2; i++) {
        enum kaslr_rules rules = i ? KASLR_RULES_STUB : KASLR_RULES_LINUX;

        assert_true(read_line(rules, "nokaslr").nokaslr);
        assert_true(read_line(rules, "quiet\tnokaslr ro").nokaslr);
        assert_true(read_line(rules, "init=/x -- nokaslr").nokaslr);
        assert_false(read_line(rules, "nokaslr=1").nokaslr);
        assert_false(read_line(rules, "xnokaslr nokaslrx").nokaslr);
        assert_false(read_line(rules, "").nokaslr);
    }
    /* To the function that Linux asks, a quote is a letter. */
    assert_true(linux_line("x=\"a nokaslr b\"").nokaslr);
    assert_false(stub_line("x=\"a nokaslr b\"").nokaslr);
}

static void expect_limit(struct kaslr_options options, uint64_t limit, enum mem_limit_reason reason)
{
    assert_int_equal(options.mem_limit, limit);
    assert_int_equal(options.limit_reason, reason);
}

static void test_mem(void **state)
{
    (void)state;
    expect_limit(linux_line("mem=300M"), 300 * MIB, MEM_LIMIT_MEM);
    expect_limit(stub_line("mem=300m"), 300 * MIB, MEM_LIMIT_MEM);
    expect_limit(linux_line("mem=0x40000000 mem=2G mem=\"512M\""), 512 * MIB, MEM_LIMIT_MEM);
    expect_limit(linux_line("mem=0100"), 64, MEM_LIMIT_MEM);
    expect_limit(linux_line("mem=1E"), LIMIT, MEM_LIMIT_PROCESSOR);
    expect_limit(linux_line("mem=nopentium mem=1G"), GIB, MEM_LIMIT_MEM);
    expect_limit(linux_line("\"mem=1G\""), GIB, MEM_LIMIT_MEM);
    expect_limit(linux_line("mem"), LIMIT, MEM_LIMIT_PROCESSOR);
    expect_limit(linux_line("-- mem=1G"), LIMIT, MEM_LIMIT_PROCESSOR);
    expect_limit(stub_line("-- mem=1G"), LIMIT, MEM_LIMIT_PROCESSOR);
    /* A size of 0 ends Linux's reading. */
    expect_limit(linux_line("mem=0 mem=1G"), LIMIT, MEM_LIMIT_PROCESSOR);
    expect_limit(stub_line("mem=0 mem=1G"), GIB, MEM_LIMIT_MEM);
}

/* More than 64 bits: what is left of it for Linux, and as much as there can be for the stub. */
static void test_overflow(void **state)
{
    (void)state;
    expect_limit(linux_line("mem=0x10000000000001000"), 0x1000, MEM_LIMIT_MEM);
    expect_limit(stub_line("mem=0x10000000000001000"), LIMIT, MEM_LIMIT_PROCESSOR);
    expect_limit(linux_line("mem=0x1000000000000001M"), MIB, MEM_LIMIT_MEM);
    expect_limit(stub_line("mem=0x1000000000000001M"), LIMIT, MEM_LIMIT_PROCESSOR);
}

static void expect_memmap(const struct kaslr_options *options, unsigned int i, uint64_t start,
                          uint64_t size)
{
    assert_true(i < options->memmap_count);
    assert_int_equal(options->memmaps[i].start, start);
    assert_int_equal(options->memmaps[i].size, size);
}

static void test_memmap(void **state)
{
    (void)state;
    for (unsigned int i = 0; i < 2; i++) {
        enum kaslr_rules rules = i ? KASLR_RULES_STUB : KASLR_RULES_LINUX;
        struct kaslr_options options = read_line(
            rules, "memmap=1M$80M,2M#0x6000000 memmap=3M!112M,4M@128M,900M");

        assert_int_equal(options.memmap_count, 3);
        expect_memmap(&options, 0, 80 * MIB, MIB);
        expect_memmap(&options, 1, 96 * MIB, 2 * MIB);
        expect_memmap(&options, 2, 112 * MIB, 3 * MIB);
        expect_limit(options, 900 * MIB, MEM_LIMIT_MEMMAP);
        assert_false(options.memmap_too_large);
        options = read_line(rules, "memmap=exactmap,1M$80M memmap= memmap");
        assert_int_equal(options.memmap_count, 0);
        expect_limit(options, LIMIT, MEM_LIMIT_PROCESSOR);
    }
}

/* Text that one takes for a limit, and the other for a region. */
static void test_memmap_corners(void **state)
{
    struct kaslr_options options = linux_line("memmap=64M%512M-1+2");

    (void)state;
    assert_int_equal(options.memmap_count, 0);
    expect_limit(options, 64 * MIB, MEM_LIMIT_MEMMAP);
    options = stub_line("memmap=64M%512M-1+2");
    assert_int_equal(options.memmap_count, 1);
    expect_memmap(&options, 0, 512 * MIB, 64 * MIB);
    expect_limit(linux_line("memmap=64M$0"), 64 * MIB, MEM_LIMIT_MEMMAP);
    expect_limit(stub_line("memmap=64M$0"), LIMIT, MEM_LIMIT_PROCESSOR);
    options = linux_line("memmap=0$64M");
    expect_memmap(&options, 0, 64 * MIB, 0);
    assert_int_equal(stub_line("memmap=0$64M").memmap_count, 0);
}

static void test_too_many(void **state)
{
    static const char four[] = "memmap=1M$64M,1M$65M,1M$66M,1M$67M";
    static const char five[] = "memmap=1M$64M,1M$65M,1M$66M,1M$67M,1M$68M";
    static const char apart[] = "memmap=1M$64M,1M$65M,1M$66M,1M$67M memmap=1M$68M";

    (void)state;
    assert_int_equal(linux_line(four).memmap_count, MAX_MEMMAP_REGIONS);
    assert_false(linux_line(four).memmap_too_large);
    assert_false(stub_line(four).memmap_too_large);
    assert_true(linux_line(five).memmap_too_large);
    assert_true(stub_line(five).memmap_too_large);
    assert_int_equal(linux_line(five).memmap_count, MAX_MEMMAP_REGIONS);
    assert_false(linux_line(apart).memmap_too_large);
    assert_true(stub_line(apart).memmap_too_large);
    assert_int_equal(stub_line(apart).memmap_count, MAX_MEMMAP_REGIONS);
}

static void test_gigantic(void **state)
{
    (void)state;
    assert_int_equal(linux_line("hugepagesz=1G hugepages=2").gigantic_pages, 2);
    assert_int_equal(
        linux_line("hugepagesz=1024M default_hugepagesz=2M hugepages=3").gigantic_pages, 3);
    assert_int_equal(linux_line("hugepages=2").gigantic_pages, 0);
    assert_int_equal(linux_line("hugepagesz=1G hugepagesz=2M hugepages=2").gigantic_pages, 0);
    assert_int_equal(linux_line("hugepagesz=1G hugepages=2 hugepages=2K").gigantic_pages, 2);
    assert_int_equal(stub_line("hugepagesz=1G hugepages=2").gigantic_pages, 0);
}

/* Quotes that are left open, and words that are nothing but signs: none reads on. */
static void test_odd_text(void **state)
{
    static const char *const lines[] = {"\"",        "\"\"",           "=",         "==",
                                        "\"=\"",     "mem=\"",         "memmap=,",  "memmap=1M$",
                                        "memmap=0x", "memmap=\"1M$2M", "mem=0x ",   "\"memmap=1M",
                                        "--",        "memmap=1M$2M,,", "hugepages="};

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        assert_false(linux_line(lines[i]).nokaslr);
        assert_false(stub_line(lines[i]).nokaslr);
    }
    expect_limit(linux_line("x=\"mem=1G mem=2G"), LIMIT, MEM_LIMIT_PROCESSOR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nokaslr),        cmocka_unit_test(test_mem),
        cmocka_unit_test(test_overflow),       cmocka_unit_test(test_memmap),
        cmocka_unit_test(test_memmap_corners), cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_gigantic),       cmocka_unit_test(test_odd_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
