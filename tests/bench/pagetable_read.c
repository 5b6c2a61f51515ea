/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pagetable-read ADDRESS TIMES: attaches to a stopped guest (unix:PATH or HOST:PORT), walks all of its
 * page tables that often as the inspector's view does, and prints the ranges once.
 */
#include <stdio.h>
#include <stdlib.h>

#include "loop.h"
#include "pagetable.h"
#include "target.h"
#include "text.h"

static struct error *walk(const struct stop *stop, unsigned long times)
{
    const struct text text = text_to(stdout);

    for (unsigned long i = 0; i < times; i++) {
        struct pagetable_view view;
        struct error *err = pagetable_capture(stop, &view);

        if (err)
            return err;
        if (i == 0)
            pagetable_text(&view, &text);
        pagetable_free(&view);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    struct loop *loop = NULL;
    struct stop stop = {0};

    if (argc != 3) {
        fprintf(stderr, "usage: pagetable-read ADDRESS TIMES\n");
        return 2;
    }
    struct error *err = loop_new(&loop);
    if (!err)
        err = target_connect(argv[1], loop, &stop.target);
    if (!err)
        err = target_registers(stop.target, &stop.regs);
    if (!err)
        err = walk(&stop, strtoul(argv[2], NULL, 10));
    if (err)
        fprintf(stderr, "pagetable-read: %s\n", error_message(err));
    int status = error_exit_status(err);
    error_free(err);
    target_close(stop.target);
    loop_free(loop);
    return status;
}
