/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses by name, for each module of the boot code and wherever it happens to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fake_symbols.h"
#include "timeline_internal.h"

#define SETUP UINT64_C(0x10000)
#define LOAD  UINT64_C(0x100000)
#define COPY  UINT64_C(0x6200000)
#define PREF  UINT64_C(0x1000000)

static const struct fake_symbol setup_names[] = {
    {"start_of_setup", 0x200}, {"main", 0x1000}, {"_end", 0x2030}};
static const struct fake_symbol stub_names[] = {
    {"startup_32", 0}, {"extract_kernel", 0x1000}, {"_end", 0x20000}};
/* From 16 MiB to 22 MiB, bss included. */
static const struct fake_symbol kernel_names[] = {
    {"_text", UINT64_C(0xffffffff81000000)},
    {"start_kernel", UINT64_C(0xffffffff81200000)},
    {"__bss_start", UINT64_C(0xffffffff81400000)},
    {"_end", UINT64_C(0xffffffff81600000)},
};
static const struct symbols setup = {setup_names, 3}, stub = {stub_names, 3},
                            kernel = {kernel_names, 4};
static const struct image image = {.setup = {.pref_address = PREF}};

/* A stop whose output is this; the decompressor runs as loaded. */
static struct stop at_output(uint64_t output)
{
    return (struct stop){
        .facts = {.setup = known(SETUP), .load = known(LOAD), .output = known(output)},
        .image = &image,
        .setup = &setup,
        .stub = &stub,
        .kernel = &kernel,
    };
}

static void expect(const struct stop *stop, uint64_t address, const char *name)
{
    char text[160] = "";

    if (!stop_describe(stop, virt(address), text, sizeof(text)))
        fail_msg("0x%lx has no name, not even %s", address, name);
    assert_string_equal(text, name);
}

static void expect_none(const struct stop *stop, uint64_t address)
{
    char text[160] = "";

    if (stop_describe(stop, virt(address), text, sizeof(text)))
        fail_msg("0x%lx is called %s", address, text);
}

static void test_each_module(void **state)
{
    struct stop stop = at_output(PREF);

    (void)state;
    expect(&stop, SETUP + 0x200, "start_of_setup");
    expect(&stop, SETUP + 0x1010, "main+0x10");
    expect(&stop, LOAD, "startup_32");
    expect(&stop, LOAD + 0x1234, "extract_kernel+0x234");
    expect(&stop, PREF, "_text");
    expect(&stop, PREF + 0x200042, "start_kernel+0x42");
}

static void test_outside_every_module(void **state)
{
    struct stop stop = at_output(PREF);

    (void)state;
    expect_none(&stop, 0x7c00);
    expect_none(&stop, SETUP + 0x1ff); /* before the first symbol */
    expect_none(&stop, SETUP + 0x2030);
    expect_none(&stop, LOAD - 1);
    expect_none(&stop, LOAD + 0x20000);
    expect_none(&stop, PREF - 1);
    expect_none(&stop, PREF + 0x600000);
    expect_none(&stop, UINT64_MAX);
}

static void test_without_facts_or_symbols(void **state)
{
    struct stop stop = at_output(PREF);

    (void)state;
    stop.facts = (struct facts){0};
    expect_none(&stop, LOAD);
    expect_none(&stop, SETUP + 0x200);
    stop = at_output(PREF);
    stop.setup = stop.stub = stop.kernel = NULL;
    expect_none(&stop, LOAD);
    expect_none(&stop, PREF);
    stop = at_output(PREF);
    stop.image = NULL; /* then nobody knows what the kernel's link addresses start from */
    expect_none(&stop, PREF);
    expect(&stop, LOAD, "startup_32");
}

static void test_copy(void **state)
{
    struct stop stop = at_output(0x5e00000);

    (void)state;
    stop.facts.copy = known(COPY);
    /* Made, or about to be, and not run yet: the jump may go wrong at its first instruction. */
    expect(&stop, COPY + 0x1000, "extract_kernel");
    expect(&stop, LOAD + 0x1000, "extract_kernel");
    stop.facts.running_copy = true;
    expect(&stop, COPY + 0x1000, "extract_kernel");
    expect_none(&stop, LOAD + 0x1000);
}

/*
 * The copy stands at the end of the buffer, which is where a kernel with a large .bss has it: until
 * the kernel runs, what is there is the decompressor.
 */
static void test_copy_inside_the_kernels_bss(void **state)
{
    struct stop stop = at_output(0x5e00000);

    (void)state;
    stop.facts.copy = known(COPY);
    stop.facts.running_copy = true;
    assert_true(COPY < 0x5e00000 + 0x600000 && COPY >= 0x5e00000 + 0x400000);
    expect(&stop, COPY + 0x1004, "extract_kernel+0x4");
    expect(&stop, 0x5e00000 + 0x200000, "start_kernel"); /* where the last jump leads */
    stop.regs.rip = 0x5e00000;
    stop.regs.efer = 0x500;
    stop.regs.hidden_known = true;
    stop.regs.cr0 = 0x80000001;
    stop.regs.segment[SEG_CS].attributes = 0x00af9b00;
    stop.stage = &(struct stage){
        .name = "kernel-entry", .index = 20, .bits = 64, .module = MODULE_KERNEL, .address = PREF};
    facts_place(&stop);
    stop.stage = NULL; /* a fault some time later */
    expect(&stop, COPY, "__bss_start");
}

/* A kernel placed below its preferred address: the base is a negative number. */
static void test_kernel_below_its_link_address(void **state)
{
    struct stop stop = at_output(0x200000);

    (void)state;
    expect(&stop, 0x200000, "_text");
    expect(&stop, 0x400010, "start_kernel+0x10");
    expect_none(&stop, 0x800000);
    expect_none(&stop, 0x1ffff0);
}

/* Once the kernel runs where it was linked, or where KASLR put it, its addresses are high. */
static void test_kernels_own_mapping(void **state)
{
    struct stop stop = at_output(0x5e00000);

    (void)state;
    expect_none(&stop, UINT64_C(0xffffffff81200000)); /* not known yet where */
    stop.facts.virtual = known(PREF);
    expect(&stop, UINT64_C(0xffffffff81200008), "start_kernel+0x8");
    stop.facts.virtual = known(0x1dc00000);
    expect(&stop, UINT64_C(0xffffffff9de00008), "start_kernel+0x8");
    expect_none(&stop, UINT64_C(0xffffffff81200008));
    expect(&stop, 0x5e00000, "_text");
}

static void test_source_line(void **state)
{
    struct stop stop = at_output(PREF);

    (void)state;
    fake_symbols_in_file("stub/extract.c");
    expect(&stop, LOAD + 0x1028, "extract_kernel+0x28 (stub/extract.c:40)");
    expect(&stop, LOAD + 0x1000, "extract_kernel (stub/extract.c:0)");
    fake_symbols_in_file(NULL);
}

/* However small the buffer is, it is not overrun and ends in a NUL. */
static void test_small_buffers(void **state)
{
    struct stop stop = at_output(PREF);

    (void)state;
    fake_symbols_in_file("stub/extract.c");
    for (size_t size = 1; size < 48; size++) {
        char *text = malloc(size);

        assert_true(stop_describe(&stop, virt(LOAD + 0x1028), text, size));
        assert_true(strlen(text) < size);
        assert_memory_equal(text, "extract_kernel+0x28 (stub/extract.c:40)", strlen(text));
        free(text);
    }
    fake_symbols_in_file(NULL);
}

/* Symbols without _end: an address far from the last one is none of theirs. */
static void test_reach_without_an_end(void **state)
{
    const struct symbols endless = {stub_names, 2}, bare_kernel = {kernel_names, 1};
    struct stop stop = at_output(PREF);

    (void)state;
    stop.stub = &endless;
    stop.kernel = &bare_kernel;
    expect(&stop, LOAD + 0xffff, "extract_kernel+0xefff");
    expect_none(&stop, LOAD + 0x10000);
    expect(&stop, PREF + 0xffff, "_text+0xffff");
    expect_none(&stop, PREF + 0x10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_module),
        cmocka_unit_test(test_outside_every_module),
        cmocka_unit_test(test_without_facts_or_symbols),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_copy_inside_the_kernels_bss),
        cmocka_unit_test(test_kernel_below_its_link_address),
        cmocka_unit_test(test_kernels_own_mapping),
        cmocka_unit_test(test_source_line),
        cmocka_unit_test(test_small_buffers),
        cmocka_unit_test(test_reach_without_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
