/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guest memory, with several requests in flight. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rsp.h"
#include "internal.h"

#define WRITE_CHUNK_MAX 0x1000 /* bytes per M, whatever the stub would take: they are few */
#define SHARED_MIN      0x8000 /* bytes: a smaller read is not worth a new look at the map */
#define REQUEST_HEAD    48     /* room for "M", address, ",", length, ":" */

/* One transfer: request i is for the i-th chunk, and replies come in that order. */
struct transfer {
    struct target *target;
    enum addressing addressing;
    uint64_t address;
    size_t length;
    size_t chunk;
    size_t requested, answered; /* bytes */
    unsigned int in_flight;
    uint8_t *into;       /* reads */
    const uint8_t *from; /* writes, else NULL */
};

static const char *addressing_name(enum addressing addressing)
{
    return addressing == ADDRESS_PHYSICAL ? "physical" : "virtual";
}

struct error *target_set_addressing(struct target *target, enum addressing addressing)
{
    if (target->addressing == addressing)
        return NULL;
    if (!target->physical)
        return error_new(ERROR_PROTOCOL, "debug stub has no physical addressing "
                                         "(Qqemu.PhyMemMode): not QEMU, or older than 4.1");
    struct error *err = target_command(
        target, addressing == ADDRESS_PHYSICAL ? "Qqemu.PhyMemMode:1" : "Qqemu.PhyMemMode:0");
    if (!err)
        target->addressing = addressing;
    return err;
}

static size_t next_size(const struct transfer *transfer, size_t done)
{
    size_t left = transfer->length - done;

    return left < transfer->chunk ? left : transfer->chunk;
}

static struct error *send_one(struct transfer *transfer)
{
    char request[REQUEST_HEAD + 2 * WRITE_CHUNK_MAX];
    size_t size = next_size(transfer, transfer->requested);
    int head = snprintf(request, REQUEST_HEAD, "%c%llx,%zx%s", transfer->from ? 'M' : 'm',
                        (unsigned long long)(transfer->address + transfer->requested), size,
                        transfer->from ? ":" : "");
    size_t length = (size_t)head;

    if (transfer->from)
        length += rsp_to_hex(transfer->from + transfer->requested, size, request + length);
    transfer->requested += size;
    transfer->in_flight++;
    return connection_send(transfer->target->connection, request, length);
}

/* The window is filled when half of it is used up, so that requests go out in batches. */
static struct error *send_more(struct transfer *transfer)
{
    unsigned int window = transfer->target->window;
    struct error *err = NULL;

    if (transfer->in_flight > window / 2)
        return NULL;
    while (!err && transfer->in_flight < window && transfer->requested < transfer->length)
        err = send_one(transfer);
    return err;
}

static struct error *check_reply(struct transfer *transfer, const struct reply *reply, size_t size)
{
    char request[64];
    bool good;

    if (transfer->from)
        good = reply_is(reply, "OK");
    else
        good = reply->length == 2 * size &&
               rsp_from_hex(reply->body, transfer->into + transfer->answered, size);
    if (good)
        return NULL;
    snprintf(request, sizeof(request), "%s of %zu bytes at %s 0x%llx",
             transfer->from ? "write" : "read", size, addressing_name(transfer->addressing),
             (unsigned long long)(transfer->address + transfer->answered));
    return reply_error(request, reply, transfer->from ? "\"OK\"" : "that many bytes in hex");
}

/*
 * After a refused chunk nothing more is asked for, but what is in flight is waited for: those
 * replies must not be taken for those of later requests.
 */
static struct error *run_transfer(struct transfer *transfer)
{
    struct error *refused = NULL, *err = NULL;

    while (!err && (transfer->in_flight || (!refused && transfer->answered < transfer->length))) {
        struct reply reply;

        if (!refused)
            err = send_more(transfer);
        if (!err)
            err = connection_receive(transfer->target->connection, &reply);
        if (err)
            break;
        size_t size = next_size(transfer, transfer->answered);
        if (!refused)
            refused = check_reply(transfer, &reply, size);
        transfer->answered += size;
        transfer->in_flight--;
    }
    if (err) {
        error_free(refused);
        return error_context(err, "%s of %zu bytes at %s 0x%llx", transfer->from ? "write" : "read",
                             transfer->length, addressing_name(transfer->addressing),
                             (unsigned long long)transfer->address);
    }
    return refused;
}

static struct error *start_transfer(struct transfer *transfer)
{
    struct error *err = target_stop(transfer->target);

    if (!err)
        err = target_set_addressing(transfer->target, transfer->addressing);
    return err ? err : run_transfer(transfer);
}

/* QEMU answers up to half its packet size; others are to count "$", "#" and the sum in. */
static size_t read_chunk(const struct target *target)
{
    return (target->physical ? target->packet_size : target->packet_size - 4) / 2;
}

static size_t write_chunk(const struct target *target)
{
    size_t chunk = target->packet_size / 2;

    chunk = chunk > 2 * REQUEST_HEAD ? chunk - REQUEST_HEAD : 8;
    return chunk < WRITE_CHUNK_MAX ? chunk : WRITE_CHUNK_MAX;
}

static struct error *read_memory(struct target *target, enum addressing addressing,
                                 uint64_t address, void *buffer, size_t length)
{
    struct transfer transfer = {.target = target,
                                .addressing = addressing,
                                .address = address,
                                .length = length,
                                .chunk = read_chunk(target),
                                .into = buffer};

    return start_transfer(&transfer);
}

/* Reads the guest's memory map, once per stop; without one everything counts as memory. */
static struct error *refresh_ranges(struct target *target)
{
    char *text = NULL;
    struct error *err = target_monitor(target, "info mtree -f", &text);

    if (err)
        return err;
    if (text)
        ranges_parse(text, target->ram_name, &target->ranges);
    target->ranges_fresh = true;
    free(text);
    return NULL;
}

/*
 * What was RAM at an earlier stop is still taken for it; before something is refused, the map is
 * read again, because firmware and guest turn ROM into RAM and place devices.
 */
static struct error *covered(struct target *target, uint64_t address, uint64_t length,
                             bool writable, bool *ret)
{
    struct error *err = NULL;

    *ret = ranges_cover(&target->ranges, address, length, writable);
    if (*ret)
        return NULL;
    if (!target->ranges_fresh)
        err = refresh_ranges(target);
    *ret = target->ranges.count == 0 || ranges_cover(&target->ranges, address, length, writable);
    return err;
}

static struct error *check_range(struct target *target, phys_t address, size_t length,
                                 bool writable)
{
    bool inside;
    struct error *err = covered(target, address.value, length, writable, &inside);

    if (!err && !inside)
        err = error_new(ERROR_PROTOCOL, "%s of %zu bytes at physical 0x%llx: not in the guest's %s",
                        writable ? "write" : "read", length, (unsigned long long)address.value,
                        writable ? "RAM" : "RAM or ROM");
    return err;
}

bool target_is_memory(struct target *target, phys_t address, uint64_t length)
{
    bool inside;

    /* Not to know the map is no failure of this question; one of the connection shows later. */
    error_free(covered(target, address.value, length, false, &inside));
    return inside;
}

void target_share_ram(struct target *target, int fd, const char *name)
{
    free(target->ram_name);
    target->ram_name = strdup(name);
    target->ram_fd = target->ram_name ? fd : -1;
    target->ranges_fresh = false;
}

/* How many bytes came out of the file; not all of them when it is not what it should be. */
static size_t read_file(int fd, uint64_t offset, uint8_t *buffer, size_t length)
{
    size_t done = 0;
    ssize_t got = 1;

    while (done < length && got > 0) {
        got = pread(fd, buffer + done, length - done, (off_t)(offset + done));
        if (got > 0)
            done += (size_t)got;
    }
    return done;
}

/* Piece by piece from where each is: what is no RAM, or not in the file, is asked for. */
static struct error *read_shared(struct target *target, uint64_t address, uint8_t *buffer,
                                 size_t length)
{
    struct error *err = NULL;

    while (!err && length > 0) {
        uint64_t offset;
        bool shared;
        size_t piece = (size_t)ranges_piece(&target->ranges, address, length, &shared, &offset);
        size_t done = shared ? read_file(target->ram_fd, offset, buffer, piece) : 0;

        if (done < piece)
            err = read_memory(target, ADDRESS_PHYSICAL, address + done, buffer + done,
                              piece - done);
        address += piece;
        buffer += piece;
        length -= piece;
    }
    return err;
}

/*
 * Only a map of this very stop tells where the RAM is: firmware and guest put ROM and devices over
 * it. To read the map costs as much as a few pages do over the protocol.
 */
struct error *target_read_phys(struct target *target, phys_t address, void *buffer, size_t length)
{
    struct error *err = NULL;

    if (target->ram_fd >= 0 && length >= SHARED_MIN && !target->ranges_fresh)
        err = refresh_ranges(target);
    if (!err)
        err = check_range(target, address, length, false);
    if (err)
        return err;
    if (target->ram_fd >= 0 && target->ranges_fresh)
        return read_shared(target, address.value, buffer, length);
    return read_memory(target, ADDRESS_PHYSICAL, address.value, buffer, length);
}

struct error *target_read_virt(struct target *target, virt_t address, void *buffer, size_t length)
{
    return read_memory(target, ADDRESS_VIRTUAL, address.value, buffer, length);
}

struct error *target_write_phys(struct target *target, phys_t address, const void *buffer,
                                size_t length)
{
    struct transfer transfer = {.target = target,
                                .addressing = ADDRESS_PHYSICAL,
                                .address = address.value,
                                .length = length,
                                .chunk = write_chunk(target),
                                .from = buffer};
    struct error *err = check_range(target, address, length, true);

    return err ? err : start_transfer(&transfer);
}

struct error *target_write_virt(struct target *target, virt_t address, const void *buffer,
                                size_t length)
{
    struct transfer transfer = {.target = target,
                                .addressing = ADDRESS_VIRTUAL,
                                .address = address.value,
                                .length = length,
                                .chunk = write_chunk(target),
                                .from = buffer};

    return start_transfer(&transfer);
}
