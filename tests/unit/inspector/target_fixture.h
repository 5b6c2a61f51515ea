/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A poll loop, a scripted stub, and a session with it. */
#ifndef BOOTSCOPE_TESTS_TARGET_FIXTURE_H
#define BOOTSCOPE_TESTS_TARGET_FIXTURE_H

#include "internal.h"
#include "loop.h"
#include "outcome.h"
#include "rsp_server.h"
#include "target.h"

struct fixture {
    struct loop *loop;
    struct rsp_server *server;
    struct target *target;
    int fd;
};

int setup(void **state);
int teardown(void **state);
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

void open_target(struct fixture *f);

/*
 * Milliseconds. A reply timeout is short only where silence is what is tested: a busy machine must not make an
 * answer late.
 */
#define SHORT   20
#define PATIENT 60000
/* SHORT for ERROR_TIMEOUT, else PATIENT. */
int64_t patience(enum error_kind kind);
/* A session that waits so long for the error that is expected. */
void open_for(struct fixture *f, enum error_kind kind);
void open_short(struct fixture *f);
/* A new stub, which stops at once when it is resumed, and no session. */
void restart(struct fixture *f);

/* A fault, and the error that it must give. */
struct misbehaviour {
    struct fault fault;
    enum error_kind kind;
    const char *part;
};

#endif
