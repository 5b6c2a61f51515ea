/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guest RAM read from its file, held against the same bytes over the protocol, in the real QEMU. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest_code.h"
#include "layout.h"
#include "outcome.h"
#include "qemu.h"
#include "ram.h"
#include "target.h"

#define READS      100 /* per area and stop */
#define LENGTH_MAX 0x20000
#define FOUR_GIB   ((uint64_t)4 << 30)

struct fixture {
    struct loop *loop;
    struct qemu *qemu;
    struct target *target;
    uint64_t seed;
    char path[64];
    uint8_t file[LENGTH_MAX], protocol[LENGTH_MAX];
};

static void start(struct fixture *f, const char *memory, const char *image)
{
    struct qemu_options options = {.memory = memory, .image = image, .debug = true, .icount = true};

    good(qemu_start(&options, f->loop, &f->qemu));
    good(target_open(qemu_take_gdb_fd(f->qemu), f->loop, &f->target));
}

/* A guest that loops for ever once its firmware is done. */
static void start_looping(struct fixture *f, const char *memory)
{
    struct guest_code code = {0};

    strcpy(f->path, "/tmp/bootscope-shared.XXXXXX");
    close(mkstemp(f->path));
    code_loop_for_ever(&code);
    start(f, memory, code_write_image(&code, f->path));
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    f->seed = 20260101;
    good(loop_new(&f->loop));
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    target_close(f->target);
    qemu_close(f->qemu);
    loop_free(f->loop);
    if (f->path[0])
        unlink(f->path);
    free(f);
    return 0;
}

/* Knuth's MMIX generator; the low bits of it are poor. */
static uint64_t random_below(struct fixture *f, uint64_t limit)
{
    f->seed = f->seed * 6364136223846793005u + 1442695040888963407u;
    return (f->seed >> 20) % limit;
}

static void share(struct fixture *f)
{
    assert_true(qemu_ram_fd(f->qemu) >= 0);
    target_share_ram(f->target, qemu_ram_fd(f->qemu), QEMU_RAM_NAME);
}

static void compare_at(struct fixture *f, uint64_t address, size_t length)
{
    share(f);
    good(target_read_phys(f->target, phys(address), f->file, length));
    target_share_ram(f->target, -1, "");
    good(target_read_phys(f->target, phys(address), f->protocol, length));
    if (memcmp(f->file, f->protocol, length) != 0)
        fail_msg("0x%llx, 0x%zx bytes: the file has others", (unsigned long long)address, length);
}

static void compare_area(struct fixture *f, uint64_t first, uint64_t end)
{
    for (int i = 0; i < READS; i++) {
        size_t length = 1 + (size_t)random_below(f, LENGTH_MAX);

        compare_at(f, first + random_below(f, end - first - length), length);
    }
}

/* Low memory, the firmware's corner, above it, below the hole where there is one, above 4 GiB. */
static void compare_everywhere(struct fixture *f)
{
    compare_area(f, 0, 0xa0000);
    compare_area(f, 0xc0000, 0x140000);
    compare_area(f, 0x100000, 0x4000000);
    compare_area(f, 0xbf000000, 0xc0000000);
    compare_area(f, FOUR_GIB, FOUR_GIB + ((uint64_t)1 << 30));
}

/* Something to see where no firmware leaves anything. */
static void scatter(struct fixture *f, uint64_t first, uint64_t size)
{
    for (int i = 0; i < 40; i++) {
        uint64_t address = first + random_below(f, size - 64);
        uint8_t bytes[64];

        for (size_t at = 0; at < sizeof(bytes); at++)
            bytes[at] = (uint8_t)random_below(f, 256);
        good(target_write_phys(f->target, phys(address), bytes, sizeof(bytes)));
    }
}

static void test_file_and_protocol_agree(void **state)
{
    struct fixture *f = *state;
    struct stop_event stop;

    start_looping(f, "5G");
    compare_everywhere(f); /* in reset: the firmware's corner is ROM */
    for (int i = 0; i < 300; i++)
        good(target_step(f->target, &stop));
    scatter(f, FOUR_GIB, LENGTH_MAX * 64);
    scatter(f, 0xbf000000, 0x1000000);
    scatter(f, 0x100000, 0x800000);
    compare_everywhere(f);
    /* When setup is entered, the firmware has made a copy of itself and locked it. */
    good(target_insert_breakpoint(f->target, virt(QEMU_SETUP_ADDRESS + 0x200)));
    good(target_continue(f->target, loop_in(PATIENCE), &stop));
    assert_int_equal(stop.reason, STOP_BREAKPOINT);
    compare_everywhere(f);
}

/* A map that is one stop old is not good enough: the firmware has put RAM where ROM was. */
static void test_map_of_this_stop(void **state)
{
    struct fixture *f = *state;
    struct stop_event stop;

    start_looping(f, "64M");
    share(f);
    good(target_read_phys(f->target, phys(0xe0000), f->file, LENGTH_MAX));
    good(target_insert_breakpoint(f->target, virt(QEMU_SETUP_ADDRESS + 0x200)));
    good(target_continue(f->target, loop_in(PATIENCE), &stop));
    good(target_read_phys(f->target, phys(0xe0000), f->file, LENGTH_MAX));
    good(target_read_phys(f->target, phys(0xf0000), f->file, 16));
    target_share_ram(f->target, -1, "");
    good(target_read_phys(f->target, phys(0xf0000), f->protocol, 16));
    assert_memory_equal(f->file, f->protocol, 16);
}

/* Another file in the place of the RAM's shows what is read from it, and what is not. */
static void test_only_ram_comes_from_the_file(void **state)
{
    struct fixture *f = *state;
    uint8_t pattern[0x1000], rom[0x1000];
    int fd = memfd_create("pattern", MFD_CLOEXEC);

    start(f, "64M", NULL);
    memset(pattern, 0x5a, sizeof(pattern));
    good(target_read_phys(f->target, phys(0xff000), rom, sizeof(rom)));
    /* The file has the megabyte up to 1 MiB + 4 KiB: behind its end the protocol goes on. */
    for (off_t at = 0; at < 0x101000; at += (off_t)sizeof(pattern))
        assert_int_equal(pwrite(fd, pattern, sizeof(pattern), at), sizeof(pattern));
    target_share_ram(f->target, fd, QEMU_RAM_NAME);
    good(target_read_phys(f->target, phys(0xf8000), f->file, 0xa000));
    assert_memory_equal(f->file + 0x7000, rom, sizeof(rom));
    assert_memory_equal(f->file + 0x8000, pattern, sizeof(pattern));
    for (size_t i = 0x9000; i < 0xa000; i++)
        assert_int_equal(f->file[i], 0);
    target_share_ram(f->target, fd, "bootscope"); /* no region has exactly this name */
    good(target_read_phys(f->target, phys(0x100000), f->file, 0x8000));
    assert_int_equal(f->file[0], 0);
    close(fd);
}

static void test_outside_is_an_error_still(void **state)
{
    struct fixture *f = *state;

    start(f, "64M", NULL);
    share(f);
    good(target_read_phys(f->target, phys((64u << 20) - LENGTH_MAX), f->file, LENGTH_MAX));
    struct error *err = target_read_phys(f->target, phys((64u << 20) - 0x8000), f->file, 0x8001);
    assert_non_null(err);
    assert_int_equal(error_kind(err), ERROR_PROTOCOL);
    error_free(err);
}

static void test_other_memory_options_work_without(void **state)
{
    struct fixture *f = *state;

    start(f, "size=64M", NULL);
    assert_int_equal(qemu_ram_fd(f->qemu), -1);
    good(target_read_phys(f->target, phys(0x100000), f->file, LENGTH_MAX));
}

static void test_sizes(void **state)
{
    static const struct {
        const char *text;
        uint64_t size; /* 0: not a plain size */
    } cases[] = {
        {"512M", 512 << 20},
        {"512", 512 << 20},
        {"0512m", 512 << 20},
        {"5G", (uint64_t)5 << 30},
        {"1t", (uint64_t)1 << 40},
        {"65536k", 64 << 20},
        {"67108864B", 64 << 20},
        {"4K", 0}, /* QEMU rounds it up to 8 KiB */
        {"0", 0},  /* QEMU's default, whatever that is */
        {"", 0},
        {"M", 0},
        {" 512M", 0},
        {"-1", 0},
        {"+64", 0},
        {"0x40M", 0},
        {"1.5G", 0},
        {"512MB", 0},
        {"512M,slots=2,maxmem=1G", 0},
        {"size=512M", 0},
        {"8388608T", 0}, /* 2^63 */
        {"99999999999999999999", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t size = 0;
        bool plain = ram_size(cases[i].text, &size);

        if (plain != (cases[i].size != 0) || (plain && size != cases[i].size))
            fail_msg("-m %s: %d, %llu", cases[i].text, plain, (unsigned long long)size);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_file_and_protocol_agree),           CASE(test_map_of_this_stop),
        CASE(test_only_ram_comes_from_the_file),      CASE(test_outside_is_an_error_still),
        CASE(test_other_memory_options_work_without), cmocka_unit_test(test_sizes),
    };

    return cmocka_run_group_tests_name("shared", tests, NULL, NULL);
}
