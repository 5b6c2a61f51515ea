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
 * The PC's makers found three ways to open it, and no machine has all: ask the BIOS, tell the
 * keyboard controller, or set a bit of the chipset. None can be believed, so each is tested.
 */
#include "boot.h"

/* One and the same word if the line is closed: 0000:0200 and ffff:0210, a vector of the BIOS. */
#define LOW_SEGMENT  0x0000
#define LOW_OFFSET   0x200
#define HIGH_SEGMENT 0xffff
#define HIGH_OFFSET  (LOW_OFFSET + 0x10)

/* How often to look, a microsecond apart: at what is so now, at the BIOS's work, at a slow chip's. */
#define LOOKS_NOW  8
#define LOOKS_BIOS 0x400
#define LOOKS_CHIP 0x200000

#define ROUNDS 255

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

/*
 * Turns all bits of the low word over and looks whether the high one did the same. The two may be
 * equal by chance on an open line, but not twice in a row.
 */
static bool a20_test(unsigned int looks)
{
    bool open = false;
    uint32_t vector, word;

    set_fs(LOW_SEGMENT);
    set_gs(HIGH_SEGMENT);
    vector = word = read_fs32(LOW_OFFSET);
    for (unsigned int i = 0; i < looks && !open; i++) {
        word = ~word;
        write_fs32(LOW_OFFSET, word);
        io_delay(); /* and keeps the two accesses apart */
        open = read_gs32(HIGH_OFFSET) != word;
    }
    write_fs32(LOW_OFFSET, vector);
    return open;
}

/* Its answer is not looked at: a BIOS may claim what it did not do, and the test finds out. */
static bool ask_bios(void)
{
    enum { ENABLE_A20 = 0x2401 };
    struct bios_registers in;

    init_registers(&in);
    in.eax = ENABLE_A20;
    bios_call(0x15, &in, NULL);
    return true;
}

/* Waits until the controller takes a command; throws away what it has to say. False: absent. */
static bool kbc_empty(void)
{
    unsigned int absent = KBC_ABSENT_LIMIT;

    for (unsigned int i = 0; i < KBC_PATIENCE && absent; i++) {
        uint8_t status;

        io_delay();
        status = inb(KBC_STATUS);
        if (status == KBC_NO_CONTROLLER) {
            absent--;
        } else if (status & KBC_OUTPUT_FULL) {
            io_delay();
            (void)inb(KBC_DATA);
        } else if (!(status & KBC_INPUT_FULL)) {
            return true;
        }
    }
    return false;
}

/*
 * The line hangs on a spare output pin of the keyboard controller, for lack of a better place. The
 * last command does nothing there, but USB hardware that plays the controller for old programs
 * knows by it that the sequence is over.
 */
static bool tell_keyboard_controller(void)
{
    static const struct {
        uint8_t port, value;
    } sequence[] = {
        {KBC_COMMAND, KBC_WRITE_OUTPUT},
        {KBC_DATA, KBC_OUTPUT_A20_ON},
        {KBC_COMMAND, KBC_NULL_COMMAND},
    };

    if (!kbc_empty())
        return false;
    for (unsigned int i = 0; i < sizeof(sequence) / sizeof(sequence[0]); i++) {
        outb(sequence[i].port, sequence[i].value);
        kbc_empty();
    }
    return true;
}

/* The chipset's own gate. The lowest bit of that port resets the machine: keep it clear. */
static bool set_fast_gate(void)
{
    outb(FAST_GATE_PORT, (inb(FAST_GATE_PORT) | FAST_GATE_A20) & (uint8_t)~FAST_GATE_RESET);
    return true;
}

/* The gentlest first: a BIOS knows its machine, and a bit of port 0x92 may mean something else. */
static const struct {
    bool (*open)(void); /* false: this machine does not have it */
    unsigned int looks;
} ways[] = {
    {ask_bios, LOOKS_BIOS},
    {tell_keyboard_controller, LOOKS_CHIP},
    {set_fast_gate, LOOKS_CHIP},
};

bool enable_a20(void)
{
    if (a20_test(LOOKS_NOW))
        return true;
    for (unsigned int round = 0; round < ROUNDS; round++) {
        for (unsigned int i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
            if (ways[i].open() && a20_test(ways[i].looks))
                return true;
        }
    }
    return false;
}
