/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which register `set` writes for a name, and what. */
#include "outcome.h"

#include "write.h"

static const struct registers regs = {
    .gpr = {[RAX] = UINT64_C(0x1122334455667788), [R8] = UINT64_MAX}};

static void expect(const char *name, uint64_t value, const char *full, uint64_t expected)
{
    char found[16];
    uint64_t written;

    good(write_register_value(&regs, name, value, found, sizeof(found), &written));
    assert_string_equal(found, full);
    assert_int_equal(written, expected);
}

static void refuse(const char *name, uint64_t value, const char *part)
{
    char found[16];
    uint64_t written;

    bad_input(write_register_value(&regs, name, value, found, sizeof(found), &written), part);
}

static void test_parts_of_registers(void **state)
{
    (void)state;
    expect("rax", UINT64_MAX, "rax", UINT64_MAX);
    expect("eax", 5, "rax", 5); /* as the CPU does: the upper half is cleared */
    expect("ax", 5, "rax", UINT64_C(0x1122334455660005));
    expect("r8", 1, "r8", 1);
    expect("r8d", 1, "r8", 1);
    expect("r8w", 1, "r8", UINT64_C(0xffffffffffff0001));
    expect("eip", 0x7c00, "rip", 0x7c00);
    expect("al", 5, "rax", UINT64_C(0x1122334455667705));
    expect("ah", 5, "rax", UINT64_C(0x1122334455660588));
    expect("sp", 0x10, "rsp", 0x10);
    expect("esp", 0x10, "rsp", 0x10);
    expect("si", 0x10, "rsi", 0x10);
}

static void test_other_registers(void **state)
{
    (void)state;
    expect("rflags", 2, "eflags", 2);
    expect("eflags", 2, "eflags", 2);
    expect("cr0", 0x11, "cr0", 0x11);
    expect("efer", 0x500, "efer", 0x500);
    expect("cs", 0x10, "cs", 0x10);
    expect("es", 0x18, "es", 0x18); /* no part of rsi or the like */
}

static void test_what_cannot_be_written(void **state)
{
    (void)state;
    refuse("eax", UINT64_C(0x100000000), "0x100000000 does not fit into eax, which has 4 bytes");
    refuse("ax", 0x10000, "does not fit into ax");
    refuse("cs", 0x10000, "does not fit into cs");
    refuse("ah", 0x100, "does not fit into ah, which has 1 byte");
    refuse("cs_base", 0, "cs_base: can only be read");
    refuse("gdtr", 0, "gdtr: can only be read");
    refuse("ldtr", 0, "can only be read");
    refuse("tr", 0, "can only be read");
    refuse("nope", 0, "nope: no such register");
    refuse("", 0, "no such register");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_of_registers),
        cmocka_unit_test(test_other_registers),
        cmocka_unit_test(test_what_cannot_be_written),
    };

    return cmocka_run_group_tests_name("write", tests, NULL, NULL);
}
