/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake_target.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define REGIONS_MAX 8

struct target {
    unsigned int count;
    struct {
        uint64_t start;
        size_t length;
        uint8_t *bytes;
    } regions[REGIONS_MAX];
    uint64_t hidden_start, hidden_length;
    bool closed;
    size_t reads, largest;
};

struct target *fake_target_new(void)
{
    struct target *target = calloc(1, sizeof(*target));

    if (!target)
        abort();
    return target;
}

void target_close(struct target *target)
{
    if (!target)
        return;
    for (unsigned int i = 0; i < target->count; i++)
        free(target->regions[i].bytes);
    free(target);
}

uint8_t *fake_target_ram(struct target *target, uint64_t start, size_t length)
{
    uint8_t *bytes = calloc(1, length);

    if (!bytes || target->count == REGIONS_MAX)
        abort();
    target->regions[target->count].start = start;
    target->regions[target->count].length = length;
    target->regions[target->count++].bytes = bytes;
    return bytes;
}

/* The bytes of [address, address + length); NULL when not all of it is RAM. */
static uint8_t *find(const struct target *target, uint64_t address, uint64_t length)
{
    for (unsigned int i = 0; i < target->count; i++) {
        uint64_t offset = address - target->regions[i].start;

        if (offset <= target->regions[i].length && length <= target->regions[i].length - offset)
            return target->regions[i].bytes + offset;
    }
    return NULL;
}

void fake_target_poke(struct target *target, uint64_t address, const void *bytes, size_t length)
{
    uint8_t *at = find(target, address, length);

    if (!at)
        abort();
    memcpy(at, bytes, length);
}

void fake_target_poke64(struct target *target, uint64_t address, uint64_t value)
{
    fake_target_poke(target, address, &value, sizeof(value));
}

void fake_target_hide(struct target *target, uint64_t start, uint64_t length)
{
    target->hidden_start = start;
    target->hidden_length = length;
}

void fake_target_hang_up(struct target *target)
{
    target->closed = true;
}

size_t fake_target_reads(const struct target *target)
{
    return target->reads;
}

size_t fake_target_largest_read(const struct target *target)
{
    return target->largest;
}

struct error *target_read_phys(struct target *target, phys_t address, void *buffer, size_t length)
{
    const uint8_t *at = find(target, address.value, length);

    target->reads++;
    if (length > target->largest)
        target->largest = length;
    if (target->closed)
        return error_new(ERROR_CLOSED, "fake target: closed");
    if (!at)
        return error_new(ERROR_PROTOCOL, "fake target: no memory at 0x%" PRIx64, address.value);
    memcpy(buffer, at, length);
    return NULL;
}

struct error *target_read_virt(struct target *target, virt_t address, void *buffer, size_t length)
{
    uint64_t end = target->hidden_start + target->hidden_length;

    if (address.value < end && address.value + length > target->hidden_start)
        return error_new(ERROR_PROTOCOL, "fake target: E14 at 0x%" PRIx64, address.value);
    return target_read_phys(target, phys(address.value), buffer, length);
}

bool target_is_memory(struct target *target, phys_t address, uint64_t length)
{
    return find(target, address.value, length) != NULL;
}

/* The rest of target.h: here so that the real one stays out; no view calls it. */

#define NOT_HERE error_new(ERROR_SYSTEM, "fake target: %s is not for views", __func__)

struct error *target_open(int fd, struct loop *loop, struct target **ret)
{
    (void)fd, (void)loop, (void)ret;
    return NOT_HERE;
}

struct error *target_dial(const char *address, int *ret_fd)
{
    (void)address, (void)ret_fd;
    return NOT_HERE;
}

struct error *target_connect(const char *address, struct loop *loop, struct target **ret)
{
    (void)address, (void)loop, (void)ret;
    return NOT_HERE;
}

void target_set_reply_timeout(struct target *target, int64_t milliseconds)
{
    (void)target, (void)milliseconds;
}

struct error *target_registers(struct target *target, struct registers *ret)
{
    (void)target, (void)ret;
    return NOT_HERE;
}

struct error *target_write_register(struct target *target, const char *name, uint64_t value)
{
    (void)target, (void)name, (void)value;
    return NOT_HERE;
}

struct error *target_write_phys(struct target *target, phys_t address, const void *buffer,
                                size_t length)
{
    (void)target, (void)address, (void)buffer, (void)length;
    return NOT_HERE;
}

struct error *target_insert_breakpoint(struct target *target, virt_t address)
{
    (void)target, (void)address;
    return NOT_HERE;
}

struct error *target_remove_breakpoint(struct target *target, virt_t address)
{
    (void)target, (void)address;
    return NOT_HERE;
}

struct error *target_continue(struct target *target, int64_t deadline, struct stop_event *ret)
{
    (void)target, (void)deadline, (void)ret;
    return NOT_HERE;
}

struct error *target_step(struct target *target, struct stop_event *ret)
{
    (void)target, (void)ret;
    return NOT_HERE;
}

struct error *target_pc(struct target *target, virt_t *ret)
{
    (void)target, (void)ret;
    return NOT_HERE;
}

bool target_has_breakpoint(const struct target *target, virt_t address)
{
    (void)target, (void)address;
    return false;
}

struct error *target_insert_watchpoint(struct target *target, enum watch_kind kind, virt_t address,
                                       uint64_t length)
{
    (void)target, (void)kind, (void)address, (void)length;
    return NOT_HERE;
}

struct error *target_remove_watchpoint(struct target *target, enum watch_kind kind, virt_t address,
                                       uint64_t length)
{
    (void)target, (void)kind, (void)address, (void)length;
    return NOT_HERE;
}

size_t target_read_watches(const struct target *target, virt_t address)
{
    (void)target, (void)address;
    return 0;
}

struct error *target_monitor(struct target *target, const char *command, char **ret)
{
    (void)target, (void)command, (void)ret;
    return NOT_HERE;
}
