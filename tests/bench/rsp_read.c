/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rsp-read ADDRESS|none|IMAGE BYTES [START]: reads guest-physical memory through the debug stub and
 * prints seconds and MB/s. ADDRESS is unix:PATH, HOST:PORT or the path of a unix socket; otherwise a
 * QEMU is started, paused, with IMAGE or without one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "loop.h"
#include "qemu.h"
#include "target.h"

#define START_DEFAULT 0x100000

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct error *start(const char *image, struct loop *loop, struct qemu **ret_qemu,
                           struct target **ret)
{
    struct qemu_options options = {.image = strcmp(image, "none") == 0 ? NULL : image,
                                   .debug = true};
    struct error *err = qemu_start(&options, loop, ret_qemu);

    return err ? err : target_open(qemu_take_gdb_fd(*ret_qemu), loop, ret);
}

static struct error *open_guest(const char *what, struct loop *loop, struct qemu **ret_qemu,
                                struct target **ret)
{
    char address[256];
    struct stat status;

    if (stat(what, &status) == 0 && S_ISSOCK(status.st_mode)) {
        snprintf(address, sizeof(address), "unix:%s", what);
        return target_connect(address, loop, ret);
    }
    if (strchr(what, ':'))
        return target_connect(what, loop, ret);
    return start(what, loop, ret_qemu, ret);
}

static struct error *read_timed(struct target *target, uint64_t address, size_t length)
{
    void *buffer = malloc(length);

    if (!buffer)
        return error_new(ERROR_SYSTEM, "no memory for %zu bytes", length);
    double before = seconds();
    struct error *err = target_read_phys(target, phys(address), buffer, length);
    double taken = seconds() - before;

    if (!err)
        printf("%.3f s, %.1f MB/s\n", taken, (double)length / taken / 1e6);
    free(buffer);
    return err;
}

int main(int argc, char **argv)
{
    struct loop *loop = NULL;
    struct qemu *qemu = NULL;
    struct target *target = NULL;

    if (argc < 3) {
        fprintf(stderr, "usage: rsp-read ADDRESS|none|IMAGE BYTES [START]\n");
        return 2;
    }
    uint64_t address = argc > 3 ? strtoull(argv[3], NULL, 0) : START_DEFAULT;
    struct error *err = loop_new(&loop);
    if (!err)
        err = open_guest(argv[1], loop, &qemu, &target);
    if (!err)
        err = read_timed(target, address, strtoull(argv[2], NULL, 0));
    if (err)
        fprintf(stderr, "rsp-read: %s\n", error_message(err));
    int status = error_exit_status(err);
    error_free(err);
    target_close(target);
    qemu_close(qemu);
    loop_free(loop);
    return status;
}
