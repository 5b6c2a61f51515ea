/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "guest_code.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define SECTOR      512
#define SETUP_SECTS 4
#define CODE_OFFSET 0x280 /* behind the header's fields */

static void add(struct guest_code *code, const void *bytes, size_t length)
{
    assert(code->length + length <= sizeof(code->bytes));
    memcpy(code->bytes + code->length, bytes, length);
    code->length += length;
}

#define ADD(code, ...) add(code, (const uint8_t[]){__VA_ARGS__}, sizeof((uint8_t[]){__VA_ARGS__}))

void code_debugcon(struct guest_code *code, const char *text)
{
    for (; *text; text++)
        ADD(code, 0xb0, (uint8_t)*text, 0xe6, 0xe9); /* mov $c, %al; out %al, $0xe9 */
}

void code_serial(struct guest_code *code, const char *text)
{
    ADD(code, 0xba, 0xf8, 0x03); /* mov $0x3f8, %dx */
    for (; *text; text++)
        ADD(code, 0xb0, (uint8_t)*text, 0xee); /* mov $c, %al; out %al, %dx */
}

void code_flood(struct guest_code *code, uint8_t byte, uint16_t times)
{
    ADD(code, 0xb9, (uint8_t)times, (uint8_t)(times >> 8)); /* mov $times, %cx */
    ADD(code, 0xb0, byte, 0xe6, 0xe9, 0xe2, 0xfc);          /* mov; 1: out; loop 1b */
}

void code_exit(struct guest_code *code, uint8_t value)
{
    ADD(code, 0xb0, value, 0xe6, 0xf4);
    code_loop_for_ever(code);
}

void code_power_off(struct guest_code *code)
{
    /* mov $0x604, %dx; mov $0x2000, %ax; out %ax, %dx */
    ADD(code, 0xba, 0x04, 0x06, 0xb8, 0x00, 0x20, 0xef);
    code_loop_for_ever(code);
}

void code_reset(struct guest_code *code)
{
    ADD(code, 0xb0, 0xfe, 0xe6, 0x64);
    code_loop_for_ever(code);
}

void code_triple_fault(struct guest_code *code)
{
    /* call 1f; six bytes of zero; 1: pop %bx; lidt %cs:(%bx); int3 */
    ADD(code, 0xe8, 0x06, 0x00, 0, 0, 0, 0, 0, 0, 0x5b, 0x2e, 0x0f, 0x01, 0x1f, 0xcc);
}

void code_loop_for_ever(struct guest_code *code)
{
    ADD(code, 0xeb, 0xfe);
}

const char *code_write_image(const struct guest_code *code, const char *path)
{
    uint8_t image[(SETUP_SECTS + 2) * SECTOR] = {0};
    FILE *file = fopen(path, "wb");

    assert(file && CODE_OFFSET + code->length <= (SETUP_SECTS + 1) * SECTOR);
    image[0x1f1] = SETUP_SECTS;
    memcpy(image + 0x1fe, "\x55\xaa", 2);
    memcpy(image + 0x200, "\xeb\x7e", 2); /* jmp to CODE_OFFSET */
    memcpy(image + 0x202, "HdrS", 4);
    memcpy(image + 0x206, "\x06\x02", 2);         /* boot protocol 2.06 */
    image[0x211] = 1;                             /* LOADED_HIGH */
    memcpy(image + 0x22c, "\xff\xff\xff\x37", 4); /* initrd_addr_max */
    memcpy(image + 0x238, "\xff\x07", 2);         /* cmdline_size */
    memcpy(image + CODE_OFFSET, code->bytes, code->length);
    size_t written = fwrite(image, 1, sizeof(image), file);
    int failed = fclose(file);
    assert(written == sizeof(image) && !failed);
    return path;
}
