/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "platform_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint_emit.h"
#include "idt.h"

#define SERIAL_BASE  0x3f8
#define SERIAL_LCR   (SERIAL_BASE + 3)
#define SERIAL_LSR   (SERIAL_BASE + 5)
#define PIT_COUNTER0 0x40
#define PIT_CONTROL  0x43
#define CRTC_MONO    0x3b4
#define CRTC_COLOR   0x3d4

struct host_machine host;
unsigned char host_page_tables[BOOT_PGT_SIZE] __attribute__((aligned(4096)));

/* What head_64.S and idt_handlers_64.S define in the guest. */
unsigned char boot_heap[BOOT_HEAP_SIZE] __attribute__((aligned(16)));
const char boot_page_fault[1];
const char boot_nmi_trap[1];
const char boot_exception_entries[X86_EXCEPTION_VECTORS * BOOT_EXCEPTION_STRIDE];

static unsigned int pit_reads;

void host_reset(void)
{
    memset(&host, 0, sizeof(host));
    memset(host_page_tables, 0, sizeof(host_page_tables));
    host.serial_there = true;
    host.serial_ready = true;
    host.physical_limit = UINT64_C(1) << 47;
    host.image_start = (uintptr_t)host_page_tables;
    host.image_end = host.image_start + 1;
    pit_reads = 0;
}

void host_add_window(uint64_t physical, void *memory, uint64_t size)
{
    if (host.window_count == HOST_WINDOWS_MAX) {
        fprintf(stderr, "no room for another window\n");
        abort();
    }
    host.windows[host.window_count++] = (struct host_window){physical, size, memory};
}

void platform_payload(struct payload *ret)
{
    *ret = host.payload;
}

uint64_t platform_image_start(void)
{
    return host.image_start;
}

uint64_t platform_image_end(void)
{
    return host.image_end;
}

unsigned char *platform_page_tables(void)
{
    return host_page_tables;
}

void *platform_memory(uint64_t physical, uint64_t size)
{
    if (physical > host.physical_limit || size > host.physical_limit - physical)
        return NULL;
    for (unsigned int i = 0; i < host.window_count; i++) {
        const struct host_window *window = &host.windows[i];

        if (physical >= window->physical && physical - window->physical < window->size)
            return window->memory + (physical - window->physical);
    }
    return (void *)(uintptr_t)physical;
}

uint64_t platform_physical_limit(void)
{
    return host.physical_limit;
}

/* After a read-back: the status, then the count's two bytes. */
static uint8_t read_pit(void)
{
    switch (pit_reads++ % 3) {
    case 0:
        if (!host.pit_not_ready)
            return 0;
        host.pit_not_ready--;
        return 0x40;
    case 1:
        return host.pit_count & 0xff;
    default:
        return host.pit_count >> 8;
    }
}

uint8_t platform_inb(uint16_t port)
{
    if (port == SERIAL_LSR)
        return !host.serial_there ? 0xff : host.serial_ready ? 0x60 : 0;
    if (port == PIT_COUNTER0)
        return read_pit();
    return 0xff;
}

void platform_outb(uint16_t port, uint8_t value)
{
    if (port == SERIAL_LCR)
        host.serial_divisor_latch = value >> 7;
    if (port == SERIAL_BASE && !host.serial_divisor_latch &&
        host.serial_length < sizeof(host.serial) - 1)
        host.serial[host.serial_length++] = (char)value;
    if (port == PIT_CONTROL)
        host.pit_commands++;
    if (port == CRTC_MONO || port == CRTC_COLOR) {
        host.crtc_port = port;
        host.crtc_index = value % sizeof(host.crtc);
    }
    if (port == CRTC_MONO + 1 || port == CRTC_COLOR + 1)
        host.crtc[host.crtc_index] = value;
}

void platform_pause(void)
{
}

uint64_t platform_read_cr2(void)
{
    return host.cr2;
}

uint64_t platform_read_cr3(void)
{
    return host.cr3;
}

uint64_t platform_read_cr4(void)
{
    return host.cr4;
}

void platform_write_cr3(uint64_t top_level)
{
    host.cr3 = top_level;
    host.cr3_writes++;
}

void platform_load_idt(const struct descriptor_pointer *idt)
{
    host.idt = *idt;
    host.idt_loads++;
}

void platform_cpuid(uint32_t leaf, struct cpuid_result *ret)
{
    (void)leaf;
    memset(ret, 0, sizeof(*ret));
}

bool platform_rdrand(uint64_t *ret)
{
    *ret = host.rdrand_value;
    return host.rdrand_works;
}

bool platform_rdtsc(uint64_t *ret)
{
    *ret = host.rdtsc_value;
    return host.rdtsc_works;
}

void platform_stop(const char *message, unsigned long length)
{
    snprintf(host.stop_message, sizeof(host.stop_message), "%.*s", (int)length, message);
    if (!host.stop_expected) {
        fprintf(stderr, "unexpected stop: %s\n", host.stop_message);
        abort();
    }
    host.stop_expected = false;
    longjmp(host.stop, 1);
}

void platform_host_checkpoint(const char *name, unsigned int n, const char *const *keys,
                              const uint64_t *values)
{
    struct host_checkpoint *checkpoint;

    if (host.checkpoint_count == HOST_CHECKPOINTS_MAX || n > HOST_KEYS_MAX) {
        fprintf(stderr, "no room to record checkpoint %s\n", name);
        abort();
    }
    checkpoint = &host.checkpoints[host.checkpoint_count++];
    snprintf(checkpoint->name, sizeof(checkpoint->name), "%s", name);
    checkpoint->count = n;
    for (unsigned int i = 0; i < n; i++) {
        snprintf(checkpoint->keys[i], sizeof(checkpoint->keys[i]), "%s", keys[i]);
        checkpoint->values[i] = values[i];
    }
}

const struct host_checkpoint *host_checkpoint_find(const char *name)
{
    for (unsigned int i = 0; i < host.checkpoint_count; i++)
        if (!strcmp(host.checkpoints[i].name, name))
            return &host.checkpoints[i];
    return NULL;
}

uint64_t host_checkpoint_value(const struct host_checkpoint *checkpoint, const char *key)
{
    for (unsigned int i = 0; checkpoint && i < checkpoint->count; i++)
        if (!strcmp(checkpoint->keys[i], key))
            return checkpoint->values[i];
    fprintf(stderr, "no checkpoint key %s\n", key);
    abort();
}
