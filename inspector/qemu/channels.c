/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "channels.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#define GDB_BUFFER 0x80000 /* bytes: replies that QEMU can write before they are read */
#define LOG_PIPE   4096
/*
 * Bytes of console output that are not read yet. QEMU drops what does not fit, and a socket is full after some 300
 * single bytes, as each of them takes a buffer of its own there.
 */
#define SERIAL_PIPE 0x100000

void channels_close(int fds[CHANNELS])
{
    for (int i = 0; i < CHANNELS; i++) {
        if (fds[i] >= 0)
            close(fds[i]);
        fds[i] = -1;
    }
}

static bool open_channel(struct channels *channels, int i)
{
    int pair[2];
    int failed = i == LOG || i == MESSAGES || i == SERIAL
                     ? pipe2(pair, O_CLOEXEC) /* /dev/fd/N can be opened for a pipe only */
                     : socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);

    if (failed)
        return false;
    /* What a metered QEMU can run ahead of us: see qemu_meter(). */
    if (i == LOG)
        fcntl(pair[0], F_SETPIPE_SZ, LOG_PIPE);
    if (i == SERIAL)
        fcntl(pair[0], F_SETPIPE_SZ, SERIAL_PIPE); /* refused: 64 KiB */
    channels->ours[i] = pair[0];
    channels->theirs[i] = pair[1];
    return fcntl(pair[0], F_SETFL, O_NONBLOCK) == 0;
}

struct error *channels_open(bool debug, struct channels *ret)
{
    for (int i = 0; i < CHANNELS; i++)
        ret->ours[i] = ret->theirs[i] = -1;
    for (int i = 0; i < CHANNELS; i++) {
        if ((i != GDB || debug) && !open_channel(ret, i)) {
            int number = errno;

            channels_close(ret->ours);
            channels_close(ret->theirs);
            return error_errno(number, "channels to QEMU");
        }
    }
    if (debug) {
        int size = GDB_BUFFER;

        setsockopt(ret->theirs[GDB], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    }
    return NULL;
}
