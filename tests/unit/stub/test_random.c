/* SPDX-License-Identifier: GPL-3.0-or-later */
/* random.c: known answers for the seeded numbers, and which machine sources count. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "console.h"
#include "platform_host.h"
#include "random.h"
#include "stub_string.h"

static struct boot_params params;

static int setup(void **state)
{
    (void)state;
    host_reset();
    memset(&params, 0, sizeof(params));
    console_init(&params, false);
    return 0;
}

static uint64_t unseeded(void)
{
    struct random_source source = {&params, false, 0};

    return kaslr_get_random_long(&source, RANDOM_PHYSICAL);
}

/* The reference implementation's first two outputs for these seeds (Vigna, splitmix64.c). */
static void seeded_numbers_are_splitmix64(void **state)
{
    struct random_source source = {&params, true, 1234567};

    (void)state;
    assert_int_equal(kaslr_get_random_long(&source, RANDOM_PHYSICAL),
                     UINT64_C(6457827717110365317));
    assert_int_equal(kaslr_get_random_long(&source, RANDOM_VIRTUAL), UINT64_C(3203168211198807973));
    source.seed = 0;
    assert_int_equal(kaslr_get_random_long(&source, RANDOM_PHYSICAL), UINT64_C(0xe220a8397b1dcdaf));
}

static void a_seed_ignores_the_machine(void **state)
{
    struct random_source source = {&params, true, 7};
    uint64_t number = kaslr_get_random_long(&source, RANDOM_PHYSICAL);

    (void)state;
    host.rdrand_works = host.rdtsc_works = true;
    host.rdrand_value = 5;
    params.hdr.ramdisk_size = 77;
    assert_int_equal(kaslr_get_random_long(&source, RANDOM_PHYSICAL), number);
    assert_non_null(strstr(host.serial, "physical KASLR using kaslr_seed=0x7"));
}

static void every_source_changes_the_number(void **state)
{
    uint64_t base;

    (void)state;
    host.rdrand_works = host.rdtsc_works = true;
    base = unseeded();
    assert_int_equal(unseeded(), base); /* the sources stand still here */
    host.rdrand_value = 1;
    assert_int_not_equal(unseeded(), base);
    host.rdrand_value = 0;
    host.rdtsc_value = 2;
    assert_int_not_equal(unseeded(), base);
    host.rdtsc_value = 0;
    params._pad9[BP_PAD9_SIZE - 1] = 1; /* the last byte is hashed too */
    assert_int_not_equal(unseeded(), base);
    assert_int_equal(host.pit_commands, 0);
}

static void the_pit_is_the_last_resort(void **state)
{
    uint64_t base = unseeded();

    (void)state;
    assert_int_equal(host.pit_commands, 1);
    host.pit_count = 0x1234;
    assert_int_not_equal(unseeded(), base);
    assert_non_null(strstr(host.serial, "using i8254"));
    host.rdtsc_works = true;
    unseeded();
    assert_int_equal(host.pit_commands, 2);
}

static void a_timer_that_is_not_ready_is_asked_again(void **state)
{
    (void)state;
    host.pit_not_ready = 3;
    unseeded();
    assert_int_equal(host.pit_commands, 4);
    host.pit_not_ready = 1000000; /* no timer: the boot goes on */
    unseeded();
    assert_int_equal(host.pit_commands, 1004);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(seeded_numbers_are_splitmix64, setup),
        cmocka_unit_test_setup(a_seed_ignores_the_machine, setup),
        cmocka_unit_test_setup(every_source_changes_the_number, setup),
        cmocka_unit_test_setup(the_pit_is_the_last_resort, setup),
        cmocka_unit_test_setup(a_timer_that_is_not_ready_is_asked_again, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
