/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A guest that stands still, and what the sentences about it say. */
#include "view_test.h"

#include "explain.h"

/* Tables at 0x1000.. map [0, 2 MiB) to itself; the idt at 0x4000, the gdt at 0x5000. */
#define CODE  0x8000
#define STACK 0x9000

static struct stop standing(const void *code, size_t length)
{
    struct stop stop = view_stop();

    fake_target_ram(stop.target, 0, 0x10000);
    fake_target_poke64(stop.target, 0x1000, 0x2003);
    fake_target_poke64(stop.target, 0x2000, 0x3003);
    fake_target_poke64(stop.target, 0x3000, 0x83);
    fake_target_poke(stop.target, CODE, code, length);
    stop.regs.cr3 = 0x1000;
    stop.regs.rip = CODE;
    stop.regs.rflags = 0x202;
    stop.regs.gpr[RSP] = STACK;
    stop.regs.gdtr = (struct table_register){0x5000, 0x1f};
    stop.regs.idtr = (struct table_register){0x4000, 0x1ff};
    stop.regs.segment[SEG_CS].selector = 0x10;
    return stop;
}

static struct explain_view *explain(struct stop *stop, enum timeline_event event)
{
    struct explain_view *view = malloc(sizeof(*view));

    view_no_error(explain_fault(stop, event, view));
    return view;
}

static bool says(const struct explain_view *view, const char *part)
{
    for (unsigned int i = 0; i < view->count; i++)
        if (strstr(view->sentences[i], part))
            return true;
    return false;
}

static void test_page_fault_without_a_gate(void **state)
{
    struct stop stop = standing("\x48\x8b\x00", 3); /* mov (%rax), %rax */
    struct explain_view *view;

    (void)state;
    stop.regs.cr2 = UINT64_C(0x123456789);
    view = explain(&stop, TIMELINE_FAULT);
    assert_string_equal(view->instruction.text, "movq (%rax), %rax");
    assert_true(
        says(view, "address cr2 0x123456789 is not mapped: PDPT[4] of the table at 0x2000"));
    assert_true(says(view, "0x4000 with limit 0x1ff has 0 gates present: any exception shuts"));
    assert_false(says(view, "#PF has no gate"));
    assert_false(says(view, "stack"));
    view_has(VIEW_TEXT(explain_text, view), "because");
    free(view);
    fake_target_poke64(stop.target, 0x4000 + 6 * 16,
                       UINT64_C(0x00008e0000108100)); /* #UD has one */
    view = explain(&stop, TIMELINE_FAULT);
    assert_true(says(view, "#PF has no gate that is present in the idt at 0x4000"));
    free(view);
    target_close(stop.target);
}

static void test_gates(void **state)
{
    struct stop stop = standing("\x0f\x0b", 2);
    struct explain_view *view;

    (void)state;
    view = explain(&stop, TIMELINE_FAULT);
    assert_true(says(view, "ud2 at rip is there to raise #UD"));
    free(view);
    stop.regs.idtr.limit = 0xdf; /* vectors 0..13 */
    fake_target_poke64(stop.target, 0x4000 + 13 * 16, UINT64_C(0x00008e0000108100));
    view = explain(&stop, TIMELINE_FAULT);
    assert_true(says(view, "#PF has no gate: the idt's limit 0xdf ends before it"));
    assert_true(says(view, "#GP leads to 0x10:0x8100"));
    free(view);
    target_close(stop.target);
}

static void test_rip_and_stack_not_mapped(void **state)
{
    struct stop stop = standing("", 0);
    struct explain_view *view;

    (void)state;
    stop.regs.rip = UINT64_C(0xffffffff81000000);
    stop.regs.gpr[RSP] = 0x200008 - 8 + 0x1000;
    view = explain(&stop, TIMELINE_FAULT);
    assert_false(view->instruction_there);
    assert_true(says(view, "rip 0xffffffff81000000 is not mapped: PML4[511] of the table"));
    assert_true(says(view, "the instruction at rip cannot be read"));
    assert_true(says(view, "the stack below rsp, 0x200ff8 is not mapped: PD[1]"));
    free(view);
    target_close(stop.target);
}

/* Mapped, but there is no memory behind the mapping. */
static void test_stack_outside_memory(void **state)
{
    struct stop stop = standing("\x50", 1);
    struct explain_view *view;

    (void)state;
    stop.regs.gpr[RSP] = 0x180000;
    view = explain(&stop, TIMELINE_FAULT);
    assert_true(says(view, "the stack below rsp, 0x17fff8 is mapped to 0x17fff8"));
    assert_true(says(view, "where the guest has no memory"));
    free(view);
    target_close(stop.target);
}

static void test_selector_beyond_the_gdt(void **state)
{
    struct stop stop = standing("\x48\xcb", 2);
    struct explain_view *view;

    (void)state;
    stop.regs.segment[SEG_SS].selector = 0x20;
    stop.regs.segment[SEG_DS].selector = 0x18; /* its last byte is the table's last */
    view = explain(&stop, TIMELINE_FAULT);
    assert_true(says(view, "ss holds 0x20, beyond the gdt's limit 0x1f"));
    assert_false(says(view, "ds holds"));
    free(view);
    target_close(stop.target);
}

static void test_zero_bytes_and_bad_bytes(void **state)
{
    struct stop stop = standing("\0\0", 2);
    struct explain_view *view = explain(&stop, TIMELINE_FAULT);

    (void)state;
    assert_true(says(view, "rip stands on zero bytes"));
    free(view);
    fake_target_poke(stop.target, CODE, "\x06", 1);
    view = explain(&stop, TIMELINE_FAULT);
    assert_true(says(view, "the byte 0x06 at rip begins no instruction: the CPU answers with #UD"));
    free(view);
    target_close(stop.target);
}

static void test_hangs(void **state)
{
    struct stop stop = standing("\xf4\xeb\xfe", 3); /* hlt; 1: jmp 1b */
    struct explain_view *view;

    (void)state;
    view = explain(&stop, TIMELINE_TIMEOUT);
    assert_false(says(view, "interrupts are off"));
    free(view);
    stop.regs.rflags = 2;
    view = explain(&stop, TIMELINE_TIMEOUT);
    assert_true(says(view, "no interrupt will end this hlt"));
    assert_false(says(view, "idt"));
    free(view);
    stop.regs.rip = CODE + 1;
    view = explain(&stop, TIMELINE_TIMEOUT);
    assert_true(says(view, "this loop has no end, and interrupts are off"));
    free(view);
    target_close(stop.target);
}

/* The boot code said itself what is wrong: no sentence competes with that. */
static void test_error_stop(void **state)
{
    struct stop stop = standing("\xf4", 1);
    struct explain_view *view;

    (void)state;
    stop.regs.rflags = 2;
    view = explain(&stop, TIMELINE_ERROR);
    view_json(explain_json(view), "{\"facts\":[],\"instruction\":{\"address\":\"0x8000\","
                                  "\"bytes\":\"f4\",\"target\":null,\"text\":\"hlt\"}}");
    free(view);
    target_close(stop.target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page_fault_without_a_gate),
        cmocka_unit_test(test_gates),
        cmocka_unit_test(test_rip_and_stack_not_mapped),
        cmocka_unit_test(test_stack_outside_memory),
        cmocka_unit_test(test_selector_beyond_the_gdt),
        cmocka_unit_test(test_zero_bytes_and_bad_bytes),
        cmocka_unit_test(test_hangs),
        cmocka_unit_test(test_error_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
