/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Registers, memory and addresses of a session with a stub that behaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "target_fixture.h"

static void test_registers_by_name(void **state)
{
    struct fixture *f = *state;
    struct registers regs;

    rsp_server_set(f->server, SERVER_RAX, 0x1122334455667788, 8);
    rsp_server_set(f->server, SERVER_RAX + 7 * 8, 0x9000, 8);
    rsp_server_set(f->server, SERVER_EFLAGS, 0x202, 4);
    rsp_server_set(f->server, SERVER_CR3, 0x103000, 8);
    open_target(f);
    good(target_registers(f->target, &regs));
    assert_true(regs.gpr[RAX] == 0x1122334455667788);
    assert_true(regs.gpr[RSP] == 0x9000);
    assert_true(regs.rip == 0x100000);
    assert_true(regs.rflags == 0x202);
    assert_true(regs.cr3 == 0x103000);
    assert_true(regs.efer == 0x500);
    assert_true(regs.hidden_known);
    assert_int_equal(regs.segment[SEG_CS].selector, 0x10);
    assert_int_equal(regs.segment[SEG_CS].attributes, 0x00af9b00);
    assert_true(regs.segment[SEG_CS].limit == 0xffffffff);
    assert_int_equal(regs.segment[SEG_TR].selector, 0x20);
    assert_true(regs.gdtr.base == 0x101030 && regs.gdtr.limit == 0x2f);
    assert_true(regs.idtr.base == 0x102040 && regs.idtr.limit == 0x1ff);
    assert_int_equal(registers_mode(&regs), CPU_LONG64);
    assert_true(registers_pc(&regs).value == 0x100000);
}

static void test_layout_follows_the_description(void **state)
{
    struct fixture *f = *state;
    struct registers regs;
    char annex[4096];

    /* cs first, and the numbers say that it comes last. */
    snprintf(annex, sizeof(annex), "<feature><reg name='cs' bitsize='16' regnum='100'/>");
    for (int i = 0; i < GPR_COUNT; i++)
        snprintf(annex + strlen(annex), sizeof(annex) - strlen(annex),
                 "<reg name='%s' bitsize='64' %s/>", gpr_name(i), i == 0 ? "regnum='0'" : "");
    strcat(annex, "<reg name='rip' bitsize='64'/><reg name='eflags' bitsize='64'/>"
                  "<reg name='cr0' bitsize='32'/><reg name='cr3' bitsize='64'/>"
                  "<reg name='cr4' bitsize='64'/><reg name='efer' bitsize='64'/></feature>");
    f->server->annex = annex;
    f->server->register_bytes = 16 * 8 + 8 + 8 + 4 + 3 * 8 + 2;
    memset(f->server->registers, 0, sizeof(f->server->registers));
    rsp_server_set(f->server, 128, 0xfff0, 8);
    rsp_server_set(f->server, 144, 0x60000010, 4);
    rsp_server_set(f->server, 148, 0x5000, 8);
    rsp_server_set(f->server, 172, 0xf000, 2);
    f->server->monitor_registers = f->server->monitor_mtree = NULL;
    open_target(f);
    good(target_registers(f->target, &regs));
    assert_true(regs.rip == 0xfff0 && regs.cr0 == 0x60000010 && regs.cr3 == 0x5000);
    assert_int_equal(regs.segment[SEG_CS].selector, 0xf000);
    assert_false(regs.hidden_known);
    assert_int_equal(registers_mode(&regs), CPU_REAL16);
    assert_true(registers_pc(&regs).value == 0xffff0); /* selector * 16 stands in for the base */
}

static void test_missing_registers(void **state)
{
    struct fixture *f = *state;
    struct registers regs;
    char annex[8192];

    /* cr2 is no loss, and cr3 comes from the monitor. */
    strcpy(annex, f->server->annex);
    memcpy(strstr(annex, "\"cr2\""), "\"xx2\"", 5);
    memcpy(strstr(annex, "\"cr3\""), "\"xx3\"", 5);
    f->server->annex = annex;
    open_target(f);
    good(target_registers(f->target, &regs));
    assert_true(regs.cr3 == 0x103000);
    assert_true(regs.cr2 == 0);
    /* Without a monitor nobody knows cr3. */
    f->server->monitor_registers = f->server->monitor_mtree = NULL;
    struct stop_event stop;
    good(target_step(f->target, &stop));
    bad(target_registers(f->target, &regs), ERROR_PROTOCOL, "cr3");
}

static void test_registers_behind_a_short_g(void **state)
{
    struct fixture *f = *state;
    struct registers regs;

    f->server->register_bytes = SERVER_CR3;
    rsp_server_set(f->server, SERVER_CR3, 0x7000, 8);
    open_target(f);
    good(target_registers(f->target, &regs));
    assert_true(regs.cr3 == 0x7000);
    assert_true(regs.efer == 0x500);
    assert_int_equal(rsp_server_count(f->server, "p1a"), 1); /* cr3 is number 26 */
}

static void test_registers_are_asked_for_once_per_stop(void **state)
{
    struct fixture *f = *state;
    struct registers regs;
    struct stop_event stop;

    open_target(f);
    good(target_registers(f->target, &regs));
    good(target_registers(f->target, &regs));
    assert_int_equal(rsp_server_count(f->server, "g"), 1);
    good(target_step(f->target, &stop));
    good(target_registers(f->target, &regs));
    assert_int_equal(rsp_server_count(f->server, "g"), 2);
    assert_true(regs.rip == 0x100001);
    good(target_write_register(f->target, "rip", 0x4000));
    good(target_registers(f->target, &regs));
    assert_true(regs.rip == 0x4000);
}

static void test_write_register(void **state)
{
    struct fixture *f = *state;
    struct registers regs;

    open_target(f);
    good(target_write_register(f->target, "rbx", 0x1234567890abcdef));
    good(target_write_register(f->target, "eflags", 0x46));
    good(target_registers(f->target, &regs));
    assert_true(regs.gpr[RBX] == 0x1234567890abcdef);
    assert_true(regs.rflags == 0x46);
    bad(target_write_register(f->target, "nonsense", 1), ERROR_INPUT, "nonsense");
    bad(target_write_register(f->target, "eflags", 0x100000000), ERROR_INPUT, "eflags");
}

static void test_read_memory_across_many_requests(void **state)
{
    struct fixture *f = *state;
    uint8_t bytes[SERVER_MEMORY];

    f->server->supported = "PacketSize=40;qXfer:features:read+";
    open_target(f);
    good(target_read_phys(f->target, phys(3), bytes, 0x7ff0));
    assert_memory_equal(bytes, f->server->memory + 3, 0x7ff0);
    assert_int_equal(rsp_server_count(f->server, "m"), (0x7ff0 + 31) / 32);
    good(target_read_virt(f->target, virt(0), bytes, SERVER_MEMORY));
    assert_memory_equal(bytes, f->server->memory, SERVER_MEMORY);
    good(target_read_phys(f->target, phys(0x7fff), bytes, 1));
    assert_int_equal(bytes[0], f->server->memory[0x7fff]);
    good(target_read_phys(f->target, phys(0), NULL, 0));
}

static void test_one_byte_at_a_time(void **state)
{
    struct fixture *f = *state;
    uint8_t bytes[5000];
    struct registers regs;

    f->server->drip = true;
    open_target(f);
    good(target_registers(f->target, &regs));
    assert_true(regs.rip == 0x100000);
    good(target_read_phys(f->target, phys(0x10), bytes, sizeof(bytes)));
    assert_memory_equal(bytes, f->server->memory + 0x10, sizeof(bytes));
}

static void test_addressing_is_switched_only_when_it_changes(void **state)
{
    struct fixture *f = *state;
    uint8_t byte;

    open_target(f);
    good(target_read_virt(f->target, virt(0), &byte, 1));
    assert_int_equal(rsp_server_count(f->server, "Qqemu"), 0);
    good(target_read_phys(f->target, phys(0), &byte, 1));
    good(target_read_phys(f->target, phys(1), &byte, 1));
    assert_int_equal(rsp_server_count(f->server, "Qqemu.PhyMemMode:1"), 1);
    good(target_read_virt(f->target, virt(0), &byte, 1));
    assert_int_equal(rsp_server_count(f->server, "Qqemu.PhyMemMode:0"), 1);
}

/* Another client may have left it physical, and the next one must not find it so. */
static void test_addressing_is_learned_and_put_back(void **state)
{
    struct fixture *f = *state;
    uint8_t byte;
    bool timed_out;

    f->server->physical = true;
    open_target(f);
    good(target_read_virt(f->target, virt(0), &byte, 1));
    assert_false(f->server->physical);
    good(target_read_phys(f->target, phys(0), &byte, 1));
    target_close(f->target);
    f->target = NULL;
    good(loop_once(f->loop, loop_now(), &timed_out));
    assert_false(f->server->physical);
}

static void test_physical_needs_the_extension(void **state)
{
    struct fixture *f = *state;
    uint8_t byte;

    f->server->qemu = false;
    open_target(f);
    good(target_read_virt(f->target, virt(0), &byte, 1));
    bad(target_read_phys(f->target, phys(0), &byte, 1), ERROR_PROTOCOL, "PhyMemMode");
}

static void test_ranges_are_checked(void **state)
{
    struct fixture *f = *state;
    uint8_t bytes[0x2000];

    open_target(f);
    assert_true(target_is_memory(f->target, phys(0x5000), 0x2000)); /* RAM and ROM side by side */
    assert_false(target_is_memory(f->target, phys(0x7fff), 2));
    assert_false(target_is_memory(f->target, phys(0xfec00000), 4));
    assert_false(target_is_memory(f->target, phys(UINT64_MAX), 2));
    good(target_read_phys(f->target, phys(0x5000), bytes, 0x2000));
    bad(target_read_phys(f->target, phys(0x7000), bytes, 0x1001), ERROR_PROTOCOL, "0x7000");
    bad(target_read_phys(f->target, phys(UINT64_MAX), bytes, 2), ERROR_PROTOCOL,
        "0xffffffffffffffff");
    bad(target_write_phys(f->target, phys(0x6000), bytes, 1), ERROR_PROTOCOL, "RAM");
    /* Refused before anything was asked for. */
    assert_int_equal(rsp_server_count(f->server, "M"), 0);
}

static void test_map_is_read_again_after_a_run(void **state)
{
    struct fixture *f = *state;
    struct stop_event stop;

    open_target(f);
    assert_false(target_is_memory(f->target, phys(0x9000), 1));
    f->server->monitor_mtree = "FlatView #0\n AS \"memory\", root: system\n"
                               "  0000000000000000-000000000000ffff (prio 0, ram): pc.ram\n";
    assert_false(target_is_memory(f->target, phys(0x9000), 1));
    good(target_step(f->target, &stop));
    assert_true(target_is_memory(f->target, phys(0x9000), 1));
}

static void test_without_a_map_all_is_memory(void **state)
{
    struct fixture *f = *state;

    f->server->monitor_mtree = f->server->monitor_registers = NULL;
    open_target(f);
    assert_true(target_is_memory(f->target, phys(0xfec00000), 4));
}

static void test_write_memory(void **state)
{
    struct fixture *f = *state;
    uint8_t bytes[0x2345], back[sizeof(bytes)];

    open_target(f);
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 13);
    good(target_write_phys(f->target, phys(0x123), bytes, sizeof(bytes)));
    good(target_read_phys(f->target, phys(0x123), back, sizeof(back)));
    assert_memory_equal(bytes, back, sizeof(bytes));
    /* QEMU takes no request of more than 4094 characters. */
    for (size_t i = 0; i < f->server->request_count; i++)
        assert_true(strlen(f->server->requests[i]) < 4095);
}

static void test_addresses(void **state)
{
    static const struct {
        const char *address, *part;
    } cases[] = {
        {"", "not unix:PATH or HOST:PORT"},
        {"localhost", "not unix:PATH or HOST:PORT"},
        {"localhost:", "not unix:PATH or HOST:PORT"},
        {":1234", "not unix:PATH or HOST:PORT"},
        {"[]:1", "[]"},
        {"unix:/nonexistent/socket", "No such file"},
        {"127.0.0.1:1", "Connection refused"},
        {"127.0.0.1:0", "port 0 is not in 1..65535"},
        {"127.0.0.1:-1", "port -1 is not in 1..65535"},
        {"localhost:65537", "localhost:65537: port 65537 is not in 1..65535"},
        {"[::1]:65536", "port 65536 is not in 1..65535"},
        {"127.0.0.1:-18446744073709551615", "is not in 1..65535"},
        {"127.0.0.1:99999999999999999999999", "is not in 1..65535"},
        {"127.0.0.1:65535", "Connection refused"},
        {"[::1]:notaport", "notaport"},
    };
    struct fixture *f = *state;
    char path[300];

    close(f->fd);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        bad(target_connect(cases[i].address, f->loop, &f->target), ERROR_INPUT, cases[i].part);
    snprintf(path, sizeof(path), "unix:/%0200d", 0);
    bad(target_connect(path, f->loop, &f->target), ERROR_INPUT, "longer");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_registers_by_name),
        CASE(test_layout_follows_the_description),
        CASE(test_missing_registers),
        CASE(test_registers_behind_a_short_g),
        CASE(test_registers_are_asked_for_once_per_stop),
        CASE(test_write_register),
        CASE(test_read_memory_across_many_requests),
        CASE(test_one_byte_at_a_time),
        CASE(test_addressing_is_switched_only_when_it_changes),
        CASE(test_addressing_is_learned_and_put_back),
        CASE(test_physical_needs_the_extension),
        CASE(test_ranges_are_checked),
        CASE(test_map_is_read_again_after_a_run),
        CASE(test_without_a_map_all_is_memory),
        CASE(test_write_memory),
        CASE(test_addresses),
    };

    return cmocka_run_group_tests_name("target", tests, NULL, NULL);
}
