/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * enable_a20: opens address line 20.
 *
 * For:     the first PCs had 20 address lines, and programs that relied on 0xfffff + 1 being 0.
 *          So every PC since can hold line 20 at zero, and some do when they are switched on.
 * Handed:  the line open or closed, nobody knows.
 * Leaves:  the line open, tested.
 * Skipped: every odd megabyte is then the even one below it. The image at 1 MiB would be
 *          read from 0, where the BIOS's vectors are.
 *
 *     closed                           open
 *     0x000200 ----+                   0x000200 ---- memory
 *                  +---- memory
 *     0x100200 ----+                   0x100200 ---- memory
 *
 * There are several ways to do it, and no machine has all. Each is tried, and then tested.
 */
#include "boot.h"

/* One and the same byte if the line is closed: 0000:0200 and ffff:0210, a vector of the BIOS. */
#define TEST_OFFSET      0x200
#define HIGH_SEGMENT     0xffff
#define HIGH_TEST_OFFSET (TEST_OFFSET + 0x10)

#define TEST_SHORT 32
#define TEST_LONG  0x200000 /* a keyboard controller may need a while */
#define ATTEMPTS   255

#define KBC_DATA          0x60
#define KBC_STATUS        0x64
#define KBC_COMMAND       0x64
#define KBC_OUTPUT_FULL   0x01
#define KBC_INPUT_FULL    0x02
#define KBC_WRITE_OUTPUT  0xd1
#define KBC_OUTPUT_A20_ON 0xdf
#define KBC_NULL_COMMAND  0xff
#define KBC_NO_CONTROLLER 0xff /* what a port that is not there reads as */
#define KBC_PATIENCE      100000
#define KBC_ABSENT_LIMIT  32

#define FAST_GATE_PORT  0x92
#define FAST_GATE_A20   0x02
#define FAST_GATE_RESET 0x01

/* Writes to the low address, and looks whether the high one follows. */
static bool a20_test(unsigned int loops)
{
    bool open = false;
    uint32_t saved, counter;

    set_fs(0);
    set_gs(HIGH_SEGMENT);
    saved = read_fs32(TEST_OFFSET);
    counter = saved;
    while (!open && loops--) {
        counter++;
        write_fs32(TEST_OFFSET, counter);
        io_delay(); /* and keeps the two accesses apart */
        open = read_gs32(HIGH_TEST_OFFSET) != counter;
    }
    write_fs32(TEST_OFFSET, saved);
    return open;
}

static void enable_a20_bios(void)
{
    enum { ENABLE_A20 = 0x2401 };
    struct bios_registers in;

    init_registers(&in);
    in.eax = ENABLE_A20;
    bios_call(0x15, &in, NULL);
}

/* Waits until the controller takes a command; throws away what it has to say. False: absent. */
static bool kbc_empty(void)
{
    unsigned int absent = KBC_ABSENT_LIMIT;
    unsigned int patience = KBC_PATIENCE;

    while (patience--) {
        uint8_t status;

        io_delay();
        status = inb(KBC_STATUS);
        if (status == KBC_NO_CONTROLLER) {
            if (!--absent)
                return false;
            continue;
        }
        if (status & KBC_OUTPUT_FULL) {
            io_delay();
            (void)inb(KBC_DATA);
        } else if (!(status & KBC_INPUT_FULL)) {
            return true;
        }
    }
    return false;
}

/* The line hangs on a spare output pin of the keyboard controller, for lack of a better place. */
static void enable_a20_kbc(void)
{
    kbc_empty();
    outb(KBC_COMMAND, KBC_WRITE_OUTPUT);
    kbc_empty();
    outb(KBC_DATA, KBC_OUTPUT_A20_ON);
    kbc_empty();
    outb(KBC_COMMAND, KBC_NULL_COMMAND); /* some controllers act on the one before only now */
    kbc_empty();
}

/* The chipset's own gate. The lowest bit of that port resets the machine: keep it clear. */
static void enable_a20_fast(void)
{
    uint8_t value = inb(FAST_GATE_PORT);

    value |= FAST_GATE_A20;
    value &= (uint8_t)~FAST_GATE_RESET;
    outb(FAST_GATE_PORT, value);
}

bool enable_a20(void)
{
    for (unsigned int attempt = 0; attempt < ATTEMPTS; attempt++) {
        bool has_kbc;

        if (a20_test(TEST_SHORT))
            return true;
        enable_a20_bios();
        if (a20_test(TEST_SHORT))
            return true;
        has_kbc = kbc_empty();
        if (a20_test(TEST_SHORT))
            return true; /* the BIOS's way, but it took a moment */
        if (has_kbc) {
            enable_a20_kbc();
            if (a20_test(TEST_LONG))
                return true;
        }
        enable_a20_fast();
        if (a20_test(TEST_LONG))
            return true;
    }
    return false;
}
