/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Preloaded into QEMU: what a busy machine does to it by chance, on purpose. The debugger ends a slice of time with
 * an interrupt, the byte 3; the first UNLUCKY_TIMES of them, counted over all QEMUs in the file UNLUCKY_STATE,
 *
 *      UNLUCKY=late    never come: the guest runs on until it stops by itself, or ends
 *      UNLUCKY=die     end QEMU, when a watchpoint is set
 *
 * Metered slices are left alone: they end after so many lines of the log, not with time.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define INTERRUPT 3
#define METERED   "6c6f672065786563" /* "log exec" */
#define UNMETERED "6c6f6720"         /* any other "log" */

static int watchpoints;
static bool metered;

/* The next of so many; each leaves a byte in the file. */
static bool turn(void)
{
    int fd = open(getenv("UNLUCKY_STATE"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    struct stat status;
    bool mine = fd >= 0 && fstat(fd, &status) == 0 &&
                status.st_size < atol(getenv("UNLUCKY_TIMES"));

    if (mine)
        mine = write(fd, "x", 1) == 1;
    if (fd >= 0)
        close(fd);
    return mine;
}

static void look_at_requests(const char *bytes, size_t length)
{
    if (memmem(bytes, length, METERED, strlen(METERED)))
        metered = true;
    else if (memmem(bytes, length, UNMETERED, strlen(UNMETERED)))
        metered = false;
    if (memmem(bytes, length, "$Z2", 3))
        watchpoints++;
    if (memmem(bytes, length, "$z2", 3))
        watchpoints--;
}

/* How much is left of it, as recvmsg() would have said. */
static ssize_t unlucky(char *bytes, size_t length)
{
    bool die = strcmp(getenv("UNLUCKY"), "die") == 0;

    look_at_requests(bytes, length);
    if (length == 0 || bytes[length - 1] != INTERRUPT || metered || (die && !watchpoints) ||
        !turn())
        return (ssize_t)length;
    if (die)
        abort();
    if (length > 1)
        return (ssize_t)length - 1;
    errno = EAGAIN; /* any byte would stop the guest, and none be the end of the connection */
    return -1;
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    static ssize_t (*real)(int, struct msghdr *, int);

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "recvmsg");
    ssize_t got = real(fd, message, flags);
    if (got > 0 && message->msg_iovlen == 1)
        got = unlucky(message->msg_iov[0].iov_base, (size_t)got);
    return got;
}
