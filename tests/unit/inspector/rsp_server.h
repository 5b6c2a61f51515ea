/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A scripted debug stub for tests: a small, well-behaved one, with places where it can be told to
 * misbehave. It is a handler in the same poll loop as the client, so a test has one thread
 * and one order of events.
 */
#ifndef BOOTSCOPE_TESTS_RSP_SERVER_H
#define BOOTSCOPE_TESTS_RSP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop.h"
#include "rsp.h"

#define SERVER_MEMORY    0x8000
#define SERVER_REQUESTS  4096
#define SERVER_REGISTERS 256 /* bytes at most */

enum fault_kind {
    FAULT_NONE,
    FAULT_REPLY,   /* answers with the text instead */
    FAULT_RAW,     /* sends the text with no framing */
    FAULT_SILENCE, /* no answer */
    FAULT_HANG_UP, /* sends the text with no framing, then closes */
    FAULT_NAK,     /* "-", once */
    FAULT_DAMAGE,  /* the right answer with a wrong checksum, `times` times */
};

struct fault {
    enum fault_kind kind;
    const char *request; /* prefix of the requests it is for */
    const char *text;
    unsigned int times; /* how often it happens; 0: always */
    unsigned int skip;  /* how often it does not happen first */
    unsigned int done;  /* how often it did */
};

struct rsp_server {
    struct loop *loop;
    int fd;      /* -1 once hung up */
    int drip_fd; /* an eventfd: set while something is queued */
    struct rsp_decoder decoder;
    char body[0x10000];

    /* What it is. */
    const char *supported;
    bool qemu; /* has Qqemu.PhyMemMode */
    const char *target_xml, *annex_name, *annex;
    const char *monitor_registers, *monitor_mtree; /* NULL both: no monitor */
    size_t register_bytes;
    uint8_t registers[SERVER_REGISTERS];
    uint8_t memory[SERVER_MEMORY];
    const char *greeting;      /* sent before the first answer, or NULL */
    const char *stop_reply;    /* of vCont;c; NULL: runs until it is interrupted */
    const char *while_running; /* sent before the stop reply, or NULL */

    /* How it misbehaves. */
    struct fault fault;
    size_t hang_up_after; /* bytes sent; SIZE_MAX: never */
    size_t corrupt_at;    /* position of a byte sent whose lowest bit is turned; SIZE_MAX: none */
    bool drip;            /* sends one byte per turn of the loop */

    /* What happened. */
    size_t sent, acks, naks;
    bool running, physical, no_acks, closing;
    size_t request_count;
    char requests[SERVER_REQUESTS][48];

    char last[0x20000]; /* the last packet, for "-" */
    size_t last_length;
    char queue[0x100000];
    size_t queue_start, queue_end;
};

/* The default texts. */
extern const char server_root_xml[], server_core_xml[];
extern const char server_monitor_registers[], server_monitor_mtree[];

/* A server with every feature of QEMU 7.2; *ret_fd is the client's end, which the test owns. */
struct rsp_server *rsp_server_new(struct loop *loop, int *ret_fd);
void rsp_server_free(struct rsp_server *server);

/* Sends this as it stands, asked or not. */
void rsp_server_say(struct rsp_server *server, const char *text);
/* The same as a packet. */
void rsp_server_packet(struct rsp_server *server, const char *body, size_t length);
/* Answers a request as a good stub does. */
void rsp_server_answer(struct rsp_server *server, const char *body);

/* How many requests began with this. */
unsigned int rsp_server_count(const struct rsp_server *server, const char *prefix);
/* Puts a little-endian register of size bytes at offset. */
void rsp_server_set(struct rsp_server *server, size_t offset, uint64_t value, size_t size);

/* Offsets in the default description's g reply. GPRs come first, as rax rbx rcx rdx rsi rdi rbp rsp. */
enum {
    SERVER_RAX = 0,
    SERVER_RIP = 128,
    SERVER_EFLAGS = 136,
    SERVER_CS = 140,
    SERVER_CR0 = 164,
    SERVER_CR3 = 180,
    SERVER_EFER = 204,
    SERVER_SIZE = 212,
};

#endif
