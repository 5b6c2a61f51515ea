/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A machine for the stub's stages to run on, inside a test: platform.h with everything that a
 * stage reads set by the test, and everything that it does recorded.
 *
 * Physical addresses are host pointers, except where a test places a window: so boot_params,
 * page tables and buffers are plain memory that the sanitizers watch.
 */
#ifndef BOOTSCOPE_TESTS_PLATFORM_HOST_H
#define BOOTSCOPE_TESTS_PLATFORM_HOST_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layout.h"
#include "platform.h"

#define HOST_CHECKPOINTS_MAX 16
#define HOST_KEYS_MAX        16
#define HOST_WINDOWS_MAX     8

/* A checkpoint that was passed. */
struct host_checkpoint {
    char name[48];
    unsigned int count;
    char keys[HOST_KEYS_MAX][32];
    uint64_t values[HOST_KEYS_MAX];
};

/* Memory at a physical address of the test's choice. */
struct host_window {
    uint64_t physical, size;
    unsigned char *memory;
};

struct host_machine {
    /* what stages read */
    struct payload payload;
    uint64_t image_start, image_end;
    uint64_t cr2, cr3, cr4;
    uint64_t physical_limit;
    bool rdrand_works, rdtsc_works, serial_there, serial_ready;
    uint64_t rdrand_value, rdtsc_value;
    uint16_t pit_count;
    unsigned int pit_not_ready; /* status reads that say "count not loaded yet" */
    struct host_window windows[HOST_WINDOWS_MAX];
    unsigned int window_count;

    /* what they did */
    unsigned int cr3_writes, idt_loads, pit_commands;
    struct descriptor_pointer idt;
    char serial[16384];
    size_t serial_length;
    unsigned int serial_divisor_latch; /* 1 while LCR has DLAB set */
    uint16_t crtc_port;                /* index port last used */
    uint8_t crtc_index;
    uint8_t crtc[32];
    struct host_checkpoint checkpoints[HOST_CHECKPOINTS_MAX];
    unsigned int checkpoint_count;

    /* platform_stop() */
    jmp_buf stop;
    bool stop_expected;
    char stop_message[256];
};

extern struct host_machine host;

/* The BOOT_PGT_SIZE bytes that platform_page_tables() gives. */
extern unsigned char host_page_tables[BOOT_PGT_SIZE];

/* A fresh machine: serial port present, no screen window, no random sources, limit 1 << 47. */
void host_reset(void);

/* Makes size bytes at memory appear at a physical address. */
void host_add_window(uint64_t physical, void *memory, uint64_t size);

/* The checkpoint of that name, or NULL when it was not passed. */
const struct host_checkpoint *host_checkpoint_find(const char *name);

/* The value of one key; fails the test when the checkpoint has no such key. */
uint64_t host_checkpoint_value(const struct host_checkpoint *checkpoint, const char *key);

/* Runs a statement; true when it ended in platform_stop(), whose text is in host.stop_message. */
#define HOST_STOPS(statement)                                                                      \
    (host.stop_expected = true, setjmp(host.stop) ? true : ({                                      \
         statement;                                                                                \
         host.stop_expected = false;                                                               \
         false;                                                                                    \
     }))

#endif
