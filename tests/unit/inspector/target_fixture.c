/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "target_fixture.h"

int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    assert_null(loop_new(&f->loop));
    f->server = rsp_server_new(f->loop, &f->fd);
    *state = f;
    return 0;
}

int teardown(void **state)
{
    struct fixture *f = *state;

    target_close(f->target);
    rsp_server_free(f->server);
    loop_free(f->loop);
    free(f);
    return 0;
}

void open_target(struct fixture *f)
{
    good(target_open(f->fd, f->loop, &f->target));
}

int64_t patience(enum error_kind kind)
{
    return kind == ERROR_TIMEOUT ? SHORT : PATIENT;
}

void open_for(struct fixture *f, enum error_kind kind)
{
    good(target_open_within(f->fd, f->loop, PATIENT, &f->target));
    target_set_reply_timeout(f->target, patience(kind));
}

void open_short(struct fixture *f)
{
    open_for(f, ERROR_TIMEOUT);
}

void restart(struct fixture *f)
{
    target_close(f->target);
    f->target = NULL;
    rsp_server_free(f->server);
    f->server = rsp_server_new(f->loop, &f->fd);
    f->server->stop_reply = "T05thread:01;";
}
