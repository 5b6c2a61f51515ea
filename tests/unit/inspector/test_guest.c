/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A debug session with the real QEMU: the CPU at reset, its firmware, and code put into its RAM. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "guest_code.h"
#include "layout.h"
#include "outcome.h"
#include "qemu.h"
#include "target.h"

#define CODE_ADDRESS 0x7c00
#define RAM_SIZE     (64u << 20)

struct fixture {
    struct loop *loop;
    struct qemu *qemu;
    struct target *target;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct qemu_options options = {.memory = "64M", .debug = true, .icount = true};

    assert_non_null(f);
    good(loop_new(&f->loop));
    good(qemu_start(&options, f->loop, &f->qemu));
    good(target_open(qemu_take_gdb_fd(f->qemu), f->loop, &f->target));
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    target_close(f->target);
    qemu_close(f->qemu);
    loop_free(f->loop);
    free(f);
    return 0;
}

/* Puts the code where a boot sector goes and the CPU there, in real mode. */
static void load(struct fixture *f, const struct guest_code *code)
{
    good(target_write_phys(f->target, phys(CODE_ADDRESS), code->bytes, code->length));
    good(target_write_register(f->target, "cs", 0));
    good(target_write_register(f->target, "rip", CODE_ADDRESS));
}

static struct stop_event run(struct fixture *f)
{
    struct stop_event stop;

    good(target_continue(f->target, loop_in(PATIENCE), &stop));
    return stop;
}

static void test_reset_state(void **state)
{
    struct fixture *f = *state;
    struct registers regs;

    good(target_registers(f->target, &regs));
    assert_true(regs.hidden_known);
    assert_int_equal(regs.segment[SEG_CS].selector, 0xf000);
    assert_true(regs.segment[SEG_CS].base == 0xffff0000);
    assert_true(regs.segment[SEG_CS].limit == 0xffff);
    assert_true(regs.rip == 0xfff0);
    assert_true(registers_pc(&regs).value == 0xfffffff0);
    assert_int_equal(registers_mode(&regs), CPU_REAL16);
    assert_true(regs.rflags == 2);
    assert_true(regs.cr0 == 0x60000010);
    assert_true(regs.cr3 == 0 && regs.cr4 == 0 && regs.efer == 0);
    assert_true(regs.idtr.base == 0 && regs.idtr.limit == 0xffff);
}

static void test_firmware_is_mapped_twice(void **state)
{
    struct fixture *f = *state;
    uint8_t top[0x8000], low[0x8000];

    good(target_read_phys(f->target, phys(0xffff8000), top, sizeof(top)));
    good(target_read_phys(f->target, phys(0xf8000), low, sizeof(low)));
    assert_memory_equal(top, low, sizeof(top));
    assert_int_equal(top[0x7ff0], 0xea); /* the far jump at the reset vector */
    good(target_read_virt(f->target, virt(0xffff8000), low, sizeof(low))); /* no paging */
    assert_memory_equal(top, low, sizeof(top));
}

static void test_memory_written_is_memory_read(void **state)
{
    struct fixture *f = *state;
    size_t size = (1 << 20) + 3;
    uint8_t *out = malloc(size), *in = malloc(size);

    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)(i * 31 + (i >> 11));
    good(target_write_phys(f->target, phys(0x1000001), out, size));
    good(target_read_phys(f->target, phys(0x1000001), in, size));
    assert_memory_equal(out, in, size);
    good(target_read_phys(f->target, phys(RAM_SIZE - 1), in, 1));
    free(out);
    free(in);
}

/* QEMU itself would answer with zeros. */
static void test_outside_is_an_error(void **state)
{
    struct fixture *f = *state;
    uint8_t bytes[8] = {0};

    assert_true(target_is_memory(f->target, phys(0), 0xa0000));
    assert_false(target_is_memory(f->target, phys(RAM_SIZE), 1));
    bad(target_read_phys(f->target, phys(RAM_SIZE - 4), bytes, 8), ERROR_PROTOCOL, "0x3fffffc");
    bad(target_read_phys(f->target, phys(0x4000000000), bytes, 8), ERROR_PROTOCOL, "0x4000000000");
    bad(target_write_phys(f->target, phys(0xffff0000), bytes, 8), ERROR_PROTOCOL, "0xffff0000");
}

static void test_breakpoint_behind_the_reset_vector(void **state)
{
    struct fixture *f = *state;
    struct registers regs;
    struct stop_event stop;
    uint8_t jump[5];

    /* ljmp $segment, $offset */
    good(target_read_phys(f->target, phys(0xfffffff0), jump, sizeof(jump)));
    uint64_t offset = jump[1] | (uint64_t)jump[2] << 8;
    uint64_t linear = (jump[3] | (uint64_t)jump[4] << 8) * 16 + offset;
    good(target_insert_breakpoint(f->target, virt(0xfffffff0)));
    good(target_insert_breakpoint(f->target, virt(linear)));
    assert_int_equal(run(f).reason, STOP_BREAKPOINT);
    good(target_registers(f->target, &regs));
    assert_true(registers_pc(&regs).value == linear);
    assert_true(regs.rip == offset);
    /* It stands on a breakpoint: continuing must get away from it. */
    good(target_step(f->target, &stop));
    good(target_registers(f->target, &regs));
    assert_true(registers_pc(&regs).value != linear);
}

static void test_loop_is_hit_again_and_again(void **state)
{
    struct fixture *f = *state;
    struct guest_code code = {0};
    struct registers regs;

    /* 1: inc %ax; jmp 1b */
    memcpy(code.bytes, "\x40\xeb\xfd", 3);
    code.length = 3;
    load(f, &code);
    good(target_write_register(f->target, "rax", 0));
    good(target_insert_breakpoint(f->target, virt(CODE_ADDRESS)));
    for (uint64_t i = 1; i <= 5; i++) {
        assert_int_equal(run(f).reason, STOP_BREAKPOINT);
        good(target_registers(f->target, &regs));
        assert_true(regs.gpr[RAX] == i);
    }
}

static void test_deadline(void **state)
{
    struct fixture *f = *state;
    struct guest_code code = {0};
    struct stop_event stop;
    struct registers regs;

    code_loop_for_ever(&code);
    load(f, &code);
    bad(target_continue(f->target, loop_in(30), &stop), ERROR_TIMEOUT, "deadline");
    good(target_registers(f->target, &regs)); /* it stands, and answers */
    assert_true(registers_pc(&regs).value == CODE_ADDRESS);
    bad(target_continue(f->target, loop_in(30), &stop), ERROR_TIMEOUT, "deadline");
}

/* Stopped right behind the last out, every byte is on our side already. */
static void test_marker_is_there_at_the_stop(void **state)
{
    struct fixture *f = *state;
    struct guest_code code = {0};
    char marker[32] = "@pass-a n=0x7\n";

    for (int i = 0; i < 20; i++) {
        marker[6] = (char)('a' + i);
        code.length = 0;
        code_debugcon(&code, marker);
        uint64_t behind = CODE_ADDRESS + code.length;
        code_loop_for_ever(&code);
        load(f, &code);
        good(target_insert_breakpoint(f->target, virt(behind)));
        assert_int_equal(run(f).reason, STOP_BREAKPOINT);
        assert_int_equal(markers_count(qemu_markers(f->qemu)), i + 1);
        good(target_remove_breakpoint(f->target, virt(behind)));
    }
}

static void test_flood_does_not_stop_the_session(void **state)
{
    struct fixture *f = *state;
    struct guest_code code = {0};

    code_flood(&code, 'x', 60000);
    code_debugcon(&code, "\n@end\n");
    uint64_t behind = CODE_ADDRESS + code.length;
    code_loop_for_ever(&code);
    load(f, &code);
    good(target_insert_breakpoint(f->target, virt(behind)));
    assert_int_equal(run(f).reason, STOP_BREAKPOINT);
    assert_non_null(markers_find(qemu_markers(f->qemu), "end"));
}

static void test_triple_fault_stands(void **state)
{
    struct fixture *f = *state;
    struct guest_code code = {0};
    struct registers regs;

    code_triple_fault(&code);
    load(f, &code);
    good(target_write_register(f->target, "rsp", 0x7000));
    assert_int_equal(run(f).reason, STOP_SHUTDOWN);
    assert_true(qemu_triple_fault(f->qemu));
    good(target_registers(f->target, &regs));
    assert_true(registers_pc(&regs).value == CODE_ADDRESS + code.length - 1);
    assert_int_equal(qemu_end_state(f->qemu), QEMU_RUNNING);
}

static void test_exit_ends_the_run(void **state)
{
    struct fixture *f = *state;
    struct guest_code code = {0};
    struct registers regs;
    enum qemu_end end;

    code_exit(&code, TEACHING_PASS);
    load(f, &code);
    assert_int_equal(run(f).reason, STOP_EXITED);
    good(qemu_wait(f->qemu, loop_in(PATIENCE), &end));
    assert_int_equal(end, QEMU_PASS);
    bad(target_registers(f->target, &regs), ERROR_CLOSED, "hung up");
}

/* Under icount a count is exact: the flood is two instructions and two more per byte. */
static void test_instructions_between_two_stops(void **state)
{
    struct fixture *f = *state;
    struct guest_code code = {0};
    uint64_t before, after;
    bool known;

    code_flood(&code, '\n', 1000);
    uint64_t behind = CODE_ADDRESS + code.length;
    code_loop_for_ever(&code);
    load(f, &code);
    good(target_insert_breakpoint(f->target, virt(behind)));
    good(qemu_instructions(f->qemu, &known, &before));
    assert_int_equal(run(f).reason, STOP_BREAKPOINT);
    good(qemu_instructions(f->qemu, &known, &after));
    assert_true(known);
    assert_int_equal(after - before, 2 + 2 * 1000);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_reset_state),
        CASE(test_firmware_is_mapped_twice),
        CASE(test_memory_written_is_memory_read),
        CASE(test_outside_is_an_error),
        CASE(test_breakpoint_behind_the_reset_vector),
        CASE(test_loop_is_hit_again_and_again),
        CASE(test_deadline),
        CASE(test_marker_is_there_at_the_stop),
        CASE(test_flood_does_not_stop_the_session),
        CASE(test_triple_fault_stands),
        CASE(test_exit_ends_the_run),
        CASE(test_instructions_between_two_stops),
    };

    return cmocka_run_group_tests_name("guest", tests, NULL, NULL);
}
