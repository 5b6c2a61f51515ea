/* SPDX-License-Identifier: GPL-3.0-or-later */
/* idt.c: the gates, and which page faults are cured by a mapping. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "identmap.h"
#include "idt.h"
#include "platform_host.h"
#include "stub_string.h"

static struct boot_params params;

static int setup(void **state)
{
    (void)state;
    host_reset();
    memset(&params, 0, sizeof(params));
    assert_null(setup_identity_maps(&params));
    return 0;
}

static uint64_t gate_address(const struct idt_gate *gate)
{
    return gate->offset_low | (uint64_t)gate->offset_middle << 16 |
           (uint64_t)gate->offset_high << 32;
}

static void stage1_has_no_handler(void **state)
{
    (void)state;
    load_stage1_idt();
    assert_int_equal(host.idt_loads, 1);
    assert_int_equal(host.idt.base, (uintptr_t)boot_idt_gate(0));
    assert_int_equal(host.idt.limit, X86_EXCEPTION_VECTORS * IDT_ENTRY_SIZE - 1);
    for (unsigned int vector = 0; vector < X86_EXCEPTION_VECTORS; vector++)
        assert_int_equal(boot_idt_gate(vector)->type, 0);
}

static void stage2_has_all_of_them(void **state)
{
    (void)state;
    load_stage2_idt();
    assert_int_equal(host.idt_loads, 1);
    for (unsigned int vector = 0; vector < X86_EXCEPTION_VECTORS; vector++) {
        const struct idt_gate *gate = boot_idt_gate(vector);
        uint64_t expect = (uintptr_t)(vector == X86_TRAP_PF ? boot_page_fault
                                      : vector == X86_TRAP_NMI
                                          ? boot_nmi_trap
                                          : boot_exception_entries +
                                                vector * BOOT_EXCEPTION_STRIDE);

        assert_int_equal(gate_address(gate), expect);
        assert_int_equal(gate->selector, __KERNEL_CS);
        assert_int_equal(gate->type, IDT_GATE_INTERRUPT);
        assert_int_equal(gate->ist, vector == X86_TRAP_NMI ? BOOT_IST_NMI : BOOT_IST_EXCEPTION);
    }
}

static void a_missing_page_is_mapped_once(void **state)
{
    unsigned long used = identity_tables_used();

    (void)state;
    assert_null(handle_page_fault(0x1234567890, X86_PF_WRITE, 0x1000));
    assert_in_range(identity_tables_used(), used + 1, used + 2); /* a PMD, and perhaps a PUD */
    used = identity_tables_used();
    assert_null(handle_page_fault(0x1234567890 + PMD_SIZE, 0, 0x1000));
    assert_int_equal(identity_tables_used(), used);
}

/* The same fault again cannot be cured by mapping again: it would come back for ever. */
static void a_fault_on_a_mapped_page_is_an_error(void **state)
{
    const struct boot_error *error;

    (void)state;
    assert_null(handle_page_fault(0x40000000, 0, 0x1000));
    error = handle_page_fault(0x40000008, 0, 0x1234);
    assert_non_null(error);
    assert_non_null(strstr(error->message, "rip 0x1234, cr2 0x40000008"));
}

static void unexpected_error_codes(void **state)
{
    const uint64_t codes[] = {X86_PF_PROT, X86_PF_USER, X86_PF_RSVD, X86_PF_PROT | X86_PF_WRITE};
    unsigned long used = identity_tables_used();

    (void)state;
    for (unsigned int i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        assert_non_null(handle_page_fault(0x1234567890, codes[i], 0x1000));
    assert_int_equal(identity_tables_used(), used);
    assert_string_equal(handle_page_fault(0x1234567890, X86_PF_RSVD, 0x1000)->message,
                        "page fault: unexpected: vector 14, rip 0x1000, cr2 0x1234567890, "
                        "error code 0x8");
}

static void beyond_the_physical_limit(void **state)
{
    (void)state;
    host.physical_limit = UINT64_C(1) << 40;
    assert_null(handle_page_fault((UINT64_C(1) << 40) - 1, 0, 0));
    assert_non_null(handle_page_fault(UINT64_C(1) << 40, 0, 0));
    assert_non_null(handle_page_fault(0xffff800000000000, 0, 0)); /* the upper half */
    assert_non_null(handle_page_fault(UINT64_MAX, 0, 0));
}

static void the_handler_stops_only_on_errors(void **state)
{
    struct pt_regs regs = {.ip = 0x100200};

    (void)state;
    host.cr2 = 0x77000000;
    do_boot_page_fault(&regs, X86_PF_WRITE);
    assert_true(HOST_STOPS(do_boot_page_fault(&regs, X86_PF_WRITE | X86_PF_PROT)));
    assert_non_null(strstr(host.stop_message, "rip 0x100200, cr2 0x77000000, error code 0x3"));
    do_boot_nmi_trap(&regs, 0);
}

static void other_exceptions_stop(void **state)
{
    struct pt_regs regs = {.ip = 0x100200};

    (void)state;
    host.cr2 = 0xabc;
    assert_true(HOST_STOPS(do_boot_exception(&regs, 0x18, X86_TRAP_GP)));
    assert_string_equal(host.stop_message, "exception: general protection: vector 13, rip "
                                           "0x100200, cr2 0xabc, error code 0x18");
    assert_non_null(strstr(host.serial, host.stop_message));
    assert_non_null(strstr(host.serial, "-- System halted"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(stage1_has_no_handler, setup),
        cmocka_unit_test_setup(stage2_has_all_of_them, setup),
        cmocka_unit_test_setup(a_missing_page_is_mapped_once, setup),
        cmocka_unit_test_setup(a_fault_on_a_mapped_page_is_an_error, setup),
        cmocka_unit_test_setup(unexpected_error_codes, setup),
        cmocka_unit_test_setup(beyond_the_physical_limit, setup),
        cmocka_unit_test_setup(the_handler_stops_only_on_errors, setup),
        cmocka_unit_test_setup(other_exceptions_stop, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
