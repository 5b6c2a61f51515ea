/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "annotate_loop.h"

#include "guest.h"

/* What the first pass ran: all of it lies in the loop, whichever way it went. */
static void find_range(const struct annotation *annotation, unsigned int depth, struct loop *loop)
{
    const struct annotation_entry *entries = annotation->entries;

    loop->start = loop->end = entries[loop->head].address;
    for (size_t i = loop->head; i < annotation->count; i++) {
        if (entries[i].depth != depth || entries[i].kind > ANNOTATED_REPEAT)
            continue;
        if (entries[i].address < loop->start)
            loop->start = entries[i].address;
        if (entries[i].address > loop->end)
            loop->end = entries[i].address;
    }
}

static bool add_exit(struct loop *loop, uint64_t address)
{
    if (address >= loop->start && address < loop->end)
        return true;
    for (unsigned int i = 0; i < loop->exit_count; i++)
        if (loop->exits[i] == address)
            return true;
    if (loop->exit_count == LOOP_EXITS_MAX)
        return false;
    loop->exits[loop->exit_count++] = address;
    return true;
}

/* Where one instruction of the loop can go; false when that cannot be known. */
static bool add_ways(const struct code *code, uint64_t back, struct loop *loop)
{
    uint64_t next = code->address + code->size;
    bool goes_on = !code->ret && (!code->jump || code->conditional);

    if (!code->decoded)
        return false;
    if (code->ret && (!back || !add_exit(loop, back)))
        return false;
    if (code->jump && (!code->direct || !add_exit(loop, code->target)))
        return false;
    return !goes_on || next < loop->end || add_exit(loop, next);
}

struct error *loop_exits(struct decoder *decoder, const struct registers *regs,
                         const uint8_t *bytes, uint64_t back, struct loop *loop, bool *ret_found)
{
    uint64_t at = loop->start;
    struct error *err = NULL;
    struct code code;

    loop->exit_count = 0;
    *ret_found = true;
    while (!err && *ret_found && at < loop->end) {
        err = decoder_bytes(decoder, regs, at, bytes + (at - loop->start), loop->end - at, &code);
        *ret_found = !err && add_ways(&code, back, loop);
        at += code.size;
    }
    return err;
}

struct error *loop_find(struct decoder *decoder, const struct annotation *annotation, size_t head,
                        unsigned int depth, uint64_t back, const struct stop *stop,
                        struct loop *ret, bool *ret_found)
{
    uint8_t bytes[LOOP_BYTES_MAX + CODE_BYTES_MAX];
    struct code last;
    size_t length, there;
    struct error *err;

    *ret_found = false;
    *ret = (struct loop){.head = head};
    find_range(annotation, depth, ret);
    if (ret->end - ret->start > LOOP_BYTES_MAX)
        return NULL;
    length = ret->end - ret->start;
    err = guest_try_linear(stop, virt(ret->start), bytes, length + CODE_BYTES_MAX, &there);
    if (err || there <= length)
        return err;
    err = decoder_bytes(decoder, &stop->regs, ret->end, bytes + length, there - length, &last);
    if (err)
        return err;
    ret->end += last.size;
    return loop_exits(decoder, &stop->regs, bytes, back, ret, ret_found);
}

bool loop_left(const struct loop *loop, uint64_t pc)
{
    for (unsigned int i = 0; i < loop->exit_count; i++)
        if (loop->exits[i] == pc)
            return true;
    return false;
}
