/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Setup code that nobody's compiler made: bytes at random, cuts, calls without end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "code.h"
#include "setup_pieces.h"

/* Cut at every length, and with every byte of the code changed: it ends, inside of what is there. */
static void test_hostile_bytes(void **state)
{
    (void)state;
    look_into(&usual, false);
    for (size_t size = 0; size < blob.size; size += size < 0x400 ? 1 : 0x40) {
        struct blob part = blob_new(size);

        memcpy(part.data, blob.data, size);
        image.bytes = part.data;
        image.protected_offset = size;
        look(false);
        blob_free(&part);
    }
    image.bytes = blob.data;
    image.protected_offset = blob.size;
    for (size_t at = 0x200; at < 0x400; at++) {
        uint8_t byte = blob.data[at];

        for (unsigned int turn = 0x35; turn < 0x100; turn += 0x35) {
            blob.data[at] = (uint8_t)(byte + turn);
            look(false);
        }
        blob.data[at] = byte;
    }
    forget();
}

/* Functions that call themselves, and more code than anybody looks at: said, and soon over. */
static void test_limits(void **state)
{
    struct pieces pieces = usual;

    (void)state;
    pieces.main = "main: calll main\n calll deep\n retl\ndeep: calll deep\n retl\n";
    pieces.start =
        "start_of_setup: mov $0x1000, %di\n rep stosl\nat_entry: calll main\nsay: retl\n";
    pieces.detect = "detect_memory: retl\nstop: retl\n";
    look_into(&pieces, false);
    expect_certain("setup-entry", "at_entry");
    expect_absent("memory-detected", "nothing that main calls");

    /* Each function is a call of the one behind it. */
    pieces.main = "main: jmp 1f\n1: .rept 300\n calll 1f\n retl\n1:\n.endr\n retl\n";
    look_into(&pieces, false);
    expect_absent("memory-detected", "(more code than is looked at)");

    pieces.main = "main: .rept 100\n calll say\n.endr\n calll detect_memory\n calll leave\n";
    pieces.detect = usual.detect;
    look_into(&pieces, false);
    expect_absent("memory-detected", "(more code than is looked at)");
    forget();
}

/* ljmp $0x10, $0x3a: neither the selector nor the offset is an address in this code. */
static void test_far_jump_is_followed_nowhere(void **state)
{
    const uint8_t bytes[0x40] = {0x66, 0xea, 0x3a, 0, 0, 0, 0x10, 0, 0xeb, 0x08};
    struct code code;
    struct insn insn;

    (void)state;
    good(code_open(bytes, 0, sizeof(bytes), 16, &code));
    assert_true(code_decode(&code, 0, &insn));
    assert_int_equal(insn.flow, FLOW_JUMP);
    assert_false(insn.direct);
    assert_true(code_decode(&code, 8, &insn));
    assert_true(insn.direct);
    assert_int_equal(insn.target, 0x12);
    code_close(&code);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile_bytes),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_far_jump_is_followed_nowhere),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
