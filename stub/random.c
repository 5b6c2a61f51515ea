/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * random.c: numbers that an attacker, or the next boot, cannot foretell; or, on request, can.
 *
 * What for:   KASLR is worth as much as its random numbers.
 * Handed:     what the machine offers this early: rdrand, the time-stamp counter, the timer chip
 *             (PIT), and boot_params, which differs from machine to machine.
 * Leaves:     64 bits.
 * If skipped: each boot would choose the same address, and an exploit could count on it.
 *
 * No single source is trusted, so all that exist are mixed by XOR: the result is at least as
 * unpredictable as the best of them.
 *
 *      hash(boot_params) ^ rdrand ^ rdtsc      or, when the processor has neither,
 *      hash(boot_params) ^ PIT
 *
 * kaslr_seed=N replaces all of that by splitmix64 (Steele, Lea, Flood 2014), so that a choice can
 * be repeated and computed on paper. For purpose p (1 physical, 2 virtual):
 *
 *      z = N + p * 0x9e3779b97f4a7c15
 *      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
 *      z = (z ^ (z >> 27)) * 0x94d049bb133111eb
 *      number = z ^ (z >> 31)
 */
#include "random.h"

#include "console.h"
#include "platform.h"
#include "stub_string.h"

#define SPLITMIX64_GAMMA UINT64_C(0x9e3779b97f4a7c15)
#define SPLITMIX64_MIX1  UINT64_C(0xbf58476d1ce4e5b9)
#define SPLITMIX64_MIX2  UINT64_C(0x94d049bb133111eb)

/* The 8254 timer: a read-back command latches status and count of a channel. */
#define I8254_CONTROL       0x43
#define I8254_COUNTER0      0x40
#define I8254_READBACK      0xc0
#define I8254_SELECT_0      0x02
#define I8254_STATUS_NOTYET 0x40 /* the count was never loaded: it would be garbage */
#define I8254_TRIES         1000

#define HASH_ROTATE 7 /* odd, so that equal words in a row do not cancel out */

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * SPLITMIX64_MIX1;
    z = (z ^ (z >> 27)) * SPLITMIX64_MIX2;
    return z ^ (z >> 31);
}

/* Folds the zero page into one word: memory map, disk signatures, initrd address... */
static uint64_t hash_boot_params(const struct boot_params *boot_params)
{
    const unsigned char *bytes = (const unsigned char *)boot_params;
    uint64_t hash = 0;
    uint64_t word;

    for (unsigned int i = 0; i < sizeof(*boot_params); i += sizeof(word)) {
        memcpy(&word, bytes + i, sizeof(word));
        hash = (hash << (64 - HASH_ROTATE) | hash >> HASH_ROTATE) ^ word;
    }
    return hash;
}

/*
 * The timer counts down 1.19 million times a second, so its 16 bits are what the time of day has
 * left at this point. A machine without one answers 0xff for ever: the tries are counted.
 */
static uint64_t i8254(void)
{
    uint8_t status;
    uint16_t count;
    unsigned int tries = 0;

    do {
        platform_outb(I8254_CONTROL, I8254_READBACK | I8254_SELECT_0);
        status = platform_inb(I8254_COUNTER0);
        count = platform_inb(I8254_COUNTER0);
        count |= platform_inb(I8254_COUNTER0) << 8;
    } while (status & I8254_STATUS_NOTYET && ++tries < I8254_TRIES);
    return count;
}

/* XOR alone would leave the PIT's and the counter's entropy in the low bits: mix() spreads it. */
static uint64_t machine_random(const struct boot_params *boot_params)
{
    uint64_t random = hash_boot_params(boot_params);
    bool have_number = false;
    uint64_t raw;

    if (platform_rdrand(&raw)) {
        console_print(" rdrand");
        random ^= raw;
        have_number = true;
    }
    if (platform_rdtsc(&raw)) {
        console_print(" rdtsc");
        random ^= raw;
        have_number = true;
    }
    if (!have_number) {
        console_print(" i8254");
        random ^= i8254();
    }
    return mix(random);
}

uint64_t kaslr_get_random_long(const struct random_source *source, enum random_purpose purpose)
{
    uint64_t random;

    console_print("%s KASLR using", purpose == RANDOM_PHYSICAL ? "physical" : "virtual");
    if (source->seeded) {
        console_print(" kaslr_seed=%#lx", source->seed);
        random = mix(source->seed + purpose * SPLITMIX64_GAMMA);
    } else {
        random = machine_random(source->boot_params);
    }
    console_print("\n");
    return random;
}
