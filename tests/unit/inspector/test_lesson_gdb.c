/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be said in gdb's words, and what is left to monitor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "gdb_script.h"

static void assert_expression(const char *ours, const char *gdbs)
{
    char *converted = gdb_expression(ours);

    if (!converted)
        fail_msg("%s: left to monitor", ours);
    assert_string_equal(converted, gdbs);
    free(converted);
}

static void test_expressions(void **state)
{
    (void)state;
    assert_expression("rax", "(unsigned long)$rax");
    assert_expression("$ebp + 4K", "(unsigned long)(unsigned int)$ebp + 0x1000UL");
    assert_expression("(1 << 48) / 8", "(1UL << 48UL) / 8UL");
    assert_expression("u32[rsp - 4]",
                      "(unsigned long)*(unsigned int *)((unsigned long)$rsp - 4UL)");
    assert_expression("u8[u64[0x10]]", "(unsigned long)*(unsigned char *)((unsigned long)*("
                                       "unsigned long *)(0x10UL))");
    assert_expression("not (rax == 1) and rbx or 2", "! ((unsigned long)$rax == 1UL) && (unsigned "
                                                     "long)$rbx || 2UL");
}

static void test_no_expressions(void **state)
{
    /* Symbols and values of the boot are elsewhere in gdb, physical memory it cannot read. */
    static const char *const ours[] = {"copy",       "sym(gdt)", "phys32[0]", "0b101", "'a'",
                                       "u32[rsp",    "rsp)",     "rip",       "gdtr",  "marker.rsp",
                                       "rax + load", "u32",      "(rax]"};

    (void)state;
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        char *converted = gdb_expression(ours[i]);

        if (converted)
            fail_msg("%s became %s", ours[i], converted);
    }
}

static void assert_command(const char *ours, const char *gdbs)
{
    char *converted = gdb_command(ours, 64);

    if (!gdbs) {
        if (converted)
            fail_msg("%s became %s", ours, converted);
        return;
    }
    if (!converted)
        fail_msg("%s: left to monitor", ours);
    assert_string_equal(converted, gdbs);
    free(converted);
}

static void test_commands(void **state)
{
    (void)state;
    assert_command("p rax", "p/x $rax");
    assert_command("p/x $rax", "p/x $rax");
    assert_command("p/d rax", "p/d (unsigned long)$rax");
    assert_command("p/x rax + 1", "p/x (unsigned long)$rax + 1UL");
    assert_command("x/4gx rsp", "x/4gx $rsp");
    assert_command("x/2wx esp", "x/2wx (unsigned int)$esp");
    assert_command("si", "stepi");
    assert_command("si 12", "stepi 12");
    assert_command("rsi 2", "reverse-stepi 2");
    assert_command("regs", "info registers");
    assert_command("list", "list *$pc");
    assert_command("p copy", NULL);
    assert_command("x/3i rip", NULL);
    assert_command("x/4gx", NULL);
    assert_command("x/s rdi", NULL);
    assert_command("xp/gx cr3", NULL);
    assert_command("si ecx", NULL);
    assert_command("regs cr0", NULL);
    assert_command("c relocated", NULL);
    assert_command("printed", NULL);
    assert_null(gdb_command("p rax", 16));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expressions),
        cmocka_unit_test(test_no_expressions),
        cmocka_unit_test(test_commands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
