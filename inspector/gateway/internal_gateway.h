/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the files of this folder; nobody else includes this. */
#ifndef BOOTSCOPE_GATEWAY_INTERNAL_H
#define BOOTSCOPE_GATEWAY_INTERNAL_H

#include <signal.h>

#include "client.h"
#include "debugger.h"
#include "gateway.h"
#include "libraries.h"
#include "listener.h"

/* What a Z packet asked for: its type is what the z packet names again. */
struct point {
    unsigned int type; /* 0 software, 1 hardware, 2 write, 3 read, 4 access */
    uint64_t address, length;
    unsigned int number; /* the debugger's */
};

enum motion { MOTION_GO, MOTION_STEP, MOTION_BACK, MOTION_STEP_BACK };

/* Connections that were turned away and have not closed yet. */
#define TURNED_AWAY_MAX 4

struct turned_away {
    struct loop *loop;
    int fd; /* 0: free */
};

struct gateway {
    struct debugger *debugger;
    struct session *session;
    struct client client;
    struct listener listener;
    struct turned_away turned_away[TURNED_AWAY_MAX];
    bool stdio;
    int signals; /* signalfd */
    bool ending;
    volatile sig_atomic_t interrupted; /* by the client, since the motion or command began */

    /* The last stop, for "?" and for after a library event. */
    struct arrival arrival;
    bool held; /* the library event was told in its place; it is told at the next resumption */

    /* What the client told about itself, and was told. */
    bool swbreak, hwbreak, lldb;
    struct libraries told; /* as last read, or announced by an event */
    struct library_names names;
    char *library_text;     /* the list that is being read */
    char *document;         /* of target.xml or an annex that is being read ... */
    char document_name[64]; /* ... by this name */
    int exec_fd;            /* the file of the guest as a whole: see exec_file.c */

    bool stop_at_checkpoints;
    bool moved_unseen;  /* a monitor command moved the guest, and registers were not read since */
    bool looks_again;   /* this client reads them by itself after a monitor command */
    bool inserted_here; /* a breakpoint at the present pc, since the last library event */
    bool after_event;
    bool forward; /* the guest runs forwards: what it prints is passed on */
    size_t point_count;
    struct point points[BREAKPOINTS_MAX];
};

/* packets.c: handles one packet and answers it. */
void gateway_packet(struct gateway *gateway, const char *body, size_t length);
void gateway_reply(struct gateway *gateway, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Says err on stderr in one line, answers E01, and frees err. */
void gateway_refuse(struct gateway *gateway, struct error *err);
/* "O" packets: text that the debugger shows its user. */
void gateway_say(struct gateway *gateway, const char *text, size_t length);

/* queries.c: q and Q packets, vCont? and the like. */
void gateway_query(struct gateway *gateway, const char *body, size_t length);
/* A slice of a document as the reply to qXfer; at is "OFFSET,LENGTH". */
void gateway_slice(struct gateway *gateway, const char *document, const char *at);

/* features.c */
void gateway_features(struct gateway *gateway, const char *annex, const char *at);

/* exec_file.c: a file that stands for the whole guest; -1 without one. */
struct error *exec_file_make(int *ret_fd);

/* cpu.c: g G p P */
void gateway_read_all(struct gateway *gateway);
void gateway_write_all(struct gateway *gateway, const char *digits, size_t length);
void gateway_read_one(struct gateway *gateway, const char *body);
void gateway_write_one(struct gateway *gateway, const char *body, size_t length);

/* guest_memory.c: m M x X */
void gateway_read_memory(struct gateway *gateway, const char *body, size_t length, bool binary);
void gateway_write_memory(struct gateway *gateway, const char *body, size_t length, bool binary);

/* points.c: Z z */
void gateway_point(struct gateway *gateway, const char *body, size_t length);
/* Takes out all that the client put in. */
void gateway_clear_points(struct gateway *gateway);
/* gdb forgets, without a word, the breakpoints in a file that is no more at its place. */
void gateway_withdraw(struct gateway *gateway, const struct library *gone);
const struct point *gateway_point_numbered(const struct gateway *gateway, unsigned int number);

/* motion.c: c s bc bs, and stop replies */
void gateway_move(struct gateway *gateway, enum motion motion);
/* "?": the last stop once more. */
void gateway_tell_stop(struct gateway *gateway);

/* monitor.c: qRcmd */
void gateway_monitor(struct gateway *gateway, const char *digits, size_t length);

#endif
